//! The worker step of a run that changes something: the rows of one account, within one invocation.

use std::collections::BTreeMap;
use std::time::Duration;

use org_operator_changes::book::{AccountBook, AccountTask};
use org_operator_changes::{PlanRow, Protected, by_target};
use org_operator_core::contract::change_item::account_partition;
use org_operator_core::input::violation::{Expected, Violations};
use org_operator_core::outcome::one_line;
use org_operator_core::ports::{ChangeLedger, Clock};
use org_operator_core::{AccountId, Error, ErrorKind, WorkerEvent, WorkerResult};
use org_operator_operations::change::names;
use org_operator_operations::{Change, change_of};
use tokio::time::{Instant, timeout_at};

use super::lease::Lease;
use super::ledger_journal::LedgerJournal;
use super::{Applying, RowGuards, RowJournal};
use crate::{Attempt, Members, Worker};

/// So long before the end nothing more is begun; of a short time, a quarter of it.
const LAST_ROWS: Duration = Duration::from_mins(1);

impl<M: Members, L: ChangeLedger, C: Clock> Worker<M, L, C> {
    /// Applies the rows that the ledger has of the event's account, as far as they have no final
    /// outcome. Another worker that is at work there is waited for.
    ///
    /// # Errors
    /// `InvalidRequest` for an operation that changes nothing; `DeadlineExceeded` where rows are left,
    /// and the kind of a row that failed for a moment, so that the state machine tries again; any kind
    /// where the ledger fails.
    pub async fn apply(
        &self,
        event: &WorkerEvent,
        attempt: &Attempt,
    ) -> Result<WorkerResult, Error> {
        self.apply_change(changing(&event.operation)?, event, attempt).await
    }

    async fn apply_change(
        &self,
        change: &dyn Change,
        event: &WorkerEvent,
        attempt: &Attempt,
    ) -> Result<WorkerResult, Error> {
        let account = &event.item.account_id;
        let deadline = Instant::now() + attempt.time_left;
        let partition = account_partition(&attempt.run, account);
        let lease = Lease {
            ledger: &self.ledger,
            clock: &self.clock,
            partition: &partition,
            holder: &attempt.id,
            expires_at: attempt.expires_at,
        };
        let working = timeout_at(deadline, self.rows(change, event, attempt, deadline));
        let in_time = async { working.await.unwrap_or_else(|_| Err(late(account))) };
        lease.held(deadline, in_time).await
    }

    async fn rows(
        &self,
        change: &dyn Change,
        event: &WorkerEvent,
        attempt: &Attempt,
        deadline: Instant,
    ) -> Result<WorkerResult, Error> {
        let account = &event.item.account_id;
        let partition = account_partition(&attempt.run, account);
        let book = AccountBook::read(&self.ledger.change_items(&partition, "", None).await?)?;
        let task = book.task.clone().ok_or_else(|| nothing_planned(account))?;
        let regions = &event.item.regions;
        let rows: Vec<PlanRow> =
            book.rows.values().filter(|row| regions.contains(&row.key.region)).cloned().collect();
        if task.hold.is_some() {
            return Ok(counted(account, regions.len() as u64, 0));
        }
        let journal = LedgerJournal::new(&self.ledger, attempt, account, book, &task);
        let guards = guards(&task);
        let applying = Applying::new(change, &self.members, &attempt.run, &rows, guards, journal)?;
        let applying = applying.clocked(&self.clock).until(deadline - reserve(attempt.time_left));
        applying.all().await?;
        let is_late = applying.is_late();
        ended(account, &rows, &applying.into_journal(), is_late)
    }
}

fn guards(task: &AccountTask) -> RowGuards {
    let tag_keys = task.protected_tag_keys.clone();
    let protected = Protected { tag_keys, ..Protected::default() };
    RowGuards { holds: BTreeMap::new(), canary: None, protected }
}

fn reserve(time_left: Duration) -> Duration {
    LAST_ROWS.min(time_left / 4)
}

/// The counts of targets, or the error that makes the state machine try again.
fn ended(
    account: &AccountId,
    rows: &[PlanRow],
    journal: &impl RowJournal,
    is_late: bool,
) -> Result<WorkerResult, Error> {
    if is_late {
        return Err(late(account));
    }
    let (mut targets, mut succeeded, mut again) = (0, 0, None);
    for target in by_target(rows) {
        let records: Vec<_> = target.iter().map(|row| journal.of(&row.key)).collect();
        targets += 1;
        succeeded += u64::from(records.iter().all(org_operator_changes::RowRecord::is_final));
        let settled = records.into_iter().filter_map(|record| record.settled);
        let mut failed = settled.filter_map(|settled| Some((settled.error?, settled.message)));
        again = again.or_else(|| failed.find(|(kind, _)| kind.is_retryable()));
    }
    match again {
        Some((kind, message)) => Err(Error::new(kind, one_line(&format!("{account}: {message}")))),
        None => Ok(counted(account, targets, succeeded)),
    }
}

fn counted(account: &AccountId, targets: u64, succeeded: u64) -> WorkerResult {
    let account_id = account.clone();
    WorkerResult { account_id, succeeded, skipped: 0, failed: targets - succeeded }
}

fn late(account: &AccountId) -> Error {
    let message = format!("{account}: rows are left, and the invocation's time is used up");
    Error::new(ErrorKind::DeadlineExceeded, message)
}

fn nothing_planned(account: &AccountId) -> Error {
    Error::invalid(format!("{account}: the ledger has no rows of the run, which Fanout writes"))
}

fn changing(operation: &str) -> Result<&'static dyn Change, Error> {
    let mut violations = Violations::default();
    let change = change_of(operation);
    if change.is_none() {
        let allowed = "an operation that changes something";
        let expected = Expected::name(allowed, operation, names());
        violations.note_text("Operation", format!("\"{operation}\""), expected);
    }
    violations.into_result("worker event", change)
}

#[cfg(test)]
#[path = "../tests/applying.rs"]
mod tests;
