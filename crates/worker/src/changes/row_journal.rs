//! What working off rows needs of a journal, be it a file or the ledger.

use std::future::Future;

use org_operator_changes::{Hold, Line, RowKey, RowRecord};
use org_operator_core::{AccountId, Error, Region};

/// Where a run writes down what it begins and what came of it, for good before each call returns.
pub trait RowJournal: Sync {
    /// What is known of a row.
    fn of(&self, key: &RowKey) -> RowRecord;

    /// Writes a line; one that cannot be written must be taken for not written.
    fn append(&self, line: Line) -> impl Future<Output = Result<(), Error>> + Send;

    /// Counts a target that failed, once however often it is told.
    fn failed(
        &self,
        account: &AccountId,
        region: &Region,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// What stops every row that is left because too many targets failed.
    fn failures(&self) -> impl Future<Output = Result<Option<Hold>, Error>> + Send;
}
