//! One account of the export: its ledger entries, page by page, into the tables.

use std::collections::BTreeMap;

use org_operator_core::contract::ledger::{
    Entry, LedgerPartition, LedgerRecord, WorkerFailure, before_records,
};
use org_operator_core::ports::{LedgerReader, Page, Upload};
use org_operator_core::report::account_targets::AccountTargets;
use org_operator_core::report::changes::Comparison;
use org_operator_core::report::coverage::{CoveredTarget, cover};
use org_operator_core::{AccountId, Error, ErrorKind, Outcome, Region, RunId, Verdict};

use crate::export::Export;

/// Records of a target that are held back until it is known that all of them are there. Those of a
/// target with more are counted first and read a second time, so that memory stays bounded.
const HELD: u64 = 20_000;

/// Entries of an account that are read long ahead: a few records in each of 34 Regions.
const FIRST_PAGE: u16 = 200;

/// An account whose first page has been read.
pub(crate) struct Reading<'a, L> {
    ledger: &'a L,
    partition: LedgerPartition,
    targets: &'a AccountTargets,
    page: Page,
}

impl<'a, L: LedgerReader> Reading<'a, L> {
    /// Reads the first page of an account's partition; in a suite run it is that of
    /// `suite_operation`.
    pub(crate) async fn begin(
        ledger: &'a L,
        run: &RunId,
        suite_operation: Option<&str>,
        targets: &'a AccountTargets,
    ) -> Result<Self, Error> {
        let operation = suite_operation.map(str::to_owned);
        let (run, account) = (run.clone(), targets.account_id.clone());
        let partition = LedgerPartition { run, operation, account };
        let page = ledger.first_page(&partition, FIRST_PAGE).await?;
        Ok(Self { ledger, partition, targets, page })
    }

    /// Reads a further page, of up to 1 MB, where there is one.
    pub(crate) async fn read_more(mut self) -> Result<Self, Error> {
        if let Some(after) = self.page.next.take() {
            let more = self.ledger.page(&self.partition, Some(after)).await?;
            self.page.entries.extend(more.entries);
            self.page.next = more.next;
        }
        Ok(self)
    }

    /// The account whose entries are read.
    pub(crate) fn account(&self) -> &AccountId {
        &self.targets.account_id
    }

    /// Writes the account's records, then its changes and its coverage.
    pub(crate) async fn write<U: Upload>(
        mut self,
        export: &mut Export<U>,
        mut before: Option<Comparison>,
    ) -> Result<(), Error> {
        let mut found = Found::default();
        loop {
            for entry in std::mem::take(&mut self.page.entries) {
                if let Some(outcome) = found.uncounted(&entry) {
                    let (region, there) = (outcome.region.clone(), self.count(outcome).await?);
                    found.large.insert(region, there);
                }
                for record in found.take(entry) {
                    export.record(self.targets, &record).await?;
                    if let Some(before) = &mut before {
                        before.record(record.region, record.record.cells);
                    }
                }
            }
            let Some(after) = self.page.next.take() else { break };
            self.page = self.ledger.page(&self.partition, Some(after)).await?;
        }
        if found.lacks_outcomes(self.targets) {
            found.failures.extend(self.failures_of_suite().await?);
        }
        let rows = found.rows(self.targets);
        if let Some(before) = before {
            let complete = rows.iter().filter(|row| row.verdict == Verdict::Succeeded);
            let succeeded = complete.map(|row| row.region.clone()).collect();
            export.changes(self.targets, &before.finish(&succeeded)).await?;
        }
        export.coverage(self.targets, &rows).await
    }
}

impl<L: LedgerReader> Reading<'_, L> {
    /// The failures of a suite run's work items in this account: they are of no one operation. What
    /// is asked once per account was lost with whichever work item failed.
    async fn failures_of_suite(&self) -> Result<Vec<WorkerFailure>, Error> {
        if self.partition.operation.is_none() {
            return Ok(Vec::new());
        }
        let global = self.targets.regions().find(|region| region.is_global());
        let page = self.ledger.page(&self.partition.of_work_items(), None).await?;
        let failures = page.entries.into_iter().filter_map(|entry| match entry {
            Entry::WorkerFailure(failure) => Some(WorkerFailure {
                first_region: global.cloned().unwrap_or(failure.first_region),
                ..failure
            }),
            _ => None,
        });
        Ok(failures.collect())
    }

    /// How many records of the outcome's target and attempt the ledger has.
    async fn count(&self, outcome: &Outcome) -> Result<u64, Error> {
        let mut count = 0;
        let mut after = Some(before_records(&outcome.region));
        while let Some(key) = after {
            let page = self.ledger.page(&self.partition, Some(key)).await?;
            after = page.next;
            for entry in page.entries {
                match entry {
                    Entry::Record(record) if record.region == outcome.region => {
                        count += u64::from(record.attempt == outcome.attempt);
                    }
                    _ => return Ok(count),
                }
            }
        }
        Ok(count)
    }
}

/// What the pages of an account hold: outcomes come first, so a record knows whether it counts.
#[derive(Default)]
struct Found {
    outcomes: BTreeMap<Region, Outcome>,
    counted: BTreeMap<Region, u64>,
    /// How many records the ledger has of targets with more than are held.
    large: BTreeMap<Region, u64>,
    held: Vec<LedgerRecord>,
    failures: Vec<WorkerFailure>,
}

impl Found {
    /// The outcome of a large target whose first record this is.
    fn uncounted(&self, entry: &Entry) -> Option<&Outcome> {
        let Entry::Record(record) = entry else { return None };
        let outcome = self.outcomes.get(&record.region)?;
        let large = outcome.verdict == Verdict::Succeeded && outcome.records > HELD;
        (large && !self.large.contains_key(&record.region)).then_some(outcome)
    }

    /// Takes an entry; gives the records that are now certain to be rows.
    fn take(&mut self, entry: Entry) -> Vec<LedgerRecord> {
        match entry {
            Entry::Outcome(outcome) => {
                self.outcomes.insert(outcome.region.clone(), outcome);
                Vec::new()
            }
            Entry::WorkerFailure(failure) => {
                self.failures.push(failure);
                Vec::new()
            }
            Entry::Record(record) => self.take_record(record),
        }
    }

    fn take_record(&mut self, record: LedgerRecord) -> Vec<LedgerRecord> {
        let Some(outcome) = self.outcomes.get(&record.region) else { return Vec::new() };
        if outcome.verdict != Verdict::Succeeded || outcome.attempt != record.attempt {
            return Vec::new();
        }
        // Records come by Region: what is held of another one is of a target that is not whole.
        if self.held.first().is_some_and(|held| held.region != record.region) {
            self.held.clear();
        }
        let counted = self.counted.entry(record.region.clone()).or_default();
        *counted += 1;
        if let Some(there) = self.large.get(&record.region) {
            return if *there == outcome.records { vec![record] } else { Vec::new() };
        }
        self.held.push(record);
        let whole = *counted == outcome.records;
        if whole { std::mem::take(&mut self.held) } else { Vec::new() }
    }

    /// Whether a target has no outcome.
    fn lacks_outcomes(&self, targets: &AccountTargets) -> bool {
        targets.regions().any(|region| !self.outcomes.contains_key(region))
    }

    /// The coverage; a target whose records are not all there is FAILED, whatever its outcome says.
    fn rows(self, targets: &AccountTargets) -> Vec<CoveredTarget> {
        let mut rows = cover(targets, self.outcomes.into_values().collect(), &self.failures);
        for row in &mut rows {
            let Some(outcome) = &row.outcome else { continue };
            let (counted, records) =
                (self.counted.get(&row.region).copied().unwrap_or(0), outcome.records);
            if row.verdict == Verdict::Succeeded && counted != records {
                let message =
                    format!("the ledger has {counted} of the {records} records of this target");
                row.verdict = Verdict::of(ErrorKind::NoOutcome, &message);
            }
        }
        rows
    }
}
