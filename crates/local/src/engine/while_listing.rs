//! The engine's part in asking accounts while others are still being listed.

use std::collections::{BTreeMap, HashSet};
use std::pin::pin;

use org_operator_core::artifact::MANIFEST;
use org_operator_core::contract::plan::ManifestLocation;
use org_operator_core::input::request::{FanoutEvent, RunRequest};
use org_operator_core::input::violation::Violations;
use tokio::sync::mpsc::UnboundedSender;

use super::{
    Artifacts, Ended, Engine, Error, Folder, Future, Members, Organization, RunId, RunPlan, Value,
    WORKER, WorkItem, Workers, default_regions, journal_folder, most_accounts, unbounded_channel,
};
use crate::directory::broken;
use crate::listing::{KeptRequest, Listing, PagedDirectory};
use org_operator_fanout::EarlyItems;

impl Engine {
    /// A new run that may begin before the organization is listed, or `None` where the request must
    /// wait for the complete list, or is wrong.
    pub(super) fn listing(&self, organization: Organization, event: &Value) -> Option<Listing<'_>> {
        let mut violations = Violations::default();
        let FanoutEvent { run_id, request } = FanoutEvent::read(event, &mut violations).ok()?;
        let regions = default_regions(&self.home);
        let early = EarlyItems::of(&request, &regions).filter(|_| violations.is_empty())?;
        let plan = self.unwritten(run_id?, request);
        let (sender, pages) = unbounded_channel();
        let fanout = self.fanout(PagedDirectory { organization, pages: sender }, ());
        let (own, event) = (event.clone(), event.clone());
        let planning = Box::pin(async move { self.planned(fanout.start(&own, None).await) });
        let journal = self.journal(&plan.operation, &plan.run_id);
        let (seen, known) = (HashSet::new(), Vec::new());
        Some(Listing { event, planning, pages, early, journal, plan, seen, known })
    }

    /// The plan as far as the request alone decides it.
    fn unwritten(&self, run_id: RunId, request: RunRequest) -> RunPlan {
        let RunRequest { operation, definition, parameters, max_concurrency, .. } = request;
        let key = Folder::new("", &operation, &run_id).artifact(&MANIFEST);
        RunPlan {
            manifest: ManifestLocation { bucket: self.out.display().to_string(), key },
            run_id,
            operation,
            operations: Vec::new(),
            definition,
            parameters,
            apply: false,
            approval: false,
            work_items: 0,
            targets: 0,
            max_concurrency: max_concurrency.unwrap_or(most_accounts(self.concurrency)),
            worker_function: WORKER.to_owned(),
            // Nothing in a journal expires.
            expires_at: i64::MAX,
            changes: BTreeMap::new(),
            planned_at: None,
            home_region: Some(self.home.clone()),
        }
    }

    /// Asks the accounts that are known and those that are listed meanwhile, until all are done or
    /// `stop` comes.
    pub(super) async fn work_while_listing<M: Members + Send + 'static>(
        &self,
        mut listing: Listing<'_>,
        workers: Workers<M>,
        stop: impl Future<Output = ()>,
    ) -> Result<(RunPlan, Ended), Error> {
        self.keep(&listing.plan, &listing.event)?;
        let (queue, incoming) = unbounded_channel();
        self.enqueue(&queue, std::mem::take(&mut listing.known));
        let mut plan = listing.plan.clone();
        let mut working = pin!(self.pool(&plan, workers).work(incoming, stop));
        let mut listed = pin!(self.list(&mut listing, queue));
        let mut is_listed = false;
        loop {
            tokio::select! {
                biased;
                complete = &mut listed, if !is_listed => {
                    (plan, is_listed) = (complete?, true);
                }
                ended = &mut working => return Ok((plan, ended?)),
            }
        }
    }

    /// Lists to the end and writes the plan; what is listed goes to `queue`.
    async fn list(
        &self,
        listing: &mut Listing<'_>,
        queue: UnboundedSender<Vec<WorkItem>>,
    ) -> Result<RunPlan, Error> {
        let plan = listing.list(|items| self.enqueue(&queue, items)).await?;
        // Every account of the manifest has been listed, so this finds nothing; it is what makes
        // sure that the manifest alone decides what is asked.
        let is_missed = |item: &WorkItem| !listing.seen.contains(&item.account_id);
        let missed = self.items(&plan, is_missed).await?;
        self.enqueue(&queue, missed);
        self.progress.begin(plan.targets);
        self.forget(&plan)?;
        Ok(plan)
    }

    fn enqueue(&self, queue: &UnboundedSender<Vec<WorkItem>>, items: Vec<WorkItem>) {
        let targets: usize = items.iter().map(|item| item.regions.len()).sum();
        self.progress.listed(targets as u64);
        // Where nobody takes them any more, the run has been stopped.
        let _ = queue.send(items);
    }

    /// The event of the run that `resumption` resumes, where its organization was not listed to the
    /// end. How many work items run at once is the resumption's to say.
    ///
    /// # Errors
    /// `InvalidRequest` with every violation of `resumption`, or `OperationFailed` where the files
    /// cannot be read.
    pub(super) async fn unlisted(
        &self,
        resumption: &Value,
        operation: &str,
        run: &RunId,
    ) -> Result<Option<Value>, Error> {
        let folder = journal_folder(&self.out, operation, run);
        let kept = KeptRequest::in_folder(&folder).read();
        let Some(mut event) = kept.map_err(|e| broken("reading", &folder, &e))? else {
            return Ok(None);
        };
        let manifest = Folder::new("", operation, run).artifact(&MANIFEST);
        if self.artifacts().open(&manifest).await?.is_some() {
            return Ok(None);
        }
        let mut violations = Violations::default();
        let FanoutEvent { request, .. } = FanoutEvent::read(resumption, &mut violations)?;
        violations.into_result("request", Some(()))?;
        event["Request"]["MaxConcurrency"] = request.max_concurrency.into();
        Ok(Some(event))
    }

    fn keep(&self, plan: &RunPlan, event: &Value) -> Result<(), Error> {
        let folder = journal_folder(&self.out, &plan.operation, &plan.run_id);
        let written = KeptRequest::in_folder(&folder).write(event);
        written.map_err(|e| broken("writing", &folder, &e))
    }

    fn forget(&self, plan: &RunPlan) -> Result<(), Error> {
        let folder = journal_folder(&self.out, &plan.operation, &plan.run_id);
        let removed = KeptRequest::in_folder(&folder).remove();
        removed.map_err(|e| broken("writing", &folder, &e))
    }
}
