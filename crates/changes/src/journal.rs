//! The journal of a run that changes something: a line with the intent before each change, one with the
//! outcome after it. What a process that died left behind is read from it. Files are other crates' part.

use std::collections::{BTreeMap, BTreeSet};

use org_operator_core::contract::document;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{AccountId, Error, Region};
use serde::{Deserialize, Serialize};

use crate::applied::Outcome;
use crate::plan::RowKey;
use crate::settled::Settled;

/// One line of the journal: about one row, either an intent or an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Line {
    /// When it was written.
    pub at: Timestamp,
    /// The row that it is about.
    #[serde(flatten)]
    pub key: RowKey,
    /// The outcome; null says that a change begins.
    pub settled: Option<Settled>,
    /// How many requests were sent about the row since the line before; 0 in journals of earlier releases.
    #[serde(default)]
    pub calls: u64,
}

impl Line {
    /// The line's bytes with the line feed.
    ///
    /// # Errors
    /// `Internal` where it cannot be serialized.
    pub fn bytes(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = document::compact(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// What the journal knows of one row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RowRecord {
    /// The outcome that was written last.
    pub settled: Option<Settled>,
    /// A change was begun, and nobody knows whether it was made.
    pub open: bool,
    /// When the row was first mentioned.
    pub began: Option<Timestamp>,
    /// When it was last mentioned.
    pub ended: Option<Timestamp>,
    /// How many outcomes were written.
    pub attempts: u32,
    /// How many requests were sent about it, in all attempts; 0 in ledgers of earlier releases.
    #[serde(default)]
    pub calls: u64,
}

impl RowRecord {
    /// Whether a run that goes on leaves the row alone.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !self.open && self.settled.as_ref().is_some_and(|settled| settled.outcome.is_final())
    }

    /// Whether the last outcome is FAILED: a run that goes on tries the row again, whatever failed besides.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.settled.as_ref().is_some_and(|settled| settled.outcome == Outcome::Failed)
    }

    /// Whether a change was begun after the last outcome, and nothing says what came of it.
    #[must_use]
    pub fn is_unrecorded(&self) -> bool {
        self.open && self.settled.as_ref().is_none_or(|settled| !settled.open)
    }

    /// Takes one more line about the row.
    pub fn take(&mut self, line: Line) {
        self.began.get_or_insert(line.at);
        self.ended = Some(line.at);
        self.calls += line.calls;
        // An intent without an outcome behind it: the process died in between.
        self.open = line.settled.as_ref().is_none_or(|settled| settled.open);
        if line.settled.is_some() {
            self.attempts += 1;
            self.settled = line.settled;
        }
    }
}

/// What a journal knows of all rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    rows: BTreeMap<RowKey, RowRecord>,
}

impl Journal {
    /// Reads a journal's bytes. A line that was cut when a process died is passed over: what it would
    /// have said is not known, which an intent before it says.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut journal = Self::default();
        let lines = bytes.split(|byte| *byte == b'\n');
        lines
            .filter_map(|line| serde_json::from_slice(line).ok())
            .for_each(|line| journal.take(line));
        journal
    }

    /// A journal of what is known of each row.
    #[must_use]
    pub fn of_rows(rows: impl IntoIterator<Item = (RowKey, RowRecord)>) -> Self {
        Self { rows: rows.into_iter().collect() }
    }

    /// When a row was last mentioned; `None` where none is.
    #[must_use]
    pub fn last(&self) -> Option<Timestamp> {
        self.rows.values().filter_map(|record| record.ended).max()
    }

    /// How many requests were sent about the rows, in all attempts.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.rows.values().map(|record| record.calls).sum()
    }

    /// The targets that have a row whose last outcome is FAILED, each once.
    #[must_use]
    pub fn failed_targets(&self) -> BTreeSet<(&AccountId, &Region)> {
        let failed = self.rows.iter().filter(|(_, record)| record.is_failed());
        failed.map(|(key, _)| (&key.account_id, &key.region)).collect()
    }

    /// Gives a row an outcome that no process wrote.
    pub(crate) fn conclude(&mut self, key: &RowKey, settled: Settled) {
        self.rows.entry(key.clone()).or_default().settled = Some(settled);
    }

    /// Takes one more line.
    pub fn take(&mut self, line: Line) {
        self.rows.entry(line.key.clone()).or_default().take(line);
    }

    /// What is known of a row, or `None` where the journal does not mention it.
    #[must_use]
    pub fn get(&self, key: &RowKey) -> Option<&RowRecord> {
        self.rows.get(key)
    }

    /// What is known of a row; of one that the journal does not mention, nothing.
    #[must_use]
    pub fn of(&self, key: &RowKey) -> RowRecord {
        self.rows.get(key).cloned().unwrap_or_default()
    }
}
