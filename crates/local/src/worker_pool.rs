//! The workers of a run on this machine: many work items at once, each tried again as the state
//! machine would, each ending with an answer or a worker failure in the journal.

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
use org_operator_core::report::coverage::final_regions;
use org_operator_core::{Error, ErrorKind, RunId, WorkItem, WorkerEvent, WorkerResult};
use org_operator_worker::{Attempt, Members, Worker};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};

use crate::assume_role_gate::AssumeRoleGate;
use crate::journal::Journal;
use crate::limit::{Limit, Observed};
use crate::progress::Progress;
use crate::retry::{Failed, Retries, jittered};

/// How long one Region may take, as in Lambda, and how long entering an account.
const TIME: Duration = Duration::from_mins(15);

/// How the work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every work item is done.
    Finished,
    /// It was stopped; what is finished is in the journal.
    Stopped,
}

/// Work items as they become known; there come no more once the sender is gone.
pub type Incoming = UnboundedReceiver<Vec<WorkItem>>;

/// The workers.
pub struct WorkerPool<M> {
    worker: Worker<AssumeRoleGate<M>, Observed<Journal>, SystemClock>,
    plan: RunPlan,
    execution: RunId,
    attempts: AtomicU64,
    limit: Arc<Limit>,
    progress: Arc<Progress>,
}

impl<M: Members + Send + 'static> WorkerPool<M> {
    /// Workers that ask as much at once as `limit` allows. `execution` makes attempts unique.
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

    /// Does every work item that comes, until there come no more, or stops when `stop` comes.
    ///
    /// # Errors
    /// Where the journal cannot be written: without it nothing is remembered.
    pub async fn work(
        self: Arc<Self>,
        items: Incoming,
        stop: impl Future<Output = ()>,
    ) -> Result<Ended, Error> {
        let mut tasks = JoinSet::new();
        let ended = tokio::select! {
            biased;
            () = stop => Ok(Ended::Stopped),
            done = self.all(items, &mut tasks) => done.map(|()| Ended::Finished),
        };
        // Writing never waits, so a task that is ended here leaves whole lines.
        tasks.shutdown().await;
        ended
    }

    async fn all(
        self: &Arc<Self>,
        mut items: Incoming,
        tasks: &mut JoinSet<Result<(), Error>>,
    ) -> Result<(), Error> {
        let mut waiting = VecDeque::new();
        let mut more = true;
        while more || !waiting.is_empty() || !tasks.is_empty() {
            tokio::select! {
                Some(done) = tasks.join_next() => joined(done)?,
                came = items.recv(), if more => match came {
                    Some(came) => waiting.extend(came),
                    None => more = false,
                },
                slot = slot(&self.limit.accounts), if !waiting.is_empty() => {
                    if let Some(item) = waiting.pop_front() {
                        tasks.spawn(Arc::clone(self).item(item, slot));
                    }
                }
            }
        }
        Ok(())
    }

    /// One work item until its last attempt. A slot is free for others while this one waits.
    async fn item(
        self: Arc<Self>,
        item: WorkItem,
        mut slot: Option<OwnedSemaphorePermit>,
    ) -> Result<(), Error> {
        let event = self.event(item);
        let mut retries = Retries::default();
        loop {
            let tried = self.attempt(&event).await;
            let again = tried.as_ref().err().and_then(|failed| retries.next(failed));
            let Some(longest) = again else {
                drop(slot);
                return self.finish(&event.item, tried);
            };
            drop(slot.take());
            tokio::time::sleep(jittered(longest)).await;
            slot = self::slot(&self.limit.accounts).await;
        }
    }

    fn event(&self, item: WorkItem) -> WorkerEvent {
        WorkerEvent {
            item,
            run_id: Some(self.plan.run_id.clone()),
            operation: self.plan.operation.clone(),
            parameters: self.plan.parameters.clone(),
            expires_at: Some(self.plan.expires_at),
        }
    }

    async fn attempt(&self, event: &WorkerEvent) -> Result<WorkerResult, Failed> {
        let number = self.attempts.fetch_add(1, Ordering::Relaxed);
        let attempt = Attempt {
            id: format!("{}.{number}", self.execution),
            run: self.plan.run_id.clone(),
            expires_at: self.plan.expires_at,
            time_left: TIME,
        };
        match caught(self.worker.run(event, &attempt)).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(error)) => Err(Failed::Said(error)),
            Err(message) => Err(Failed::Crashed(message)),
        }
    }

    /// Counts what has no answer, and records why where the worker gave up.
    fn finish(&self, item: &WorkItem, ended: Result<WorkerResult, Failed>) -> Result<(), Error> {
        let unanswered = match ended {
            Ok(result) => result.failed,
            Err(failed) => self.give_up(item, &failed)?,
        };
        self.worker.ledger.ledger.forget(&item.account_id);
        self.progress.given_up(unanswered);
        Ok(())
    }

    /// Records why a work item was given up; returns how many of its targets have no answer.
    fn give_up(&self, item: &WorkItem, failed: &Failed) -> Result<u64, Error> {
        let partition =
            LedgerPartition { run: self.plan.run_id.clone(), account: item.account_id.clone() };
        let journal = &self.worker.ledger.ledger;
        if let Some(first) = item.regions.first() {
            let (error, cause) = failed.recorded();
            let failure = WorkerFailure { first_region: first.clone(), error, cause };
            journal.put_failure(&partition, &failure)?;
        }
        let answered = final_regions(&journal.known(&partition)?);
        Ok(item.regions.iter().filter(|region| !answered.contains(region)).count() as u64)
    }
}

async fn slot(slots: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    // Slots are never closed.
    Arc::clone(slots).acquire_owned().await.ok()
}

fn joined(done: Result<Result<(), Error>, JoinError>) -> Result<(), Error> {
    let crashed = |e: JoinError| Err(Error::new(ErrorKind::WorkerCrashed, e.to_string()));
    done.unwrap_or_else(crashed)
}

/// What `work` gives, or the message of its panic: one work item must not end all others.
async fn caught<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
            Err(panic) => Poll::Ready(Err(message_of(panic.as_ref()))),
        }
    })
    .await
}

fn message_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").to_owned()
}

#[cfg(test)]
#[path = "worker_pool/tests.rs"]
mod tests;
