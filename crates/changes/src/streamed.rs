//! The files of a run that applied a plan which are made as those of a run with records are: its report and
//! its lines for SQL. Its rows stand in the place of the records.

use org_operator_core::Error;
use org_operator_core::artifact::sink::{ArtifactSink, OpenSink, RunFacts};
use org_operator_core::artifact::{Folder, REPORT_HTML, TableFile, report_html};
use org_operator_core::contract::coverage_row::CoverageRow;
use org_operator_core::contract::summary::Summary;

use crate::applied::AppliedRow;

/// What is written: the rows and the targets, both sorted by account, and what they come to.
pub(crate) struct Told<'a> {
    pub(crate) rows: &'a [AppliedRow<'a>],
    pub(crate) covered: &'a [CoverageRow],
    pub(crate) summary: &'a Summary,
}

impl Told<'_> {
    /// The lines for SQL, as files of `folder`'s tables, and `report.html` itself.
    pub(crate) fn files(
        &self,
        facts: &RunFacts<'_>,
        folder: &Folder,
        day: &str,
    ) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let table =
            |table: &TableFile| Ok((folder.table(table, day), self.bytes(table.sink, facts)?));
        let tables = TableFile::OF_APPLIED.iter().map(table);
        let report = self.bytes(report_html::open, facts);
        let report = report.map(|bytes| (folder.artifact(&REPORT_HTML), bytes));
        tables.chain([report]).collect()
    }

    fn bytes(&self, open: OpenSink, facts: &RunFacts<'_>) -> Result<Vec<u8>, Error> {
        let mut sink = open(facts)?;
        let rows = self.rows.chunk_by(|a, b| a.row.key.account_id == b.row.key.account_id);
        let covered = self.covered.chunk_by(|a, b| a.account_id == b.account_id);
        // Each row has its target, so both have the same accounts.
        for (rows, covered) in rows.zip(covered) {
            account(&mut *sink, rows, covered)?;
        }
        sink.finish(self.summary)?;
        sink.buffer().take()
    }
}

fn account(
    sink: &mut dyn ArtifactSink,
    rows: &[AppliedRow<'_>],
    covered: &[CoverageRow],
) -> Result<(), Error> {
    rows.iter().try_for_each(|row| sink.record(&row.record()))?;
    covered.iter().try_for_each(|target| sink.target(target))
}
