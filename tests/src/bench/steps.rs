//! (e) What planning and exporting large runs takes, in time and in memory: the steps alone, over
//! ports that answer at once. Each runs in a process of its own, because peak memory is a process's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use org_operator_aws::SystemClock;
use org_operator_core::contract::ledger::{Entry, LedgerPartition, LedgerRecord};
use org_operator_core::contract::plan::ResultEvent;
use org_operator_core::model::account::Account;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::ports::{
    AccountDirectory, Artifacts, Download, LedgerReader, Outcomes, Page, Upload,
};
use org_operator_core::{AccountId, Error, Outcome, Record, Region, RunId, UnitId, Verdict};
use org_operator_fanout::{Fanout, Settings};
use org_operator_result_handler::ResultHandler;
use org_operator_testkit::{TestError, TestResult};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::process::peak;
use super::table::{Part, Row};

const ACCOUNTS: u64 = 10_000;
const RECORDS: u64 = 100;
const REGIONS: usize = 34;
const PAGE: u64 = 50;

fn id(n: u64) -> Option<AccountId> {
    AccountId::parse(&format!("{n:012}"))
}

fn region(n: usize) -> Option<Region> {
    Region::parse(&format!("xx-made-{n}"))
}

/// Artifacts that only count what is written; the manifest alone can be read.
#[derive(Default)]
struct Sink {
    manifest: Vec<u8>,
    written: AtomicU64,
}

struct Counting<'a>(&'a AtomicU64);

impl Upload for Counting<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    async fn finish(self) -> Result<(), Error> {
        Ok(())
    }
}

struct Once(Option<Vec<u8>>);

impl Download for Once {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.take())
    }
}

impl<'a> Artifacts for &'a Sink {
    type Upload = Counting<'a>;
    type Download = Once;

    async fn put(&self, _: &str, bytes: Vec<u8>) -> Result<(), Error> {
        self.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    async fn open(&self, key: &str) -> Result<Option<Once>, Error> {
        Ok(key.ends_with("manifest.json").then(|| Once(Some(self.manifest.clone()))))
    }

    fn upload(&self, _: &str) -> Counting<'a> {
        Counting(&self.written)
    }

    fn uri(&self, key: &str) -> String {
        key.to_owned()
    }
}

/// An organization, and a ledger with one Region and many records per account.
struct Stub;

impl AccountDirectory for Stub {
    async fn accounts(&self) -> Result<Vec<Account>, Error> {
        let account = |n| {
            Some(Account {
                id: id(n)?,
                name: format!("account {n}"),
                state: "ACTIVE".to_owned(),
                management_account: None,
                units: None,
            })
        };
        Ok((0..ACCOUNTS).filter_map(account).collect())
    }

    async fn members(&self, _: &UnitId) -> Result<Option<BTreeSet<AccountId>>, Error> {
        Ok(None)
    }

    async fn enabled_regions(&self, _: &Account) -> Result<BTreeSet<Region>, Error> {
        Ok(BTreeSet::new())
    }

    async fn tags(&self, _: &AccountId) -> Result<BTreeMap<String, String>, Error> {
        Ok(BTreeMap::new())
    }
}

impl Outcomes for Stub {
    async fn outcomes(&self, _: &LedgerPartition) -> Result<Vec<Outcome>, Error> {
        Ok(Vec::new())
    }
}

impl LedgerReader for Stub {
    async fn page(&self, _: &LedgerPartition, after: Option<String>) -> Result<Page, Error> {
        let from: u64 = after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(0);
        let to = (from + PAGE).min(RECORDS);
        let mut entries: Vec<Entry> = (from..to).filter_map(record).collect();
        if from == 0 {
            entries.insert(0, outcome().ok_or_else(|| Error::invalid("no outcome"))?);
        }
        Ok(Page { entries, next: (to < RECORDS).then(|| to.to_string()) })
    }

    async fn first_page(&self, partition: &LedgerPartition, _: u16) -> Result<Page, Error> {
        self.page(partition, None).await
    }
}

fn outcome() -> Option<Entry> {
    let now = Timestamp::from_epoch_millis(0);
    let (verdict, attempt) = (Verdict::Succeeded, "a".to_owned());
    let region = region(0)?;
    Some(Entry::Outcome(Outcome {
        region,
        verdict,
        attempts: 1,
        started_at: now,
        ended_at: now,
        records: RECORDS,
        calls: 1,
        attempt,
    }))
}

fn record(n: u64) -> Option<Entry> {
    let cells = [
        "vpc-0123456789abcdef0",
        "rtb-0123456789abcdef0",
        "false",
        "subnet-0123456789abcdef0",
        &format!("10.0.{n}.0/24"),
        "igw-0123456789abcdef0",
        "active",
        "CreateRoute",
    ];
    let cells = cells.map(str::to_owned).to_vec();
    let record = Record { key: format!("{n:08}"), cells };
    Some(Entry::Record(LedgerRecord { region: region(0)?, attempt: "a".to_owned(), record }))
}

/// What a step took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Step {
    /// Rows or targets a second.
    pub per_second: f64,
    /// Seconds.
    pub seconds: f64,
    /// Megabytes written.
    pub written: u64,
    /// Peak memory of the process in bytes.
    pub memory: u64,
    /// The bytes of the step's output.
    pub output: usize,
}

/// Exports a million records.
///
/// # Errors
/// Where the answer is not what the stub holds.
pub async fn export() -> TestResult<Step> {
    let item =
        |n| json!({"AccountId": format!("{n:012}"), "AccountName": "a", "Regions": ["xx-made-0"]});
    let items: Vec<_> = (0..ACCOUNTS).map(item).collect();
    let sink = Sink { manifest: serde_json::to_vec(&items)?, ..Sink::default() };
    let handler = ResultHandler::new(Stub, &sink, String::new());
    let event = ResultEvent::parse(&json!({"RunId": "bench", "Operation": "internet-routes"}));
    let start = Instant::now();
    let result = handler.run(&event.map_err(TestError::from)?).await?.result;
    let seconds = start.elapsed().as_secs_f64();
    if result.records != ACCOUNTS * RECORDS || result.failed > 0 {
        return Err(format!("{result:?} is not what the stub holds").into());
    }
    let output = serde_json::to_vec(&result)?.len();
    step(result.records, seconds, &sink, output)
}

/// Plans 10,000 accounts with 34 Regions.
///
/// # Errors
/// What the fanout answered.
pub async fn plan() -> TestResult<Step> {
    let sink = Sink::default();
    let settings = Settings {
        home_region: Region::parse("eu-west-1").ok_or("no Region")?,
        target_regions: (0..REGIONS).filter_map(region).collect(),
        max_concurrency: 50,
        results_bucket: "bucket".to_owned(),
        results_prefix: "runs".to_owned(),
        ledger_retention_days: 30,
        worker_readonly: "worker".to_owned(),
        worker_admin: String::new(),
    };
    let fanout =
        Fanout { settings, directory: Stub, artifacts: &sink, ledger: Stub, clock: SystemClock };
    let start = Instant::now();
    let plan = fanout.run(&json!({}), RunId::parse("bench")).await?;
    let seconds = start.elapsed().as_secs_f64();
    let output = serde_json::to_vec(&plan)?.len();
    step(plan.targets, seconds, &sink, output)
}

fn step(count: u64, seconds: f64, sink: &Sink, output: usize) -> TestResult<Step> {
    let written = sink.written.load(Ordering::Relaxed) >> 20;
    let memory = peak(std::process::id())?;
    #[expect(clippy::cast_precision_loss, reason = "counts below 2^52")]
    let per_second = count as f64 / seconds;
    Ok(Step { per_second, seconds, written, memory, output })
}

/// The rows of the table.
#[must_use]
pub fn part(plan: Step, export: Step) -> Part {
    let told = |step: Step| {
        let Step { per_second, seconds, written, memory, output } = step;
        let memory = memory >> 20;
        format!(
            "{per_second:.0}/s ({seconds:.2} s), {written} MB written, peak memory {memory} MB, output {output} bytes"
        )
    };
    let rows = vec![
        Row::new("planning 10,000 accounts x 34 Regions, targets", told(plan)),
        Row::new("exporting 1,000,000 records of 10,000 accounts, rows", told(export)),
    ];
    Part { title: "(e) Planning and exporting, over ports that answer at once".to_owned(), rows }
}
