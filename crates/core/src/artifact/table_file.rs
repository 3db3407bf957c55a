//! The files for SQL, which lie beside the runs: those of all runs of an operation in one folder per
//! day, so that the folder is a table and the day its partition. What a line holds is
//! [`crate::contract::table_line`]'s.

use std::borrow::Cow;

use super::sink::{ArtifactSink, Buffer, OpenSink, RunFacts};
use crate::contract::coverage_row::CoverageRow;
use crate::contract::record_row::{RecordRow, columns_with};
use crate::contract::table_line::{CoverageLine, OPERATION_COLUMN, RUN_COLUMN, write_record};
use crate::error::Error;
use crate::model::id::RunId;
use crate::report::sql_table::column_names;

/// A kind of file below `tables/`.
#[derive(Debug, Clone, Copy)]
pub struct TableFile {
    /// Its key; `<operation>`, `<day>` and `<RunId>` stand for what they say.
    pub name: &'static str,
    /// What it is for, as the documentation's table says it.
    pub purpose: &'static str,
    /// What writes it while the result handler reads the ledger.
    pub sink: OpenSink,
}

/// The records of a run.
pub const RECORDS_TABLE: TableFile = TableFile {
    name: "tables/<operation>/dt=<day>/<RunId>.jsonl",
    purpose: "beside the runs' folders, for SQL: the records with their `run_id`, in a folder per operation and day",
    sink: |facts| Ok(Box::new(RecordsTable::new(facts, vec![run(facts)]))),
};

/// What became of each row of a plan that a run applied. The operation's own table has the plan's columns.
pub const APPLIED_LINES: TableFile = TableFile {
    name: "tables/applied/dt=<day>/<operation>-<RunId>.jsonl",
    purpose: "of a run that applied a plan, which has no records: the rows of `applied.csv`, of all operations in one folder per day",
    sink: |facts| {
        let operation = (OPERATION_COLUMN, facts.spec.name.clone());
        Ok(Box::new(RecordsTable::new(facts, vec![run(facts), operation])))
    },
};

/// What became of each target of a run.
pub const COVERAGE_TABLE: TableFile = TableFile {
    name: "tables/coverage/dt=<day>/<operation>-<RunId>.jsonl",
    purpose: "the same of the coverage, of all operations in one folder per day",
    sink: |facts| Ok(Box::new(CoverageTable::new(facts))),
};

impl TableFile {
    /// Every file for SQL, in the order of the documentation.
    pub const ALL: &'static [Self] = &[RECORDS_TABLE, COVERAGE_TABLE, APPLIED_LINES];

    /// Those of a run that has records.
    pub const OF_RECORDS: &'static [Self] = &[RECORDS_TABLE, COVERAGE_TABLE];

    /// Those of a run that applied a plan.
    pub const OF_APPLIED: &'static [Self] = &[APPLIED_LINES, COVERAGE_TABLE];

    /// The path of the file of a run of `operation` that was planned on `day`, in UTC.
    #[must_use]
    pub fn path(&self, operation: &str, day: &str, run_id: &RunId) -> String {
        let named = self.name.replace("<operation>", operation);
        let path = named.replace("<day>", day).replace("<RunId>", run_id.as_str());
        let (folder, file) = path.rsplit_once('/').unwrap_or_default();
        // Athena takes such a file for a hidden one and reads over it. No run's id has a tilde.
        let hidden = if file.starts_with(['_', '.']) { "~" } else { "" };
        format!("{folder}/{hidden}{file}")
    }
}

fn run(facts: &RunFacts<'_>) -> (&'static str, String) {
    (RUN_COLUMN, facts.run_id.to_string())
}

/// Records, or applied rows, behind what is the same in each line.
struct RecordsTable {
    front: Vec<(&'static str, String)>,
    columns: Vec<String>,
    lines: Vec<u8>,
}

impl RecordsTable {
    fn new(facts: &RunFacts<'_>, front: Vec<(&'static str, String)>) -> Self {
        let columns = column_names(&columns_with(facts.spec, facts.beside));
        Self { front, columns, lines: Vec::new() }
    }
}

impl ArtifactSink for RecordsTable {
    fn record(&mut self, row: &RecordRow<'_>) -> Result<(), Error> {
        write_record(&self.front, &self.columns, row, &mut self.lines)
    }

    fn buffer(&mut self) -> &mut dyn Buffer {
        &mut self.lines
    }
}

struct CoverageTable {
    run_id: RunId,
    operation: String,
    lines: Vec<u8>,
}

impl CoverageTable {
    fn new(facts: &RunFacts<'_>) -> Self {
        let (run_id, operation) = (facts.run_id.clone(), facts.spec.name.clone());
        Self { run_id, operation, lines: Vec::new() }
    }
}

impl ArtifactSink for CoverageTable {
    fn target(&mut self, row: &CoverageRow) -> Result<(), Error> {
        let line = CoverageLine {
            run_id: Cow::Borrowed(&self.run_id),
            operation: Cow::Borrowed(&self.operation),
            row: Cow::Borrowed(row),
        };
        line.write(&mut self.lines)
    }

    fn buffer(&mut self) -> &mut dyn Buffer {
        &mut self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sql_table::{DAY_COLUMN, TABLES};

    fn path(file: &TableFile, run: &str) -> String {
        file.path("op", "2026-11-22", &RunId::parse(run).unwrap())
    }

    #[test]
    fn a_path_has_operation_day_and_run() {
        assert_eq!(path(&RECORDS_TABLE, "r1"), "tables/op/dt=2026-11-22/r1.jsonl");
        assert_eq!(path(&COVERAGE_TABLE, "r1"), "tables/coverage/dt=2026-11-22/op-r1.jsonl");
        assert_eq!(path(&APPLIED_LINES, "r1"), "tables/applied/dt=2026-11-22/op-r1.jsonl");
        let partition = format!("/{DAY_COLUMN}=");
        for file in TableFile::ALL {
            assert!(file.name.starts_with(TABLES) && file.name.contains(&partition), "{file:?}");
        }
    }

    #[test]
    fn a_runs_name_never_hides_its_file() {
        for run in ["_r", ".r"] {
            let file = format!("tables/op/dt=2026-11-22/~{run}.jsonl");
            assert_eq!(path(&RECORDS_TABLE, run), file);
        }
    }
}
