//! (f) What planning and exporting large runs takes, in time and in memory: the steps alone, over
//! ports that answer at once. Each runs in a process of its own, because peak memory is a process's.

use std::sync::atomic::Ordering;
use std::time::Instant;

use org_operator_aws::SystemClock;
use org_operator_core::contract::plan::ResultEvent;
use org_operator_core::{Region, RunId};
use org_operator_fanout::{ChangeSettings, ExceptionSource, Fanout, Settings};
use org_operator_result_handler::ResultHandler;
use org_operator_testkit::{TestError, TestResult};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::instant_ports::{ACCOUNTS, CountingArtifacts, InstantPorts, RECORDS, region};
use super::process::peak_memory;
use super::simulated_export::PLANNED_AT;
use super::table::{Part, Row};

const REGIONS: usize = 34;

/// The figures of a step.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct StepFigures {
    /// Rows or targets a second.
    pub(crate) per_second: f64,
    pub(crate) seconds: f64,
    /// Megabytes that the step wrote.
    pub(crate) written: u64,
    /// The peak memory of the process in bytes.
    pub(crate) memory: u64,
    /// The bytes of the step's output.
    pub(crate) output: usize,
}

/// Exports a million records.
pub(crate) async fn export() -> TestResult<StepFigures> {
    let item =
        |n| json!({"AccountId": format!("{n:012}"), "AccountName": "a", "Regions": ["xx-made-0"]});
    let items: Vec<_> = (0..ACCOUNTS).map(item).collect();
    let manifest = serde_json::to_vec(&items)?;
    let artifacts = CountingArtifacts { manifest, ..CountingArtifacts::default() };
    let handler = ResultHandler::new(InstantPorts, &artifacts, String::new());
    let request =
        json!({"RunId": "bench", "Operation": "internet-routes", "PlannedAt": PLANNED_AT});
    let event = ResultEvent::parse(&request);
    let start = Instant::now();
    let result = handler.run(&event.map_err(TestError::from)?).await?.result;
    let seconds = start.elapsed().as_secs_f64();
    if result.records != ACCOUNTS * RECORDS || result.failed > 0 {
        return Err(format!("{result:?} is not what the ledger holds").into());
    }
    let output = serde_json::to_vec(&result)?.len();
    figures(result.records, seconds, &artifacts, output)
}

/// Plans 10,000 accounts with 34 Regions.
pub(crate) async fn plan() -> TestResult<StepFigures> {
    let artifacts = CountingArtifacts::default();
    let fanout = Fanout {
        settings: settings()?,
        directory: InstantPorts,
        artifacts: &artifacts,
        ledger: InstantPorts,
        clock: SystemClock,
    };
    let start = Instant::now();
    let plan = fanout.run(&json!({}), RunId::parse("bench")).await?;
    let seconds = start.elapsed().as_secs_f64();
    let output = serde_json::to_vec(&plan)?.len();
    figures(plan.targets, seconds, &artifacts, output)
}

fn settings() -> TestResult<Settings> {
    Ok(Settings {
        home_region: Region::parse("eu-west-1").ok_or("no Region")?,
        target_regions: (0..REGIONS).filter_map(region).collect(),
        max_concurrency: 50,
        results_bucket: "bucket".to_owned(),
        results_prefix: "runs".to_owned(),
        ledger_retention_days: 30,
        worker_readonly: "worker".to_owned(),
        worker_admin: String::new(),
        allow_definitions: false,
        changes: ChangeSettings::default(),
        exceptions: ExceptionSource::Stored,
    })
}

fn figures(
    count: u64,
    seconds: f64,
    artifacts: &CountingArtifacts,
    output: usize,
) -> TestResult<StepFigures> {
    let written = artifacts.written.load(Ordering::Relaxed) >> 20;
    let memory = peak_memory(std::process::id())?;
    #[expect(clippy::cast_precision_loss, reason = "counts below 2^52")]
    let per_second = count as f64 / seconds;
    Ok(StepFigures { per_second, seconds, written, memory, output })
}

/// The rows of the table.
pub(crate) fn part(plan: StepFigures, export: StepFigures) -> Part {
    let text = |figures: StepFigures| {
        let StepFigures { per_second, seconds, written, memory, output } = figures;
        let megabytes = memory >> 20;
        format!(
            "{per_second:.0}/s ({seconds:.2} s), {written} MB written, peak memory {megabytes} MB, output {output} bytes"
        )
    };
    let rows = vec![
        Row::new("planning 10,000 accounts x 34 Regions, targets", text(plan)),
        Row::new("exporting 1,000,000 records of 10,000 accounts, rows", text(export)),
    ];
    Part { title: "(f) Planning and exporting, over ports that answer at once".to_owned(), rows }
}
