//! `<operation>.csv`: a row per record.

use super::sink::{ArtifactSink, Buffer, RunFacts};
use crate::contract::record_row::{RecordRow, columns_with};
use crate::error::Error;
use crate::report::csv_table::Table;

struct RecordsCsv(Table);

pub(super) fn open(facts: &RunFacts<'_>) -> Result<Box<dyn ArtifactSink>, Error> {
    Ok(Box::new(RecordsCsv(Table::new(columns_with(facts.spec, facts.beside))?)))
}

impl ArtifactSink for RecordsCsv {
    fn record(&mut self, row: &RecordRow<'_>) -> Result<(), Error> {
        self.0.row(row.texts())
    }

    fn buffer(&mut self) -> &mut dyn Buffer {
        &mut self.0
    }
}
