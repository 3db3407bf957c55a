//! How a run ended, in words.

use std::path::Path;

use org_operator_core::artifact::SUMMARY;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::contract::summary::RunResult;
use serde_json::Value;

/// A run before its work.
pub(super) fn begins(plan: &RunPlan, again: bool) -> String {
    let RunPlan { run_id, operation, targets, work_items, .. } = plan;
    let begins = if again { "goes on" } else { "begins" };
    format!("run {run_id} {begins}: {operation}, {targets} targets in {work_items} work items")
}

/// Its counts.
pub(super) fn summary(result: &RunResult) -> String {
    let RunResult { status, targets, succeeded, skipped, failed, records, .. } = result;
    let changes = match (result.added, result.removed) {
        (Some(added), Some(removed)) => {
            format!("; {added} added and {removed} removed since the run before")
        }
        _ => String::new(),
    };
    format!(
        "{status}: {targets} targets, {succeeded} succeeded, {skipped} skipped, {failed} failed; \
         {records} records{changes}"
    )
}

/// The Regions of the partition that the run did not ask, or nothing where it asked all.
pub(super) fn regions_not_asked(folder: &Path) -> Option<String> {
    let summary = summary_file(folder);
    let names: Vec<&str> =
        summary["RegionsNotAsked"].as_array()?.iter().filter_map(Value::as_str).collect();
    let count = names.len();
    (count > 0).then(|| format!("{count} Regions of the partition not asked: {}", names.join(", ")))
}

/// The first failures of the summary in a run's folder.
pub(super) fn failures(folder: &Path) -> Vec<String> {
    let summary = summary_file(folder);
    let first = summary["FirstFailures"].as_array().into_iter().flatten();
    let mut lines: Vec<String> =
        first.filter_map(|line| Some(format!("FAILED {}", line.as_str()?))).collect();
    let failed = summary["Failed"].as_u64().and_then(|failed| usize::try_from(failed).ok());
    let more = failed.unwrap_or_default().saturating_sub(lines.len());
    if more > 0 {
        lines.push(format!("… and {more} more in coverage.csv"));
    }
    lines
}

fn summary_file(folder: &Path) -> Value {
    let bytes = std::fs::read(folder.join(SUMMARY.name)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}
