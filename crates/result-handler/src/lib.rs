//! The result handler step: manifest and ledger into coverage, records and changes.
//!
//! Accounts are read ahead of each other and written in order, page by page, so memory grows with
//! neither accounts nor records. What a missing outcome means is `org_operator_core::report::coverage`'s.

mod account;
mod applied;
mod compare;
mod export;
mod judge;
mod lines;
mod plan;
mod previous;
mod share;
mod suite;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_core::artifact::sink::{Origin, RunFacts};
use org_operator_core::artifact::{
    ACCOUNTS_CSV, Artifact, EXCEPTIONS, Folder, LATEST, MANIFEST, PLAN, SUMMARY, TableFile,
};
use org_operator_core::contract::account_row::AccountRow;
use org_operator_core::contract::document;
use org_operator_core::contract::plan::{ResultEvent, RunPlan};
use org_operator_core::contract::summary::{RunResult, Summary};
use org_operator_core::exceptions::{EXPECTED, Exceptions};
use org_operator_core::input::violation::Violations;
use org_operator_core::model::portal::PortalUrl;
use org_operator_core::model::region::Partition;
use org_operator_core::model::spec::{Column, Spec};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::ports::{Artifacts, LedgerReader, find};
use org_operator_core::report::account_targets::{AccountTargets, ManifestAccounts};
use org_operator_core::report::tally::Tally;
use org_operator_core::{Error, Region, RunId};
use org_operator_operations::{Catalogue, Operation, catalogue};
use serde::de::DeserializeOwned;

use account::Reading;
pub use compare::{Written, compare};
pub use export::ArtifactWriter;
use export::Export;
use previous::Previous;
pub use share::Sharing;

/// Accounts whose first, small page is asked for at once. Most accounts have no other: 50,000 of them
/// take 4 s at 10 ms a query.
const FAR_AHEAD: usize = 128;
/// Accounts whose next page is asked for at once. It holds up to 1 MB, so this bounds memory.
const AHEAD: usize = 16;

/// The step with its ports.
pub struct ResultHandler<L, A> {
    /// The ledger that the workers wrote.
    pub ledger: L,
    /// Where the artifacts are written.
    pub artifacts: A,
    /// The prefix of every artifact's key.
    pub results_prefix: String,
    /// The operations to choose from.
    pub catalogue: &'static Catalogue,
    /// The partition of a run that asks no Region: that of the Region which this works from.
    pub partition: Partition,
    /// Where this runs: the report says how a run of it is resumed.
    pub origin: Origin,
    /// The portal through which the report's links open; `None` where they open the console.
    pub portal: Option<PortalUrl>,
}

impl<L, A> ResultHandler<L, A> {
    /// The step over its ports, with the whole catalogue, in the commercial partition.
    pub fn new(ledger: L, artifacts: A, results_prefix: String) -> Self {
        let (origin, partition) = (Origin::default(), Partition::Commercial);
        let catalogue = catalogue();
        Self { ledger, artifacts, results_prefix, catalogue, partition, origin, portal: None }
    }
}

impl<L: LedgerReader, A: Artifacts> ResultHandler<L, A> {
    /// Writes the run's artifacts and returns its summary; of a suite run those of each operation, and
    /// the page and the summary over all. Running it again writes the same.
    ///
    /// # Errors
    /// `InvalidRequest` for an unknown operation or a manifest that is missing or cannot be read;
    /// else what the ledger or the store returned. The summary is written after the tables, and
    /// `latest.json` last: a run with a summary is complete on disk.
    pub async fn run(&self, event: &ResultEvent) -> Result<Summary, Error> {
        if !event.operations.is_empty() {
            return self.suite(event).await;
        }
        let folder = Folder::new(&self.results_prefix, &event.operation, &event.run_id);
        self.one(event, &folder, None).await
    }

    /// Writes the artifacts of one operation; `suite` is what resumes the suite run that it is in.
    pub(crate) async fn one(
        &self,
        event: &ResultEvent,
        folder: &Folder,
        suite: Option<&str>,
    ) -> Result<Summary, Error> {
        let operation = self.operation(event)?;
        let manifest = self.manifest(folder).await?;
        let exceptions = self.exceptions(folder).await?;
        let beside = beside(&manifest, exceptions.is_some());
        let accounts = manifest.into_targets();
        let mut latest = previous::latest(&self.artifacts, folder, &event.run_id).await?;
        let mut previous =
            self.previous(&*operation, folder, latest.previous_run_id.as_ref()).await?;
        if previous.is_none() {
            latest.previous_run_id = None;
        }
        let facts = self.facts(event, operation.spec(), &accounts, (&beside, suite));
        let day = self.day(event, folder).await?;
        let mut export = Export::new(&self.artifacts, folder, &facts, day.as_deref(), exceptions)?;
        self.export(event, (&accounts, suite.is_some()), &mut export, previous.as_mut()).await?;
        let uris = self.listed_uris(folder, day.as_deref());
        let compared = latest.previous_run_id.clone();
        let left_out = self.left_out(folder).await?;
        let summarize = |mut tally: Tally| {
            tally.left_out(left_out);
            tally.summary(event.run_id.clone(), &event.operation, compared, uris)
        };
        let summary = export.finish(summarize).await?;
        self.plan_of(event, folder).await?;
        self.artifacts.put(&folder.artifact(&SUMMARY), document::pretty(&summary)?).await?;
        self.artifacts.put(&folder.artifact(&LATEST), document::pretty(&latest)?).await?;
        let RunResult { status, targets, failed, records, .. } = &summary.result;
        tracing::info!(RunId = %event.run_id, ?status, targets, failed, records, "written");
        Ok(summary)
    }

    /// The operation of the run; its parameters are nothing that the tables depend on.
    fn operation(&self, event: &ResultEvent) -> Result<Arc<dyn Operation>, Error> {
        let mut violations = Violations::default();
        let definition = event.definition.as_ref();
        let found = self.catalogue.requested(&event.operation, definition, &mut violations);
        violations.into_result("request", found)
    }

    fn facts<'a>(
        &'a self,
        event: &'a ResultEvent,
        spec: &'a Spec,
        accounts: &[AccountTargets],
        (beside, suite): (&'a [Column], Option<&'a str>),
    ) -> RunFacts<'a> {
        let mut regions = accounts.iter().flat_map(AccountTargets::regions);
        let partition =
            regions.find(|region| !region.is_global()).map_or(self.partition, Region::partition);
        let ResultEvent { run_id, parameters, .. } = event;
        let (origin, resumed_as) = (self.origin, suite.unwrap_or(&spec.name));
        let portal = self.portal.as_ref();
        RunFacts { spec, run_id, parameters, partition, beside, origin, resumed_as, portal }
    }

    /// The run to compare with, or `None` where there is none or its files are gone.
    async fn previous(
        &self,
        operation: &dyn Operation,
        folder: &Folder,
        run: Option<&RunId>,
    ) -> Result<Option<Previous<A::Download>>, Error> {
        let Some(run) = run else { return Ok(None) };
        for folder in folder.of_run(run) {
            let found = Previous::open(&self.artifacts, &folder, operation.spec()).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The day on which the run was planned, in UTC: of the event, or else of the stored plan. `None`
    /// for a run of a release whose plans do not say it.
    async fn day(&self, event: &ResultEvent, folder: &Folder) -> Result<Option<String>, Error> {
        let mut planned_at = event.planned_at;
        if planned_at.is_none() {
            let key = folder.artifact(&PLAN);
            let stored = find(&self.artifacts, &key).await?;
            let plan = stored.map(|bytes| self.parsed::<RunPlan>(&key, "plan", &bytes));
            planned_at = plan.transpose()?.and_then(|plan| plan.planned_at);
        }
        if planned_at.is_none() {
            tracing::warn!(RunId = %event.run_id, "no plan says the day: nothing below tables/");
        }
        Ok(planned_at.map(Timestamp::day))
    }

    /// URIs of what a person reads first, and of the files for SQL.
    fn listed_uris(&self, folder: &Folder, day: Option<&str>) -> Vec<String> {
        let listed = Artifact::ALL.iter().filter(|artifact| artifact.is_listed);
        let of_run = listed.map(|artifact| folder.artifact(artifact));
        let tables = day.into_iter().flat_map(|day| {
            TableFile::OF_RECORDS.iter().map(move |table| folder.table(table, day))
        });
        of_run.chain(tables).map(|key| self.artifacts.uri(&key)).collect()
    }

    /// What the run expects, where it was planned with exceptions.
    async fn exceptions(&self, folder: &Folder) -> Result<Option<Exceptions>, Error> {
        let key = folder.artifact(&EXCEPTIONS);
        let Some(bytes) = find(&self.artifacts, &key).await? else { return Ok(None) };
        let uri = self.artifacts.uri(&key);
        let read = serde_json::from_slice(&bytes).map(Some);
        read.map_err(|e| Error::invalid(format!("{uri} has no exceptions: {e}")))
    }

    /// How many accounts the run does not cover, by reason, as `accounts.csv` has them.
    async fn left_out(&self, folder: &Folder) -> Result<BTreeMap<String, u64>, Error> {
        let bytes = find(&self.artifacts, &folder.artifact(&ACCOUNTS_CSV)).await?;
        let rows: Vec<AccountRow> = document::csv_rows(&bytes.unwrap_or_default())?;
        let mut reasons = BTreeMap::new();
        for row in rows.into_iter().filter(|row| !row.selected) {
            *reasons.entry(row.reason).or_default() += 1;
        }
        Ok(reasons)
    }

    async fn manifest(&self, folder: &Folder) -> Result<ManifestAccounts, Error> {
        let key = folder.artifact(&MANIFEST);
        let uri = self.artifacts.uri(&key);
        let missing = || Error::invalid(format!("there is no manifest at {uri}"));
        let bytes = find(&self.artifacts, &key).await?.ok_or_else(missing)?;
        self.parsed(&key, "manifest", &bytes)
    }

    fn parsed<T: DeserializeOwned>(&self, key: &str, what: &str, bytes: &[u8]) -> Result<T, Error> {
        let uri = self.artifacts.uri(key);
        serde_json::from_slice(bytes)
            .map_err(|e| Error::invalid(format!("{uri} is no {what}: {e}")))
    }

    async fn export(
        &self,
        event: &ResultEvent,
        (accounts, is_in_suite): (&[AccountTargets], bool),
        export: &mut Export<A::Upload>,
        mut previous: Option<&mut Previous<A::Download>>,
    ) -> Result<(), Error> {
        let of_suite = is_in_suite.then_some(event.operation.as_str());
        let begin = |targets| Reading::begin(&self.ledger, &event.run_id, of_suite, targets);
        let first_pages = stream::iter(accounts).map(begin).buffered(FAR_AHEAD);
        let mut readings = first_pages.map_ok(Reading::read_more).try_buffered(AHEAD);
        while let Some(reading) = readings.try_next().await? {
            let before = match previous.as_mut() {
                Some(previous) => Some(previous.account(reading.account()).await?),
                None => None,
            };
            reading.write(export, before).await?;
        }
        Ok(())
    }
}

/// The columns that the run of `manifest` has behind those of its operation: those about accounts,
/// and why a record is expected where the run has exceptions.
#[must_use]
pub fn beside(manifest: &ManifestAccounts, has_exceptions: bool) -> Vec<Column> {
    let of_account = manifest.columns().iter().map(|c| Column::new(&c.to_string(), &c.meaning()));
    let expected = Column::new(EXPECTED, "why the record is expected; empty where it is not");
    of_account.chain(has_exceptions.then_some(expected)).collect()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
#[path = "tests/unpacked.rs"]
mod unpacked;
