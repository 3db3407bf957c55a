//! The files of a run while they grow: records as CSV and as JSON Lines, changes, coverage, and
//! the counts over them.

use org_operator_core::contract::ledger::LedgerRecord;
use org_operator_core::contract::plan::{CHANGES, COVERAGE, Folder};
use org_operator_core::contract::summary::Tally;
use org_operator_core::model::spec::Spec;
use org_operator_core::ports::{Artifacts, Upload};
use org_operator_core::report::changes::Change;
use org_operator_core::report::coverage::{self, AccountTargets, CoverageRow};
use org_operator_core::{Error, ErrorKind, Region};
use serde::Serializer;

use crate::sheet::Sheet;

/// The columns that every operation's records begin with.
pub(crate) const TARGET_COLUMNS: [&str; 3] = ["account_id", "account_name", "region"];

/// The files of a run.
pub(crate) struct Export<U> {
    columns: Vec<&'static str>,
    records: Sheet<U>,
    lines: U,
    changes: Sheet<U>,
    coverage: Sheet<U>,
    tally: Tally,
}

impl<U: Upload> Export<U> {
    pub(crate) fn new<A: Artifacts<Upload = U>>(
        artifacts: &A,
        folder: &Folder,
        spec: &Spec,
    ) -> Result<Self, Error> {
        let upload = |name: &str| artifacts.upload(&folder.key(name));
        let own = spec.columns.iter().map(|column| column.name);
        let columns: Vec<&str> = TARGET_COLUMNS.into_iter().chain(own).collect();
        let with_change = std::iter::once("change").chain(columns.iter().copied());
        Ok(Self {
            records: Sheet::new(upload(&format!("{}.csv", spec.name)), columns.iter().copied())?,
            lines: upload(&format!("{}.jsonl", spec.name)),
            changes: Sheet::new(upload(CHANGES), with_change)?,
            coverage: Sheet::new(upload(COVERAGE), coverage::COLUMNS.iter().copied())?,
            tally: Tally::default(),
            columns,
        })
    }

    /// Writes a record.
    pub(crate) async fn record(
        &mut self,
        targets: &AccountTargets,
        record: &LedgerRecord,
    ) -> Result<(), Error> {
        let cells = row(targets, &record.region, &record.record.cells);
        self.records.row(cells.iter().copied()).await?;
        self.lines.write(&json_line(&self.columns, &cells)?).await?;
        self.tally.records(1);
        Ok(())
    }

    /// Writes an account's changes.
    pub(crate) async fn changes(
        &mut self,
        targets: &AccountTargets,
        changes: &[Change],
    ) -> Result<(), Error> {
        for change in changes {
            let cells = row(targets, &change.region, &change.cells);
            self.changes.row(std::iter::once(change.kind.name()).chain(cells)).await?;
        }
        self.tally.changes(targets, changes);
        Ok(())
    }

    /// Writes an account's coverage.
    pub(crate) async fn coverage(
        &mut self,
        targets: &AccountTargets,
        rows: &[CoverageRow],
    ) -> Result<(), Error> {
        for row in rows {
            let cells = row.cells(targets);
            self.coverage.row(cells.iter().map(String::as_str)).await?;
        }
        self.tally.account(targets, rows);
        Ok(())
    }

    /// Completes the files; gives the counts.
    pub(crate) async fn finish(self) -> Result<Tally, Error> {
        self.records.finish().await?;
        self.lines.finish().await?;
        self.changes.finish().await?;
        self.coverage.finish().await?;
        Ok(self.tally)
    }
}

fn row<'a>(targets: &'a AccountTargets, region: &'a Region, cells: &'a [String]) -> Vec<&'a str> {
    let target = [targets.account_id.as_str(), &targets.account_name, region.as_str()];
    target.into_iter().chain(cells.iter().map(String::as_str)).collect()
}

/// A record as one JSON object, its fields in the order of the columns.
fn json_line(columns: &[&str], cells: &[&str]) -> Result<Vec<u8>, Error> {
    let mut line = Vec::new();
    let pairs = columns.iter().zip(cells);
    let written = serde_json::Serializer::new(&mut line).collect_map(pairs);
    written.map_err(|e| Error::new(ErrorKind::OperationFailed, e.to_string()))?;
    line.push(b'\n');
    Ok(line)
}
