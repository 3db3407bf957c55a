//! Workers that die between any two writes: what a reader sees in the end is what an undisturbed run gives.

use org_operator_core::contract::ledger::{Entry, LedgerRecord};
use org_operator_core::report::account_targets::ManifestAccounts;
use org_operator_core::report::coverage::{CoveredTarget, cover};
use org_operator_core::{Outcome, WorkerEvent};
use proptest::prelude::*;

use super::fixtures::{TestWorker, attempt, event, partition, worker};

/// What a reader of the ledger sees: coverage and the records that count.
fn visible(worker: &TestWorker, event: &WorkerEvent) -> (Vec<String>, Vec<String>) {
    let entries = worker.ledger.entries(&partition());
    let outcomes: Vec<Outcome> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Outcome(outcome) => Some(outcome.clone()),
            _ => None,
        })
        .collect();
    let counts = |record: &LedgerRecord| {
        let of_record = |o: &&Outcome| o.region == record.region && o.attempt == record.attempt;
        outcomes.iter().any(|outcome| of_record(&outcome))
    };
    let rows = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Record(record) if counts(record) => {
                Some(format!("{} {}", record.region, record.record.key))
            }
            _ => None,
        })
        .collect();
    let targets = ManifestAccounts::from_iter([event.item.clone()]).into_targets().remove(0);
    let covered = cover(&targets, outcomes, &[]);
    // Which Region an inference names depends on what was known when it was made.
    let seen = |row: &CoveredTarget| {
        let kind = row.verdict.error().map(|(kind, _)| kind);
        format!("{} {} {kind:?}", row.region, row.verdict)
    };
    (covered.iter().map(seen).collect(), rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn crashes_between_writes_do_not_change_what_a_reader_sees(
        words in proptest::sample::subsequence(vec!["three", "empty", "off", "short", "twice", "void"], 1..=6),
        crashes in proptest::collection::vec(0usize..12, 0..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let event = event(&words);
            let undisturbed = worker();
            undisturbed.run(&event, &attempt("undisturbed")).await.unwrap();
            let crashing = worker();
            for (number, writes) in crashes.iter().enumerate() {
                crashing.ledger.die_after(Some(*writes));
                let _ = crashing.run(&event, &attempt(&format!("t{number}"))).await;
            }
            crashing.ledger.die_after(None);
            crashing.run(&event, &attempt("last")).await.unwrap();
            prop_assert_eq!(visible(&crashing, &event), visible(&undisturbed, &event));
            Ok(())
        })?;
    }
}
