//! Tests of the rules, and the property tests over crashes, lost replies and interleavings.

mod checks;
mod files;
mod guards;
mod properties;
mod rows;
mod world;

use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{AccountId, ErrorKind, Region};
use serde_json::{Value, json};

use crate::{CallProblem, Inverse, PlanRow, RowKey};

pub(crate) fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_epoch_millis(1_795_000_000_000 + milliseconds)
}

pub(crate) fn account(number: u64) -> AccountId {
    AccountId::parse(&format!("{number:012}")).unwrap()
}

pub(crate) fn region() -> Region {
    Region::parse("eu-west-1").unwrap()
}

pub(crate) fn open_rule(number: u64) -> Value {
    json!({"GroupId": "sg-1", "Port": number})
}

/// A row that closes a rule of the account with this number.
pub(crate) fn row(account_number: u64, number: u64) -> PlanRow {
    let key = format!("sgr-{number}");
    PlanRow {
        key: RowKey { account_id: account(account_number), region: region(), key },
        account_name: "shop".to_owned(),
        action: "close".to_owned(),
        before: open_rule(number),
        after: Value::Null,
        reason: "open to the world".to_owned(),
        inverse: Some(Inverse { key: Some(format!("sg-1/{number}")), action: "open".to_owned() }),
    }
}

pub(crate) fn problem(kind: ErrorKind, may_have_happened: bool) -> CallProblem {
    CallProblem { kind, message: "no".to_owned(), request_id: None, may_have_happened }
}
