//! The answer of a run that applied a plan: each of its rows with its outcome from the ledger, what takes
//! the changes back, and the coverage. What an outcome means is `org_operator_changes`' part.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_changes::book::{AccountBook, RowState, journal};
use org_operator_changes::{ChangeRun, Ended, Ending, Place, PlanRow, conclude, read_plan};
use org_operator_core::artifact::{Artifact, CHANGE, Folder, PLAN_ROWS};
use org_operator_core::contract::change_item::account_partition;
use org_operator_core::contract::ledger::{Entry, LedgerPartition};
use org_operator_core::contract::plan::ResultEvent;
use org_operator_core::contract::summary::Summary;
use org_operator_core::ports::{Artifacts, ChangeLedger, LedgerReader, find};
use org_operator_core::report::account_targets::AccountTargets;
use org_operator_core::{AccountId, Error};

use crate::ResultHandler;

/// Accounts whose items are read at the same time.
const ACCOUNTS_AT_ONCE: usize = 32;

/// What the ledger says of a run.
#[derive(Default)]
struct Known {
    states: BTreeMap<u64, RowState>,
    /// Why rows of an account have no outcome, where that is known.
    reasons: BTreeMap<AccountId, String>,
}

impl<L: LedgerReader + ChangeLedger, A: Artifacts> ResultHandler<L, A> {
    /// As [`ResultHandler::run`], for a deployment: also of a run that applied a plan.
    ///
    /// # Errors
    /// As [`ResultHandler::run`].
    pub async fn deployed(&self, event: &ResultEvent) -> Result<Summary, Error> {
        if event.apply { self.applied(event).await } else { self.run(event).await }
    }

    /// Writes what became of each row; a run with a summary has all of these files.
    async fn applied(&self, event: &ResultEvent) -> Result<Summary, Error> {
        let folder = Folder::new(&self.results_prefix, &event.operation, &event.run_id);
        let change: ChangeRun = self.parsed_file(&folder, &CHANGE).await?;
        let bytes = self.file(&folder, &PLAN_ROWS).await?;
        let rows = read_plan(PLAN_ROWS.name, &bytes)?;
        let accounts = self.manifest(&folder).await?.into_targets();
        let Known { states, reasons } = self.known(event, &accounts).await?;
        let mut known = journal(&rows, states);
        conclude(&mut known, &rows, event.rejected, |row| why(event, &reasons, row));
        let ending = Ending {
            unit_paths: &unit_paths(accounts),
            // Writing the same again gives the same: the run ended when its last row did.
            ended_at: known.last().unwrap_or(change.started_at),
            origin: self.origin,
            partition: self.partition,
            portal: self.portal.as_ref(),
        };
        let place = Place { folder: &folder, uri: &|key| self.artifacts.uri(key) };
        self.write_applied(Ended::of(&change, &rows, &known, &ending, place)?).await
    }

    async fn write_applied(&self, ended: Ended) -> Result<Summary, Error> {
        let Ended { result, summary, files } = ended;
        for (key, bytes) in files {
            self.artifacts.put(&key, bytes).await?;
        }
        tracing::info!(RunId = %result.run.run_id, rows = ?result.rows, "written");
        Ok(summary)
    }

    /// What the ledger has of every account.
    async fn known(
        &self,
        event: &ResultEvent,
        accounts: &[AccountTargets],
    ) -> Result<Known, Error> {
        let ids: Vec<AccountId> = accounts.iter().map(|own| own.account_id.clone()).collect();
        let reads = ids.into_iter().map(|id| self.known_of(event, id));
        let all: Vec<Known> = stream::iter(reads).buffered(ACCOUNTS_AT_ONCE).try_collect().await?;
        Ok(all.into_iter().fold(Known::default(), |mut sum, one| {
            sum.states.extend(one.states);
            sum.reasons.extend(one.reasons);
            sum
        }))
    }

    async fn known_of(&self, event: &ResultEvent, account: AccountId) -> Result<Known, Error> {
        let partition = account_partition(&event.run_id, &account);
        let book = AccountBook::read(&self.ledger.change_items(&partition, "", None).await?)?;
        let has_outcome =
            |number| book.states.get(number).is_some_and(|s| !s.record.is_unrecorded());
        let is_whole = book.rows.keys().all(has_outcome);
        let mut reason = book.task.and_then(|task| task.hold);
        if reason.is_none() && !is_whole {
            reason = self.failure_of(event, &account).await?;
        }
        let reasons = reason.map(|reason| (account, reason)).into_iter().collect();
        Ok(Known { states: book.states, reasons })
    }

    /// Why the state machine gave up on the account's worker, where it did.
    async fn failure_of(
        &self,
        event: &ResultEvent,
        account: &AccountId,
    ) -> Result<Option<String>, Error> {
        let (run, account) = (event.run_id.clone(), account.clone());
        let partition = LedgerPartition { run, operation: None, account };
        let page = self.ledger.page(&partition, None).await?;
        let mut failures = page.entries.into_iter().filter_map(|entry| match entry {
            Entry::WorkerFailure(failure) => Some(failure.text()),
            _ => None,
        });
        Ok(failures.next_back())
    }

    async fn parsed_file<T: serde::de::DeserializeOwned>(
        &self,
        folder: &Folder,
        file: &Artifact,
    ) -> Result<T, Error> {
        self.parsed(&folder.artifact(file), file.name, &self.file(folder, file).await?)
    }

    async fn file(&self, folder: &Folder, file: &Artifact) -> Result<Vec<u8>, Error> {
        let key = folder.artifact(file);
        let uri = self.artifacts.uri(&key);
        let missing = || Error::invalid(format!("there is nothing at {uri}"));
        find(&self.artifacts, &key).await?.ok_or_else(missing)
    }
}

/// Why a row has no outcome.
fn why(event: &ResultEvent, reasons: &BTreeMap<AccountId, String>, row: &PlanRow) -> String {
    if event.rejected {
        return "nobody approved the run".to_owned();
    }
    let silent = || "the run ended before the row was begun".to_owned();
    reasons.get(&row.key.account_id).cloned().unwrap_or_else(silent)
}

fn unit_paths(accounts: Vec<AccountTargets>) -> BTreeMap<AccountId, String> {
    accounts.into_iter().map(|account| (account.account_id, account.unit_path)).collect()
}

#[cfg(test)]
#[path = "tests/applied.rs"]
mod tests;
