//! `changes.csv`: a row per record that was added or removed since the previous run.

use super::sink::{ArtifactSink, Buffer, RunFacts};
use crate::contract::record_row::{ChangeRow, columns_with};
use crate::error::Error;
use crate::report::csv_table::Table;

struct ChangesCsv(Table);

pub(super) fn open(facts: &RunFacts<'_>) -> Result<Box<dyn ArtifactSink>, Error> {
    let header =
        std::iter::once(ChangeRow::COLUMN.to_owned()).chain(columns_with(facts.spec, facts.beside));
    Ok(Box::new(ChangesCsv(Table::new(header)?)))
}

impl ArtifactSink for ChangesCsv {
    fn change(&mut self, row: &ChangeRow<'_>) -> Result<(), Error> {
        self.0.row(row.texts())
    }

    fn buffer(&mut self) -> &mut dyn Buffer {
        &mut self.0
    }
}
