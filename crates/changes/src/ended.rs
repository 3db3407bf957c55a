//! How a run that changes something ended: its files as bytes, from its rows and its journal. Where they
//! are written is other crates' part.

use std::collections::BTreeMap;

use org_operator_core::artifact::sink::{Origin, RunFacts};
use org_operator_core::artifact::{
    APPLIED, APPLIED_TABLE, Artifact, COVERAGE_CSV, Folder, REPORT_HTML, SUMMARY, TableFile, UNDO,
};
use org_operator_core::contract::applied_row;
use org_operator_core::contract::coverage_row::CoverageRow;
use org_operator_core::contract::document;
use org_operator_core::contract::summary::Summary;
use org_operator_core::model::portal::PortalUrl;
use org_operator_core::model::region::{Partition, Region};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{AccountId, Error};
use serde_json::{Map, Value};

use crate::applied::{AppliedRow, undo};
use crate::journal::Journal;
use crate::plan::{PlanRow, write_plan};
use crate::run::{ChangeResult, ChangeRun, applied_rows, coverage, coverage_table};
use crate::streamed::Told;
use crate::summary::summary;

/// What is known of the end of a run beside its rows.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// The units of the accounts, as far as they are known.
    pub unit_paths: &'a BTreeMap<AccountId, String>,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Where its steps run.
    pub origin: Origin,
    /// The partition of a run that has no row in a Region.
    pub partition: Partition,
    /// The portal through which the report's links open.
    pub portal: Option<&'a PortalUrl>,
}

/// Where the files of a run lie.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The run's folder.
    pub folder: &'a Folder,
    /// The address of a key, as a person reads it.
    pub uri: &'a dyn Fn(&str) -> String,
}

/// How a run ended, and the files that say so.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The counts of its rows.
    pub result: ChangeResult,
    /// The same as the summary of any run.
    pub summary: Summary,
    /// All files by their keys, in the order in which they have to be written: a run with `applied.json`
    /// has what changes and undo need, and one with `summary.json`, the last, has all of them.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Ended {
    /// The end of `run` over the rows of its plan.
    ///
    /// # Errors
    /// `Internal` where a row has no outcome: the run was not worked to its end.
    pub fn of(
        run: &ChangeRun,
        rows: &[PlanRow],
        journal: &Journal,
        ending: &Ending<'_>,
        place: Place<'_>,
    ) -> Result<Self, Error> {
        let mut applied = applied_rows(rows, journal)?;
        applied.sort_by(|one, other| one.row.key.cmp(&other.row.key));
        let covered = coverage(&applied, journal, ending.unit_paths);
        let counts = (covered.len() as u64, journal.calls());
        let result = ChangeResult::of(run, &applied, counts, ending.ended_at);
        let summary = summary(&result, &covered, place.listed(run));
        let own = [
            (APPLIED_TABLE, AppliedRow::table(&run.operation, &applied)?),
            (UNDO, write_plan(&undo(&applied))?),
            (COVERAGE_CSV, coverage_table(&covered)?),
        ];
        let last = [(APPLIED, document::pretty(&result)?), (SUMMARY, document::pretty(&summary)?)];
        let told = Told { rows: &applied, covered: &covered, summary: &summary };
        let streamed = streamed(run, &told, ending, place.folder)?;
        let keyed = |(file, bytes): (Artifact, _)| (place.folder.artifact(&file), bytes);
        let first = own.into_iter().map(keyed);
        let files = first.chain(streamed).chain(last.map(keyed)).collect();
        Ok(Self { result, summary, files })
    }
}

impl Place<'_> {
    /// What a person reads first, and the files for SQL.
    fn listed(&self, run: &ChangeRun) -> Vec<String> {
        let of_run = [APPLIED_TABLE, UNDO, COVERAGE_CSV, APPLIED, REPORT_HTML, SUMMARY];
        let tables = TableFile::OF_APPLIED.iter().map(|file| self.folder.table(file, &day(run)));
        let keys = of_run.iter().map(|file| self.folder.artifact(file)).chain(tables);
        keys.map(|key| (self.uri)(&key)).collect()
    }
}

/// The day below which a run's lines for SQL lie: the one on which it began, however often it goes on.
fn day(run: &ChangeRun) -> String {
    run.started_at.day()
}

fn streamed(
    run: &ChangeRun,
    told: &Told<'_>,
    ending: &Ending<'_>,
    folder: &Folder,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut regions = told.covered.iter().map(|row: &CoverageRow| &row.region);
    let regional = regions.find(|region| !region.is_global());
    let facts = RunFacts {
        spec: &applied_row::spec(&run.operation),
        run_id: &run.run_id,
        parameters: &asked(run),
        partition: regional.map_or(ending.partition, Region::partition),
        beside: &[],
        origin: ending.origin,
        resumed_as: &run.operation,
        portal: ending.portal,
    };
    told.files(&facts, folder, &day(run))
}

/// What the run was asked to apply, as the report shows it.
fn asked(run: &ChangeRun) -> Map<String, Value> {
    let field = if run.is_undo { "Undo" } else { "PlanRun" };
    [(field.to_owned(), Value::from(run.source.as_str()))].into_iter().collect()
}
