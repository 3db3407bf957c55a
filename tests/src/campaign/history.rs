//! A run before, made up: what this one must compare itself with. Of some targets it knows nothing;
//! of the others some rows are gone since and some have come.

use std::collections::{BTreeMap, BTreeSet};

use aws_sim::{World, oracle, oracle::Row};
use fastrand::Rng;
use org_operator_core::contract::coverage_row::CoverageRow;
use org_operator_core::report::csv_table::Table;
use org_operator_testkit::TestResult;
use serde_json::{Map, Value, json};

use super::request::Asked;
use super::request::file;

/// The run before.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The rows of each target that succeeded, by account and Region, without account, name, Region.
    pub rows: BTreeMap<(String, String), BTreeSet<Row>>,
    failed: BTreeSet<(String, String)>,
}

/// The columns of a question's file, of which the operation in Rust has the same.
#[must_use]
pub fn columns(question: &str) -> Vec<String> {
    let target = ["account_id", "account_name", "region"].map(str::to_owned);
    target.into_iter().chain(file::columns(question)).collect()
}

impl History {
    /// One over `world`, of the operation that is asked.
    pub fn draw(rng: &mut Rng, world: &World, asked: &Asked) -> Self {
        let mut history = Self::default();
        for account in &world.accounts {
            for region in &world.shape.regions {
                let target = (account.id.clone(), region.clone());
                if rng.u8(0..4) == 0 {
                    history.failed.insert(target);
                    continue;
                }
                let now = oracle::rows(world, asked.question, account, region);
                let mut rows: BTreeSet<Row> =
                    now.into_iter().filter(|_| rng.u8(0..5) > 0).map(|r| r[3..].to_vec()).collect();
                if rng.bool() {
                    let cells = columns(asked.question).len() - 3;
                    rows.insert((0..cells).map(|cell| format!("=gone {cell}")).collect());
                }
                history.rows.insert(target, rows);
            }
        }
        history
    }

    /// The files of the run before, by key below the operation's folder.
    ///
    /// # Errors
    /// Where one cannot be written.
    pub fn files(&self, asked: &Asked) -> TestResult<Vec<(String, Vec<u8>)>> {
        let latest = json!({"RunId": "before", "PreviousRunId": null});
        Ok(vec![
            ("before/coverage.csv".to_owned(), self.coverage()?),
            (format!("before/{}.jsonl", asked.operation), self.lines(asked.question)),
            ("latest.json".to_owned(), latest.to_string().into_bytes()),
        ])
    }

    fn coverage(&self) -> TestResult<Vec<u8>> {
        let mut table = Table::new(CoverageRow::COLUMNS)?;
        let succeeded = self.rows.keys().map(|target| (target, "SUCCEEDED"));
        let failed = self.failed.iter().map(|target| (target, "FAILED"));
        let all: BTreeMap<_, _> = succeeded.chain(failed).collect();
        for ((account, region), status) in all {
            let row = [account, "its name then", region, status, "", "", "0", "1", "", "", "", ""];
            table.row(row)?;
        }
        Ok(table.take()?)
    }

    fn lines(&self, operation: &str) -> Vec<u8> {
        let columns = columns(operation);
        let mut lines = String::new();
        for ((account, region), rows) in &self.rows {
            for row in rows {
                let target = [account, "its name then", region].map(str::to_owned);
                let cells = target.into_iter().chain(row.iter().cloned());
                let pairs = columns.iter().zip(cells);
                let line: Map<String, Value> =
                    pairs.map(|(name, cell)| ((*name).clone(), Value::from(cell))).collect();
                lines.extend([Value::Object(line).to_string(), "\n".to_owned()]);
            }
        }
        lines.into_bytes()
    }

    /// The rows of `changes.csv` for a target of this run that succeeded and has `now`: kind and
    /// cells. Of a target that did not succeed before, none.
    #[must_use]
    pub fn changes(&self, target: &(String, String), now: &[Row]) -> Vec<(&'static str, Row)> {
        let Some(before) = self.rows.get(target) else { return Vec::new() };
        let now: BTreeSet<&Row> = now.iter().collect();
        let added = now.iter().filter(|row| !before.contains(**row));
        let removed = before.iter().filter(|row| !now.contains(row));
        let added = added.map(|row| (*row, "added"));
        let mut changes: Vec<(&Row, &str)> =
            added.chain(removed.map(|row| (row, "removed"))).collect();
        changes.sort();
        changes.into_iter().map(|(row, kind)| (kind, row.clone())).collect()
    }
}
