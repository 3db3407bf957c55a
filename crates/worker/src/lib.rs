//! The worker step: runs the operations of a run in the Regions of one account and writes the ledger.
//!
//! The order of writes is what keeps a run exact: earlier outcomes are read first, records are
//! written before their outcome, and every target of the work item has an outcome when the step
//! ends, unless the ledger itself fails. What a failure means is decided by `org_operator_core`.

mod asked;
mod attempt;
mod attempt_writer;
pub mod changes;
mod execute;
mod members;
mod region_inquiry;
mod result;
mod visit;

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_aws::{CallCounter, Member};
use org_operator_core::contract::ledger::LedgerPartition;
use org_operator_core::ports::{Clock, LedgerWriter};
use org_operator_core::{Error, Outcome, Region, WorkerEvent, WorkerResult};
use org_operator_operations::{Catalogue, SharedClients, catalogue};
use tokio::sync::Semaphore;

use asked::Asked;
pub use attempt::{Attempt, CONCURRENT_REGIONS};
use attempt::{Executed, RegionAttempt};
use attempt_writer::AttemptWriter;
use execute::RegionExecutor;
pub use members::Members;
use result::Counts;
use visit::Visit;

/// Operations of a suite run that are asked at the same time in an account. Their targets share the
/// account's width: enough of them are here to use it, also those that have one target.
pub const CONCURRENT_OPERATIONS: usize = 8;

/// The worker step over its ports.
pub struct Worker<M, L, C> {
    /// Access to member accounts.
    pub members: M,
    /// Where outcomes and records are written.
    pub ledger: L,
    /// The source of start and end times.
    pub clock: C,
    /// The operations that an event may name.
    pub catalogue: &'static Catalogue,
    /// Limits the Regions that run at the same time over all work items of a process, and the calls
    /// that they make beside each other; a Region's deadline starts when its permit is granted. `None`
    /// limits each work item by itself.
    pub permits: Option<Arc<Semaphore>>,
    /// Clients that all targets share: their configurations come from the same `members`.
    pub clients: SharedClients,
}

impl<M, L, C> Worker<M, L, C> {
    /// The step over its ports, with the whole catalogue and no limit beyond the work item's.
    pub fn new(members: M, ledger: L, clock: C) -> Self {
        let (catalogue, clients) = (catalogue(), SharedClients::default());
        Self { members, ledger, clock, catalogue, permits: None, clients }
    }
}

impl<M: Members, L: LedgerWriter, C: Clock> Worker<M, L, C> {
    /// Runs the event's operations in every Region of the work item that has no final outcome yet.
    ///
    /// # Errors
    /// `InvalidRequest` for an unknown operation or parameter; `Throttled`, `Transient` or
    /// `DeadlineExceeded` where a target failed with it, so that the state machine tries again
    /// (its outcome is in the ledger all the same); any kind where the ledger fails.
    pub async fn run(&self, event: &WorkerEvent, attempt: &Attempt) -> Result<WorkerResult, Error> {
        let asked = asked::read(self.catalogue, event)?;
        let account = &event.item.account_id;
        let shared = (self.permits.clone(), self.clients.clone());
        let visit = &Visit::new(account, &self.members, attempt, shared, &asked);
        let ask = |asked| self.ask(asked, visit, &event.item.regions);
        let all = stream::iter(asked).map(ask).buffer_unordered(CONCURRENT_OPERATIONS);
        let plus = |counts: Counts, more| std::future::ready(Ok(counts.plus(more)));
        all.try_fold(Counts::default(), plus).await?.result(account)
    }

    /// Runs one operation in those of the work item's Regions that it is asked in; counts the
    /// outcomes of all of these.
    async fn ask(
        &self,
        asked: Asked,
        visit: &Visit<'_, M>,
        regions: &[Region],
    ) -> Result<Counts, Error> {
        let regions = asked.regions(regions);
        let Visit { account, attempt, .. } = *visit;
        let (run, operation) = (attempt.run.clone(), asked.suite_operation.clone());
        let partition = LedgerPartition { run, operation, account: account.clone() };
        let writer = AttemptWriter::open(&self.ledger, &self.clock, partition, attempt).await?;
        let executor = RegionExecutor::new(&asked, visit);
        let executed = self.execute(&executor, &writer, writer.pending(&regions)).await?;
        let mut evidence = writer.evidence(&executed);
        if evidence.refused {
            self.members.evict(account, &attempt.run);
        }
        if evidence.success.is_none() {
            evidence.success = self.fresh_success(&executor, &writer, &executed).await;
        }
        let outcomes = writer.write_failures(executed, &evidence).await?;
        let all = writer.merged(outcomes);
        Ok(Counts::of(account, regions.iter().filter_map(|region| all.get(region))))
    }

    /// A Region that succeeded in this run and still does, where a refusal without a reason needs one:
    /// the success in the ledger is too old to explain it.
    async fn fresh_success(
        &self,
        executor: &RegionExecutor<'_, M>,
        writer: &AttemptWriter<'_, L, C>,
        executed: &[Executed<Outcome>],
    ) -> Option<Region> {
        let refused = executed.iter().find(|executed| executed.is_unexplained())?;
        let region = writer.earlier_success()?;
        let RegionAttempt { calls, .. } = &refused.attempt;
        executor.is_allowed(region, calls, self.clock.now()).await.then(|| region.clone())
    }

    /// Runs the pending Regions and writes their successes; no call is made where none is pending.
    async fn execute(
        &self,
        executor: &RegionExecutor<'_, M>,
        writer: &AttemptWriter<'_, L, C>,
        pending: Vec<Region>,
    ) -> Result<Vec<Executed<Outcome>>, Error> {
        if pending.is_empty() {
            return Ok(Vec::new());
        }
        let started_at = self.clock.now();
        let member = &match executor.assume_role().await {
            Ok(member) => member,
            Err(error) => return Ok(Executed::all_failed(pending, started_at, &error)),
        };
        let in_region = |region| async move {
            let _place = executor.visit.place().await;
            // Many Regions wait for their place: only one that has it takes the memory of the rest.
            Box::pin(self.in_region(executor, writer, member, region)).await
        };
        let executed = stream::iter(pending).map(in_region).buffer_unordered(CONCURRENT_REGIONS);
        executed.try_collect().await
    }

    /// Runs one Region once it has its place, and writes its success.
    async fn in_region(
        &self,
        executor: &RegionExecutor<'_, M>,
        writer: &AttemptWriter<'_, L, C>,
        member: &Member,
        region: Region,
    ) -> Result<Executed<Outcome>, Error> {
        let calls = CallCounter::default();
        let status = executor.visit.inquiry.status(executor, member, &region, &calls).await;
        let permit = executor.acquire_permit().await;
        let attempt = RegionAttempt { region, started_at: self.clock.now(), calls };
        // Many Regions wait for their permit; only what runs takes the memory of a call.
        let executing = Box::pin(executor.execute(member, attempt, status, permit));
        writer.write_success(executing.await).await
    }
}

#[cfg(test)]
mod tests;
