//! How a run ended, in words.

use std::path::Path;

use org_operator_core::Region;
use org_operator_core::artifact::SUMMARY;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::contract::summary::{RunResult, Summary, operations_in_words};

use super::Begun;

/// A run before its work.
pub(super) fn begins(begun: &Begun<'_>, again: bool) -> String {
    let RunPlan { run_id, operation, operations, targets, work_items, .. } = begun.plan();
    let what = operations_in_words(operation, operations.len());
    let begins = if again { "goes on" } else { "begins" };
    let extent = match begun {
        Begun::Planned(_) => format!("{targets} targets in {work_items} work items"),
        Begun::Listing { .. } => "while the organization is being listed".to_owned(),
    };
    format!("run {run_id} {begins}: {what}, {extent}")
}

/// The counts of a run that has ended.
pub(super) fn summary(result: &RunResult) -> String {
    let RunResult { status, targets, succeeded, skipped, failed, records, .. } = result;
    let changes = match (result.added, result.removed) {
        (Some(added), Some(removed)) => {
            format!("; {added} added and {removed} removed since the run before")
        }
        _ => String::new(),
    };
    let expected = result.expected_in_brackets();
    format!(
        "{status}: {targets} targets, {succeeded} succeeded, {skipped} skipped, {failed} \
         failed{expected}; {records} records{changes}"
    )
}

/// The exceptions that have expired and would still be for something.
pub(super) fn expired_exceptions(folder: &Path) -> Vec<String> {
    let Some(summary) = summary_file(folder) else { return Vec::new() };
    let expired = summary.expired_exceptions.iter();
    expired.map(|exception| format!("expired exception: {exception}")).collect()
}

/// The Regions of the partition that the run did not ask, or nothing where it asked all.
pub(super) fn regions_not_asked(folder: &Path) -> Option<String> {
    let summary = summary_file(folder)?;
    let names: Vec<&str> = summary.regions_not_asked.iter().map(Region::as_str).collect();
    let count = names.len();
    (count > 0).then(|| format!("{count} Regions of the partition not asked: {}", names.join(", ")))
}

/// The first failures of the summary in a run's folder.
pub(super) fn failures(folder: &Path) -> Vec<String> {
    let Some(summary) = summary_file(folder) else { return Vec::new() };
    let first = summary.first_failures.iter();
    let mut lines: Vec<String> = first.map(|line| format!("FAILED {line}")).collect();
    let more = summary.result.failed.saturating_sub(lines.len() as u64);
    if more > 0 {
        let place = if summary.operations.is_empty() { "" } else { "each operation's " };
        lines.push(format!("… and {more} more in {place}coverage.csv"));
    }
    lines
}

fn summary_file(folder: &Path) -> Option<Summary> {
    let bytes = std::fs::read(folder.join(SUMMARY.name)).ok()?;
    serde_json::from_slice(&bytes).ok()
}
