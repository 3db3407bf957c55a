//! The result handler step: manifest and ledger into coverage, records and changes.
//!
//! Accounts are read ahead of each other and written in order, page by page, so memory grows with
//! neither accounts nor records. What a missing outcome means is `org_operator_core::report::coverage`'s.

mod account;
mod compare;
mod export;
mod lines;
mod previous;
mod sheet;

use futures_util::{StreamExt, stream};
use org_operator_core::contract::plan::{
    CHANGES, COVERAGE, Folder, MANIFEST, ResultEvent, SUMMARY,
};
use org_operator_core::contract::summary::{RunResult, Summary};
use org_operator_core::ports::{Artifacts, LedgerReader, find};
use org_operator_core::report::coverage::{AccountTargets, by_account};
use org_operator_core::{Error, ErrorKind, WorkItem};
use org_operator_operations::{CATALOGUE, Operation, resolve_in};
use serde::Serialize;
use serde_json::Map;

use account::Reading;
pub use compare::{Written, compare};
use export::Export;
use previous::{Latest, Previous};

/// Accounts whose first page is asked for at once. A page holds up to 1 MB, so this bounds memory.
const AHEAD: usize = 16;

/// The step with its ports.
pub struct ResultHandler<L, A> {
    /// The ledger.
    pub ledger: L,
    /// The artifacts.
    pub artifacts: A,
    /// The artifacts' prefix.
    pub results_prefix: String,
    /// The operations to choose from.
    pub catalogue: &'static [&'static dyn Operation],
}

impl<L, A> ResultHandler<L, A> {
    /// The step over its ports, with the whole catalogue.
    pub fn new(ledger: L, artifacts: A, results_prefix: String) -> Self {
        Self { ledger, artifacts, results_prefix, catalogue: CATALOGUE }
    }
}

impl<L: LedgerReader, A: Artifacts> ResultHandler<L, A> {
    /// Writes the run's artifacts and answers with its summary. Running it again writes the same.
    ///
    /// # Errors
    /// `InvalidRequest` for an unknown operation or a manifest that is missing or cannot be read;
    /// else what the ledger or S3 answered. The summary is written after the tables, and
    /// `latest.json` last: a run with a summary is whole.
    pub async fn run(&self, event: &ResultEvent) -> Result<Summary, Error> {
        let operation = resolve_in(self.catalogue, &event.operation, &Map::new())?;
        let folder = Folder::new(&self.results_prefix, &event.operation, &event.run_id);
        let accounts = by_account(self.manifest(&folder).await?);
        let mut latest = Latest::read(&self.artifacts, &folder, &event.run_id).await?;
        let mut previous = match &latest.previous_run_id {
            Some(run) => {
                Previous::open(&self.artifacts, &folder.of_run(run), operation.spec()).await?
            }
            None => None,
        };
        if previous.is_none() {
            latest.previous_run_id = None;
        }
        let mut export = Export::new(&self.artifacts, &folder, operation.spec())?;
        self.export(event, &accounts, &mut export, previous.as_mut()).await?;
        let tally = export.finish().await?;
        let names = [&format!("{}.csv", event.operation), COVERAGE, CHANGES, SUMMARY];
        let uris = names.map(|name| self.artifacts.uri(&folder.key(name))).to_vec();
        let compared = latest.previous_run_id.clone();
        let summary = tally.summary(event.run_id.clone(), &event.operation, compared, uris);
        self.artifacts.put(&folder.key(SUMMARY), json(&summary)?).await?;
        self.artifacts.put(&folder.latest_key(), json(&latest)?).await?;
        let RunResult { status, targets, failed, records, .. } = &summary.result;
        tracing::info!(RunId = %event.run_id, ?status, targets, failed, records, "written");
        Ok(summary)
    }

    async fn manifest(&self, folder: &Folder) -> Result<Vec<WorkItem>, Error> {
        let key = folder.key(MANIFEST);
        let uri = self.artifacts.uri(&key);
        let bytes = find(&self.artifacts, &key).await?;
        let bytes =
            bytes.ok_or_else(|| Error::invalid(format!("there is no manifest at {uri}")))?;
        serde_json::from_slice(&bytes)
            .map_err(|e| Error::invalid(format!("{uri} is no manifest: {e}")))
    }

    async fn export(
        &self,
        event: &ResultEvent,
        accounts: &[AccountTargets],
        export: &mut Export<A::Upload>,
        mut previous: Option<&mut Previous<A::Download>>,
    ) -> Result<(), Error> {
        let begin = |targets| Reading::begin(&self.ledger, &event.run_id, targets);
        let mut readings = stream::iter(accounts).map(begin).buffered(AHEAD);
        while let Some(reading) = readings.next().await {
            let reading = reading?;
            let before = match previous.as_mut() {
                Some(previous) => Some(previous.account(reading.account()).await?),
                None => None,
            };
            reading.write(export, before).await?;
        }
        Ok(())
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let bytes = serde_json::to_vec_pretty(value);
    bytes.map_err(|e| Error::new(ErrorKind::OperationFailed, e.to_string()))
}

#[cfg(test)]
mod tests;
