//! The ledger as the journal of an account's rows. An item is written only where it is still the one that
//! this worker read: what another worker wrote in between is never lost.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use org_operator_changes::book::{AccountBook, AccountTask, RowState, state_item};
use org_operator_changes::{Hold, Line, PlanRow, RowKey, RowRecord};
use org_operator_core::contract::change_item::{
    ChangeItem, account_partition, failed_target, failures_partition,
};
use org_operator_core::ports::ChangeLedger;
use org_operator_core::{AccountId, Error, ErrorKind, Region};

use super::RowJournal;
use crate::Attempt;

/// The rows of an account, as the ledger knows them.
pub(super) struct LedgerJournal<'a, L> {
    ledger: &'a L,
    attempt: &'a Attempt,
    partition: String,
    failures: String,
    allowed: Option<u64>,
    numbers: BTreeMap<RowKey, u64>,
    states: Mutex<BTreeMap<u64, RowState>>,
    written: AtomicU64,
}

impl<'a, L: ChangeLedger> LedgerJournal<'a, L> {
    /// The journal of `book`'s rows, of which `task` is about.
    pub(super) fn new(
        ledger: &'a L,
        attempt: &'a Attempt,
        account: &AccountId,
        book: AccountBook,
        task: &AccountTask,
    ) -> Self {
        let key = |(number, row): (u64, PlanRow)| (row.key, number);
        Self {
            ledger,
            attempt,
            partition: account_partition(&attempt.run, account),
            failures: failures_partition(&attempt.run, &task.execution),
            allowed: task.failures_allowed,
            numbers: book.rows.into_iter().map(key).collect(),
            states: Mutex::new(book.states),
            written: AtomicU64::new(0),
        }
    }

    fn states(&self) -> MutexGuard<'_, BTreeMap<u64, RowState>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state of a row with one line more, and the stamp of the one before.
    fn next(&self, number: u64, line: Line) -> (RowState, Option<String>) {
        let (before, mut record) = match self.states().get(&number) {
            Some(state) => (Some(state.stamp.clone()), state.record.clone()),
            None => (None, RowRecord::default()),
        };
        record.take(line);
        let written = self.written.fetch_add(1, Ordering::Relaxed);
        (RowState { stamp: format!("{}.{written}", self.attempt.id), record }, before)
    }

    /// Whether the item is this worker's: a swap whose answer was lost is told as failed.
    async fn is_own(&self, item: &ChangeItem) -> Result<bool, Error> {
        let found = self.ledger.change_items(&self.partition, &item.entry, Some(1)).await?;
        Ok(found.first().is_some_and(|found| found.stamp == item.stamp))
    }
}

impl<L: ChangeLedger> RowJournal for LedgerJournal<'_, L> {
    fn of(&self, key: &RowKey) -> RowRecord {
        let state = self
            .numbers
            .get(key)
            .and_then(|number| Some(self.states().get(number)?.record.clone()));
        state.unwrap_or_default()
    }

    async fn append(&self, line: Line) -> Result<(), Error> {
        let number = self.numbers.get(&line.key).copied();
        let number = number.ok_or_else(|| Error::internal("a row that is not in the ledger"))?;
        let (state, before) = self.next(number, line);
        let item = state_item(number, &state)?;
        let expected = before.as_deref().unwrap_or(&item.stamp);
        let expires_at = self.attempt.expires_at;
        let swapped =
            self.ledger.swap_change_item(&self.partition, &item, expected, expires_at).await?;
        if !swapped && !self.is_own(&item).await? {
            let message = "another worker wrote about the same row; what it did is read again";
            return Err(Error::new(ErrorKind::Transient, message));
        }
        self.states().insert(number, state);
        Ok(())
    }

    async fn failed(&self, account: &AccountId, region: &Region) -> Result<(), Error> {
        let entry = failed_target(account, region);
        let item = ChangeItem { entry, stamp: self.attempt.id.clone(), body: "{}".to_owned() };
        let items = std::slice::from_ref(&item);
        self.ledger.put_change_items(&self.failures, items, self.attempt.expires_at).await
    }

    /// Reads no more targets than tell that there are too many.
    async fn failures(&self) -> Result<Option<Hold>, Error> {
        let Some(allowed) = self.allowed else { return Ok(None) };
        let most = u16::try_from(allowed + 1).ok();
        let failed = self.ledger.change_items(&self.failures, "", most).await?.len() as u64;
        Ok((failed > allowed).then_some(Hold::Failures { failed, allowed }))
    }
}
