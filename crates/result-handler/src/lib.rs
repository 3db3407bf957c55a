//! The result handler step: manifest and ledger into coverage and the operation's CSV.
//!
//! Accounts are read ahead of each other and written in order, page by page, so memory grows with
//! neither accounts nor records. What a missing outcome means is `org_operator_core::coverage`'s.

mod account;
mod sheet;

use futures_util::{StreamExt, stream};
use org_operator_core::coverage::{self, AccountTargets, by_account};
use org_operator_core::plan::{COVERAGE, Folder, MANIFEST, ResultEvent, SUMMARY};
use org_operator_core::ports::{Artifacts, LedgerReader};
use org_operator_core::spec::Spec;
use org_operator_core::summary::{RunResult, Summary, Tally};
use org_operator_core::{Error, ErrorKind, WorkItem};
use org_operator_operations::{CATALOGUE, Operation, resolve_in};
use serde_json::Map;

use account::Reading;
use sheet::Sheet;

/// Accounts whose first page is asked for at once. A page holds up to 1 MB, so this bounds memory.
const AHEAD: usize = 16;

/// The columns that every operation's CSV begins with.
const TARGET_COLUMNS: [&str; 3] = ["account_id", "account_name", "region"];

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
    /// Writes the run's artifacts and answers with its result. Running it again writes the same.
    ///
    /// # Errors
    /// `InvalidRequest` for an unknown operation or a manifest that cannot be read; else what the
    /// ledger or S3 answered. The summary is written last, so a run with a summary is whole.
    pub async fn run(&self, event: &ResultEvent) -> Result<RunResult, Error> {
        let operation = resolve_in(self.catalogue, &event.operation, &Map::new())?;
        let folder = Folder::new(&self.results_prefix, &event.operation, &event.run_id);
        let accounts = by_account(self.manifest(&folder).await?);
        let records_name = format!("{}.csv", event.operation);
        let mut export = Export::new(&self.artifacts, &folder, &records_name, operation.spec())?;
        self.export(event, &accounts, &mut export).await?;
        let tally = export.finish().await?;
        let names = [records_name.as_str(), COVERAGE, SUMMARY];
        let uris = names.map(|name| self.artifacts.uri(&folder.key(name))).to_vec();
        let summary = tally.summary(event.run_id.clone(), &event.operation, uris);
        self.artifacts.put(&folder.key(SUMMARY), json(&summary)?).await?;
        let RunResult { status, targets, failed, records, .. } = &summary.result;
        tracing::info!(run_id = %event.run_id, ?status, targets, failed, records, "written");
        Ok(summary.result)
    }

    async fn manifest(&self, folder: &Folder) -> Result<Vec<WorkItem>, Error> {
        let key = folder.key(MANIFEST);
        let bytes = self.artifacts.get(&key).await?;
        let uri = self.artifacts.uri(&key);
        serde_json::from_slice(&bytes)
            .map_err(|e| Error::invalid(format!("{uri} is no manifest: {e}")))
    }

    async fn export(
        &self,
        event: &ResultEvent,
        accounts: &[AccountTargets],
        export: &mut Export<A::Upload>,
    ) -> Result<(), Error> {
        let begin = |targets| Reading::begin(&self.ledger, &event.run_id, targets);
        let mut readings = stream::iter(accounts).map(begin).buffered(AHEAD);
        while let Some(reading) = readings.next().await {
            reading?.write(export).await?;
        }
        Ok(())
    }
}

/// The two tables of a run and the counts over them.
pub(crate) struct Export<U> {
    records: Sheet<U>,
    coverage: Sheet<U>,
    tally: Tally,
}

impl<U: org_operator_core::ports::Upload> Export<U> {
    fn new<A: Artifacts<Upload = U>>(
        artifacts: &A,
        folder: &Folder,
        records_name: &str,
        spec: &Spec,
    ) -> Result<Self, Error> {
        let columns = spec.columns.iter().map(|column| column.name);
        let header = TARGET_COLUMNS.into_iter().chain(columns);
        let records = Sheet::new(artifacts.upload(&folder.key(records_name)), header)?;
        let upload = artifacts.upload(&folder.key(COVERAGE));
        let coverage = Sheet::new(upload, coverage::COLUMNS.iter().copied())?;
        Ok(Self { records, coverage, tally: Tally::default() })
    }

    async fn finish(self) -> Result<Tally, Error> {
        self.records.finish().await?;
        self.coverage.finish().await?;
        Ok(self.tally)
    }
}

fn json(summary: &Summary) -> Result<Vec<u8>, Error> {
    let bytes = serde_json::to_vec_pretty(summary);
    bytes.map_err(|e| Error::new(ErrorKind::OperationFailed, e.to_string()))
}

#[cfg(test)]
mod tests;
