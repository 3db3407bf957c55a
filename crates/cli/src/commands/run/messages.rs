//! How a run ended, in words.

use std::path::Path;

use org_operator_core::artifact::SUMMARY;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::contract::summary::RunResult;
use serde_json::Value;

use super::Begun;

/// A run before its work.
pub(super) fn begins(begun: &Begun<'_>, again: bool) -> String {
    let RunPlan { run_id, operation, targets, work_items, .. } = begun.plan();
    let begins = if again { "goes on" } else { "begins" };
    let extent = match begun {
        Begun::Planned(_) => format!("{targets} targets in {work_items} work items"),
        Begun::Listing { .. } => "while the organization is being listed".to_owned(),
    };
    format!("run {run_id} {begins}: {operation}, {extent}")
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

/// The first failures of the summary in a run's folder.
pub(super) fn failures(folder: &Path) -> Vec<String> {
    let bytes = std::fs::read(folder.join(SUMMARY.name)).unwrap_or_default();
    let summary: Value = serde_json::from_slice(&bytes).unwrap_or_default();
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
