//! A row of `coverage.csv`: what became of one target. What a missing outcome means is
//! [`crate::report::coverage`]'s.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::ErrorKind;
use crate::model::id::AccountId;
use crate::model::region::Region;
use crate::model::timestamp::Timestamp;
use crate::outcome::Verdict;

/// What became of a target, without the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TargetStatus {
    /// The target's records are complete.
    Succeeded,
    /// The target cannot be asked, which is an answer.
    Skipped,
    /// The target has no answer.
    Failed,
}

impl From<&Verdict> for TargetStatus {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Succeeded => Self::Succeeded,
            Verdict::Skipped(..) => Self::Skipped,
            Verdict::Failed(..) => Self::Failed,
        }
    }
}

impl TargetStatus {
    /// The word in `coverage.csv`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "SUCCEEDED",
            Self::Skipped => "SKIPPED",
            Self::Failed => "FAILED",
        }
    }
}

impl fmt::Display for TargetStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One target of the manifest with its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageRow {
    /// The target's account.
    pub account_id: AccountId,
    /// The account's name; a cell that a spreadsheet would run begins with an apostrophe.
    pub account_name: String,
    /// The target's Region.
    pub region: Region,
    /// What became of it.
    pub status: TargetStatus,
    /// The error kind, empty for SUCCEEDED; text, because a later release may know more kinds.
    pub error: String,
    /// The reason in words, one line; empty for SUCCEEDED.
    pub message: String,
    /// How many records the outcome has; 0 without an outcome.
    pub records: u64,
    /// How many attempts wrote an outcome; 0 where none did.
    pub attempts: u32,
    /// When the last attempt began; empty without an outcome.
    pub started_at: Option<Timestamp>,
    /// When it ended; empty without an outcome.
    pub ended_at: Option<Timestamp>,
    /// The path of the account's unit, as in the work item; empty where it is not known, and in
    /// files of earlier releases.
    #[serde(default)]
    pub unit_path: String,
    /// Why a failure is expected, by one of the run's exceptions; empty for all else.
    #[serde(default)]
    pub expected: String,
}

impl CoverageRow {
    /// The columns of `coverage.csv`, in order.
    pub const COLUMNS: [&'static str; 12] = [
        "account_id",
        "account_name",
        "region",
        "status",
        "error",
        "message",
        "records",
        "attempts",
        "started_at",
        "ended_at",
        "unit_path",
        "expected",
    ];

    /// The error kind, or `None` for SUCCEEDED and for a kind of a later release.
    #[must_use]
    pub fn error_kind(&self) -> Option<ErrorKind> {
        self.error.parse().ok()
    }

    /// The cells, in the order of [`Self::COLUMNS`].
    #[must_use]
    pub fn cells(&self) -> [Cow<'_, str>; 12] {
        let time = |time: Option<Timestamp>| time.map_or_else(String::new, |t| t.to_string());
        [
            self.account_id.as_str().into(),
            self.account_name.as_str().into(),
            self.region.as_str().into(),
            self.status.name().into(),
            self.error.as_str().into(),
            self.message.as_str().into(),
            self.records.to_string().into(),
            self.attempts.to_string().into(),
            time(self.started_at).into(),
            time(self.ended_at).into(),
            self.unit_path.as_str().into(),
            self.expected.as_str().into(),
        ]
    }
}

/// The part of a row that tells whether a target SUCCEEDED, for readers of whole files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct CoverageStatus<'a> {
    /// The target's account.
    pub account_id: &'a str,
    /// The target's Region.
    pub region: &'a str,
    /// The word for a [`TargetStatus`]; a later release may know more.
    pub status: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::document::csv_rows;

    #[test]
    fn a_row_is_read_by_column_name_and_unknown_columns_are_skipped() {
        let csv = "later,region,account_id,account_name,status,error,message,records,attempts,started_at,ended_at\n\
            x,eu-west-1,000000000001,\"a, \"\"b\"\"\nc\",FAILED,FromALaterRelease,no,0,0,,\n";
        let rows: Vec<CoverageRow> = csv_rows(csv.as_bytes()).unwrap();
        assert_eq!(rows[0].account_id.as_str(), "000000000001");
        assert_eq!(rows[0].account_name, "a, \"b\"\nc");
        assert_eq!((rows[0].started_at, rows[0].error_kind()), (None, None));
        assert_eq!(rows[0].unit_path, "", "a file of an earlier release has no unit");
    }

    #[test]
    fn a_missing_column_is_named() {
        let error = csv_rows::<CoverageRow>(b"account_id\n000000000001\n").unwrap_err();
        assert!(error.message().contains("account_name"), "{error}");
    }
}
