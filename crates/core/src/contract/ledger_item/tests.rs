//! Items of the ledger: what is written is read, and what belongs to no entry is refused.

use super::*;
use crate::model::id::{AccountId, RunId};
use serde_json::json;

fn region() -> Region {
    Region::parse("eu-west-1").unwrap()
}

fn item(entry: Entry) -> LedgerItem {
    let (run, account) = (RunId::parse("r").unwrap(), AccountId::parse("000000000001").unwrap());
    LedgerItem {
        partition: LedgerPartition { run, operation: None, account },
        entry,
        expires_at: 9,
    }
}

fn outcome(verdict: Verdict) -> Entry {
    let now = Timestamp::from_epoch_millis(1_700_000_000_000);
    Entry::Outcome(Outcome {
        region: region(),
        verdict,
        attempts: 2,
        started_at: now,
        ended_at: now,
        records: 3,
        calls: 4,
        attempt: "a".to_owned(),
        unexplained: false,
    })
}

#[test]
fn every_kind_of_entry_reads_back() {
    let record = Record { key: "k#1".to_owned(), cells: vec![String::new(), "ü\n".to_owned()] };
    let record = LedgerRecord { region: region(), attempt: "a".to_owned(), record };
    let (error, cause) = ("Lambda.Unknown".to_owned(), "{}".to_owned());
    let failure = WorkerFailure { first_region: region(), error, cause };
    for entry in [
        outcome(Verdict::Succeeded),
        outcome(Verdict::of(ErrorKind::AccessDenied, "no")),
        Entry::Record(record),
        Entry::WorkerFailure(failure),
    ] {
        let item = item(entry);
        let json = serde_json::to_value(&item).unwrap();
        assert_eq!(serde_json::from_value::<LedgerItem>(json).unwrap(), item);
    }
}

#[test]
fn a_success_has_neither_error_nor_message() {
    let json = serde_json::to_value(item(outcome(Verdict::Succeeded))).unwrap();
    assert_eq!((json.get("Error"), json.get("Message")), (None, None));
    assert_eq!(json["Run"], "r#000000000001");
    assert_eq!(json["Entry"], "outcome#eu-west-1");
}

#[test]
fn attributes_that_do_not_belong_together_are_refused() {
    let good = serde_json::to_value(item(outcome(Verdict::Succeeded))).unwrap();
    for (name, value) in [
        ("Entry", json!("note#1")),
        ("Run", json!("r")),
        ("Status", json!("FINE")),
        ("Error", json!("Throttled")),
        ("Attempts", json!("two")),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        assert!(serde_json::from_value::<LedgerItem>(bad).is_err(), "{name}");
    }
}
