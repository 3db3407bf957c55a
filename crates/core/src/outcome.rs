//! The outcome of a target: the last word on it, and the commit marker of its records.

pub mod classification;
mod codes;

use std::fmt;

use crate::error::ErrorKind;
use crate::model::region::Region;
use crate::model::timestamp::Timestamp;

/// Longer messages are cut: one message must never fill a ledger item or a CSV row.
const MESSAGE_CHARS: usize = 500;

/// The status of a target without an answer.
pub const FAILED: &str = "FAILED";

/// What became of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The operation ran; its records are the truth.
    Succeeded,
    /// The target cannot be asked, and that is the answer.
    Skipped(ErrorKind, String),
    /// The target has no answer.
    Failed(ErrorKind, String),
}

impl Verdict {
    /// SKIPPED or FAILED, as `kind` has it.
    #[must_use]
    pub fn of(kind: ErrorKind, message: &str) -> Self {
        let message = one_line(message);
        if kind.is_skip() { Self::Skipped(kind, message) } else { Self::Failed(kind, message) }
    }

    /// The word in the ledger and in `coverage.csv`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self {
            Self::Succeeded => "SUCCEEDED",
            Self::Skipped(..) => "SKIPPED",
            Self::Failed(..) => FAILED,
        }
    }

    /// The verdict that a status, an error kind and a message name, or `None` where they name none.
    #[must_use]
    pub fn parse(status: &str, kind: Option<ErrorKind>, message: &str) -> Option<Self> {
        match (status, kind) {
            ("SUCCEEDED", None) => Some(Self::Succeeded),
            ("SKIPPED", Some(kind)) => Some(Self::Skipped(kind, message.to_owned())),
            (FAILED, Some(kind)) => Some(Self::Failed(kind, message.to_owned())),
            _ => None,
        }
    }

    /// The error kind and the message, where there are any.
    #[must_use]
    pub fn error(&self) -> Option<(ErrorKind, &str)> {
        match self {
            Self::Succeeded => None,
            Self::Skipped(kind, message) | Self::Failed(kind, message) => Some((*kind, message)),
        }
    }

    /// Whether a later attempt leaves this target alone.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Failed(..))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.status())
    }
}

/// The outcome of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The target's Region; the account is known from where the outcome lies.
    pub region: Region,
    /// What became of it.
    pub verdict: Verdict,
    /// How many attempts have written an outcome for this target, this one included.
    pub attempts: u32,
    /// When this attempt began with this target.
    pub started_at: Timestamp,
    /// When the attempt ended.
    pub ended_at: Timestamp,
    /// How many records carry this outcome's attempt id.
    pub records: u64,
    /// How many requests went out for it in this attempt, the SDK's own retries included.
    pub calls: u64,
    /// The attempt's id: only records that carry it count.
    pub attempt: String,
}

/// `message` on one line and cut to size, without EC2's encoded blob, which tells a person nothing.
#[must_use]
pub fn one_line(message: &str) -> String {
    let plain = message.split("Encoded authorization failure message").next().unwrap_or_default();
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MESSAGE_CHARS) {
        None => line,
        Some((cut, _)) => format!("{}…", &line[..cut]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_reads_back_from_its_parts() {
        let verdicts = [
            Verdict::Succeeded,
            Verdict::of(ErrorKind::RegionDisabled, "off"),
            Verdict::of(ErrorKind::AccessDenied, "no"),
        ];
        for verdict in verdicts {
            let (kind, message) = verdict.error().map_or((None, ""), |(k, m)| (Some(k), m));
            assert_eq!(Verdict::parse(verdict.status(), kind, message), Some(verdict.clone()));
        }
        assert_eq!(Verdict::parse("SUCCEEDED", Some(ErrorKind::Throttled), ""), None);
        assert_eq!(Verdict::parse("FAILED", None, ""), None);
    }

    #[test]
    fn messages_are_one_short_line_without_the_encoded_blob() {
        let message = "You are not authorized.\n Encoded authorization failure message: AAAA";
        assert_eq!(one_line(message), "You are not authorized.");
        assert!(one_line(&"é".repeat(10_000)).chars().count() <= MESSAGE_CHARS + 1);
    }
}
