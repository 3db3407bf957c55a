//! The documents of a run that changes something: `change.json` says what was asked for before
//! anything is done, `applied.json` how it ended, once all of its files are written.

use std::collections::BTreeMap;

use org_operator_core::RunId;
use org_operator_core::contract::coverage_row::{CoverageRow, TargetStatus};
use org_operator_core::contract::summary::Status;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::report::csv_table::Table;
use org_operator_core::{AccountId, Error, ErrorKind, Region};
use serde::{Deserialize, Serialize};

use crate::applied::{AppliedRow, Counts, Outcome};
use crate::guards::Guards;
use crate::journal::Journal;
use crate::plan::PlanRow;
use crate::settled::Settled;

/// What a run that changes something was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChangeRun {
    /// The run's id, which the session names in the accounts have.
    pub run_id: RunId,
    /// The operation.
    pub operation: String,
    /// The run whose rows it has: the one that made the plan, or the one that is taken back.
    pub source: RunId,
    /// Whether it takes back what `source` changed.
    pub is_undo: bool,
    /// When the first resource of the plan was looked at.
    pub made_at: Timestamp,
    /// When it began.
    pub started_at: Timestamp,
    /// Its guards.
    pub guards: Guards,
}

/// How a run that changes something ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChangeResult {
    /// What it was asked for.
    #[serde(flatten)]
    pub run: ChangeRun,
    /// COMPLETE where every row is APPLIED or ALREADY.
    pub status: Status,
    /// Targets with a row to change.
    pub targets: u64,
    /// Rows by outcome.
    pub rows: Counts,
    /// Requests that were sent about its rows, in all attempts; 0 in files of earlier releases.
    #[serde(default)]
    pub api_calls: u64,
    /// When its files were written.
    pub ended_at: Timestamp,
}

impl ChangeResult {
    /// The result of `run` over its rows, which took so many requests.
    #[must_use]
    pub fn of(
        run: &ChangeRun,
        rows: &[AppliedRow<'_>],
        (targets, api_calls): (u64, u64),
        ended_at: Timestamp,
    ) -> Self {
        let counts = Counts::of(rows);
        let done = counts.get(Outcome::Applied) + counts.get(Outcome::Already);
        let is_done = done == rows.len() as u64;
        let status = if is_done { Status::Complete } else { Status::Partial };
        Self { run: run.clone(), status, targets, rows: counts, api_calls, ended_at }
    }
}

/// The rows to change with their outcomes.
///
/// # Errors
/// `Internal` where a row has none: the run was not worked to its end.
pub(crate) fn applied_rows<'a>(
    rows: &'a [PlanRow],
    journal: &'a Journal,
) -> Result<Vec<AppliedRow<'a>>, Error> {
    let settled = |row: &'a PlanRow| {
        let known = journal.get(&row.key).and_then(|known| known.settled.as_ref());
        let settled =
            known.ok_or_else(|| Error::internal(format!("{}: no outcome", row.key.key)))?;
        Ok(AppliedRow { row, settled })
    };
    rows.iter().filter(|row| row.is_change()).map(settled).collect()
}

/// Gives each row to change that has no outcome one: HELD for `reason` where it was not begun, FAILED
/// where a change was begun and nothing says what came of it. With `is_rejected` what was HELD before
/// is HELD for `reason`, too.
pub fn conclude(
    journal: &mut Journal,
    rows: &[PlanRow],
    is_rejected: bool,
    reason: impl Fn(&PlanRow) -> String,
) {
    for row in rows.iter().filter(|row| row.is_change()) {
        let known = journal.of(&row.key);
        let held = known.settled.as_ref().is_none_or(|settled| settled.outcome == Outcome::Held);
        if known.is_unrecorded() {
            journal.conclude(&row.key, Settled::unrecorded(row, &reason(row)));
        } else if known.settled.is_none() || (is_rejected && held) {
            journal.conclude(&row.key, Settled::held(row, reason(row)));
        }
    }
}

/// `coverage.csv`: one row for each target with a row to change; `rows` are sorted by target, and
/// `unit_paths` are those of the accounts as far as they are known.
#[must_use]
pub(crate) fn coverage(
    rows: &[AppliedRow<'_>],
    journal: &Journal,
    unit_paths: &BTreeMap<AccountId, String>,
) -> Vec<CoverageRow> {
    let by_target = |a: &AppliedRow<'_>, b: &AppliedRow<'_>| target(a.row) == target(b.row);
    let in_unit = |row: CoverageRow| CoverageRow {
        unit_path: unit_paths.get(&row.account_id).cloned().unwrap_or_default(),
        ..row
    };
    rows.chunk_by(by_target).map(|rows| in_unit(covered(rows, journal))).collect()
}

/// `coverage.csv` as bytes.
///
/// # Errors
/// `Internal`, never in practice: the table is in memory.
pub(crate) fn coverage_table(rows: &[CoverageRow]) -> Result<Vec<u8>, Error> {
    let mut table = Table::new(CoverageRow::COLUMNS)?;
    for row in rows {
        let cells = row.cells();
        table.row(cells.iter().map(AsRef::as_ref))?;
    }
    table.take()
}

/// The rows to change by target, those of a target in the order of the plan.
#[must_use]
pub fn by_target(rows: &[PlanRow]) -> Vec<Vec<&PlanRow>> {
    let mut targets: BTreeMap<_, Vec<&PlanRow>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.is_change()) {
        targets.entry(target(row)).or_default().push(row);
    }
    targets.into_values().collect()
}

/// The target of a row.
#[must_use]
pub fn target(row: &PlanRow) -> (&AccountId, &Region) {
    (&row.key.account_id, &row.key.region)
}

fn covered(rows: &[AppliedRow<'_>], journal: &Journal) -> CoverageRow {
    let row = rows[0].row;
    let known = rows.iter().filter_map(|applied| journal.get(&applied.row.key));
    let failed = rows.iter().find(|row| row.settled.outcome == Outcome::Failed);
    let held = rows.iter().find(|row| row.settled.outcome == Outcome::Held);
    let (status, error, message) = match (failed, held) {
        (Some(failed), _) => {
            let kind = failed.settled.error.unwrap_or(ErrorKind::OperationFailed);
            (TargetStatus::Failed, kind.name(), failed.settled.message.clone())
        }
        (None, Some(held)) => {
            let message = format!("HELD: {}", held.settled.message);
            (TargetStatus::Failed, ErrorKind::NoOutcome.name(), message)
        }
        (None, None) => (TargetStatus::Succeeded, "", String::new()),
    };
    CoverageRow {
        account_id: row.key.account_id.clone(),
        account_name: row.account_name.clone(),
        // The plan's rows do not say it, and no failure of a change is expected.
        unit_path: String::new(),
        expected: String::new(),
        region: row.key.region.clone(),
        status,
        error: error.to_owned(),
        message,
        records: rows.len() as u64,
        attempts: known.clone().map(|known| known.attempts).max().unwrap_or_default(),
        started_at: known.clone().filter_map(|known| known.began).min(),
        ended_at: known.filter_map(|known| known.ended).max(),
    }
}
