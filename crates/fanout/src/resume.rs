//! Resuming a run: only what failed or is missing in it, and its artifacts anew, whole.

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

use crate::Fanout;

/// Accounts whose outcomes are asked for at once.
const AT_ONCE: usize = 32;
/// A run whose entries expire sooner than this could lose some while it is being resumed: one account
/// may be tried for two hours, and the export comes after the last one.
const MARGIN_SECONDS: i64 = 4 * 3_600;

impl<D: AccountDirectory, A: Artifacts, L: Outcomes, C: Clock> Fanout<D, A, L, C> {
    /// Plans the rest of the run in `folder`. The new manifest is named after `execution`; the
    /// run's own one stays, because the result handler goes by it.
    pub(crate) async fn resume(
        &self,
        folder: &Folder,
        run_id: &RunId,
        execution: &RunId,
        max_concurrency: Option<u32>,
    ) -> Result<RunPlan, Error> {
        let plan: RunPlan = self.stored(folder, &PLAN, run_id).await?;
        self.refuse_expired(&plan)?;
        let items: Vec<WorkItem> = self.stored(folder, &MANIFEST, run_id).await?;
        let left = self.left_of(run_id, items).await?;
        if left.is_empty() && self.is_written_complete(folder).await? {
            let message = format!("run {run_id} has an answer for every target: nothing to resume");
            return Err(Error::new(ErrorKind::NoTargets, message));
        }
        let key = folder.resume_manifest(execution);
        self.artifacts.put(&key, document::compact(&left)?).await?;
        let targets: usize = left.iter().map(|item| item.regions.len()).sum();
        tracing::info!(RunId = %run_id, work_items = left.len(), targets, "resuming");
        Ok(RunPlan {
            manifest: self.location(key),
            work_items: left.len() as u64,
            targets: targets as u64,
            max_concurrency: max_concurrency.unwrap_or(plan.max_concurrency),
            expires_at: self.expiry(),
            ..plan
        })
    }

    async fn stored<T: serde::de::DeserializeOwned>(
        &self,
        folder: &Folder,
        artifact: &Artifact,
        run_id: &RunId,
    ) -> Result<T, Error> {
        let key = folder.artifact(artifact);
        let uri = self.artifacts.uri(&key);
        let Some(bytes) = find(&self.artifacts, &key).await? else {
            let allowed = format!("a run of this operation whose files are still there ({uri})");
            return Err(refused(run_id, &allowed));
        };
        serde_json::from_slice(&bytes)
            .map_err(|e| Error::new(ErrorKind::OperationFailed, format!("{uri}: {e}")))
    }

    /// Whether the run's summary says COMPLETE. One that says PARTIAL while nothing is left to ask
    /// is older than the ledger: the artifacts must be written anew.
    async fn is_written_complete(&self, folder: &Folder) -> Result<bool, Error> {
        let bytes = find(&self.artifacts, &folder.artifact(&SUMMARY)).await?;
        let summary = bytes.and_then(|bytes| serde_json::from_slice::<Summary>(&bytes).ok());
        Ok(summary.is_some_and(|summary| summary.result.status == Status::Complete))
    }

    fn refuse_expired(&self, plan: &RunPlan) -> Result<(), Error> {
        if self.clock.now().epoch_seconds() + MARGIN_SECONDS < plan.expires_at {
            return Ok(());
        }
        Err(refused(&plan.run_id, "a run whose entries in the ledger have not expired"))
    }

    /// The work items with the Regions that have no final outcome.
    async fn left_of(&self, run: &RunId, items: Vec<WorkItem>) -> Result<Vec<WorkItem>, Error> {
        let left = stream::iter(grouped(items)).map(|mut items| async move {
            let Some(first) = items.first() else { return Ok(items) };
            let partition = LedgerPartition { run: run.clone(), account: first.account_id.clone() };
            let done = final_regions(&self.ledger.outcomes(&partition).await?);
            for item in &mut items {
                item.regions.retain(|region| !done.contains(region));
            }
            Ok::<_, Error>(items)
        });
        let left: Vec<Vec<WorkItem>> = left.buffered(AT_ONCE).try_collect().await?;
        Ok(left.into_iter().flatten().filter(|item| !item.regions.is_empty()).collect())
    }
}

/// The items of one account together: its outcomes are asked for once. A manifest has them so.
fn grouped(items: Vec<WorkItem>) -> Vec<Vec<WorkItem>> {
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

fn refused(run_id: &RunId, allowed: &str) -> Error {
    let mut violations = Violations::default();
    violations.note_text("ResumeRun", format!("\"{run_id}\""), allowed);
    Error::violations("request", violations)
}
