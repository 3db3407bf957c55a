//! The fault campaign over many seeds. `SEED=n` replays one alone; `SEEDS=n` runs so many.

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use org_operator_testkit::TestResult;
use org_operator_tests::bounded;
use org_operator_tests::campaign::Tally;
use org_operator_tests::changing::seeds;

/// Seeds of a run that names no number.
const SEEDS: u64 = 240;
/// A seed takes a fraction of a second; what takes so long has no end.
const LIMIT: Duration = Duration::from_mins(2);

/// What a campaign came to.
struct Summary {
    seeds: usize,
    tally: Tally,
}

/// A seed's judgement, from a process of its own; a panic of the product is a judgement too, and
/// so is an end that does not come.
fn judge(arguments: &[&str], limit: Duration) -> Result<Tally, String> {
    let mut campaign = Command::new(env!("CARGO_BIN_EXE_campaign"));
    let ran = bounded::output(campaign.args(arguments), limit).map_err(|e| e.to_string())?;
    let tally = serde_json::from_slice(&ran.stdout).ok().filter(|_| ran.status.success());
    tally.ok_or_else(|| String::from_utf8_lossy(&ran.stderr).trim().to_owned())
}

/// Judges the seeds of a campaign over the deployed steps, or over the command.
fn campaign(whose: &'static str) -> TestResult<Summary> {
    let seeds = seeds(SEEDS)?;
    let next = AtomicU64::new(seeds.start);
    let judged = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let mine = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
                for seed in mine.take_while(|seed| *seed < seeds.end) {
                    let judgement = judge(&[&seed.to_string(), whose], LIMIT);
                    let named = judgement.map_err(|what| {
                        format!("seed {seed}: {what}\n  alone: make faults SEED={seed}")
                    });
                    judged.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(named);
                }
            });
        }
    });
    conclude(whose, judged.into_inner().unwrap_or_default())
}

#[test]
fn under_random_faults_every_target_has_one_true_or_explained_outcome() -> TestResult<()> {
    campaign("deployed").map(drop)
}

#[test]
fn a_command_that_dies_while_it_lists_and_works_loses_no_answer() -> TestResult<()> {
    let Summary { seeds, tally } = campaign("command")?;
    // It is about runs whose organization is not listed when their process ends.
    if seeds > 100 && tally.unlisted * 10 < seeds {
        return Err(format!("only {} processes ended while they listed", tally.unlisted).into());
    }
    Ok(())
}

/// What the first bad seed of a broken product is judged, or nothing where none is.
fn first_bad(whose: &str, sabotage: &str, limit: Duration) -> Option<String> {
    (0..60).find_map(|seed| judge(&[&seed.to_string(), whose, sabotage], limit).err())
}

#[test]
fn a_command_that_forgets_a_run_it_has_begun_is_judged_bad() {
    let bad = first_bad("command", "forgetful", LIMIT);
    assert!(bad.is_some_and(|what| what.contains("answers of a run that nothing resumes")));
}

#[test]
fn a_product_that_does_not_try_again_is_judged_bad() {
    for sabotage in ["impatient", "content"] {
        let bad = first_bad("deployed", sabotage, LIMIT);
        assert!(bad.is_some_and(|what| what.contains("FAILED")), "{sabotage} is not seen");
    }
}

#[test]
fn a_product_that_never_ends_is_judged_and_the_campaign_goes_on() {
    let bad = first_bad("deployed", "endless", Duration::from_secs(5));
    assert!(bad.is_some_and(|what| what.contains("no end")));
}

#[expect(clippy::print_stdout, reason = "a campaign tells what it did")]
fn conclude(whose: &str, judged: Vec<Result<Tally, String>>) -> TestResult<Summary> {
    let seeds = judged.len();
    let (good, bad): (Vec<_>, Vec<_>) = judged.into_iter().partition(Result::is_ok);
    let good: Vec<Tally> = good.into_iter().flatten().collect();
    let stopped = good.iter().filter(|tally| tally.stopped).count();
    let tally = good.into_iter().fold(Tally::default(), Tally::and);
    let bad: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
    println!(
        "{whose}, {seeds} seeds: {} targets, {} faults, {} deaths; {} targets hurt, {stopped} runs stopped; \
         {} seeds judged bad",
        tally.targets,
        tally.faults,
        tally.deaths,
        tally.hurt,
        bad.len()
    );
    if !bad.is_empty() {
        return Err(format!("{} of {seeds} seeds:\n{}", bad.len(), bad.join("\n")).into());
    }
    // A campaign in which nothing happens proves nothing.
    if seeds > 100 && (tally.faults < seeds || tally.deaths == 0 || tally.hurt == 0) {
        return Err("hardly any fault struck".into());
    }
    Ok(Summary { seeds, tally })
}
