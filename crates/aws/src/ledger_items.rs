//! Conversion between the ledger's entries and DynamoDB items. No calls are made here.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use org_operator_core::contract::ledger::{
    Entry, Key, LedgerPartition, LedgerRecord, WorkerFailure, outcome_key, record_key,
};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{Error, ErrorKind, Outcome, Record, Verdict};

/// A DynamoDB item: attributes by name.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The attribute with an outcome's status.
pub(crate) const STATUS: &str = "Status";

/// An attribute with a text.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// An attribute with a number.
pub(crate) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

fn item<const N: usize>(
    partition: &LedgerPartition,
    entry: String,
    rest: [(&str, AttributeValue); N],
) -> Item {
    let keys = [("Run", text(partition.partition_key())), ("Entry", text(entry))];
    keys.into_iter().chain(rest).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The item that stores `outcome`.
pub(crate) fn outcome_item(
    partition: &LedgerPartition,
    outcome: &Outcome,
    expires_at: i64,
) -> Item {
    let mut stored = item(
        partition,
        outcome_key(&outcome.region),
        [
            (STATUS, text(outcome.verdict.status())),
            ("Attempts", number(outcome.attempts)),
            ("StartedAt", text(outcome.started_at.to_string())),
            ("EndedAt", text(outcome.ended_at.to_string())),
            ("Records", number(outcome.records)),
            ("Calls", number(outcome.calls)),
            ("Attempt", text(&outcome.attempt)),
            ("ExpiresAt", number(expires_at)),
        ],
    );
    if let Some((kind, message)) = outcome.verdict.error() {
        stored.insert("Error".to_owned(), text(kind.name()));
        stored.insert("Message".to_owned(), text(message));
    }
    if outcome.unexplained {
        stored.insert("Unexplained".to_owned(), AttributeValue::Bool(true));
    }
    stored
}

/// The item that stores `record`.
pub(crate) fn record_item(
    partition: &LedgerPartition,
    record: &LedgerRecord,
    expires_at: i64,
) -> Item {
    let cells = record.record.cells.iter().map(text).collect();
    item(
        partition,
        record_key(&record.region, &record.record.key),
        [
            ("Attempt", text(&record.attempt)),
            ("Columns", AttributeValue::L(cells)),
            ("ExpiresAt", number(expires_at)),
        ],
    )
}

/// The item's sort key, where it has one.
pub(crate) fn sort_key(item: &Item) -> Option<&str> {
    item.get("Entry")?.as_s().ok().map(String::as_str)
}

/// The entry that an item stores.
///
/// # Errors
/// `OperationFailed` where the item has not the form of an entry: skipping it would make a ledger
/// that cannot be read look empty.
pub(crate) fn entry(item: &Item) -> Result<Entry, Error> {
    let key = sort_key(item).unwrap_or_default();
    let read = match Key::parse(key) {
        Some(Key::Outcome(region)) => outcome(item, region).map(Entry::Outcome),
        Some(Key::Record(region, key)) => record(item, region, key).map(Entry::Record),
        Some(Key::WorkerFailure(region)) => Some(Entry::WorkerFailure(WorkerFailure {
            first_region: region,
            error: string(item, "Error").unwrap_or_default(),
            cause: string(item, "Cause").unwrap_or_default(),
        })),
        None => None,
    };
    read.ok_or_else(|| {
        let message = format!("the ledger has an entry `{key}` that cannot be read");
        Error::new(ErrorKind::OperationFailed, message)
    })
}

fn outcome(item: &Item, region: org_operator_core::Region) -> Option<Outcome> {
    let kind = string(item, "Error").map(|name| name.parse()).transpose().ok()?;
    let message = string(item, "Message").unwrap_or_default();
    Some(Outcome {
        region,
        verdict: Verdict::parse(&string(item, STATUS)?, kind, &message)?,
        attempts: parsed(item, "Attempts")?,
        started_at: Timestamp::parse(&string(item, "StartedAt")?)?,
        ended_at: Timestamp::parse(&string(item, "EndedAt")?)?,
        records: parsed(item, "Records")?,
        calls: parsed(item, "Calls")?,
        attempt: string(item, "Attempt")?,
        unexplained: item.get("Unexplained").is_some_and(|value| value.as_bool() == Ok(&true)),
    })
}

fn record(item: &Item, region: org_operator_core::Region, key: String) -> Option<LedgerRecord> {
    let columns = item.get("Columns")?.as_l().ok()?;
    let cells = columns.iter().map(|cell| cell.as_s().ok().cloned()).collect::<Option<_>>()?;
    Some(LedgerRecord { region, attempt: string(item, "Attempt")?, record: Record { key, cells } })
}

/// The text of an attribute, where the item has it.
pub(crate) fn string(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

fn parsed<T: std::str::FromStr>(item: &Item, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use org_operator_core::{AccountId, Region, RunId};

    fn partition() -> LedgerPartition {
        LedgerPartition {
            run: RunId::parse("r").unwrap(),
            operation: None,
            account: AccountId::parse("111111111111").unwrap(),
        }
    }

    fn region() -> Region {
        Region::parse("eu-west-1").unwrap()
    }

    #[test]
    fn outcomes_and_records_read_back() {
        let now = Timestamp::from_epoch_millis(1_700_000_000_000);
        for verdict in [Verdict::Succeeded, Verdict::of(ErrorKind::AccessDenied, "no")] {
            let unexplained = verdict != Verdict::Succeeded;
            let outcome = Outcome {
                region: region(),
                verdict,
                attempts: 2,
                started_at: now,
                ended_at: now,
                records: 3,
                calls: 4,
                attempt: "a".to_owned(),
                unexplained,
            };
            let read = entry(&outcome_item(&partition(), &outcome, 9)).unwrap();
            assert_eq!(read, Entry::Outcome(outcome));
        }
        let record = LedgerRecord {
            region: region(),
            attempt: "a".to_owned(),
            record: Record { key: "k#1".to_owned(), cells: vec![String::new(), "ü".to_owned()] },
        };
        let item = record_item(&partition(), &record, 9);
        assert_eq!(item["ExpiresAt"], AttributeValue::N("9".to_owned()));
        assert_eq!(entry(&item).unwrap(), Entry::Record(record));
    }

    #[test]
    fn an_unreadable_entry_is_an_error_and_not_skipped() {
        let strange =
            item(&partition(), "outcome#eu-west-1".to_owned(), [("Status", text("FINE"))]);
        assert_eq!(entry(&strange).unwrap_err().kind(), ErrorKind::OperationFailed);
        assert!(entry(&item(&partition(), "note#1".to_owned(), [])).is_err());
    }
}
