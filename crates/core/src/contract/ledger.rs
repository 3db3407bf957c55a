//! The ledger's keys and entries; how an entry is stored is [`super::ledger_item`]'s for DynamoDB
//! and [`super::journal`]'s for files.
//!
//! Partition key `Run`, sort key `Entry`. Outcomes sort before records and records before worker
//! failures, so that a reader knows which records count before it reads the first one.

use crate::contract::function_error::FunctionError;
use crate::error::ErrorKind;
use crate::model::id::{AccountId, RunId};
use crate::model::record::Record;
use crate::model::region::Region;
use crate::outcome::Outcome;

const OUTCOME: &str = "outcome";
const RECORD: &str = "record";
const WORKER_FAILURE: &str = "worker-failure";

/// An account's entries of one run: the partition key `<RunId>#<AccountId>`, and for an operation of
/// a suite run `<RunId>#<operation>#<AccountId>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerPartition {
    /// The run's id.
    pub run: RunId,
    /// The operation of a suite run that the entries are of; `None` in a run of one operation, and
    /// for what concerns a work item of a suite run as a whole.
    pub operation: Option<String>,
    /// The account whose targets the entries are about.
    pub account: AccountId,
}

impl LedgerPartition {
    /// The partition key. Neither a run id nor an operation's name has a `#`.
    #[must_use]
    pub fn partition_key(&self) -> String {
        match &self.operation {
            Some(operation) => format!("{}#{operation}#{}", self.run, self.account),
            None => format!("{}#{}", self.run, self.account),
        }
    }

    /// Reads a partition key, or `None` where it has another form.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        let (before, account) = key.rsplit_once('#')?;
        let (run, operation) = match before.split_once('#') {
            Some((run, operation)) => (run, Some(operation.to_owned())),
            None => (before, None),
        };
        Some(Self { run: RunId::parse(run)?, operation, account: AccountId::parse(account)? })
    }

    /// The partition of the work items as a whole: where the state machine records their failures.
    #[must_use]
    pub fn of_work_items(&self) -> Self {
        Self { operation: None, ..self.clone() }
    }
}

/// The sort key of a Region's outcome.
#[must_use]
pub fn outcome_key(region: &Region) -> String {
    format!("{OUTCOME}#{region}")
}

/// The sort key of the record that its Region knows by `key`.
#[must_use]
pub fn record_key(region: &Region, key: &str) -> String {
    format!("{RECORD}#{region}#{key}")
}

/// The sort key after which a Region's records begin.
#[must_use]
pub fn before_records(region: &Region) -> String {
    format!("{RECORD}#{region}")
}

/// The sort key of the failure of the work item that begins with `first_region`.
#[must_use]
pub fn worker_failure_key(first_region: &Region) -> String {
    format!("{WORKER_FAILURE}#{first_region}")
}

/// The prefix of the sort keys of all outcomes.
#[must_use]
pub fn outcome_prefix() -> String {
    format!("{OUTCOME}#")
}

/// One entry of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The last word on a target.
    Outcome(Outcome),
    /// A record with the attempt that wrote it.
    Record(LedgerRecord),
    /// The state machine gave up on a work item.
    WorkerFailure(WorkerFailure),
}

impl Entry {
    /// The sort key that the entry is stored under.
    #[must_use]
    pub fn sort_key(&self) -> String {
        match self {
            Self::Outcome(outcome) => outcome_key(&outcome.region),
            Self::Record(entry) => record_key(&entry.region, &entry.record.key),
            Self::WorkerFailure(failure) => worker_failure_key(&failure.first_region),
        }
    }
}

/// A record as the ledger holds it: with its Region and the attempt that wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRecord {
    /// The Region in which it was found.
    pub region: Region,
    /// The attempt that wrote it: the record counts only if the Region's outcome has the same.
    pub attempt: String,
    /// The key and the cells.
    pub record: Record,
}

/// The failure of a work item, which the state machine's `RecordFailure` writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerFailure {
    /// The first Region of the work item, by which the work item is found.
    pub first_region: Region,
    /// The error's name, ours or one of Step Functions.
    pub error: String,
    /// The cause as Step Functions passed it: a function's error as JSON, or plain text.
    pub cause: String,
}

impl WorkerFailure {
    /// The message of the targets that the work item left without an outcome.
    #[must_use]
    pub fn text(&self) -> String {
        let parsed = FunctionError::parse(&self.cause);
        let message = parsed.as_ref().map_or(self.cause.as_str(), |error| &error.error_message);
        format!("{}: {}: {message}", ErrorKind::WorkerCrashed, self.error)
    }
}

/// A parsed sort key: the kind of the entry and the target it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// `outcome#<Region>`: how a target ended.
    Outcome(Region),
    /// `record#<Region>#<key>`: a record of a target.
    Record(Region, String),
    /// `worker-failure#<first Region>`
    WorkerFailure(Region),
}

impl Key {
    /// Reads a sort key, or `None` where it has another form.
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
        let (run, account) = (RunId::parse("r"), AccountId::parse("111111111111"));
        let partition =
            LedgerPartition { run: run.unwrap(), operation: None, account: account.unwrap() };
        assert_eq!(partition.partition_key(), "r#111111111111");
        let of_suite = LedgerPartition { operation: Some("vpcs".to_owned()), ..partition.clone() };
        assert_eq!(of_suite.partition_key(), "r#vpcs#111111111111");
        assert_eq!(of_suite.of_work_items(), partition);
        for partition in [partition, of_suite] {
            assert_eq!(LedgerPartition::parse(&partition.partition_key()), Some(partition));
        }
        assert_eq!(LedgerPartition::parse("111111111111"), None);
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
            [outcome_key(&region()), record_key(&region(), "a"), worker_failure_key(&region())];
        assert!(keys.is_sorted());
    }

    #[test]
    fn a_failures_text_has_the_message_of_a_json_cause() {
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
