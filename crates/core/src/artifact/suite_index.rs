//! `index.html` of a suite run: one page over all of its operations. What it looks like is the
//! report crate's; here is what it shows.

use org_operator_report::{Address, Index, IndexRow};

use super::REPORT_HTML;
use crate::contract::summary::{OperationResult, RunResult, Summary};

/// The page's name, in the suite run's folder.
pub const INDEX: &str = "index.html";

/// What stands above the numbers of each operation, here and in the terminal's table.
pub const HEADS: [&str; 7] =
    ["targets", "succeeded", "skipped", "failed", "records", "added", "removed"];

/// The numbers below [`HEADS`]; empty where there is no run to compare with.
#[must_use]
pub fn numbers(result: &RunResult) -> [String; 7] {
    let RunResult { targets, succeeded, skipped, failed, records, added, removed, .. } = result;
    let maybe = |number: &Option<u64>| number.map_or_else(String::new, |n| n.to_string());
    [
        targets.to_string(),
        succeeded.to_string(),
        skipped.to_string(),
        failed.to_string(),
        records.to_string(),
        maybe(added),
        maybe(removed),
    ]
}

/// The page over a suite run's summary, as HTML.
#[must_use]
pub fn page(summary: &Summary) -> String {
    let RunResult { run_id, status, targets, failed, records, .. } = &summary.result;
    let operations = summary.operations.len();
    let expected = summary.result.expected_in_brackets();
    Index {
        title: format!("Run {run_id}"),
        status: status.to_string(),
        counts: format!(
            "{operations} operations in {} accounts: {failed} of {targets} targets failed{expected}, \
             {records} records.",
            summary.accounts
        ),
        facts: Vec::new(),
        heads: HEADS.map(str::to_owned).to_vec(),
        rows: summary.operations.iter().map(row).collect(),
        failures: summary.first_failures.clone(),
        changes: summary.first_changes.clone(),
    }
    .html()
}

fn row(operation: &OperationResult) -> IndexRow {
    IndexRow {
        operation: operation.operation.clone(),
        address: Address {
            up: 0,
            folders: vec![operation.operation.clone()],
            file: REPORT_HTML.name,
        },
        facts: Vec::new(),
        status: operation.result.status.to_string(),
        numbers: numbers(&operation.result).to_vec(),
    }
}
