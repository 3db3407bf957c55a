//! `<operation>.jsonl`: a JSON object per record. The comparison with a later run reads it, because
//! its cells are as they are, without the CSV's apostrophes.

use super::sink::{ArtifactSink, Buffer, RunFacts};
use crate::contract::record_row::{RecordRow, columns_with};
use crate::error::Error;

struct RecordLines {
    columns: Vec<String>,
    lines: Vec<u8>,
}

#[expect(clippy::unnecessary_wraps, reason = "every sink is opened in the same way")]
pub(super) fn open(facts: &RunFacts<'_>) -> Result<Box<dyn ArtifactSink>, Error> {
    Ok(Box::new(RecordLines { columns: columns_with(facts.spec, facts.beside), lines: Vec::new() }))
}

impl ArtifactSink for RecordLines {
    fn record(&mut self, row: &RecordRow<'_>) -> Result<(), Error> {
        row.write_line(&self.columns, &mut self.lines)
    }

    fn buffer(&mut self) -> &mut dyn Buffer {
        &mut self.lines
    }
}
