//! The fault campaign: one seed is one organization, one schedule of faults and deaths, one run
//! driven as the state machine drives it, and a judgement of what came out.
//!
//! Everything happens in one thread with paused time, so a seed can be replayed alone. Each seed
//! needs a process of its own: the SDK keeps what it learned of throttling for the whole process.

pub mod answer;
pub mod aws;
mod command;
pub mod drive;
pub mod evidence;
mod execution;
mod fault_plan;
pub mod history;
pub mod log;
pub mod machine;
pub mod request;
pub mod schedule;
pub mod verdict;

use org_operator_core::artifact::SUMMARY;
use org_operator_testkit::TestResult;
use serde::{Deserialize, Serialize};

use self::drive::{Drive, Sabotage};
use self::schedule::Schedule;

/// The run's id, which is its execution's name.
pub const RUN: &str = "campaign";

/// What a seed came to, for the campaign's own statistics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Targets of the run.
    pub targets: usize,
    /// Faults that struck.
    pub faults: usize,
    /// Steps that died.
    pub deaths: usize,
    /// Targets that were FAILED for a fault.
    pub hurt: usize,
    /// Processes that left a run with answers and without the list of its accounts.
    pub unlisted: usize,
    /// Whether a step gave up for good, so that the run had no answer before it was resumed.
    pub stopped: bool,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            targets: self.targets + other.targets,
            faults: self.faults + other.faults,
            deaths: self.deaths + other.deaths,
            hurt: self.hurt + other.hurt,
            unlisted: self.unlisted + other.unlisted,
            stopped: self.stopped || other.stopped,
        }
    }
}

/// Runs and judges one seed: first under faults, then resumed in peace.
///
/// # Errors
/// What was wrong, in words.
pub fn run(seed: u64, sabotage: Sabotage) -> TestResult<Tally> {
    paused(seed, judged(Schedule::of(seed), sabotage))
}

/// Runs and judges one seed of the command: processes that work on one run, one after the other.
///
/// # Errors
/// What was wrong, in words.
pub fn run_command(seed: u64, sabotage: Sabotage) -> TestResult<Tally> {
    paused(seed, command::judged(seed, sabotage))
}

fn paused(seed: u64, judged: impl Future<Output = TestResult<Tally>>) -> TestResult<Tally> {
    // The SDK's jitter comes from the thread's own generator.
    fastrand::seed(seed);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    runtime.block_on(judged)
}

async fn judged(schedule: Schedule, sabotage: Sabotage) -> TestResult<Tally> {
    let mut drive = Drive::new(schedule, sabotage).await?;
    let first = drive.start().await;
    let mut tally = verdict::under_faults(&drive, RUN, &first, None)?;
    if let Some(knobs) = drive.schedule.again.take() {
        drive.turn(knobs);
        let before = answer::file(&drive, SUMMARY.name);
        let second = drive.resume("campaign-2").await;
        let second = verdict::under_faults(&drive, "campaign-2", &second, before.as_deref())?;
        tally.hurt = tally.hurt.max(second.hurt);
    }
    tally.faults = drive.simulation.meter.faults().len();
    tally.deaths = drive.log.deaths();
    tally.targets = drive.schedule.asked.targets.len();
    tally.stopped = first.is_err() && tally.targets > 0;
    drive.calm();
    to_the_end(&drive).await?;
    verdict::in_peace(&drive)?;
    Ok(tally)
}

/// Resumes the run in peace, as a person would: anew where it never began.
async fn to_the_end(drive: &Drive) -> TestResult<()> {
    if verdict::never_began(drive) {
        let ended = drive.start().await;
        verdict::under_faults(drive, RUN, &ended, None)?;
    }
    if drive.schedule.asked.targets.is_empty() {
        return Ok(());
    }
    // Work items of one account run side by side: what a short refusal in one of them means is only
    // known when another has succeeded before.
    for execution in ["campaign-3", "campaign-4"] {
        let before = answer::file(drive, SUMMARY.name);
        let ended = drive.resume(execution).await;
        verdict::under_faults(drive, execution, &ended, before.as_deref())?;
    }
    Ok(())
}
