//! What became of each row: `applied.csv`, and `undo.jsonl`, which takes back what was applied and is
//! a plan itself.

use std::borrow::Cow;
use std::collections::BTreeMap;

use org_operator_core::Error;
use org_operator_core::contract::applied_row;
use org_operator_core::contract::record_row::{RecordRow, columns};
use org_operator_core::report::csv_table::Table;
use serde::{Deserialize, Serialize};

use crate::plan::{Inverse, PlanRow, shown};
use crate::settled::Settled;

/// What became of a row. A row has exactly one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// This run made the change.
    Applied,
    /// The state was the wanted one before this run did anything.
    Already,
    /// The state is neither the plan's *before* nor its *after*: nothing was done.
    ChangedSincePlan,
    /// A guard stopped it before anything was done.
    Held,
    /// The change was not made, or nobody knows; the error says which.
    Failed,
}

impl Outcome {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 5] =
        [Self::Applied, Self::Already, Self::ChangedSincePlan, Self::Held, Self::Failed];

    /// The word in `applied.csv`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Applied => "APPLIED",
            Self::Already => "ALREADY",
            Self::ChangedSincePlan => "CHANGED_SINCE_PLAN",
            Self::Held => "HELD",
            Self::Failed => "FAILED",
        }
    }

    /// Whether a run that goes on leaves the row alone.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Held | Self::Failed)
    }
}

/// A row of the plan with what became of it.
#[derive(Debug, Clone, Copy)]
pub struct AppliedRow<'a> {
    /// The row as it was planned.
    pub row: &'a PlanRow,
    /// What became of it.
    pub settled: &'a Settled,
}

impl AppliedRow<'_> {
    /// The row as a record, with the columns of [`applied_row::spec`].
    pub(crate) fn record(&self) -> RecordRow<'_> {
        let PlanRow { key, account_name, .. } = self.row;
        RecordRow {
            account_id: Cow::Borrowed(&key.account_id),
            account_name: Cow::Borrowed(account_name),
            region: Cow::Borrowed(&key.region),
            cells: Cow::Owned(self.cells().to_vec()),
            beside: Cow::Borrowed(&[]),
        }
    }

    fn cells(&self) -> [String; applied_row::COLUMNS.len()] {
        let Settled { outcome, before, after, id, request_id, error, message, .. } = self.settled;
        [
            self.row.key.key.clone(),
            self.row.action.clone(),
            outcome.name().to_owned(),
            shown(before),
            shown(after),
            id.clone().unwrap_or_default(),
            request_id.clone().unwrap_or_default(),
            error.map_or_else(String::new, |kind| kind.name().to_owned()),
            message.clone(),
        ]
    }

    /// `applied.csv` of a run of `operation`, safe to open in a spreadsheet.
    ///
    /// # Errors
    /// `Internal`, never in practice: the table is in memory.
    pub fn table(operation: &str, rows: &[AppliedRow<'_>]) -> Result<Vec<u8>, Error> {
        let mut table = Table::new(columns(&applied_row::spec(operation)))?;
        for row in rows {
            table.row(row.record().texts())?;
        }
        table.take()
    }
}

/// How many rows have each outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(pub BTreeMap<Outcome, u64>);

impl Counts {
    /// Counts the rows' outcomes.
    #[must_use]
    pub fn of(rows: &[AppliedRow<'_>]) -> Self {
        let mut counts = Self::default();
        for row in rows {
            *counts.0.entry(row.settled.outcome).or_default() += 1;
        }
        counts
    }

    /// The number of rows with `outcome`.
    #[must_use]
    pub fn get(&self, outcome: Outcome) -> u64 {
        self.0.get(&outcome).copied().unwrap_or_default()
    }
}

/// The plan that takes back what was applied, or may have been: the last change first. A row of
/// which nobody knows is read before anything is done, as every row of an undo is; it is left out where
/// only AWS's answer would have told which resource was made.
#[must_use]
pub fn undo(rows: &[AppliedRow<'_>]) -> Vec<PlanRow> {
    let may_have_happened = |settled: &Settled| settled.outcome == Outcome::Applied || settled.open;
    let applied = rows.iter().filter(|row| may_have_happened(row.settled));
    applied.rev().filter_map(|AppliedRow { row, settled }| taken_back(row, settled)).collect()
}

fn taken_back(row: &PlanRow, settled: &Settled) -> Option<PlanRow> {
    let Inverse { key, action } = row.inverse.clone()?;
    let mut own = row.key.clone();
    let forward =
        Inverse { key: key.is_none().then(|| own.key.clone()), action: row.action.clone() };
    own.key = key.or_else(|| settled.id.clone())?;
    Some(PlanRow {
        key: own,
        account_name: row.account_name.clone(),
        action,
        before: row.after.clone(),
        after: row.before.clone(),
        reason: format!("takes back: {}", row.reason),
        inverse: Some(forward),
    })
}
