//! The page over several runs, as of one operation in each partition: each run's verdict and counts. What it looks
//! like is the report crate's; which runs, and where their reports lie, is known by others.

pub use org_operator_report::Address;
use org_operator_report::{Index, IndexRow};

use super::suite_index::{HEADS, numbers};
use crate::contract::summary::{RunResult, Summary, operations_in_words};
use crate::model::region::Partition;
use crate::report::suite::total;

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
    let results: Vec<&RunResult> = runs.iter().map(|run| &run.summary.result).collect();
    let all = results.first().map(|first| total(first.run_id.clone(), &results, Vec::new()));
    Index {
        title: format!("{} runs", runs.len()),
        status: all.as_ref().map(|all| all.status.to_string()).unwrap_or_default(),
        counts: all.as_ref().map(counts).unwrap_or_default(),
        facts: FACTS.map(str::to_owned).to_vec(),
        heads: HEADS.map(str::to_owned).to_vec(),
        rows: runs.iter().map(row).collect(),
        failures: told(runs, |summary| &summary.first_failures),
        changes: told(runs, |summary| &summary.first_changes),
    }
    .html()
}

fn counts(all: &RunResult) -> String {
    let RunResult { failed, targets, records, .. } = all;
    let expected = all.expected_in_brackets();
    format!("{failed} of {targets} targets failed{expected}, {records} records.")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::summary::Status;
    use crate::model::id::RunId;
    use crate::report::suite::summary;

    fn run(id: &str, failed: u64, expected: u64) -> ReportedRun {
        let mut of_run = summary(RunId::parse(id).unwrap(), &[], Vec::new());
        let status = if failed == 0 { Status::Complete } else { Status::Partial };
        let counted = RunResult { status, targets: 17, failed, records: 5, ..of_run.result };
        of_run.result = RunResult { expected_failures: expected, ..counted };
        let address = Address { up: 0, folders: Vec::new(), file: "report.html" };
        ReportedRun { summary: of_run, partition: Partition::Commercial, address }
    }

    #[test]
    fn the_counts_of_all_runs_say_which_failures_are_expected() {
        let told = page(&[run("r1", 2, 1), run("r2", 0, 0)]);
        let counts = "2 of 34 targets failed (1 of them expected), 10 records.";
        assert!(told.contains(counts) && told.contains(">PARTIAL</span></h1>"), "{told}");
        let quiet = page(&[run("r1", 0, 0), run("r2", 0, 0)]);
        assert!(quiet.contains(">COMPLETE</span></h1>"), "{quiet}");
    }
}
