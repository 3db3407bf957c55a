//! A line of a journal, which is the ledger of a run on one machine: one JSON object per entry.
//! Files and the order of writes are the local crate's.

use serde::{Deserialize, Serialize};

use crate::contract::document;
use crate::contract::ledger::{
    Entry, Key, LedgerRecord, WorkerFailure, outcome_key, record_key, worker_failure_key,
};
use crate::contract::ledger_item::{FailureAttributes, OutcomeAttributes, RecordAttributes};
use crate::error::Error;
use crate::outcome::Outcome;

/// A line: the entry's sort key, and one of the three kinds of attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct JournalLine {
    /// The entry's sort key.
    pub entry: String,
    /// The attributes of an outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeAttributes>,
    /// The attributes of a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordAttributes>,
    /// The attributes of a worker failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureAttributes>,
}

impl From<&Outcome> for JournalLine {
    fn from(outcome: &Outcome) -> Self {
        let entry = outcome_key(&outcome.region);
        Self { entry, outcome: Some(outcome.into()), ..Self::default() }
    }
}

impl From<&LedgerRecord> for JournalLine {
    fn from(record: &LedgerRecord) -> Self {
        let entry = record_key(&record.region, &record.record.key);
        Self { entry, record: Some(record.into()), ..Self::default() }
    }
}

impl From<&WorkerFailure> for JournalLine {
    fn from(failure: &WorkerFailure) -> Self {
        let entry = worker_failure_key(&failure.first_region);
        Self { entry, failure: Some(failure.into()), ..Self::default() }
    }
}

impl JournalLine {
    /// Appends the line with its line feed to `lines`.
    ///
    /// # Errors
    /// `Internal` where it cannot be serialized.
    pub fn write(&self, lines: &mut Vec<u8>) -> Result<(), Error> {
        document::line(self, lines)
    }

    /// The entry of a line with its sort key, or `None` for a line that was cut when a process
    /// died, and for one that a later release wrote in a way that this one does not know.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<(String, Entry)> {
        let Self { entry: key, outcome, record, failure } = serde_json::from_slice(line).ok()?;
        let entry = match (Key::parse(&key)?, outcome, record, failure) {
            (Key::Outcome(region), Some(outcome), None, None) => {
                Entry::Outcome(outcome.outcome(region)?)
            }
            (Key::Record(region, key), None, Some(record), None) => {
                Entry::Record(record.record(region, key))
            }
            (Key::WorkerFailure(region), None, None, Some(failure)) => {
                Entry::WorkerFailure(failure.failure(region))
            }
            _ => return None,
        };
        Some((key, entry))
    }

    /// Whether a line is an outcome's, told by its first bytes without parsing it.
    #[must_use]
    pub fn is_outcome(line: &[u8]) -> bool {
        line.starts_with(b"{\"Entry\":\"outcome#")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::region::Region;
    use crate::model::timestamp::Timestamp;
    use crate::outcome::Verdict;

    #[test]
    fn a_line_of_an_earlier_build_is_read() {
        let outcome = br#"{"Entry":"outcome#eu-west-1","Outcome":{"Status":"SUCCEEDED","Error":null,"Message":"","Attempts":1,"StartedAt":"2026-11-22T05:00:00.123Z","EndedAt":"2026-11-22T05:00:00.123Z","Records":1,"Calls":1,"Attempt":"a"}}"#;
        assert!(JournalLine::is_outcome(outcome));
        assert!(JournalLine::parse(outcome).is_some());
        let record = br#"{"Entry":"record#eu-west-1#k","Record":{"Attempt":"a","Cells":["x"]}}"#;
        let (_, entry) = JournalLine::parse(record).unwrap();
        assert!(matches!(entry, Entry::Record(record) if record.record.cells == ["x"]));
    }

    fn written(line: &JournalLine) -> Vec<u8> {
        let mut lines = Vec::new();
        line.write(&mut lines).unwrap();
        lines
    }

    #[test]
    fn only_an_outcome_begins_as_one_and_every_line_reads_back() {
        let region = Region::parse("eu-west-1").unwrap();
        let now = Timestamp::from_epoch_millis(0);
        let outcome = Outcome {
            region: region.clone(),
            verdict: Verdict::Succeeded,
            attempts: 1,
            started_at: now,
            ended_at: now,
            records: 0,
            calls: 0,
            attempt: "a".to_owned(),
            unexplained: false,
        };
        let line = written(&JournalLine::from(&outcome));
        assert!(JournalLine::is_outcome(&line) && line.ends_with(b"}\n"));
        assert_eq!(JournalLine::parse(&line).unwrap().1, Entry::Outcome(outcome));
        let (error, cause) = ("x".to_owned(), "y".to_owned());
        let failure = WorkerFailure { first_region: region, error, cause };
        let line = written(&JournalLine::from(&failure));
        assert!(!JournalLine::is_outcome(&line));
        assert_eq!(JournalLine::parse(&line).unwrap().1, Entry::WorkerFailure(failure));
    }
}
