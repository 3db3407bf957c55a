//! What the workers of a run that changes something need: a task and rows per account in the ledger, and
//! a manifest of the accounts that nothing holds.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_changes::book::{AccountBook, AccountTask, by_account};
use org_operator_changes::{Canary, ChangeRun, Hold, Plan, PlanRow, by_target};
use org_operator_core::artifact::Folder;
use org_operator_core::contract::change_item::{ChangeItem, account_partition};
use org_operator_core::contract::document;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::ports::{AccountDirectory, Artifacts, ChangeLedger, Clock, Outcomes};
use org_operator_core::{AccountId, Error, Region, RunId, WorkItem};

use super::PlanMembers;
use crate::Fanout;
use crate::resume::CONCURRENT_ACCOUNTS;

/// The accounts of a plan with their rows, and what holds some of them.
pub(super) struct Tasks<'a> {
    run: &'a ChangeRun,
    execution: &'a RunId,
    accounts: BTreeMap<&'a AccountId, Vec<(u64, &'a PlanRow)>>,
    holds: BTreeMap<AccountId, Hold>,
    unit_paths: &'a BTreeMap<AccountId, String>,
    allowed: Option<u64>,
}

/// What a run's workers start from.
pub(super) struct Begun<'a> {
    pub(super) folder: &'a Folder,
    /// The key of the manifest that has `all`.
    pub(super) manifest: String,
    pub(super) all: Vec<WorkItem>,
}

impl<'a> Tasks<'a> {
    /// Of every account that the plan changes.
    pub(super) fn new(
        run: &'a ChangeRun,
        execution: &'a RunId,
        plan: &'a Plan,
        members: &'a PlanMembers,
        canary: Option<u32>,
    ) -> Self {
        let accounts = by_account(&plan.rows);
        let mut holds = members.holds.clone();
        if let Some(canary) = canary.map(|size| Canary::of(&plan.rows, size)) {
            let held = accounts.keys().filter_map(|id| Some(((*id).clone(), canary.hold(id)?)));
            for (id, hold) in held {
                holds.entry(id).or_insert(hold);
            }
        }
        let targets = by_target(&plan.rows).len() as u64;
        let allowed = run.guards.max_failures.map(|limit| limit.of(targets));
        Self { run, execution, accounts, holds, unit_paths: &members.unit_paths, allowed }
    }

    /// The same without the accounts of which `is_left` says no for every row.
    pub(super) fn retain(&mut self, is_left: impl Fn(&AccountId, u64) -> bool) {
        self.accounts.retain(|id, rows| rows.iter().any(|(number, _)| is_left(id, *number)));
    }

    /// A work item per account with the Regions of its rows, sorted by account.
    pub(super) fn items(&self) -> Vec<WorkItem> {
        let item = |(id, rows): (&&AccountId, &Vec<(u64, &PlanRow)>)| {
            let regions: BTreeSet<&Region> = rows.iter().map(|(_, row)| &row.key.region).collect();
            Some(WorkItem {
                account_id: (*id).clone(),
                account_name: rows.first().map(|(_, row)| row.account_name.clone())?,
                regions: regions.into_iter().cloned().collect(),
                unit_path: self.unit_paths.get(*id).cloned().unwrap_or_default(),
                account_columns: BTreeMap::new(),
            })
        };
        self.accounts.iter().filter_map(item).collect()
    }

    /// Whether nothing holds an account.
    pub(super) fn is_free(&self, account: &AccountId) -> bool {
        !self.holds.contains_key(account)
    }

    fn ledger_items(&self, account: &AccountId) -> Result<Vec<ChangeItem>, Error> {
        let task = AccountTask {
            execution: self.execution.clone(),
            hold: self.holds.get(account).map(ToString::to_string),
            failures_allowed: self.allowed,
            protected_tag_keys: self.run.guards.protected.tag_keys.clone(),
        };
        let rows = self.accounts.get(account).map(Vec::as_slice).unwrap_or_default();
        AccountBook::items(&task, rows)
    }
}

impl<D: AccountDirectory, A: Artifacts, L: Outcomes + ChangeLedger, C: Clock> Fanout<D, A, L, C> {
    /// Writes each account's task and rows.
    pub(super) async fn write_tasks(
        &self,
        tasks: &Tasks<'_>,
        expires_at: i64,
    ) -> Result<(), Error> {
        let write = |account: &AccountId| {
            let items = tasks.ledger_items(account);
            let partition = account_partition(&tasks.run.run_id, account);
            async move { self.ledger.put_change_items(&partition, &items?, expires_at).await }
        };
        let accounts: Vec<&AccountId> = tasks.accounts.keys().copied().collect();
        let writes = stream::iter(accounts).map(write).buffer_unordered(CONCURRENT_ACCOUNTS);
        writes.try_collect().await
    }

    /// The plan over the work items that nothing holds: those have a manifest of their own where some
    /// are held, so that no worker starts in vain.
    pub(super) async fn manifest_of_free(
        &self,
        begun: Begun<'_>,
        tasks: &Tasks<'_>,
        plan: RunPlan,
    ) -> Result<RunPlan, Error> {
        let Begun { folder, manifest, all } = begun;
        let count = all.len();
        let free: Vec<WorkItem> =
            all.into_iter().filter(|item| tasks.is_free(&item.account_id)).collect();
        let is_whole = free.len() == count;
        let key = if is_whole { manifest } else { folder.resume_manifest(tasks.execution) };
        if !is_whole {
            self.artifacts.put(&key, document::compact(&free)?).await?;
        }
        let targets: usize = free.iter().map(|item| item.regions.len()).sum();
        let (work_items, targets) = (free.len() as u64, targets as u64);
        Ok(RunPlan { manifest: self.location(key), work_items, targets, ..plan })
    }
}
