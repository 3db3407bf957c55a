//! How a run that changes something ended: its files as bytes, from its rows and its journal. Where they
//! are written is other crates' part.

use std::collections::BTreeMap;

use org_operator_core::artifact::{APPLIED, APPLIED_TABLE, Artifact, COVERAGE_CSV, UNDO};
use org_operator_core::contract::coverage_row::CoverageRow;
use org_operator_core::contract::document;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{AccountId, Error};

use crate::applied::{AppliedRow, undo};
use crate::journal::Journal;
use crate::plan::{PlanRow, write_plan};
use crate::run::{ChangeResult, ChangeRun, applied_rows, coverage, coverage_table};

/// How a run ended, and the files that say so.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The counts of its rows.
    pub result: ChangeResult,
    /// Its targets.
    pub covered: Vec<CoverageRow>,
    /// `applied.csv`, `undo.jsonl` and `coverage.csv`, and `applied.json`, which has to be written last:
    /// a run with it has all of them.
    pub files: [(Artifact, Vec<u8>); 4],
}

impl Ended {
    /// The end of `run` over the rows of its plan; `unit_paths` are those of the accounts as far as they
    /// are known.
    ///
    /// # Errors
    /// `Internal` where a row has no outcome: the run was not worked to its end.
    pub fn of(
        run: &ChangeRun,
        rows: &[PlanRow],
        journal: &Journal,
        unit_paths: &BTreeMap<AccountId, String>,
        ended_at: Timestamp,
    ) -> Result<Self, Error> {
        let mut applied = applied_rows(rows, journal)?;
        applied.sort_by(|one, other| one.row.key.cmp(&other.row.key));
        let covered = coverage(&applied, journal, unit_paths);
        let counts = (covered.len() as u64, journal.calls());
        let result = ChangeResult::of(run, &applied, counts, ended_at);
        let files = [
            (APPLIED_TABLE, AppliedRow::table(&applied)?),
            (UNDO, write_plan(&undo(&applied))?),
            (COVERAGE_CSV, coverage_table(&covered)?),
            (APPLIED, document::pretty(&result)?),
        ];
        Ok(Self { result, covered, files })
    }
}
