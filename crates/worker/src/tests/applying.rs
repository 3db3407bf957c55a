//! The worker of a run that changes something: one change per row, whatever dies, is lost or runs twice.

#[path = "applying_world.rs"]
mod world;

use std::sync::atomic::Ordering;

use org_operator_changes::{Outcome, PlanRow};
use org_operator_testkit::memory::MemoryLedger;

use super::*;
use world::{World, account, attempt, event, plan, row, states, worker};

const SEEDS: u64 = 300;

fn rows(account_number: u64, count: u64) -> Vec<PlanRow> {
    (0..count).map(|number| row(account_number, number)).collect()
}

async fn outcomes(ledger: &MemoryLedger, number: u64) -> Vec<Option<Outcome>> {
    let states = states(ledger, &account(number)).await;
    states.values().map(|state| state.record.settled.as_ref().map(|s| s.outcome)).collect()
}

#[tokio::test(start_paused = true)]
async fn an_accounts_rows_are_applied_and_then_left_alone() {
    let (ledger, world) = (MemoryLedger::new(), World::default());
    plan(&ledger, &rows(1, 7), None).await;
    let worker = worker(&ledger);
    let event = event(&account(1));
    let done = worker.apply_change(&world, &event, &attempt("a", 600)).await.unwrap();
    assert_eq!((done.succeeded, done.failed), (3, 0));
    let asked = worker.members.assumed.load(Ordering::SeqCst);
    assert_eq!(outcomes(&ledger, 1).await, [Some(Outcome::Applied); 7]);
    // Nothing is left for a second attempt: it reads the ledger, and asks nobody.
    let writes = ledger.writes();
    assert_eq!(worker.apply_change(&world, &event, &attempt("b", 600)).await.unwrap(), done);
    assert_eq!(worker.members.assumed.load(Ordering::SeqCst), asked);
    assert_eq!(ledger.writes(), writes + 2, "its mark, and the end of it");
}

#[tokio::test(start_paused = true)]
async fn a_worker_stops_between_rows_and_the_next_one_goes_on() {
    let ledger = MemoryLedger::new();
    let world = World { takes: Duration::from_secs(9), ..World::default() };
    plan(&ledger, &rows(1, 9), None).await;
    let (worker, event) = (worker(&ledger), event(&account(1)));
    let error = worker.apply_change(&world, &event, &attempt("a", 40)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    let first = outcomes(&ledger, 1).await;
    assert!(!first.is_empty() && first.len() < 9, "{first:?}");
    assert!(first.iter().all(|outcome| *outcome == Some(Outcome::Applied)), "no row is cut");
    worker.apply_change(&world, &event, &attempt("b", 600)).await.unwrap();
    assert_eq!(outcomes(&ledger, 1).await, [Some(Outcome::Applied); 9]);
    assert!(world.effects.lock().unwrap().values().all(|times| *times == 1));
}

#[tokio::test(start_paused = true)]
async fn failures_in_one_account_hold_the_rows_of_all_others() {
    let (ledger, world) = (MemoryLedger::new(), World::default());
    plan(&ledger, &rows(1, 1), Some(0)).await;
    plan(&ledger, &rows(2, 4), Some(0)).await;
    world.faults.lock().unwrap().refused.insert(account(1));
    let worker = worker(&ledger);
    let failed = worker.apply_change(&world, &event(&account(1)), &attempt("a", 600)).await;
    assert_eq!(failed.unwrap().failed, 1);
    let held = worker.apply_change(&world, &event(&account(2)), &attempt("b", 600)).await;
    assert_eq!(held.unwrap().failed, 3);
    assert_eq!(outcomes(&ledger, 2).await, [Some(Outcome::Held); 4]);
    assert!(!world.reads.lock().unwrap().iter().any(|key| key.account_id == account(2)));
    let states = states(&ledger, &account(2)).await;
    let message = states[&0].record.settled.clone().unwrap().message;
    assert_eq!(message, "MaxFailures: 1 targets failed, 0 may");
}

#[tokio::test(start_paused = true)]
async fn what_failed_is_tried_again_while_the_rest_stays_held() {
    let (ledger, world) = (MemoryLedger::new(), World::default());
    plan(&ledger, &rows(1, 1), Some(0)).await;
    plan(&ledger, &rows(2, 4), Some(0)).await;
    world.faults.lock().unwrap().refused.insert(account(1));
    let worker = worker(&ledger);
    worker.apply_change(&world, &event(&account(1)), &attempt("a", 600)).await.unwrap();
    world.faults.lock().unwrap().refused.clear();
    for (number, id) in [(1, "b"), (2, "c")] {
        worker.apply_change(&world, &event(&account(number)), &attempt(id, 600)).await.unwrap();
    }
    assert_eq!(outcomes(&ledger, 1).await, [Some(Outcome::Applied)]);
    assert_eq!(outcomes(&ledger, 2).await, [Some(Outcome::Held); 4]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_account_is_asked_for_once() {
    let (ledger, world) = (MemoryLedger::new(), World::default());
    plan(&ledger, &rows(1, 7), None).await;
    let mut worker = worker(&ledger);
    worker.members.refusal = Some(Error::new(ErrorKind::AssumeRoleDenied, "no role"));
    let done = worker.apply_change(&world, &event(&account(1)), &attempt("a", 600)).await;
    assert_eq!(done.unwrap().failed, 3);
    assert_eq!(worker.members.assumed.load(Ordering::SeqCst), 1);
    assert_eq!(outcomes(&ledger, 1).await, [Some(Outcome::Failed); 7]);
}

#[tokio::test]
async fn an_operation_that_only_reads_and_a_run_without_rows_are_refused() {
    let ledger = MemoryLedger::new();
    let worker = worker(&ledger);
    let refused = worker.apply(&event(&account(1)), &attempt("a", 600)).await.unwrap_err();
    assert!(refused.message().contains("Operation: got \"switches\""), "{refused}");
    let (world, event, attempt) = (World::default(), event(&account(1)), attempt("a", 9));
    let nothing = worker.apply_change(&world, &event, &attempt).await;
    assert_eq!(nothing.unwrap_err().kind(), ErrorKind::InvalidRequest);
}

/// One attempt that may be killed after some time, or whose ledger may die.
async fn try_once(
    ledger: &MemoryLedger,
    world: &World,
    rng: &mut fastrand::Rng,
    number: u64,
) -> bool {
    let (worker, event) = (worker(ledger), event(&account(1)));
    let attempt = attempt(&format!("attempt-{number}"), 300);
    let life = Duration::from_millis(rng.u64(1..60_000));
    ledger.die_after((rng.u32(..3) == 0).then(|| rng.usize(..12)));
    let working = worker.apply_change(world, &event, &attempt);
    let ended = tokio::time::timeout(life, working).await;
    ledger.die_after(None);
    ended.is_ok_and(|ended| ended.is_ok())
}

/// Whatever was changed is on record, and changed once.
async fn assert_truth(ledger: &MemoryLedger, world: &World, rows: &[PlanRow], seed: u64) {
    let (states, effects) = (states(ledger, &account(1)).await, world.effects.lock().unwrap());
    for (number, row) in (0..).zip(rows) {
        let times = effects.get(&row.key).copied().unwrap_or_default();
        assert!(times <= 1, "seed {seed}, row {number}: changed {times} times");
        let record = states.get(&number).map(|state| state.record.clone()).unwrap_or_default();
        let applied = record.settled.as_ref().is_some_and(|s| s.outcome == Outcome::Applied);
        assert!(times == 0 || applied || record.open, "seed {seed}, row {number}: {record:?}");
        assert!(times == 1 || !applied, "seed {seed}, row {number}: not changed, {record:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn workers_that_die_anywhere_change_each_row_once_and_say_so() {
    for seed in 0..SEEDS {
        let mut rng = fastrand::Rng::with_seed(seed);
        let world = World { takes: Duration::from_secs(2), ..World::default() };
        let (ledger, rows) = (MemoryLedger::new(), rows(1, rng.u64(1..9)));
        plan(&ledger, &rows, None).await;
        world.faults.lock().unwrap().rng = fastrand::Rng::with_seed(seed);
        for number in 0..6 {
            world.faults.lock().unwrap().share = if number < 5 { 40 } else { 0 };
            try_once(&ledger, &world, &mut rng, number).await;
            assert_truth(&ledger, &world, &rows, seed).await;
        }
        let worker = worker(&ledger);
        worker.apply_change(&world, &event(&account(1)), &attempt("last", 600)).await.unwrap();
        assert_truth(&ledger, &world, &rows, seed).await;
        let outcomes = outcomes(&ledger, 1).await;
        assert!(outcomes.iter().all(|o| *o == Some(Outcome::Applied)), "seed {seed}: {outcomes:?}");
        assert_eq!(outcomes.len(), rows.len(), "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_workers_at_once_change_each_row_once() {
    for seed in 0..SEEDS {
        let mut rng = fastrand::Rng::with_seed(seed);
        let world = World { takes: Duration::from_secs(2), ..World::default() };
        let (ledger, rows) = (MemoryLedger::new(), rows(1, rng.u64(1..9)));
        plan(&ledger, &rows, None).await;
        let (one, other) = (worker(&ledger), worker(&ledger));
        let (event, later) = (event(&account(1)), Duration::from_millis(rng.u64(..9_000)));
        let life = Duration::from_millis(rng.u64(1..30_000));
        let (first_attempt, second_attempt) = (attempt("one", 600), attempt("other", 600));
        let first = tokio::time::timeout(life, one.apply_change(&world, &event, &first_attempt));
        let second = async {
            tokio::time::sleep(later).await;
            other.apply_change(&world, &event, &second_attempt).await
        };
        let (_, second) = tokio::join!(first, second);
        second.unwrap();
        assert_truth(&ledger, &world, &rows, seed).await;
        let outcomes = outcomes(&ledger, 1).await;
        assert_eq!(outcomes, vec![Some(Outcome::Applied); rows.len()], "seed {seed}");
    }
}
