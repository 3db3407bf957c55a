//! Resuming a run: its plan anew, with a manifest of what FAILED or has no outcome.

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_core::artifact::{Artifact, Folder, MANIFEST, PLAN, SUMMARY};
use org_operator_core::contract::document;
use org_operator_core::contract::ledger::LedgerPartition;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::contract::summary::{Status, Summary};
use org_operator_core::input::violation::Violations;
use org_operator_core::ports::{AccountDirectory, Artifacts, Clock, Outcomes, find};
use org_operator_core::report::coverage::final_regions;
use org_operator_core::{Error, ErrorKind, RunId, WorkItem};
use org_operator_operations::catalogue;
use serde::de::DeserializeOwned;

use crate::exceptions::refuse_own_column;
use crate::{Fanout, Received};

/// Accounts whose outcomes are read concurrently.
pub(crate) const CONCURRENT_ACCOUNTS: usize = 32;
/// A run whose entries expire sooner than this could lose some while it is resumed: an account may
/// be retried for two hours, and the artifacts are written after the last one.
const MARGIN_SECONDS: i64 = 4 * 3_600;

impl<D: AccountDirectory, A: Artifacts, L: Outcomes, C: Clock> Fanout<D, A, L, C> {
    /// Plans what is left of `run`. Its worker function is that of this release: the one in the
    /// run's plan may be of an earlier one.
    pub(crate) async fn resume(&self, run: &RunId, received: Received) -> Result<RunPlan, Error> {
        let Received { run_id, request, mut violations } = received;
        let folder = self.folder(&request.operation, run);
        let known = catalogue().names().any(|name| name == request.operation);
        let defined = if known { None } else { self.defined(&folder).await? };
        let definition = defined.as_ref().and_then(|plan| plan.definition.as_ref());
        self.refuse_definition(definition, &mut violations);
        let exceptions = self.exceptions(&mut violations).await?;
        let found = catalogue().requested(&request.operation, definition, &mut violations);
        let (operation, execution) = violations.into_result("request", found.zip(run_id))?;
        let worker_function = self.worker(&*operation)?;
        let plan = match defined {
            Some(plan) => plan,
            None => self.stored(&folder, &PLAN, run).await?,
        };
        self.refuse_expired(&plan)?;
        refuse_own_column(exceptions.as_deref(), operation.spec())?;
        let items = self.unanswered(&folder, run).await?;
        self.renew_exceptions(&folder, exceptions).await?;
        let key = folder.resume_manifest(&execution);
        self.artifacts.put(&key, document::compact(&items)?).await?;
        let targets: usize = items.iter().map(|item| item.regions.len()).sum();
        tracing::info!(RunId = %run, work_items = items.len(), targets, "resuming");
        Ok(RunPlan {
            manifest: self.location(key),
            work_items: items.len() as u64,
            targets: targets as u64,
            max_concurrency: request.max_concurrency.unwrap_or(plan.max_concurrency),
            worker_function,
            expires_at: self.expiry(self.clock.now()),
            ..plan
        })
    }

    /// The plan of a run whose request brought its operation; `None` where there is none.
    async fn defined(&self, folder: &Folder) -> Result<Option<RunPlan>, Error> {
        let key = folder.artifact(&PLAN);
        let Some(bytes) = find(&self.artifacts, &key).await? else { return Ok(None) };
        let plan: RunPlan = self.parsed(&key, &bytes)?;
        Ok(Some(plan).filter(|plan| plan.definition.is_some()))
    }

    /// The work items with the Regions that have no final outcome. There may be none, where only
    /// the artifacts have to be written anew.
    async fn unanswered(&self, folder: &Folder, run: &RunId) -> Result<Vec<WorkItem>, Error> {
        let items: Vec<WorkItem> = self.stored(folder, &MANIFEST, run).await?;
        let asked = stream::iter(by_account(items)).map(|items| self.without_final(run, items));
        let accounts: Vec<Vec<WorkItem>> =
            asked.buffered(CONCURRENT_ACCOUNTS).try_collect().await?;
        let unanswered: Vec<WorkItem> = accounts.into_iter().flatten().collect();
        if unanswered.is_empty() && self.is_written_complete(folder).await? {
            return Err(nothing_left(run));
        }
        Ok(unanswered)
    }

    /// The work items of one account without the Regions that have a final outcome.
    async fn without_final(
        &self,
        run: &RunId,
        mut items: Vec<WorkItem>,
    ) -> Result<Vec<WorkItem>, Error> {
        let Some(first) = items.first() else { return Ok(items) };
        let partition = LedgerPartition {
            run: run.clone(),
            operation: None,
            account: first.account_id.clone(),
        };
        let done = final_regions(self.ledger.outcomes(&partition).await?);
        for item in &mut items {
            item.regions.retain(|region| !done.contains(region));
        }
        items.retain(|item| !item.regions.is_empty());
        Ok(items)
    }

    pub(crate) async fn stored<T: DeserializeOwned>(
        &self,
        folder: &Folder,
        artifact: &Artifact,
        run: &RunId,
    ) -> Result<T, Error> {
        let key = folder.artifact(artifact);
        let Some(bytes) = find(&self.artifacts, &key).await? else {
            let uri = self.artifacts.uri(&key);
            let allowed = format!("a run of this operation whose files are still there ({uri})");
            return Err(refused(run, &allowed));
        };
        self.parsed(&key, &bytes)
    }

    pub(crate) fn parsed<T: DeserializeOwned>(&self, key: &str, bytes: &[u8]) -> Result<T, Error> {
        let uri = self.artifacts.uri(key);
        serde_json::from_slice(bytes)
            .map_err(|e| Error::new(ErrorKind::OperationFailed, format!("{uri}: {e}")))
    }

    /// Whether the run's summary says COMPLETE. One that says PARTIAL while no target is left is
    /// older than the ledger: the artifacts must be written anew.
    pub(crate) async fn is_written_complete(&self, folder: &Folder) -> Result<bool, Error> {
        let bytes = find(&self.artifacts, &folder.artifact(&SUMMARY)).await?;
        let summary = bytes.and_then(|bytes| serde_json::from_slice::<Summary>(&bytes).ok());
        Ok(summary.is_some_and(|summary| summary.result.status == Status::Complete))
    }

    pub(crate) fn refuse_expired(&self, plan: &RunPlan) -> Result<(), Error> {
        if self.clock.now().epoch_seconds() + MARGIN_SECONDS < plan.expires_at {
            return Ok(());
        }
        Err(refused(&plan.run_id, "a run whose entries in the ledger have not expired"))
    }
}

/// The items of one account together, so that its outcomes are read once. A manifest has them one
/// after the other.
pub(crate) fn by_account(items: Vec<WorkItem>) -> Vec<Vec<WorkItem>> {
    let mut accounts: Vec<Vec<WorkItem>> = Vec::new();
    for item in items {
        match accounts.last_mut() {
            Some(last) if last.iter().any(|other| other.account_id == item.account_id) => {
                last.push(item);
            }
            _ => accounts.push(vec![item]),
        }
    }
    accounts
}

/// There is nothing to resume.
pub(crate) fn nothing_left(run: &RunId) -> Error {
    let message = format!("run {run} has an answer for every target: nothing to resume");
    Error::new(ErrorKind::NoTargets, message)
}

fn refused(run: &RunId, allowed: &str) -> Error {
    let mut violations = Violations::default();
    violations.note_text("ResumeRun", format!("\"{run}\""), allowed);
    Error::violations("request", violations)
}
