//! The ledger's items of a run that changes something: which partitions and sort keys there are. What
//! an item's body says is the crate `changes`' part, how it is stored the adapter's.

use crate::model::id::{AccountId, RunId};
use crate::model::region::Region;

/// The sort key of what the account's worker needs to know of the run.
pub const TASK: &str = "task";
/// The sort key of the mark of the worker that is at work in the account.
pub const LEASE: &str = "lease";
/// What the sort keys of an account's rows of the plan begin with.
pub const ROWS: &str = "row#";
/// What the sort keys of what became of the rows begin with.
pub const STATES: &str = "state#";

/// An item of the ledger that is written only where the one in its place is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeItem {
    /// The sort key.
    pub entry: String,
    /// What tells this version of the item from all others.
    pub stamp: String,
    /// A JSON document.
    pub body: String,
}

/// The partition key of an account's items of a run.
#[must_use]
pub fn account_partition(run: &RunId, account: &AccountId) -> String {
    format!("{run}#changes#{account}")
}

/// The partition key of the targets that failed in one execution of a run: one item each.
#[must_use]
pub fn failures_partition(run: &RunId, execution: &RunId) -> String {
    format!("{run}#failures#{execution}")
}

/// The partition key of who applies the plan of a run of `operation`, or takes the run back.
#[must_use]
pub fn claims_partition(run: &RunId, operation: &str) -> String {
    format!("{run}#claims#{operation}")
}

/// The sort key of a target that failed.
#[must_use]
pub fn failed_target(account: &AccountId, region: &Region) -> String {
    format!("{account}#{region}")
}

/// The sort key of the row with this number in the plan: rows sort as they do there.
#[must_use]
pub fn row_entry(number: u64) -> String {
    format!("{ROWS}{number:012}")
}

/// The sort key of what became of the row with this number.
#[must_use]
pub fn state_entry(number: u64) -> String {
    format!("{STATES}{number:012}")
}

/// The number in a sort key that begins with `prefix`.
#[must_use]
pub fn number(entry: &str, prefix: &str) -> Option<u64> {
    entry.strip_prefix(prefix)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_sort_by_their_number_and_read_back() {
        assert!(row_entry(9) < row_entry(10));
        assert_eq!(number(&row_entry(10), ROWS), Some(10));
        assert_eq!(number(&state_entry(7), STATES), Some(7));
        assert_eq!(number(&state_entry(7), ROWS), None);
    }
}
