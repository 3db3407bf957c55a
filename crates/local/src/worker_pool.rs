//! The worker pool of a local run: runs many work items at the same time and retries each as the
//! state machine would. Every work item ends with outcomes or a worker failure in the journal.

mod open_accounts;

use std::collections::VecDeque;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use org_operator_aws::SystemClock;
use org_operator_core::contract::ledger::{LedgerPartition, WorkerFailure};
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::Scope;
use org_operator_core::report::coverage::final_regions;
use org_operator_core::{
    AccountId, Error, ErrorKind, Region, RunId, WorkItem, WorkerEvent, WorkerResult,
};
use org_operator_worker::changes::jittered;
use org_operator_worker::{Attempt, Members, Worker};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};

use crate::assume_role_gate::AssumeRoleGate;
use crate::journal::Journal;
use crate::limit::{Limit, Observed};
use crate::progress::Progress;
use crate::retry::{AttemptError, Retries};
use open_accounts::OpenAccounts;

/// The time limit of one Region, and of assuming a role: Lambda's longest invocation.
const TIME_LIMIT: Duration = Duration::from_mins(15);

/// How the pool's work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every work item was run to its last attempt.
    Finished,
    /// A stop was requested; the journal has what was finished.
    Stopped,
}

/// Work items as they become known; the sender's end is the end of the list.
pub type Incoming = UnboundedReceiver<Vec<WorkItem>>;

/// Runs a plan's work items.
pub struct WorkerPool<M> {
    worker: Worker<AssumeRoleGate<M>, Observed<Journal>, SystemClock>,
    plan: RunPlan,
    execution: RunId,
    attempts: AtomicU64,
    limit: Arc<Limit>,
    progress: Arc<Progress>,
}

impl<M: Members + Send + 'static> WorkerPool<M> {
    /// A pool that runs as many targets at the same time as `limit` allows; `execution` makes the ids
    /// of its attempts unique.
    pub fn new(
        members: M,
        journal: Journal,
        plan: RunPlan,
        execution: RunId,
        limit: Arc<Limit>,
        progress: Arc<Progress>,
    ) -> Self {
        let gate = AssumeRoleGate::new(members, Arc::clone(&limit.targets));
        let ledger = Observed { ledger: journal, limit: Arc::clone(&limit) };
        let mut worker = Worker::new(gate, ledger, SystemClock);
        worker.permits = Some(Arc::clone(&limit.targets));
        Self { worker, plan, execution, attempts: AtomicU64::new(0), limit, progress }
    }

    /// Runs every work item that comes, or stops when `stop` resolves.
    ///
    /// # Errors
    /// Where the journal cannot be written: without it a run could not be resumed.
    pub async fn work(
        self: Arc<Self>,
        items: Incoming,
        stop: impl Future<Output = ()>,
    ) -> Result<Ended, Error> {
        let mut tasks = JoinSet::new();
        let ended = tokio::select! {
            biased;
            () = stop => Ok(Ended::Stopped),
            finished = self.run_all(items, &mut tasks) => finished.map(|()| Ended::Finished),
        };
        // Journal writes never yield, so a task aborted here leaves only complete lines.
        tasks.shutdown().await;
        ended
    }

    async fn run_all(
        self: &Arc<Self>,
        mut items: Incoming,
        tasks: &mut JoinSet<Result<AccountId, Error>>,
    ) -> Result<(), Error> {
        let (mut waiting, mut open) = (VecDeque::new(), OpenAccounts::default());
        let mut more = true;
        while more || !waiting.is_empty() || !tasks.is_empty() {
            tokio::select! {
                Some(done) = tasks.join_next() => {
                    let account = task_result(done)?;
                    if open.end_item(&account) {
                        self.worker.members.forget(&account, &self.plan.run_id);
                    }
                }
                came = items.recv(), if more => match came {
                    Some(came) => {
                        open.add(&came);
                        waiting.extend(came);
                    }
                    None => more = false,
                },
                slot = acquire(&self.limit.accounts), if !waiting.is_empty() => {
                    if let Some(item) = waiting.pop_front() {
                        tasks.spawn(Arc::clone(self).run_item(item, slot));
                    }
                }
            }
        }
        Ok(())
    }

    /// Runs one work item to its last attempt and returns its account. Its slot is released while it
    /// waits for a retry.
    async fn run_item(
        self: Arc<Self>,
        item: WorkItem,
        mut slot: Option<OwnedSemaphorePermit>,
    ) -> Result<AccountId, Error> {
        let event = self.event(item);
        let mut retries = Retries::default();
        loop {
            let attempted = self.attempt(&event).await;
            let retry = attempted.as_ref().err().and_then(|error| retries.next(error));
            let Some(max_wait) = retry else {
                drop(slot);
                self.finish(&event.item, attempted)?;
                return Ok(event.item.account_id);
            };
            drop(slot.take());
            tokio::time::sleep(jittered(max_wait)).await;
            slot = acquire(&self.limit.accounts).await;
        }
    }

    fn event(&self, item: WorkItem) -> WorkerEvent {
        WorkerEvent {
            item,
            run_id: Some(self.plan.run_id.clone()),
            operation: self.plan.operation.clone(),
            operations: self.plan.operations.clone(),
            definition: self.plan.definition.clone(),
            parameters: self.plan.parameters.clone(),
            apply: false,
            expires_at: Some(self.plan.expires_at),
        }
    }

    async fn attempt(&self, event: &WorkerEvent) -> Result<WorkerResult, AttemptError> {
        let number = self.attempts.fetch_add(1, Ordering::Relaxed);
        let attempt = Attempt {
            id: format!("{}.{number}", self.execution),
            run: self.plan.run_id.clone(),
            expires_at: self.plan.expires_at,
            time_left: TIME_LIMIT,
        };
        match catch_panic(self.worker.run(event, &attempt)).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(error)) => Err(AttemptError::Returned(error)),
            Err(message) => Err(AttemptError::Crashed(message)),
        }
    }

    /// Counts the targets without a final outcome, and records the error of the last attempt.
    fn finish(
        &self,
        item: &WorkItem,
        ended: Result<WorkerResult, AttemptError>,
    ) -> Result<(), Error> {
        let unanswered = match ended {
            Ok(result) => result.failed,
            Err(error) => self.give_up(item, &error)?,
        };
        self.worker.ledger.ledger.forget(&item.account_id);
        self.progress.given_up(unanswered);
        Ok(())
    }

    /// Records why a work item was given up; returns how many of its targets have no answer.
    fn give_up(&self, item: &WorkItem, attempt_error: &AttemptError) -> Result<u64, Error> {
        let journal = &self.worker.ledger.ledger;
        let partition = self.partition(item, None);
        if let Some(first) = item.regions.first() {
            let (error, cause) = attempt_error.recorded();
            let failure = WorkerFailure { first_region: first.clone(), error, cause };
            journal.put_failure(&partition, &failure)?;
        }
        if self.plan.operations.is_empty() {
            return self.unanswered(item, &partition, |_| true);
        }
        let each = self.plan.operations.iter().map(|name| {
            let scope = self.scope(name);
            let partition = self.partition(item, Some(name.clone()));
            self.unanswered(item, &partition, |region| scope.asks(region))
        });
        each.sum()
    }

    fn partition(&self, item: &WorkItem, operation: Option<String>) -> LedgerPartition {
        let (run, account) = (self.plan.run_id.clone(), item.account_id.clone());
        LedgerPartition { run, operation, account }
    }

    /// How many of the item's Regions that are an operation's own have no final outcome.
    fn unanswered(
        &self,
        item: &WorkItem,
        partition: &LedgerPartition,
        is_own: impl Fn(&Region) -> bool,
    ) -> Result<u64, Error> {
        let finished = final_regions(self.worker.ledger.ledger.known(partition)?);
        let left =
            item.regions.iter().filter(|region| is_own(region) && !finished.contains(region));
        Ok(left.count() as u64)
    }

    /// Where the operation of this name is asked; the plan has none that is not there.
    fn scope(&self, name: &str) -> Scope {
        let found = self.worker.catalogue.find(name, &mut Violations::default());
        found.map_or(Scope::Regional, |operation| operation.spec().scope)
    }
}

async fn acquire(slots: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    // The semaphore is never closed, so this is always `Some`.
    Arc::clone(slots).acquire_owned().await.ok()
}

fn task_result<T>(done: Result<Result<T, Error>, JoinError>) -> Result<T, Error> {
    let crashed = |e: JoinError| Err(Error::new(ErrorKind::WorkerCrashed, e.to_string()));
    done.unwrap_or_else(crashed)
}

/// The output of `work`, or the message of its panic, which must not end the other work items.
async fn catch_panic<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let mut pinned = pin!(work);
    std::future::poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| pinned.as_mut().poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
            Err(panic) => Poll::Ready(Err(panic_message(panic.as_ref()))),
        }
    })
    .await
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let literal = panic.downcast_ref::<&str>().copied();
    let formatted = || panic.downcast_ref::<String>().map(String::as_str);
    literal.or_else(formatted).unwrap_or("a panic without a message").to_owned()
}

#[cfg(test)]
#[path = "worker_pool/tests.rs"]
mod tests;
