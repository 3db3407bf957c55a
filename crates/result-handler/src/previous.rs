//! The previous run: which one it is, and its records and coverage, account by account.
//!
//! Both files are sorted by account, as this run is, so they are read along with it and memory
//! holds one account.

use std::collections::BTreeSet;

use org_operator_core::artifact::{COVERAGE_CSV, Folder, LATEST, RECORD_LINES, SUMMARY};
use org_operator_core::contract::coverage_row::{CoverageStatus, TargetStatus};
use org_operator_core::contract::latest::Latest;
use org_operator_core::contract::record_row::{RecordRow, columns};
use org_operator_core::contract::summary::Summary;
use org_operator_core::model::spec::Spec;
use org_operator_core::ports::{Artifacts, Download, find};
use org_operator_core::report::changes::Comparison;
use org_operator_core::{AccountId, Error, ErrorKind, Region, RunId};
use serde::de::DeserializeOwned;

use crate::lines::{Ending, Lines};

/// What `latest.json` must say once `run_id` has been written. A run that is written again is
/// compared with the same run as before, so that it is written the same.
pub(crate) async fn latest<A: Artifacts>(
    artifacts: &A,
    folder: &Folder,
    run_id: &RunId,
) -> Result<Latest, Error> {
    let own: Option<Summary> = document(artifacts, &folder.artifact(&SUMMARY)).await?;
    let previous_run_id = match own {
        Some(summary) => summary.previous_run_id,
        None => match document::<Latest>(artifacts, &folder.artifact(&LATEST)).await? {
            Some(latest) if latest.run_id == *run_id => latest.previous_run_id,
            Some(latest) => Some(latest.run_id),
            None => None,
        },
    };
    Ok(Latest { run_id: run_id.clone(), previous_run_id })
}

async fn document<T: DeserializeOwned>(
    artifacts: &impl Artifacts,
    key: &str,
) -> Result<Option<T>, Error> {
    let Some(bytes) = find(artifacts, key).await? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|e| unreadable(&artifacts.uri(key), e))
}

/// The previous run, read along with this one.
pub(crate) struct Previous<D> {
    columns: Vec<String>,
    computed: Vec<usize>,
    records: Rows<D>,
    header: csv::StringRecord,
    coverage: Rows<D>,
}

impl<D: Download> Previous<D> {
    /// Opens the run in `folder`; `None` where its files are gone, as a lifecycle rule may do.
    pub(crate) async fn open<A: Artifacts<Download = D>>(
        artifacts: &A,
        folder: &Folder,
        spec: &Spec,
    ) -> Result<Option<Self>, Error> {
        let records = artifacts.open(&folder.artifact(&RECORD_LINES)).await?;
        let coverage = artifacts.open(&folder.artifact(&COVERAGE_CSV)).await?;
        let Some((records, coverage)) = records.zip(coverage) else { return Ok(None) };
        let mut coverage = Lines::new(coverage, Ending::Quoted);
        let header = csv_record(&coverage.next().await?.unwrap_or_default())?;
        Ok(Some(Self {
            columns: columns(spec),
            computed: spec.computed_indices(),
            records: Rows { lines: Lines::new(records, Ending::Plain), next: None },
            header,
            coverage: Rows { lines: coverage, next: None },
        }))
    }

    /// What the previous run has of `account`. Accounts are asked for in ascending order.
    pub(crate) async fn account(&mut self, account: &AccountId) -> Result<Comparison, Error> {
        let Self { columns, computed, records, header, coverage } = self;
        let mut succeeded = BTreeSet::new();
        while let Some(row) = coverage.of(account, |line| coverage_row(header, line)).await? {
            succeeded.extend(row.value);
        }
        let mut before = BTreeSet::new();
        while let Some(row) = records.of(account, |line| record(columns, line)).await? {
            before.insert(row.value);
        }
        Ok(Comparison::without(computed, succeeded, before))
    }
}

/// A record's Region and cells.
type RegionCells = (Region, Vec<String>);

/// A row with the account it belongs to.
struct Row<T> {
    account: AccountId,
    value: T,
}

/// The lines of a file that is sorted by account.
struct Rows<D> {
    lines: Lines<D>,
    next: Option<Vec<u8>>,
}

impl<D: Download> Rows<D> {
    /// The next row of `account`; rows of accounts before it are passed over.
    async fn of<T>(
        &mut self,
        account: &AccountId,
        read: impl Fn(&[u8]) -> Result<Row<T>, Error>,
    ) -> Result<Option<Row<T>>, Error> {
        loop {
            let line = match self.next.take() {
                Some(line) => Some(line),
                None => self.lines.next().await?,
            };
            let Some(line) = line else { return Ok(None) };
            let row = read(&line)?;
            if row.account == *account {
                return Ok(Some(row));
            }
            if row.account > *account {
                self.next = Some(line);
                return Ok(None);
            }
        }
    }
}

/// A row of `coverage.csv`: its Region where the target SUCCEEDED.
fn coverage_row(header: &csv::StringRecord, line: &[u8]) -> Result<Row<Option<Region>>, Error> {
    let cells = csv_record(line)?;
    let row: CoverageStatus<'_> =
        cells.deserialize(Some(header)).map_err(|e| unreadable(COVERAGE_CSV.name, e))?;
    let account = AccountId::parse(row.account_id)
        .ok_or_else(|| unreadable(COVERAGE_CSV.name, "a row without an account"))?;
    let succeeded = row.status == TargetStatus::Succeeded.name();
    Ok(Row { account, value: Region::parse(row.region).filter(|_| succeeded) })
}

fn csv_record(line: &[u8]) -> Result<csv::StringRecord, Error> {
    // A reader of its own per line, with a buffer no larger than needed.
    let capacity = line.len().max(1);
    let mut builder = csv::ReaderBuilder::new();
    let mut reader = builder.has_headers(false).buffer_capacity(capacity).from_reader(line);
    let row = reader.records().next().transpose().map_err(|e| unreadable(COVERAGE_CSV.name, e))?;
    Ok(row.unwrap_or_default())
}

/// A line of the records; a column that the previous run did not have is empty.
fn record(columns: &[String], line: &[u8]) -> Result<Row<RegionCells>, Error> {
    let row = RecordRow::parse_line(columns, line)
        .map_err(|why| unreadable("the previous run's records", why))?;
    let value = (row.region.into_owned(), row.cells.into_owned());
    Ok(Row { account: row.account_id.into_owned(), value })
}

fn unreadable(name: &str, why: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::OperationFailed, format!("{name} cannot be read: {why}"))
}
