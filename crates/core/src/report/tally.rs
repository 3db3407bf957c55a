//! Counts over a run while its artifacts are written, and the summary that they make.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::record_row::ChangeKind;
use crate::contract::summary::{RunResult, Status, Summary};
use crate::exceptions::Judgement;
use crate::model::id::RunId;
use crate::model::region::Region;
use crate::model::timestamp::Timestamp;
use crate::outcome::{Outcome, Verdict};
use crate::report::account_targets::AccountTargets;
use crate::report::changes::Change;
use crate::report::coverage::CoveredTarget;
use crate::report::first::{Expired, First};

/// Counts over records, changes and coverage, as they are written.
#[derive(Debug, Default)]
pub struct Tally {
    succeeded: u64,
    skipped: u64,
    failed: u64,
    accounts: u64,
    left_out: BTreeMap<String, u64>,
    records: u64,
    api_calls: u64,
    added: u64,
    removed: u64,
    expected_failures: u64,
    expected_records: u64,
    expected_added: u64,
    expired: Expired,
    errors: BTreeMap<&'static str, u64>,
    first_failures: First,
    first_changes: First,
    asked: BTreeSet<Region>,
    span: Option<(Timestamp, Timestamp)>,
}

impl Tally {
    /// Counts an account of which every target has been counted.
    pub fn account(&mut self, targets: &AccountTargets) {
        self.accounts += 1;
        self.asked.extend(targets.regions().cloned());
    }

    /// Notes how many accounts of the organization the run does not cover, by reason.
    pub fn left_out(&mut self, reasons: BTreeMap<String, u64>) {
        self.left_out = reasons;
    }

    /// Counts a record that was written.
    pub fn record(&mut self, judgement: Judgement<'_>) {
        self.records += 1;
        self.expected_records += u64::from(judgement.is_expected());
        self.expired.note(judgement);
    }

    /// Counts a change of an account since the previous run.
    pub fn change(&mut self, targets: &AccountTargets, change: &Change, judgement: Judgement<'_>) {
        match change.kind {
            ChangeKind::Added => self.added += 1,
            ChangeKind::Removed => self.removed += 1,
        }
        self.expected_added += u64::from(judgement.is_expected());
        self.first_changes.take(judgement, || in_words(targets, change));
    }

    /// Counts what became of a target.
    pub fn target(
        &mut self,
        targets: &AccountTargets,
        target: &CoveredTarget,
        judgement: Judgement<'_>,
    ) {
        self.expected_failures += u64::from(judgement.is_expected());
        self.expired.note(judgement);
        match &target.verdict {
            Verdict::Succeeded => self.succeeded += 1,
            Verdict::Skipped(..) => self.skipped += 1,
            Verdict::Failed(..) => self.failed += 1,
        }
        if let Some((kind, message)) = target.verdict.error() {
            *self.errors.entry(kind.name()).or_default() += 1;
            if !target.verdict.is_final() {
                let (id, name) = (&targets.account_id, &targets.account_name);
                let words = || format!("{id} ({name}) {}: {kind}: {message}", target.region);
                self.first_failures.take(judgement, words);
            }
        }
        if let Some(outcome) = &target.outcome {
            self.outcome(outcome);
        }
    }

    fn outcome(&mut self, outcome: &Outcome) {
        self.api_calls += outcome.calls;
        let (first, last) = self.span.unwrap_or((outcome.started_at, outcome.ended_at));
        self.span = Some((first.min(outcome.started_at), last.max(outcome.ended_at)));
    }

    /// The summary of the run; `previous` is the run that it was compared with, `artifacts` are the
    /// URIs that a person reads first.
    #[must_use]
    pub fn summary(
        self,
        run_id: RunId,
        operation: &str,
        previous: Option<RunId>,
        artifacts: Vec<String>,
    ) -> Summary {
        let (started_at, ended_at) = self.span.unzip();
        let regions_not_asked = self.not_asked();
        Summary {
            result: self.result(run_id, previous.is_some(), artifacts),
            operation: operation.to_owned(),
            previous_run_id: previous,
            accounts: self.accounts,
            accounts_left_out: self.left_out,
            api_calls: self.api_calls,
            expected_records: self.expected_records,
            expected_added: self.expected_added,
            expired_exceptions: self.expired.lines(),
            errors: self.errors.into_iter().map(|(kind, n)| (kind.to_owned(), n)).collect(),
            first_failures: self.first_failures.lines(),
            first_changes: self.first_changes.lines(),
            regions_not_asked,
            started_at,
            ended_at,
            duration_ms: self.span.map(|(first, last)| last.millis_since(first)),
            rows: BTreeMap::new(),
            operations: Vec::new(),
        }
    }

    /// The known Regions of the run's partition that are in no work item.
    fn not_asked(&self) -> Vec<Region> {
        // An operation that runs once per account asks no Region.
        let regional = self.asked.iter().find(|region| !region.is_global());
        let partition = regional.map(Region::partition);
        let known = partition.map(Region::all_known).unwrap_or_default();
        known.difference(&self.asked).cloned().collect()
    }

    fn result(&self, run_id: RunId, compared: bool, artifacts: Vec<String>) -> RunResult {
        RunResult {
            run_id,
            status: if self.failed == 0 { Status::Complete } else { Status::Partial },
            targets: self.succeeded + self.skipped + self.failed,
            succeeded: self.succeeded,
            skipped: self.skipped,
            failed: self.failed,
            expected_failures: self.expected_failures,
            records: self.records,
            added: compared.then_some(self.added),
            removed: compared.then_some(self.removed),
            artifacts,
        }
    }
}

/// A change in words: its cells without the names of their columns, which its readers know.
fn in_words(targets: &AccountTargets, change: &Change) -> String {
    let (id, name) = (&targets.account_id, &targets.account_name);
    let cells: Vec<&str> =
        change.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    format!("{} {id} ({name}) {}: {}", change.kind.name(), change.region, cells.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Artifact;

    #[test]
    fn the_result_of_any_run_stays_under_one_and_a_half_kilobytes() {
        let run_id = RunId::parse(&"r".repeat(80)).unwrap_or_else(|| unreachable!());
        // The longest URI: a bucket has 63 characters, a run id 80.
        let uri =
            |name: &str| format!("s3://{}/runs/internet-routes/{run_id}/{name}", "b".repeat(63));
        let listed = Artifact::ALL.iter().filter(|artifact| artifact.is_listed);
        let uris = listed.map(|artifact| uri(&artifact.file_name("internet-routes"))).collect();
        let tally = Tally {
            succeeded: 999_999,
            skipped: 999_999,
            failed: 999_999,
            expected_failures: 999_999,
            ..Tally::default()
        };
        let previous = Some(run_id.clone());
        let summary = tally.summary(run_id.clone(), "internet-routes", previous, uris);
        let bytes = serde_json::to_vec(&summary.result).map_or(usize::MAX, |bytes| bytes.len());
        assert!(bytes < 1536, "{bytes} bytes");
    }
}
