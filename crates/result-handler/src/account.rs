//! One account of the export: its ledger entries, page by page, into the tables.

use std::collections::BTreeMap;

use org_operator_core::coverage::{AccountTargets, CoverageRow, cover};
use org_operator_core::ledger::{Book, Entry, LedgerRecord, WorkerFailure};
use org_operator_core::ports::{LedgerReader, Page, Upload};
use org_operator_core::{Error, ErrorKind, Outcome, Region, RunId, Verdict};

use crate::Export;

/// An account whose first page has been read.
pub(crate) struct Reading<'a, L> {
    ledger: &'a L,
    book: Book,
    targets: &'a AccountTargets,
    page: Page,
}

impl<'a, L: LedgerReader> Reading<'a, L> {
    /// Reads the first page of an account's book.
    pub(crate) async fn begin(
        ledger: &'a L,
        run: &RunId,
        targets: &'a AccountTargets,
    ) -> Result<Self, Error> {
        let book = Book { run: run.clone(), account: targets.account_id.clone() };
        let page = ledger.page(&book, None).await?;
        Ok(Self { ledger, book, targets, page })
    }

    /// Writes the account's records, then its coverage.
    pub(crate) async fn write<U: Upload>(mut self, export: &mut Export<U>) -> Result<(), Error> {
        let mut found = Found::default();
        loop {
            for entry in std::mem::take(&mut self.page.entries) {
                if let Some(record) = found.take(entry, self.targets) {
                    write_record(self.targets, &record, export).await?;
                }
            }
            let Some(after) = self.page.next.take() else { break };
            self.page = self.ledger.page(&self.book, Some(after)).await?;
        }
        let rows = found.rows(self.targets);
        for row in &rows {
            let cells = row.cells(self.targets);
            export.coverage.row(cells.iter().map(String::as_str)).await?;
        }
        export.tally.account(self.targets, &rows);
        Ok(())
    }
}

async fn write_record<U: Upload>(
    targets: &AccountTargets,
    record: &LedgerRecord,
    export: &mut Export<U>,
) -> Result<(), Error> {
    let target = [targets.account_id.as_str(), &targets.account_name, record.region.as_str()];
    let cells = record.record.cells.iter().map(String::as_str);
    export.records.row(target.into_iter().chain(cells)).await?;
    export.tally.records(1);
    Ok(())
}

/// What the pages of an account hold: outcomes come first, so a record knows whether it counts.
#[derive(Default)]
struct Found {
    outcomes: BTreeMap<Region, Outcome>,
    counted: BTreeMap<Region, u64>,
    failures: Vec<WorkerFailure>,
}

impl Found {
    /// Takes an entry; gives it back where it is a record that counts.
    fn take(&mut self, entry: Entry, targets: &AccountTargets) -> Option<LedgerRecord> {
        match entry {
            Entry::Outcome(outcome) => {
                if targets.regions.contains_key(&outcome.region) {
                    self.outcomes.insert(outcome.region.clone(), outcome);
                }
                None
            }
            Entry::WorkerFailure(failure) => {
                self.failures.push(failure);
                None
            }
            Entry::Record(record) => {
                let outcome = self.outcomes.get(&record.region)?;
                let counts =
                    outcome.verdict == Verdict::Succeeded && outcome.attempt == record.attempt;
                counts.then(|| {
                    *self.counted.entry(record.region.clone()).or_default() += 1;
                    record
                })
            }
        }
    }

    /// The coverage; a target whose records are not all there is FAILED, whatever its outcome says.
    fn rows(self, targets: &AccountTargets) -> Vec<CoverageRow> {
        let mut rows = cover(targets, self.outcomes.into_values().collect(), &self.failures);
        for row in &mut rows {
            let Some(outcome) = &row.outcome else { continue };
            let counted = self.counted.get(&row.region).copied().unwrap_or(0);
            if row.verdict == Verdict::Succeeded && counted != outcome.records {
                let message = format!(
                    "the ledger has {counted} of the {} records of this target",
                    outcome.records
                );
                row.verdict = Verdict::of(ErrorKind::NoOutcome, &message);
            }
        }
        rows
    }
}
