//! The ledger's keys and entries as plain data; the table itself is the AWS crate's business.
//!
//! Partition key `Run`, sort key `Entry`. Outcomes sort before records and records before worker
//! failures, so that a reader knows what counts before it meets the first record.

use crate::error::ErrorKind;
use crate::model::id::{AccountId, RunId};
use crate::model::record::Record;
use crate::model::region::Region;
use crate::outcome::Outcome;

const OUTCOME: &str = "outcome";
const RECORD: &str = "record";
const WORKER_FAILURE: &str = "worker-failure";

/// An account's entries of one run: the partition key `<RunId>#<AccountId>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerPartition {
    /// The run.
    pub run: RunId,
    /// The account.
    pub account: AccountId,
}

impl LedgerPartition {
    /// The partition key.
    #[must_use]
    pub fn partition_key(&self) -> String {
        format!("{}#{}", self.run, self.account)
    }
}

/// The sort key of a Region's outcome.
#[must_use]
pub fn outcome_key(region: &Region) -> String {
    format!("{OUTCOME}#{region}")
}

/// The sort key of a record.
#[must_use]
pub fn record_key(region: &Region, key: &str) -> String {
    format!("{RECORD}#{region}#{key}")
}

/// A sort key that the Region's records come right behind of.
#[must_use]
pub fn before_records(region: &Region) -> String {
    format!("{RECORD}#{region}")
}

/// What all outcomes' sort keys begin with.
#[must_use]
pub fn outcome_prefix() -> String {
    format!("{OUTCOME}#")
}

/// One entry of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The last word on a target.
    Outcome(Outcome),
    /// A record, with the attempt that wrote it.
    Record(LedgerRecord),
    /// The state machine gave up on a work item.
    WorkerFailure(WorkerFailure),
}

/// A record with where it lies and who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRecord {
    /// The Region it was found in.
    pub region: Region,
    /// The attempt that wrote it; it counts only where the Region's outcome has the same.
    pub attempt: String,
    /// The record.
    pub record: Record,
}

/// What the state machine's `RecordFailure` wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerFailure {
    /// The first Region of the work item that was given up.
    pub first_region: Region,
    /// The error's name, ours or Step Functions'.
    pub error: String,
    /// Its cause, as Step Functions has it.
    pub cause: String,
}

impl WorkerFailure {
    /// The failure in words, for the message of the targets it left without an outcome.
    #[must_use]
    pub fn text(&self) -> String {
        let said = serde_json::from_str::<serde_json::Value>(&self.cause).ok();
        let message = said.as_ref().and_then(|cause| cause["errorMessage"].as_str());
        format!("{}: {}: {}", ErrorKind::WorkerCrashed, self.error, message.unwrap_or(&self.cause))
    }
}

/// What a sort key says about its entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// `outcome#<Region>`
    Outcome(Region),
    /// `record#<Region>#<key>`
    Record(Region, String),
    /// `worker-failure#<first Region>`
    WorkerFailure(Region),
}

impl Key {
    /// Reads a sort key, or `None` where it is none of ours.
    #[must_use]
    pub fn parse(entry: &str) -> Option<Self> {
        let (kind, rest) = entry.split_once('#')?;
        match kind {
            OUTCOME => Region::parse(rest).map(Self::Outcome),
            WORKER_FAILURE => Region::parse(rest).map(Self::WorkerFailure),
            RECORD => {
                let (region, key) = rest.split_once('#')?;
                Some(Self::Record(Region::parse(region)?, key.to_owned()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region() -> Region {
        Region::parse("eu-west-1").unwrap()
    }

    #[test]
    fn keys_read_back() {
        assert_eq!(Key::parse(&outcome_key(&region())), Some(Key::Outcome(region())));
        let record = record_key(&region(), "rtb-1#10.0.0.0/8");
        let read = Key::parse(&record);
        assert_eq!(read, Some(Key::Record(region(), "rtb-1#10.0.0.0/8".to_owned())));
        assert_eq!(Key::parse("worker-failure#eu-west-1"), Some(Key::WorkerFailure(region())));
        assert_eq!(Key::parse("something#else"), None);
    }

    #[test]
    fn outcomes_sort_before_records_before_failures() {
        let keys =
            [outcome_key(&region()), record_key(&region(), "a"), "worker-failure#x".to_owned()];
        assert!(keys.is_sorted());
    }

    #[test]
    fn a_workers_failure_speaks_in_its_own_words() {
        let failure = |cause: &str| WorkerFailure {
            first_region: region(),
            error: "Lambda.Unknown".to_owned(),
            cause: cause.to_owned(),
        };
        let json = failure(r#"{"errorType":"x","errorMessage":"exit status: 137"}"#);
        assert_eq!(json.text(), "WorkerCrashed: Lambda.Unknown: exit status: 137");
        assert_eq!(failure("plain").text(), "WorkerCrashed: Lambda.Unknown: plain");
    }
}
