//! A suite run: several operations over the same accounts. Each has the files of a run of its own in
//! the suite run's folder; beside them are the plan and the manifest by which the workers enter each
//! account once.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_core::artifact::{MANIFEST, PLAN, SUITES};
use org_operator_core::contract::document;
use org_operator_core::contract::ledger::LedgerPartition;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::input::path::FieldPath;
use org_operator_core::input::request::RunRequest;
use org_operator_core::input::violation::Violations;
use org_operator_core::ports::{AccountDirectory, Artifacts, Clock, Outcomes};
use org_operator_core::report::coverage::final_regions;
use org_operator_core::{Error, RunId, WorkItem};
use org_operator_operations::suite::own_parameters;
use org_operator_operations::{Operation, catalogue};

use crate::exceptions::refuse_own_column;
use crate::resume::{CONCURRENT_ACCOUNTS, by_account, nothing_left};
use crate::{Basis, Fanout, Received};

/// The work items of a run whose operations are asked in Regions, or once per account, or both: what
/// is asked once goes with the account's first work item, behind its Regions. Both lists have their
/// accounts in the same order, and `global` has every one.
pub(crate) fn together(regional: Vec<WorkItem>, global: Vec<WorkItem>) -> Vec<WorkItem> {
    let mut items = Vec::with_capacity(regional.len().max(global.len()));
    let mut in_regions = regional.into_iter().peekable();
    for own in global {
        match in_regions.next_if(|item| item.account_id == own.account_id) {
            Some(mut first) => {
                first.regions.extend(own.regions.iter().cloned());
                items.push(first);
            }
            None => items.push(own.clone()),
        }
        while let Some(more) = in_regions.next_if(|item| item.account_id == own.account_id) {
            items.push(more);
        }
    }
    items.extend(in_regions);
    items
}

impl<D: AccountDirectory, A: Artifacts, L, C: Clock> Fanout<D, A, L, C> {
    /// Writes what each operation needs, then the run's own plan and manifest.
    pub(crate) async fn write_suite(
        &self,
        run: &RunId,
        request: &RunRequest,
        basis: &Basis,
    ) -> Result<RunPlan, Error> {
        let checked = &basis.checked;
        for operation in &checked.operations {
            let spec = operation.spec();
            let folder = self.folder(&spec.name, run).in_suite();
            let parameters = own_parameters(spec, &request.parameters);
            let own = RunRequest { parameters, ..request.clone() };
            self.write(&folder, run.clone(), &own, (basis, &**operation)).await?;
        }
        let folder = self.folder(SUITES, run);
        let (items, targets) = checked.items(request.regions_per_work_item);
        let names = checked.operations.iter().map(|operation| operation.spec().name.clone());
        let plan = RunPlan {
            operations: names.collect(),
            ..self.plan(run.clone(), request, &folder, (&items, targets.iter().sum()))
        };
        self.put_plan(&folder, &plan, &items).await?;
        Ok(plan)
    }
}

impl<D: AccountDirectory, A: Artifacts, L: Outcomes, C: Clock> Fanout<D, A, L, C> {
    /// Plans what is left of the suite run `run`: of each account the Regions in which any operation
    /// has no final outcome.
    pub(crate) async fn resume_suite(
        &self,
        run: &RunId,
        received: Received,
    ) -> Result<RunPlan, Error> {
        let Received { run_id, request, mut violations } = received;
        let exceptions = self.exceptions(&mut violations).await?;
        let execution = violations.into_result("request", run_id)?;
        let folder = self.folder(SUITES, run);
        let plan: RunPlan = self.stored(&folder, &PLAN, run).await?;
        let operations = operations_of(&plan)?;
        self.refuse_expired(&plan)?;
        for operation in &operations {
            refuse_own_column(exceptions.as_deref(), operation.spec())?;
        }
        let items: Vec<WorkItem> = self.stored(&folder, &MANIFEST, run).await?;
        let asked =
            stream::iter(by_account(items)).map(|items| self.left_of(run, &operations, items));
        let accounts: Vec<(Vec<WorkItem>, u64)> =
            asked.buffered(CONCURRENT_ACCOUNTS).try_collect().await?;
        let targets = accounts.iter().map(|(_, targets)| targets).sum();
        let items: Vec<WorkItem> = accounts.into_iter().flat_map(|(items, _)| items).collect();
        if items.is_empty() && self.is_written_complete(&folder).await? {
            return Err(nothing_left(run));
        }
        for operation in &operations {
            let own = self.folder(&operation.spec().name, run).in_suite();
            self.renew_exceptions(&own, exceptions.clone()).await?;
        }
        let key = folder.resume_manifest(&execution);
        self.artifacts.put(&key, document::compact(&items)?).await?;
        tracing::info!(RunId = %run, work_items = items.len(), targets, "resuming");
        Ok(RunPlan {
            manifest: self.location(key),
            work_items: items.len() as u64,
            targets,
            max_concurrency: request.max_concurrency.unwrap_or(plan.max_concurrency),
            worker_function: self.settings.worker_readonly.clone(),
            expires_at: self.expiry(self.clock.now()),
            ..plan
        })
    }

    /// An account's work items with the Regions that are not done, and how many targets are left.
    async fn left_of(
        &self,
        run: &RunId,
        operations: &[Arc<dyn Operation>],
        mut items: Vec<WorkItem>,
    ) -> Result<(Vec<WorkItem>, u64), Error> {
        let Some(first) = items.first() else { return Ok((items, 0)) };
        let (account, mut left, mut targets) = (first.account_id.clone(), BTreeSet::new(), 0);
        for operation in operations {
            let spec = operation.spec();
            let operation = Some(spec.name.clone());
            let partition =
                LedgerPartition { run: run.clone(), operation, account: account.clone() };
            let done = final_regions(self.ledger.outcomes(&partition).await?);
            let regions = items.iter().flat_map(|item| &item.regions);
            for region in regions.filter(|region| spec.scope.asks(region)) {
                if !done.contains(region) {
                    left.insert(region.clone());
                    targets += 1;
                }
            }
        }
        for item in &mut items {
            item.regions.retain(|region| left.contains(region));
        }
        items.retain(|item| !item.regions.is_empty());
        Ok((items, targets))
    }
}

/// The operations of a plan, which an earlier release may have written.
fn operations_of(plan: &RunPlan) -> Result<Vec<Arc<dyn Operation>>, Error> {
    let mut violations = Violations::default();
    let path = FieldPath::root().field("Operations");
    let found = plan
        .operations
        .iter()
        .enumerate()
        .map(|(i, name)| catalogue().find_at(path.index(i), name, &mut violations));
    let operations: Option<Vec<Arc<dyn Operation>>> = found.collect();
    violations.into_result("run plan", operations)
}
