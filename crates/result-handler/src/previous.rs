//! The run before: which one it is, and its records and coverage, account by account.
//!
//! Both files are sorted by account, as this run is, so they are read along with it and memory
//! holds one account.

use std::collections::BTreeSet;

use org_operator_core::contract::plan::{COVERAGE, Folder, SUMMARY};
use org_operator_core::model::spec::Spec;
use org_operator_core::ports::{Artifacts, Download, find};
use org_operator_core::report::changes::Comparison;
use org_operator_core::{AccountId, Error, ErrorKind, Region, RunId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lines::{Ending, Lines};

/// `latest.json`: the newest run of an operation, and the one that it was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Latest {
    pub(crate) run_id: RunId,
    pub(crate) previous_run_id: Option<RunId>,
}

/// What is read of an earlier summary.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EarlierSummary {
    previous_run_id: Option<RunId>,
}

impl Latest {
    /// What `latest.json` must say when `run_id` has been written. A run that is written again is
    /// compared with the same run as before, so that it is written the same.
    pub(crate) async fn read<A: Artifacts>(
        artifacts: &A,
        folder: &Folder,
        run_id: &RunId,
    ) -> Result<Self, Error> {
        let previous_run_id = match find(artifacts, &folder.key(SUMMARY)).await? {
            Some(bytes) => parsed::<EarlierSummary>(&bytes, SUMMARY)?.previous_run_id,
            None => match find(artifacts, &folder.latest_key()).await? {
                Some(bytes) => {
                    let latest = parsed::<Latest>(&bytes, "latest.json")?;
                    let own = latest.run_id == *run_id;
                    if own { latest.previous_run_id } else { Some(latest.run_id) }
                }
                None => None,
            },
        };
        Ok(Self { run_id: run_id.clone(), previous_run_id })
    }
}

fn parsed<'a, T: Deserialize<'a>>(bytes: &'a [u8], name: &str) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|e| unreadable(name, e))
}

/// The run before, read along with this one.
pub(crate) struct Previous<D> {
    columns: Vec<&'static str>,
    records: Rows<D>,
    coverage: Rows<D>,
}

impl<D: Download> Previous<D> {
    /// Opens the run in `folder`; `None` where its files are gone, as a lifecycle rule may do.
    pub(crate) async fn open<A: Artifacts<Download = D>>(
        artifacts: &A,
        folder: &Folder,
        spec: &Spec,
    ) -> Result<Option<Self>, Error> {
        let records = artifacts.open(&folder.key(&format!("{}.jsonl", spec.name))).await?;
        let coverage = artifacts.open(&folder.key(COVERAGE)).await?;
        let columns = spec.columns.iter().map(|column| column.name).collect();
        Ok(records.zip(coverage).map(|(records, coverage)| Self {
            columns,
            records: Rows { lines: Lines::new(records, Ending::Plain), next: None },
            coverage: Rows { lines: Lines::new(coverage, Ending::Quoted), next: None },
        }))
    }

    /// What the run before says about `account`. Accounts are asked in ascending order.
    pub(crate) async fn account(&mut self, account: &AccountId) -> Result<Comparison, Error> {
        let mut succeeded = BTreeSet::new();
        while let Some(row) = self.coverage.of(account, coverage_row).await? {
            succeeded.extend(row.value);
        }
        let mut before = BTreeSet::new();
        let Self { columns, records, .. } = self;
        while let Some(row) = records.of(account, |line| record_row(columns, line)).await? {
            before.insert(row.value);
        }
        Ok(Comparison::new(succeeded, before))
    }
}

/// A record's Region and cells.
type Record = (Region, Vec<String>);

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
    /// The next row of `account`, past those of accounts before it; a header is none.
    async fn of<T>(
        &mut self,
        account: &AccountId,
        read: impl Fn(&[u8]) -> Result<Option<Row<T>>, Error>,
    ) -> Result<Option<Row<T>>, Error> {
        loop {
            let line = match self.next.take() {
                Some(line) => line,
                None => match self.lines.next().await? {
                    Some(line) => line,
                    None => return Ok(None),
                },
            };
            match read(&line)? {
                Some(row) if row.account == *account => return Ok(Some(row)),
                Some(row) if row.account > *account => {
                    self.next = Some(line);
                    return Ok(None);
                }
                _ => {}
            }
        }
    }
}

/// A row of `coverage.csv`: the Region where it succeeded.
fn coverage_row(line: &[u8]) -> Result<Option<Row<Option<Region>>>, Error> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
    let row = reader.records().next().transpose().map_err(|e| unreadable(COVERAGE, e))?;
    let Some(row) = row else { return Ok(None) };
    let cell = |index: usize| row.get(index).unwrap_or_default();
    let Some(account) = AccountId::parse(cell(0)) else { return Ok(None) };
    let value = Region::parse(cell(2)).filter(|_| cell(3) == "SUCCEEDED");
    Ok(Some(Row { account, value }))
}

/// A line of the records: Region and cells; a column that the run before had not is empty.
fn record_row(columns: &[&str], line: &[u8]) -> Result<Option<Row<Record>>, Error> {
    let name = "the previous run's records";
    let value: Value = parsed(line, name)?;
    let cell = |column: &str| value[column].as_str().unwrap_or_default().to_owned();
    let account = AccountId::parse(&cell("account_id"));
    let region = Region::parse(&cell("region"));
    let (account, region) = account.zip(region).ok_or_else(|| unreadable(name, "no target"))?;
    let cells = columns.iter().map(|column| cell(column)).collect();
    Ok(Some(Row { account, value: (region, cells) }))
}

fn unreadable(name: &str, why: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::OperationFailed, format!("{name} cannot be read: {why}"))
}
