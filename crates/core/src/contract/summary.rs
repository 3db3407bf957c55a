//! `summary.json`: how a run ended, as counts and in words. Counting is [`crate::report::tally`]'s.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::id::RunId;
use crate::model::region::Region;
use crate::model::timestamp::Timestamp;

/// Whether every target has an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// No target FAILED; SKIPPED ones are answers.
    Complete,
    /// At least one target FAILED.
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

/// The execution's output, and the first fields of `summary.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RunResult {
    /// The run whose artifacts were written.
    pub run_id: RunId,
    /// Whether a target FAILED.
    pub status: Status,
    /// How many targets the run has: the rows of `coverage.csv`.
    pub targets: u64,
    /// Targets whose records are complete.
    pub succeeded: u64,
    /// Targets that cannot be asked.
    pub skipped: u64,
    /// Targets without an answer.
    pub failed: u64,
    /// Of these, those that the run's exceptions expect; 0 in results of earlier releases.
    #[serde(default)]
    pub expected_failures: u64,
    /// Rows of the operation's CSV.
    pub records: u64,
    /// Records that the previous run did not have; null where there is none to compare with.
    pub added: Option<u64>,
    /// Records that only the previous run has; null where there is none to compare with.
    pub removed: Option<u64>,
    /// URIs of the artifacts that a person reads first.
    pub artifacts: Vec<String>,
}

impl RunResult {
    /// Whether a target FAILED that nobody expects to, or rows of a plan were left alone in targets
    /// that did not: what raises an alarm.
    #[must_use]
    pub fn has_unexpected_failures(&self) -> bool {
        let left_alone = self.failed == 0 && self.status == Status::Partial;
        self.failed > self.expected_failures || left_alone
    }

    /// How many of the failures are expected, for people: `all expected`, `2 of them expected`, or
    /// `None` where none is.
    #[must_use]
    pub fn expected_in_words(&self) -> Option<String> {
        match self.expected_failures {
            0 => None,
            _ if !self.has_unexpected_failures() => Some("all expected".to_owned()),
            some => Some(format!("{some} of them expected")),
        }
    }

    /// The same as it stands behind the number of failures: ` (all expected)`, or nothing.
    #[must_use]
    pub fn expected_in_brackets(&self) -> String {
        self.expected_in_words().map(|words| format!(" ({words})")).unwrap_or_default()
    }
}

/// The result and more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Summary {
    /// The execution's output.
    #[serde(flatten)]
    pub result: RunResult,
    /// The name of the operation in the catalogue.
    pub operation: String,
    /// The run that `Added` and `Removed` compare with; null where there is none.
    pub previous_run_id: Option<RunId>,
    /// How many accounts the manifest has.
    pub accounts: u64,
    /// Accounts of the organization that the run does not cover, by reason; empty in summaries of
    /// earlier releases, and where the run has no `accounts.csv`.
    #[serde(default)]
    pub accounts_left_out: BTreeMap<String, u64>,
    /// Requests that the operation sent, in the attempts whose outcomes count.
    pub api_calls: u64,
    /// Rows of the operation's CSV that the run's exceptions expect.
    #[serde(default)]
    pub expected_records: u64,
    /// Of the records that the previous run did not have, those that are expected.
    #[serde(default)]
    pub expected_added: u64,
    /// Exceptions that have expired and are for a failure or a record of the run, at most ten.
    #[serde(default)]
    pub expired_exceptions: Vec<String>,
    /// Targets per error kind; names, because a later release may know more kinds.
    pub errors: BTreeMap<String, u64>,
    /// The first failures in words, at most ten, those first that are not expected.
    pub first_failures: Vec<String>,
    /// The first changes since the previous run in words, at most ten, those first that are not
    /// expected.
    pub first_changes: Vec<String>,
    /// The known Regions of the partition that no account of the run was asked in, by name; absent
    /// in summaries of earlier releases.
    #[serde(default)]
    pub regions_not_asked: Vec<Region>,
    /// When the first target was begun; null where none was.
    pub started_at: Option<Timestamp>,
    /// When the last target ended; null where none was begun.
    pub ended_at: Option<Timestamp>,
    /// Milliseconds between the two.
    pub duration_ms: Option<u64>,
    /// In a run that applied a plan, its rows by outcome; other runs have no such field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rows: BTreeMap<String, u64>,
    /// The operations of a suite run, each with its own result, in the order of their names; other
    /// runs have no such field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<OperationResult>,
}

/// An operation of a suite run, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OperationResult {
    /// The name of the operation in the catalogue.
    pub operation: String,
    /// The operation's own result.
    #[serde(flatten)]
    pub result: RunResult,
    /// The run that `Added` and `Removed` compare with; null where there is none.
    pub previous_run_id: Option<RunId>,
}

/// What a run asks, for people: its operation, or how many operations where it is a suite run.
#[must_use]
pub fn operations_in_words(operation: &str, of_suite: usize) -> String {
    match of_suite {
        0 => operation.to_owned(),
        1 => "1 operation".to_owned(),
        more => format!("{more} operations"),
    }
}
