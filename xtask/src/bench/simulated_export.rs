//! (g) The export over a simulated DynamoDB and S3 in a process of their own, where every call takes
//! its time. The export runs in a process of its own, too: peak memory is a process's.

use std::time::Instant;

use aws_config::{BehaviorVersion, Region as SdkRegion, SdkConfig};
use aws_sdk_dynamodb::config::Credentials;
use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_aws::{DynamoDbLedger, S3Artifacts, tuned};
use org_operator_core::artifact::{Folder, MANIFEST};
use org_operator_core::contract::ledger::{LedgerPartition, LedgerRecord};
use org_operator_core::contract::plan::ResultEvent;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::ports::{Artifacts, LedgerWriter};
use org_operator_core::{AccountId, Error, Outcome, Record, Region, RunId, Verdict};
use org_operator_result_handler::ResultHandler;
use org_operator_testkit::TestResult;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::process::{cpu_time, peak_memory};
use super::simulation_process::SimulationProcess;
use super::table::{Part, Row};

const ACCOUNTS: u32 = 50_000;
const LATENCY_MS: u32 = 10;
const RECORDS: u64 = 2;
/// Accounts that are written at once, before anything is measured.
const WRITERS: usize = 128;
const RUN: &str = "bench";
/// With it the files for SQL are written too, as they are deployed.
pub(crate) const PLANNED_AT: &str = "2026-11-22T05:00:00.000Z";
const OPERATION: &str = "internet-routes";
const TABLE: &str = "ledger";
const BUCKET: &str = "results";

/// What an export took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct ExportFigures {
    pub(crate) seconds: f64,
    pub(crate) cpu_seconds: f64,
    /// The peak memory of the process in bytes.
    pub(crate) memory: u64,
}

/// A simulation whose ledger holds a finished run.
pub(crate) async fn filled() -> TestResult<SimulationProcess> {
    let latency = LATENCY_MS.to_string();
    let simulation = SimulationProcess::start(&["--accounts", "1", "--latency-ms", &latency])?;
    let config = config(&simulation.description.endpoint).await;
    let item = |n| json!({"AccountId": id(n), "AccountName": "a", "Regions": ["eu-west-1"]});
    let items: Vec<_> = (0..ACCOUNTS).map(item).collect();
    let run = RunId::parse(RUN).ok_or("no run")?;
    let manifest = Folder::new("", OPERATION, &run).artifact(&MANIFEST);
    let artifacts = S3Artifacts::new(&config, BUCKET);
    artifacts.put(&manifest, serde_json::to_vec(&items)?).await?;
    let ledger = DynamoDbLedger::new(&config, TABLE);
    let written = stream::iter(0..ACCOUNTS).map(|n| write(&ledger, &run, n));
    written.buffer_unordered(WRITERS).try_collect::<Vec<()>>().await?;
    Ok(simulation)
}

/// Writes what a worker leaves of an account with one Region.
async fn write(ledger: &DynamoDbLedger, run: &RunId, number: u32) -> Result<(), Error> {
    let unreadable = || Error::invalid("an id or a Region");
    let account = AccountId::parse(&id(number)).ok_or_else(unreadable)?;
    let region = Region::parse("eu-west-1").ok_or_else(unreadable)?;
    let partition = LedgerPartition { run: run.clone(), operation: None, account };
    let record = |n: u64| LedgerRecord {
        region: region.clone(),
        attempt: "a".to_owned(),
        record: Record {
            key: n.to_string(),
            cells: vec!["subnet-0123456789abcdef0".to_owned(); 8],
        },
    };
    let records: Vec<_> = (0..RECORDS).map(record).collect();
    ledger.put_records(&partition, &records, i64::MAX).await?;
    let at = Timestamp::from_epoch_millis(0);
    let outcome = Outcome {
        region: region.clone(),
        verdict: Verdict::Succeeded,
        attempts: 1,
        started_at: at,
        ended_at: at,
        records: RECORDS,
        calls: 1,
        attempt: "a".to_owned(),
        unexplained: false,
    };
    ledger.put_outcome(&partition, &outcome, i64::MAX).await
}

fn id(number: u32) -> String {
    format!("{number:012}")
}

async fn config(endpoint: &str) -> SdkConfig {
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(SdkRegion::new("eu-west-1"))
        .credentials_provider(Credentials::new("AKIA", "simulated", None, None, "bench"))
        .endpoint_url(endpoint);
    tuned(loader).load().await
}

/// Exports the run that the simulation at `endpoint` holds.
pub(crate) async fn export(endpoint: &str) -> TestResult<ExportFigures> {
    let config = config(endpoint).await;
    let (ledger, artifacts) =
        (DynamoDbLedger::new(&config, TABLE), S3Artifacts::new(&config, BUCKET));
    let handler = ResultHandler::new(ledger, artifacts, String::new());
    let request = json!({"RunId": RUN, "Operation": OPERATION, "PlannedAt": PLANNED_AT});
    let event = ResultEvent::parse(&request)?;
    let start = Instant::now();
    let result = handler.run(&event).await?.result;
    let seconds = start.elapsed().as_secs_f64();
    if result.records != u64::from(ACCOUNTS) * RECORDS || result.failed > 0 {
        return Err(format!("{result:?} is not what the ledger holds").into());
    }
    let own = std::process::id();
    let cpu_seconds = cpu_time(own)?.as_secs_f64();
    Ok(ExportFigures { seconds, cpu_seconds, memory: peak_memory(own)? })
}

/// The rows of the table.
pub(crate) fn part(figures: ExportFigures) -> Part {
    let ExportFigures { seconds, cpu_seconds, memory } = figures;
    let megabytes = memory / 1_000_000;
    let rows = vec![
        Row::new("wall time", format!("{seconds:.1} s")).goal("<= 8 s", seconds <= 8.0),
        Row::new("CPU", format!("{cpu_seconds:.1} s")),
        Row::new("peak memory", format!("{megabytes} MB")).goal("<= 128 MB", megabytes <= 128),
    ];
    let title = format!(
        "(g) Exporting {ACCOUNTS} accounts from a simulated DynamoDB to a simulated S3, {LATENCY_MS} ms a call"
    );
    Part { title, rows }
}
