//! An entry of the ledger as it is stored: the attributes of a DynamoDB item, as plain JSON values
//! (text, numbers, lists of text). Translating them into DynamoDB's types is the AWS crate's.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::contract::ledger::{Entry, Key, LedgerPartition, LedgerRecord, WorkerFailure};
use crate::error::ErrorKind;
use crate::model::record::Record;
use crate::model::region::Region;
use crate::model::timestamp::Timestamp;
use crate::outcome::{Outcome, Verdict};

/// The attributes of an outcome, keys apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OutcomeAttributes {
    /// `SUCCEEDED`, `SKIPPED` or `FAILED`.
    pub status: String,
    /// The error kind; absent for SUCCEEDED.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The reason in words; absent for SUCCEEDED.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// How many attempts wrote an outcome for the target, this one included.
    pub attempts: u32,
    /// When this attempt began with the target.
    pub started_at: Timestamp,
    /// When the attempt ended.
    pub ended_at: Timestamp,
    /// How many records belong to the outcome.
    pub records: u64,
    /// How many requests the operation sent for the target in this attempt.
    pub calls: u64,
    /// The attempt's id; records with another one do not count.
    pub attempt: String,
}

impl From<&Outcome> for OutcomeAttributes {
    fn from(outcome: &Outcome) -> Self {
        let error = outcome.verdict.error();
        Self {
            status: outcome.verdict.status().to_owned(),
            error: error.map(|(kind, _)| kind.name().to_owned()),
            message: error.map_or_else(String::new, |(_, message)| message.to_owned()),
            attempts: outcome.attempts,
            started_at: outcome.started_at,
            ended_at: outcome.ended_at,
            records: outcome.records,
            calls: outcome.calls,
            attempt: outcome.attempt.clone(),
        }
    }
}

impl OutcomeAttributes {
    /// The outcome of the target in `region`, or `None` where status and kind do not belong
    /// together or are of a later release.
    #[must_use]
    pub fn outcome(self, region: Region) -> Option<Outcome> {
        let kind = self.error.as_deref().map(str::parse::<ErrorKind>).transpose().ok()?;
        Some(Outcome {
            region,
            verdict: Verdict::parse(&self.status, kind, &self.message)?,
            attempts: self.attempts,
            started_at: self.started_at,
            ended_at: self.ended_at,
            records: self.records,
            calls: self.calls,
            attempt: self.attempt,
        })
    }
}

/// The attributes of a record, keys apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RecordAttributes {
    /// The attempt that wrote it.
    pub attempt: String,
    /// The cells, in the order of the operation's columns.
    #[serde(alias = "Cells")]
    pub columns: Vec<String>,
}

impl From<&LedgerRecord> for RecordAttributes {
    fn from(entry: &LedgerRecord) -> Self {
        Self { attempt: entry.attempt.clone(), columns: entry.record.cells.clone() }
    }
}

impl RecordAttributes {
    /// The record that `region` knows by `key`.
    #[must_use]
    pub fn record(self, region: Region, key: String) -> LedgerRecord {
        LedgerRecord { region, attempt: self.attempt, record: Record { key, cells: self.columns } }
    }
}

/// The attributes of a worker failure, keys apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FailureAttributes {
    /// Always `WorkerCrashed`, for people who read the table; absent in a journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The error's name, ours or one of Step Functions.
    pub error: String,
    /// The cause as Step Functions passed it.
    pub cause: String,
    /// When the state machine wrote it; absent in a journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<String>,
}

impl From<&WorkerFailure> for FailureAttributes {
    fn from(failure: &WorkerFailure) -> Self {
        let (error, cause) = (failure.error.clone(), failure.cause.clone());
        Self { error, cause, ..Self::default() }
    }
}

impl FailureAttributes {
    /// The failure of the work item that begins with `first_region`.
    #[must_use]
    pub fn failure(self, first_region: Region) -> WorkerFailure {
        WorkerFailure { first_region, error: self.error, cause: self.cause }
    }
}

/// An item of the ledger's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerItem {
    /// The partition key, `Run`.
    pub partition: LedgerPartition,
    /// The entry with its sort key, `Entry`.
    pub entry: Entry,
    /// `ExpiresAt`: when the item expires, in seconds since 1970.
    pub expires_at: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    run: String,
    entry: String,
    expires_at: i64,
}

impl Serialize for LedgerItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Item<T> {
            #[serde(flatten)]
            keys: Keys,
            #[serde(flatten)]
            attributes: T,
        }
        let (run, entry) = (self.partition.partition_key(), self.entry.sort_key());
        let keys = Keys { run, entry, expires_at: self.expires_at };
        match &self.entry {
            Entry::Outcome(outcome) => {
                Item { keys, attributes: OutcomeAttributes::from(outcome) }.serialize(serializer)
            }
            Entry::Record(record) => {
                Item { keys, attributes: RecordAttributes::from(record) }.serialize(serializer)
            }
            Entry::WorkerFailure(failure) => {
                Item { keys, attributes: FailureAttributes::from(failure) }.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for LedgerItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let attributes = Value::Object(Map::deserialize(deserializer)?);
        let keys = Keys::deserialize(&attributes).map_err(D::Error::custom)?;
        let partition = LedgerPartition::parse(&keys.run);
        let partition = partition.ok_or_else(|| D::Error::custom("`Run` is no partition key"))?;
        let entry = entry(&keys.entry, attributes).map_err(D::Error::custom)?;
        let entry = entry.ok_or_else(|| D::Error::custom("`Entry` and its attributes disagree"))?;
        Ok(Self { partition, entry, expires_at: keys.expires_at })
    }
}

/// The entry under the sort key `key`, or `None` where the two do not belong together.
fn entry(key: &str, attributes: Value) -> Result<Option<Entry>, serde_json::Error> {
    Ok(match Key::parse(key) {
        Some(Key::Outcome(region)) => serde_json::from_value::<OutcomeAttributes>(attributes)?
            .outcome(region)
            .map(Entry::Outcome),
        Some(Key::Record(region, key)) => {
            let record = serde_json::from_value::<RecordAttributes>(attributes)?;
            Some(Entry::Record(record.record(region, key)))
        }
        Some(Key::WorkerFailure(region)) => {
            let failure = serde_json::from_value::<FailureAttributes>(attributes)?;
            Some(Entry::WorkerFailure(failure.failure(region)))
        }
        None => None,
    })
}

#[cfg(test)]
mod tests;
