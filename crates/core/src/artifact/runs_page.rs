//! The page over several runs, as of one operation in each partition: each run's verdict and counts. What it looks
//! like is the report crate's; which runs, and where their reports lie, is known by others.

pub use org_operator_report::Address;
use org_operator_report::{Index, IndexRow};

use super::suite_index::{HEADS, numbers};
use crate::contract::summary::{Status, Summary, operations_in_words};
use crate::model::region::Partition;

/// What stands between a run's operation and its status.
const FACTS: [&str; 4] = ["run", "partition", "ended", "rows"];

/// A run, and where its report is.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportedRun {
    /// The run's summary.
    pub summary: Summary,
    /// The partition that it asked.
    pub partition: Partition,
    /// Its report, from the page on.
    pub address: Address,
}

/// The page over `runs`, in their order, as HTML.
#[must_use]
pub fn page(runs: &[ReportedRun]) -> String {
    let results = || runs.iter().map(|run| &run.summary.result);
    let is_partial = results().any(|result| result.status == Status::Partial);
    let status = if is_partial { Status::Partial } else { Status::Complete };
    let failed: u64 = results().map(|result| result.failed).sum();
    let targets: u64 = results().map(|result| result.targets).sum();
    let records: u64 = results().map(|result| result.records).sum();
    Index {
        title: format!("{} runs", runs.len()),
        status: status.to_string(),
        counts: format!("{failed} of {targets} targets failed, {records} records."),
        facts: FACTS.map(str::to_owned).to_vec(),
        heads: HEADS.map(str::to_owned).to_vec(),
        rows: runs.iter().map(row).collect(),
        failures: told(runs, |summary| &summary.first_failures),
        changes: told(runs, |summary| &summary.first_changes),
    }
    .html()
}

fn row(run: &ReportedRun) -> IndexRow {
    let ReportedRun { summary, partition, address } = run;
    let ended = summary.ended_at.as_ref().map(ToString::to_string).unwrap_or_default();
    let outcomes = summary.rows.iter().map(|(outcome, count)| format!("{outcome} {count}"));
    let rows = outcomes.collect::<Vec<_>>().join(", ");
    let run_id = summary.result.run_id.to_string();
    IndexRow {
        operation: operations_in_words(&summary.operation, summary.operations.len()),
        address: address.clone(),
        facts: vec![run_id, partition.as_str().to_owned(), ended, rows],
        status: summary.result.status.to_string(),
        numbers: numbers(&summary.result).to_vec(),
    }
}

/// The first lines of each run, with the run that tells them.
fn told(runs: &[ReportedRun], lines: fn(&Summary) -> &Vec<String>) -> Vec<String> {
    let of_run = |run: &ReportedRun| {
        let id = run.summary.result.run_id.clone();
        lines(&run.summary).clone().into_iter().map(move |line| format!("{id}: {line}"))
    };
    runs.iter().flat_map(of_run).collect()
}
