//! What holds for every seed: no change outside the plan, none twice, none unrecorded, one true outcome
//! for each row, and an undo that restores.

use std::collections::BTreeMap;

use super::world::{Process, World};
use super::*;
use crate::{AppliedRow, Outcome, Settled, undo};

const SEEDS: u64 = 2_000;

fn rows(rng: &mut fastrand::Rng) -> Vec<PlanRow> {
    (0..rng.u64(1..6)).map(|number| row(1 + number % 3, number)).collect()
}

/// Goes on until a pass without faults has ended.
fn finish(process: &mut Process<'_>, world: &mut World, rng: &mut fastrand::Rng) {
    for faults in [40, 40, 40, 0] {
        while process.step(world, rng, faults) {}
        if faults > 0 {
            assert_truth(process, world);
        }
        process.restart();
    }
}

/// Every outcome so far is true, and nothing was changed that is not on record.
fn assert_truth(process: &Process<'_>, world: &World) {
    let journal = process.journal();
    for (key, times) in &world.effects {
        assert_eq!(*times, 1, "{key}: changed {times} times");
    }
    for planned in process.rows() {
        let known = journal.of(&planned.key);
        let changed = world.effects.contains_key(&planned.key.key);
        let Some(Settled { outcome, .. }) = known.settled else {
            assert!(!changed || known.open, "{}: changed and not on record", planned.key.key);
            continue;
        };
        match outcome {
            Outcome::Applied => assert!(changed, "{}: not changed", planned.key.key),
            _ => assert!(!changed || known.open, "{}: changed, {known:?}", planned.key.key),
        }
    }
}

#[test]
fn one_process_that_dies_anywhere_changes_each_row_once_and_says_so() {
    for seed in 0..SEEDS {
        let mut rng = fastrand::Rng::with_seed(seed);
        let rows = rows(&mut rng);
        let mut world = World::of(&rows);
        let mut process = Process::new(&rows);
        finish(&mut process, &mut world, &mut rng);
        assert_truth(&process, &world);
        for planned in &rows {
            assert_eq!(process.outcome(planned).outcome, Outcome::Applied, "seed {seed}");
        }
        assert!(world.rules.is_empty(), "seed {seed}");
    }
}

#[test]
fn two_processes_at_once_leave_alone_what_others_changed() {
    for seed in 0..SEEDS {
        let mut rng = fastrand::Rng::with_seed(seed);
        let rows = rows(&mut rng);
        let mut world = World::of(&rows);
        let touched = touch(&rows, &mut world, &mut rng);
        let (mut one, mut other) = (Process::new(&rows), Process::new(&rows));
        interleave(&mut one, &mut other, &mut world, &mut rng);
        for planned in &rows {
            let key = &planned.key.key;
            let outcomes = [&one, &other].map(|process| process.outcome(planned).outcome);
            if let Some(expected) = touched.get(key) {
                assert_eq!(outcomes, [*expected; 2], "seed {seed}, {key}");
                assert!(!world.effects.contains_key(key), "seed {seed}, {key}");
                continue;
            }
            assert_eq!(world.effects.get(key), Some(&1), "seed {seed}, {key}");
            assert!(outcomes.contains(&Outcome::Applied), "seed {seed}, {key}: {outcomes:?}");
            let unsure = one.unsure.contains(key) || other.unsure.contains(key);
            let both = outcomes == [Outcome::Applied; 2];
            assert!(!both || unsure, "seed {seed}, {key}: both say that they made the change");
        }
    }
}

/// What others do between the plan and the run: the outcome that each row of theirs must have.
fn touch(
    rows: &[PlanRow],
    world: &mut World,
    rng: &mut fastrand::Rng,
) -> BTreeMap<String, Outcome> {
    let mut touched = BTreeMap::new();
    for planned in rows {
        let key = planned.key.key.clone();
        match rng.u32(..4) {
            0 => {
                world.rules.insert(key.clone(), open_rule(99));
                touched.insert(key, Outcome::ChangedSincePlan);
            }
            1 => {
                world.rules.remove(&key);
                touched.insert(key, Outcome::Already);
            }
            _ => {}
        }
    }
    touched
}

fn interleave<'a>(
    one: &mut Process<'a>,
    other: &mut Process<'a>,
    world: &mut World,
    rng: &mut fastrand::Rng,
) {
    for faults in [30, 0] {
        let mut busy = [true, true];
        while busy != [false, false] {
            let which = usize::from(rng.bool());
            let process = if which == 0 { &mut *one } else { &mut *other };
            busy[which] = process.step(world, rng, faults);
        }
        one.restart();
        other.restart();
    }
}

#[test]
fn undo_restores_what_was_applied_and_nothing_else() {
    for seed in 0..SEEDS {
        let mut rng = fastrand::Rng::with_seed(seed);
        let rows = rows(&mut rng);
        let mut world = World::of(&rows);
        touch(&rows, &mut world, &mut rng);
        let before: Vec<String> = contents(&world);
        let mut process = Process::new(&rows);
        while process.step(&mut world, &mut rng, 40) {}
        let settled: Vec<_> =
            rows.iter().map(|planned| process.journal().of(&planned.key)).collect();
        let applied: Vec<AppliedRow<'_>> = rows
            .iter()
            .zip(&settled)
            .filter_map(|(row, known)| Some(AppliedRow { row, settled: known.settled.as_ref()? }))
            .collect();
        let back = undo(&applied);
        world.effects.clear();
        let mut undoing = Process::new(&back);
        finish(&mut undoing, &mut world, &mut rng);
        for planned in &back {
            // Of some nobody knew whether they were changed: those that were not need nothing.
            let outcome = undoing.outcome(planned).outcome;
            assert!([Outcome::Applied, Outcome::Already].contains(&outcome), "seed {seed}");
        }
        assert_eq!(contents(&world), before, "seed {seed}");
    }
}

/// The rules without their ids.
fn contents(world: &World) -> Vec<String> {
    let mut contents: Vec<String> = world.rules.values().map(ToString::to_string).collect();
    contents.sort();
    contents
}
