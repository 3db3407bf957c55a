//! Going on with a run that changes something: the rows that are HELD, FAILED or without an outcome.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_changes::book::{AccountBook, by_account, journal};
use org_operator_changes::{
    ChangeResult, ChangeRun, Outcome, Plan, PlanRow, changes_by_action, read_plan,
};
use org_operator_core::artifact::{APPLIED, Folder, PLAN, PLAN_ROWS};
use org_operator_core::contract::change_item::{
    ChangeItem, STATES, account_partition, failed_target, failures_partition,
};
use org_operator_core::contract::document;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::ports::{AccountDirectory, Artifacts, ChangeLedger, Clock, Outcomes, find};
use org_operator_core::{AccountId, Error, Region, RunId, WorkItem};

use super::tasks::{Begun, Tasks};
use crate::resume::{CONCURRENT_ACCOUNTS, nothing_left};
use crate::{Fanout, Received};

/// The numbers of the rows that are left in each account.
type Left = BTreeMap<AccountId, BTreeSet<u64>>;

impl<D: AccountDirectory, A: Artifacts, L: Outcomes + ChangeLedger, C: Clock> Fanout<D, A, L, C> {
    /// Plans what is left of the run that `change` is about: without its canary, for a person goes on.
    pub(super) async fn resume_change(
        &self,
        folder: &Folder,
        change: ChangeRun,
        received: Received,
    ) -> Result<RunPlan, Error> {
        let Received { run_id, request, mut violations } = received;
        self.refuse_change(&request, "ResumeRun", &mut violations);
        let (stored, plan) = self.begun(folder, &change).await?;
        let guards = change.guards.resumed(&self.settings.changes.protected);
        let members = self.checked(&plan, &request, (&guards, "ResumeRun"), violations).await?;
        let execution = run_id.ok_or_else(|| Error::invalid("RunId: got nothing"))?;
        let run = ChangeRun { guards, ..change };
        let (left, failed) = self.left(&run.run_id, &plan.rows).await?;
        if left.is_empty() && self.is_written(folder).await? {
            return Err(nothing_left(&run.run_id));
        }
        self.claim(&run, "ResumeRun").await?;
        let mut tasks = Tasks::new(&run, &execution, &plan, &members, None);
        tasks.retain(|id, number| left.get(id).is_some_and(|rows| rows.contains(&number)));
        let expires_at = self.expiry(self.clock.now());
        self.write_tasks(&tasks, expires_at).await?;
        self.carry_on(&run.run_id, &execution, &failed, expires_at).await?;
        let items = only_left(tasks.items(), &plan.rows, &left);
        let manifest = folder.resume_manifest(&execution);
        self.artifacts.put(&manifest, document::compact(&items)?).await?;
        tracing::info!(RunId = %run.run_id, work_items = items.len(), "going on with a plan");
        let resumed = RunPlan {
            approval: request.approval.unwrap_or(true),
            changes: changes_by_action(rows_left(&plan.rows, left.values())),
            max_concurrency: request.max_concurrency.unwrap_or(stored.max_concurrency),
            worker_function: self.settings.worker_admin.clone(),
            expires_at,
            ..stored
        };
        self.manifest_of_free(Begun { folder, manifest, all: items }, &tasks, resumed).await
    }

    /// What the run began with: its plan, and the rows of it.
    async fn begun(&self, folder: &Folder, change: &ChangeRun) -> Result<(RunPlan, Plan), Error> {
        let stored: RunPlan = self.stored(folder, &PLAN, &change.run_id).await?;
        self.refuse_expired(&stored)?;
        let key = folder.artifact(&PLAN_ROWS);
        let bytes = find(&self.artifacts, &key).await?;
        let gone = || Error::invalid(format!("{} is gone", self.artifacts.uri(&key)));
        let rows = read_plan(PLAN_ROWS.name, &bytes.ok_or_else(gone)?)?;
        let (run, operation) = (change.source.clone(), change.operation.clone());
        Ok((stored, Plan { run, operation, made_at: change.made_at, rows }))
    }

    /// Lets the new execution count the targets that failed so far.
    async fn carry_on(
        &self,
        run: &RunId,
        execution: &RunId,
        failed: &BTreeSet<String>,
        expires_at: i64,
    ) -> Result<(), Error> {
        let item = |entry: &String| ChangeItem {
            entry: entry.clone(),
            stamp: execution.to_string(),
            body: "{}".to_owned(),
        };
        let items: Vec<ChangeItem> = failed.iter().map(item).collect();
        self.ledger.put_change_items(&failures_partition(run, execution), &items, expires_at).await
    }

    /// The rows without a final outcome, of accounts that have any, and the targets that failed.
    async fn left(&self, run: &RunId, rows: &[PlanRow]) -> Result<(Left, BTreeSet<String>), Error> {
        let read = |(account, own): (&AccountId, Vec<(u64, &PlanRow)>)| {
            let (partition, account) = (account_partition(run, account), account.clone());
            let numbers: Vec<u64> = own.into_iter().map(|(number, _)| number).collect();
            async move {
                let items = self.ledger.change_items(&partition, STATES, None).await?;
                let book = AccountBook::read(&items)?;
                let is_left = |number: &u64| !book.is_final(*number);
                let left: BTreeSet<u64> = numbers.into_iter().filter(is_left).collect();
                let known = journal(rows, book.states);
                let targets = known.failed_targets().into_iter();
                let failed: Vec<_> =
                    targets.map(|(id, region)| failed_target(id, region)).collect();
                Ok::<_, Error>((account, left, failed))
            }
        };
        let reads: Vec<_> = by_account(rows).into_iter().map(read).collect();
        let all: Vec<_> = stream::iter(reads).buffered(CONCURRENT_ACCOUNTS).try_collect().await?;
        let failed = all.iter().flat_map(|(_, _, failed)| failed.iter().cloned()).collect();
        let left = all.into_iter().map(|(account, left, _)| (account, left));
        Ok((left.filter(|(_, left)| !left.is_empty()).collect(), failed))
    }

    /// Whether the run's files say that no row is left.
    async fn is_written(&self, folder: &Folder) -> Result<bool, Error> {
        let result: Option<ChangeResult> = self.document(folder, &APPLIED).await?;
        let left = |r: &ChangeResult| r.rows.get(Outcome::Held) + r.rows.get(Outcome::Failed);
        Ok(result.is_some_and(|result| left(&result) == 0))
    }
}

/// The rows whose numbers are in `left`.
fn rows_left<'a>(
    rows: &'a [PlanRow],
    left: impl IntoIterator<Item = &'a BTreeSet<u64>>,
) -> impl Iterator<Item = &'a PlanRow> {
    let numbers = left.into_iter().flatten();
    numbers.filter_map(|number| rows.get(usize::try_from(*number).ok()?))
}

/// The work items with the Regions that have a row left.
fn only_left(mut items: Vec<WorkItem>, rows: &[PlanRow], left: &Left) -> Vec<WorkItem> {
    for item in &mut items {
        let of_account = rows_left(rows, left.get(&item.account_id));
        let regions: BTreeSet<&Region> = of_account.map(|row| &row.key.region).collect();
        item.regions.retain(|region| regions.contains(region));
    }
    items.retain(|item| !item.regions.is_empty());
    items
}
