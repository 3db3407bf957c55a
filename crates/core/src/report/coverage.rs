//! Coverage: every target of the manifest with its outcome, nothing missing, nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::coverage_row::CoverageRow;
use crate::contract::ledger::WorkerFailure;
use crate::error::ErrorKind;
use crate::model::region::Region;
use crate::outcome::settlement::settle;
use crate::outcome::{Outcome, Verdict};
use crate::report::account_targets::AccountTargets;

/// What became of one target of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredTarget {
    /// The target's Region.
    pub region: Region,
    /// The outcome's verdict, or FAILED where the outcome is missing or its records are.
    pub verdict: Verdict,
    /// The outcome, where the ledger has one.
    pub outcome: Option<Outcome>,
}

/// One row per target of the account, sorted by Region: the ledger's outcome, or FAILED
/// `NoOutcome` with the worker's failure where there is one. A refusal without a reason is settled
/// here, because no worker saw more than its own work item.
#[must_use]
pub fn cover(
    targets: &AccountTargets,
    mut outcomes: Vec<Outcome>,
    failures: &[WorkerFailure],
) -> Vec<CoveredTarget> {
    settle(&mut outcomes);
    let mut by_region: BTreeMap<Region, Outcome> =
        outcomes.into_iter().map(|outcome| (outcome.region.clone(), outcome)).collect();
    // A resumed work item may begin with another Region than the whole one did.
    let of_item =
        |failure: &WorkerFailure, item: u32| targets.item_of(&failure.first_region) == Some(item);
    let row = |(region, item): &(Region, u32)| {
        let outcome = by_region.remove(region);
        let verdict = match &outcome {
            Some(outcome) => outcome.verdict.clone(),
            None => missing(failures.iter().rfind(|failure| of_item(failure, *item))),
        };
        CoveredTarget { region: region.clone(), verdict, outcome }
    };
    targets.regions_in_items().iter().map(row).collect()
}

fn missing(failure: Option<&WorkerFailure>) -> Verdict {
    let silent = "no outcome was written and the state machine recorded no failure: \
                  the Map Run's results below map-results/ say why";
    let message = failure.map_or_else(|| silent.to_owned(), WorkerFailure::text);
    Verdict::of(ErrorKind::NoOutcome, &message)
}

impl CoveredTarget {
    /// The target's row in `coverage.csv`; whether a failure is expected is not known here.
    #[must_use]
    pub fn row(&self, targets: &AccountTargets) -> CoverageRow {
        let (error, message) =
            self.verdict.error().map_or(("", ""), |(kind, message)| (kind.name(), message));
        let outcome = self.outcome.as_ref();
        CoverageRow {
            account_id: targets.account_id.clone(),
            account_name: targets.account_name.clone(),
            region: self.region.clone(),
            status: (&self.verdict).into(),
            error: error.to_owned(),
            message: message.to_owned(),
            records: outcome.map_or(0, |outcome| outcome.records),
            attempts: outcome.map_or(0, |outcome| outcome.attempts),
            started_at: outcome.map(|outcome| outcome.started_at),
            ended_at: outcome.map(|outcome| outcome.ended_at),
            unit_path: targets.unit_path.clone(),
            expected: String::new(),
        }
    }
}

/// The Regions that have a final outcome among all `outcomes` of an account, as [`cover`] has them.
#[must_use]
pub fn final_regions(mut outcomes: Vec<Outcome>) -> BTreeSet<Region> {
    settle(&mut outcomes);
    let done = outcomes.into_iter().filter(|outcome| outcome.verdict.is_final());
    done.map(|outcome| outcome.region).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::work_item::WorkItem;
    use crate::model::id::AccountId;
    use crate::model::timestamp::Timestamp;
    use crate::report::account_targets::ManifestAccounts;
    use proptest::prelude::*;

    fn region(n: usize) -> Region {
        Region::parse(&format!("xx-made-{n}")).unwrap()
    }

    fn outcome(n: usize, verdict: Verdict) -> Outcome {
        let now = Timestamp::from_epoch_millis(0);
        let attempt = "a".to_owned();
        Outcome {
            region: region(n),
            verdict,
            attempts: 1,
            started_at: now,
            ended_at: now,
            records: 0,
            calls: 0,
            attempt,
            unexplained: false,
        }
    }

    fn by_account(manifest: Vec<WorkItem>) -> Vec<AccountTargets> {
        manifest.into_iter().collect::<ManifestAccounts>().into_targets()
    }

    fn item(account: &str, regions: &[usize]) -> WorkItem {
        WorkItem {
            account_id: AccountId::parse(account).unwrap(),
            account_name: "n".to_owned(),
            regions: regions.iter().map(|n| region(*n)).collect(),
            unit_path: "r-ab12/ou-ab12-11111111".to_owned(),
            account_columns: BTreeMap::new(),
        }
    }

    #[test]
    fn a_target_without_an_outcome_is_failed_with_its_workers_failure() {
        let manifest = vec![item("111111111111", &[0, 1]), item("111111111111", &[2, 3])];
        let targets = by_account(manifest).remove(0);
        let failure = WorkerFailure {
            first_region: region(3),
            error: "Sandbox.Timedout".to_owned(),
            cause: "late".to_owned(),
        };
        let rows = cover(&targets, vec![outcome(0, Verdict::Succeeded)], &[failure]);
        let messages: Vec<_> = rows.iter().map(|row| row.verdict.error()).collect();
        assert_eq!(messages[0], None);
        assert!(messages[1].unwrap().1.contains("recorded no failure"));
        for message in &messages[2..] {
            assert_eq!(
                *message,
                Some((ErrorKind::NoOutcome, "WorkerCrashed: Sandbox.Timedout: late"))
            );
        }
        let row = rows[2].row(&targets);
        assert_eq!((row.error.as_str(), row.attempts, row.started_at), ("NoOutcome", 0, None));
        assert_eq!(row.unit_path, "r-ab12/ou-ab12-11111111");
    }

    #[test]
    fn a_short_refusal_is_settled_by_a_success_of_another_work_item() {
        let targets = by_account(vec![item("111111111111", &[0]), item("111111111111", &[1])]);
        let refused = Verdict::of(ErrorKind::AccessDenied, "You may not");
        let short = Outcome { unexplained: true, ..outcome(0, refused) };
        let outcomes = vec![short, outcome(1, Verdict::Succeeded)];
        let rows = cover(&targets[0], outcomes.clone(), &[]);
        assert_eq!(rows[0].row(&targets[0]).error, "DeniedByPolicy");
        assert_eq!(final_regions(outcomes).len(), 2);
    }

    proptest! {
        #[test]
        fn every_target_has_exactly_one_row(
            items in proptest::collection::vec((0u8..4, proptest::collection::vec(0usize..6, 1..5)), 0..8),
            known in proptest::collection::vec(0usize..9, 0..9),
        ) {
            let manifest: Vec<WorkItem> =
                items.iter().map(|(a, regions)| item(&format!("{a:012}"), regions)).collect();
            let wanted: BTreeSet<_> = manifest.iter()
                .flat_map(|i| i.regions.iter().map(|r| (i.account_id.clone(), r.clone()))).collect();
            let mut rows = Vec::new();
            for targets in by_account(manifest) {
                let outcomes = known.iter().map(|n| outcome(*n, Verdict::Succeeded)).collect();
                let covered = cover(&targets, outcomes, &[]);
                rows.extend(covered.into_iter().map(|row| (targets.account_id.clone(), row.region)));
            }
            prop_assert!(rows.is_sorted());
            prop_assert_eq!(rows.len(), wanted.len());
            prop_assert_eq!(rows.into_iter().collect::<BTreeSet<_>>(), wanted);
        }
    }
}
