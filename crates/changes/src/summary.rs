//! `summary.json` of a run that applied a plan: the fields of every summary, and its rows by outcome.

use std::collections::{BTreeMap, BTreeSet};

use org_operator_core::contract::coverage_row::{CoverageRow, TargetStatus};
use org_operator_core::contract::summary::{RunResult, Summary};

use crate::run::ChangeResult;

/// The failures that a summary has in words.
const LISTED: usize = 10;

/// The summary of `result` over its targets. Its records are the rows that were to be changed.
pub(crate) fn summary(
    result: &ChangeResult,
    covered: &[CoverageRow],
    artifacts: Vec<String>,
) -> Summary {
    let started_at = covered.iter().filter_map(|row| row.started_at).min();
    let ended_at = covered.iter().filter_map(|row| row.ended_at).max();
    let accounts: BTreeSet<_> = covered.iter().map(|row| &row.account_id).collect();
    Summary {
        result: run_result(result, covered, artifacts),
        operation: result.run.operation.clone(),
        previous_run_id: None,
        accounts: accounts.len() as u64,
        accounts_left_out: BTreeMap::new(),
        api_calls: result.api_calls,
        expected_records: 0,
        expected_added: 0,
        expired_exceptions: Vec::new(),
        errors: errors(covered),
        first_failures: failed(covered).take(LISTED).map(in_words).collect(),
        first_changes: Vec::new(),
        regions_not_asked: Vec::new(),
        started_at,
        ended_at,
        duration_ms: started_at.zip(ended_at).map(|(first, last)| last.millis_since(first)),
        rows: rows(result),
        operations: Vec::new(),
    }
}

fn run_result(result: &ChangeResult, covered: &[CoverageRow], artifacts: Vec<String>) -> RunResult {
    let (targets, failed) = (covered.len() as u64, failed(covered).count() as u64);
    RunResult {
        run_id: result.run.run_id.clone(),
        status: result.status,
        targets,
        succeeded: targets - failed,
        skipped: 0,
        failed,
        expected_failures: 0,
        records: result.rows.0.values().sum(),
        added: None,
        removed: None,
        artifacts,
    }
}

fn failed(covered: &[CoverageRow]) -> impl Iterator<Item = &CoverageRow> {
    covered.iter().filter(|row| row.status == TargetStatus::Failed)
}

fn errors(covered: &[CoverageRow]) -> BTreeMap<String, u64> {
    let mut errors = BTreeMap::new();
    failed(covered).for_each(|row| *errors.entry(row.error.clone()).or_default() += 1);
    errors
}

fn rows(result: &ChangeResult) -> BTreeMap<String, u64> {
    result.rows.0.iter().map(|(outcome, count)| (outcome.name().to_owned(), *count)).collect()
}

fn in_words(row: &CoverageRow) -> String {
    let CoverageRow { account_id, account_name, region, error, message, .. } = row;
    format!("{account_id} ({account_name}) {region}: {error}: {message}")
}
