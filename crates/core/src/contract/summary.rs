//! The summary of a run: counts over the coverage, and what the result handler answers.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::model::id::RunId;
use crate::model::timestamp::Timestamp;
use crate::outcome::Verdict;
use crate::report::changes::{Change, ChangeKind};
use crate::report::coverage::{AccountTargets, CoverageRow};

/// How many failures, and how many changes, are told in words.
const FIRST: usize = 10;

/// Whether every target has an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// No target FAILED; SKIPPED ones are answers.
    Complete,
    /// Some targets FAILED.
    Partial,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Complete => "COMPLETE",
            Self::Partial => "PARTIAL",
        })
    }
}

/// The result handler's output, and the head of `summary.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RunResult {
    /// The run.
    pub run_id: RunId,
    /// COMPLETE or PARTIAL.
    pub status: Status,
    /// Rows of `coverage.csv`.
    pub targets: u64,
    /// Targets whose records are the truth.
    pub succeeded: u64,
    /// Targets that cannot be asked.
    pub skipped: u64,
    /// Targets without an answer.
    pub failed: u64,
    /// Rows of the operation's CSV.
    pub records: u64,
    /// Records that the previous run had not; null: there is none to compare with.
    pub added: Option<u64>,
    /// Records that only the previous run had; null: there is none to compare with.
    pub removed: Option<u64>,
    /// URIs of what a person reads first.
    pub artifacts: Vec<String>,
}

/// `summary.json`: the result and more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Summary {
    /// The result handler's output.
    #[serde(flatten)]
    pub result: RunResult,
    /// The operation.
    pub operation: String,
    /// The run that `Added` and `Removed` compare with; null where there is none.
    pub previous_run_id: Option<RunId>,
    /// Accounts in the manifest.
    pub accounts: u64,
    /// Requests that the operation sent, in the attempts whose outcomes count.
    pub api_calls: u64,
    /// Targets per error kind.
    pub errors: BTreeMap<&'static str, u64>,
    /// The first failures in words.
    pub first_failures: Vec<String>,
    /// The first changes since the run before in words.
    pub first_changes: Vec<String>,
    /// When the first target was begun; null where none was.
    pub started_at: Option<String>,
    /// When the last target ended.
    pub ended_at: Option<String>,
    /// Milliseconds between the two.
    pub duration_ms: Option<u64>,
}

/// Counts over the coverage, fed row by row.
#[derive(Debug, Default)]
pub struct Tally {
    succeeded: u64,
    skipped: u64,
    failed: u64,
    accounts: u64,
    records: u64,
    api_calls: u64,
    added: u64,
    removed: u64,
    errors: BTreeMap<&'static str, u64>,
    first_failures: Vec<String>,
    first_changes: Vec<String>,
    span: Option<(Timestamp, Timestamp)>,
}

impl Tally {
    /// Counts an account and its rows.
    pub fn account(&mut self, targets: &AccountTargets, rows: &[CoverageRow]) {
        self.accounts += 1;
        for row in rows {
            self.row(targets, row);
        }
    }

    /// Counts records that were written.
    pub fn records(&mut self, written: u64) {
        self.records += written;
    }

    /// Counts an account's changes since the run before.
    pub fn changes(&mut self, targets: &AccountTargets, changes: &[Change]) {
        let room = FIRST.saturating_sub(self.first_changes.len());
        self.first_changes.extend(changes.iter().take(room).map(|change| told(targets, change)));
        let added = changes.iter().filter(|change| change.kind == ChangeKind::Added).count();
        self.added += added as u64;
        self.removed += (changes.len() - added) as u64;
    }

    fn row(&mut self, targets: &AccountTargets, row: &CoverageRow) {
        match &row.verdict {
            Verdict::Succeeded => self.succeeded += 1,
            Verdict::Skipped(..) => self.skipped += 1,
            Verdict::Failed(..) => self.failed += 1,
        }
        if let Some((kind, message)) = row.verdict.error() {
            *self.errors.entry(kind.name()).or_default() += 1;
            if !row.verdict.is_final() && self.first_failures.len() < FIRST {
                let (id, name) = (&targets.account_id, &targets.account_name);
                let failure = format!("{id} ({name}) {}: {kind}: {message}", row.region);
                self.first_failures.push(failure);
            }
        }
        if let Some(outcome) = &row.outcome {
            self.api_calls += outcome.calls;
            let (first, last) = self.span.unwrap_or((outcome.started_at, outcome.ended_at));
            self.span = Some((first.min(outcome.started_at), last.max(outcome.ended_at)));
        }
    }

    /// The summary; `previous` is the run that was compared with, `artifacts` are the URIs for the
    /// result.
    #[must_use]
    pub fn summary(
        self,
        run_id: RunId,
        operation: &str,
        previous: Option<RunId>,
        artifacts: Vec<String>,
    ) -> Summary {
        let status = if self.failed == 0 { Status::Complete } else { Status::Partial };
        let result = RunResult {
            run_id,
            status,
            targets: self.succeeded + self.skipped + self.failed,
            succeeded: self.succeeded,
            skipped: self.skipped,
            failed: self.failed,
            records: self.records,
            added: previous.is_some().then_some(self.added),
            removed: previous.is_some().then_some(self.removed),
            artifacts,
        };
        Summary {
            result,
            operation: operation.to_owned(),
            previous_run_id: previous,
            accounts: self.accounts,
            api_calls: self.api_calls,
            errors: self.errors,
            first_failures: self.first_failures,
            first_changes: self.first_changes,
            started_at: self.span.map(|(first, _)| first.to_string()),
            ended_at: self.span.map(|(_, last)| last.to_string()),
            duration_ms: self.span.map(|(first, last)| last.millis_since(first)),
        }
    }
}

/// A change in words: what an operation's columns are called is known to whoever reads it.
fn told(targets: &AccountTargets, change: &Change) -> String {
    let (id, name) = (&targets.account_id, &targets.account_name);
    let cells: Vec<&str> =
        change.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    format!("{} {id} ({name}) {}: {}", change.kind.name(), change.region, cells.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_of_any_run_stays_under_one_kilobyte() {
        let run_id = RunId::parse(&"r".repeat(80)).unwrap_or_else(|| unreachable!());
        // The longest URI: a bucket has 63 characters, a run id 80.
        let uri =
            |name: &str| format!("s3://{}/runs/internet-routes/{run_id}/{name}", "b".repeat(63));
        let names = ["internet-routes.csv", "coverage.csv", "changes.csv", "summary.json"];
        let tally =
            Tally { succeeded: 999_999, skipped: 999_999, failed: 999_999, ..Tally::default() };
        let previous = Some(run_id.clone());
        let summary =
            tally.summary(run_id.clone(), "internet-routes", previous, names.map(uri).to_vec());
        let bytes = serde_json::to_vec(&summary.result).map_or(usize::MAX, |bytes| bytes.len());
        assert!(bytes < 1024, "{bytes} bytes");
    }
}
