//! `coverage.csv`: a row per target of the manifest.

use super::sink::{ArtifactSink, Buffer, RunFacts};
use crate::contract::coverage_row::CoverageRow;
use crate::error::Error;
use crate::report::csv_table::Table;

struct CoverageCsv(Table);

pub(super) fn open(_: &RunFacts<'_>) -> Result<Box<dyn ArtifactSink>, Error> {
    Ok(Box::new(CoverageCsv(Table::new(CoverageRow::COLUMNS)?)))
}

impl ArtifactSink for CoverageCsv {
    fn target(&mut self, row: &CoverageRow) -> Result<(), Error> {
        self.0.row(row.cells().iter().map(AsRef::as_ref))
    }

    fn buffer(&mut self) -> &mut dyn Buffer {
        &mut self.0
    }
}
