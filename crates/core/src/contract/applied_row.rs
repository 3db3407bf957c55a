//! The columns of `applied.csv`, and of the lines for SQL and the report's rows: what became of each row of a
//! plan. What an outcome means is decided where the rows are worked off.

use crate::model::spec::{Column, Spec};

/// The columns behind those of the target, each with its meaning.
pub const COLUMNS: [(&str, &str); 9] = [
    ("key", "what the row is about, such as the id of a rule"),
    ("action", "what was to be done, in the operation's word"),
    ("outcome", "APPLIED, ALREADY, CHANGED_SINCE_PLAN, HELD or FAILED"),
    ("before", "the state before anything was done, as JSON; empty is nothing"),
    ("after", "the state after it as far as it is known, as JSON; empty is nothing"),
    ("id", "the id of what was made, where the plan could not know it"),
    (
        "request_id",
        "the request that made the change or was refused; empty where its reply was lost",
    ),
    ("error", "the error kind of a row that FAILED, else empty"),
    ("message", "the reason in words; empty where there is nothing to say"),
];

/// The rows of a run that applied a plan of `operation`, declared as records are.
#[must_use]
pub fn spec(operation: &str) -> Spec {
    Spec {
        name: operation.to_owned(),
        columns: COLUMNS.map(|(name, meaning)| Column::new(name, meaning)).to_vec(),
        key: vec!["key".to_owned()],
        ..Spec::default()
    }
}
