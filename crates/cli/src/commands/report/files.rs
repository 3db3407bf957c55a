//! A run's page from the run's files. They are sorted by account, as the page is written; what the
//! page shows is the core's.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use org_operator_core::artifact::sink::{Origin, RunFacts};
use org_operator_core::artifact::{
    Artifact, CHANGES_CSV, COVERAGE_CSV, EXCEPTIONS, MANIFEST, PLAN, RECORD_LINES, SUITES, SUMMARY,
    report_html,
};
use org_operator_core::contract::coverage_row::CoverageRow;
use org_operator_core::contract::document::csv_rows;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::contract::record_row::{ChangeRow, RecordRow, columns_with};
use org_operator_core::contract::summary::Summary;
use org_operator_core::model::portal::PortalUrl;
use org_operator_core::model::region::Partition;
use org_operator_core::model::spec::{Column, Spec};
use org_operator_core::ports::Artifacts;
use org_operator_core::report::account_targets::{AccountTargets, ManifestAccounts};
use org_operator_core::{AccountId, Error, ErrorKind, Region};
use org_operator_local::directory::{Directory, FileUpload};
use org_operator_local::engine::WORKER;
use org_operator_result_handler::{ArtifactWriter, Written, beside};

use crate::local_run::LocalRun;

/// The changes of each account.
pub(super) type Changes = BTreeMap<AccountId, Vec<ChangeRow<'static>>>;

/// The files of a run of an operation.
pub(super) struct RunFiles<'a> {
    run: &'a LocalRun,
    written: Written<Directory>,
    spec: &'a Spec,
    portal: Option<&'a PortalUrl>,
    plan: RunPlan,
    accounts: Vec<AccountTargets>,
    beside: Vec<Column>,
    /// The run's summary, as the page shows it.
    pub(super) summary: Summary,
}

impl<'a> RunFiles<'a> {
    /// The files of `run`, of which the small ones are read; the links of its page open through `portal`.
    pub(super) fn read(
        run: &'a LocalRun,
        spec: &'a Spec,
        portal: Option<&'a PortalUrl>,
    ) -> Result<Self, Error> {
        let written = run.written();
        let path = |artifact| written.artifacts.path(&written.folder.artifact(artifact));
        let plan = document(&path(&PLAN))?;
        let summary = path(&SUMMARY);
        if !summary.is_file() {
            let folder = summary.parent().unwrap_or(&summary).display();
            return Err(Error::invalid(format!("the run in {folder} is not written yet")));
        }
        let summary = document(&summary)?;
        let manifest: ManifestAccounts = document(&path(&MANIFEST))?;
        let beside = beside(&manifest, path(&EXCEPTIONS).is_file());
        let accounts = manifest.into_targets();
        Ok(Self { run, written, spec, portal, plan, accounts, beside, summary })
    }

    fn path(&self, artifact: &Artifact) -> PathBuf {
        self.written.artifacts.path(&self.written.folder.artifact(artifact))
    }

    /// The changes that the run has itself.
    pub(super) fn changes(&self) -> Result<Changes, Error> {
        let path = self.path(&CHANGES_CSV);
        let mut reader = csv::Reader::from_reader(opened(&path)?);
        let broken = |e: csv::Error| unreadable(&path, &e.to_string());
        let (header, columns) = (reader.headers().map_err(broken)?.clone(), self.columns());
        let mut changes = Changes::new();
        for row in reader.records() {
            let row = ChangeRow::parse_csv(&columns, &header, &row.map_err(broken)?);
            let row = row.map_err(|why| unreadable(&path, &why))?;
            changes.entry(row.record.account_id.clone().into_owned()).or_default().push(row);
        }
        Ok(changes)
    }

    /// Writes the page with `changes` under `key`.
    pub(super) async fn write(&self, key: &str, changes: Changes) -> Result<(), Error> {
        let path = self.path(&COVERAGE_CSV);
        let bytes = std::fs::read(&path).map_err(|e| Error::io("reading", &path, &e))?;
        let mut coverage: Vec<CoverageRow> = csv_rows(&bytes)?;
        self.name_accounts(&mut coverage);
        let asked = partition(coverage.iter().map(|row| &row.region), &self.plan);
        let sink = report_html::open(&self.facts(asked))?;
        let upload = self.written.artifacts.upload(key);
        let records = record_rows(self.path(&RECORD_LINES), self.columns())?.peekable();
        let mut writing = Writing { page: ArtifactWriter::new(sink, upload), records, changes };
        writing.all(&coverage).await?;
        writing.page.finish(&self.summary).await
    }

    /// Accounts have the manifest's names and units: those of the coverage may begin with an
    /// apostrophe.
    fn name_accounts(&self, coverage: &mut [CoverageRow]) {
        let accounts: BTreeMap<&AccountId, &AccountTargets> =
            self.accounts.iter().map(|account| (&account.account_id, account)).collect();
        for row in coverage {
            if let Some(account) = accounts.get(&row.account_id) {
                row.account_name.clone_from(&account.account_name);
                row.unit_path.clone_from(&account.unit_path);
            }
        }
    }

    /// The columns of the run's record files.
    fn columns(&self) -> Vec<String> {
        columns_with(self.spec, &self.beside)
    }

    fn facts(&self, partition: Partition) -> RunFacts<'_> {
        let is_local = self.plan.worker_function == WORKER;
        let origin = if is_local { Origin::Local } else { Origin::Deployment };
        let (spec, run_id, parameters) = (self.spec, &self.run.run, &self.plan.parameters);
        let resumed_as = if self.run.is_in_suite() { SUITES } else { spec.name.as_str() };
        let portal = self.portal;
        RunFacts {
            spec,
            run_id,
            parameters,
            partition,
            beside: &self.beside,
            origin,
            resumed_as,
            portal,
        }
    }
}

/// A page while it is written.
struct Writing<R: Iterator> {
    page: ArtifactWriter<FileUpload>,
    records: Peekable<R>,
    changes: Changes,
}

impl<R: Iterator<Item = Result<RecordRow<'static>, Error>>> Writing<R> {
    /// Writes each account: its records, its changes, then its targets.
    async fn all(&mut self, coverage: &[CoverageRow]) -> Result<(), Error> {
        for account in coverage.chunk_by(|a, b| a.account_id == b.account_id) {
            if let Some(first) = account.first() {
                self.records(&first.account_id).await?;
                self.changes(&first.account_id)?;
            }
            for row in account {
                self.page.sink.target(row)?;
            }
            self.page.advance().await?;
        }
        Ok(())
    }

    async fn records(&mut self, account: &AccountId) -> Result<(), Error> {
        let is_next = |row: &R::Item| match row {
            Ok(row) => *row.account_id <= *account,
            Err(_) => true,
        };
        while let Some(row) = self.records.next_if(is_next) {
            self.page.sink.record(&row?)?;
            self.page.advance().await?;
        }
        Ok(())
    }

    fn changes(&mut self, account: &AccountId) -> Result<(), Error> {
        let rows = self.changes.remove(account).unwrap_or_default();
        rows.iter().try_for_each(|row| self.page.sink.change(row))
    }
}

/// The rows of a JSON Lines file.
fn record_rows(
    path: PathBuf,
    columns: Vec<String>,
) -> Result<impl Iterator<Item = Result<RecordRow<'static>, Error>>, Error> {
    let lines = BufReader::new(opened(&path)?).split(b'\n');
    Ok(lines.map(move |line| {
        let line = line.map_err(|e| Error::io("reading", &path, &e))?;
        RecordRow::parse_line(&columns, &line).map_err(|why| unreadable(&path, &why))
    }))
}

/// `row` with what it borrows as its own.
pub(super) fn owned(row: &ChangeRow<'_>) -> ChangeRow<'static> {
    let RecordRow { account_id, account_name, region, cells, beside } = row.record.clone();
    let record = RecordRow {
        account_id: Cow::Owned(account_id.into_owned()),
        account_name: Cow::Owned(account_name.into_owned()),
        region: Cow::Owned(region.into_owned()),
        cells: Cow::Owned(cells.into_owned()),
        beside: Cow::Owned(beside.into_owned()),
    };
    ChangeRow { change: row.change, record }
}

/// The partition of the run's home Region. A run of an earlier release has that of the Regions that were
/// asked, or of its worker's ARN; from one machine it has no ARN, and is taken for one of the commercial
/// partition.
pub(super) fn partition<'a>(
    mut asked: impl Iterator<Item = &'a Region>,
    plan: &RunPlan,
) -> Partition {
    let regional = asked.find(|region| !region.is_global());
    let of_worker = || plan.worker_function.split(':').nth(3).and_then(Region::parse);
    let home = plan.home_region.clone();
    let region = home.or_else(|| regional.cloned()).or_else(of_worker);
    region.map_or(Partition::Commercial, |region| region.partition())
}

fn opened(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(|e| Error::io("reading", path, &e))
}

pub(super) fn document<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("reading", path, &e))?;
    serde_json::from_slice(&bytes).map_err(|e| unreadable(path, &e.to_string()))
}

fn unreadable(path: &Path, why: &str) -> Error {
    let message = format!("{} cannot be read: {why}", path.display());
    Error::new(ErrorKind::OperationFailed, message)
}
