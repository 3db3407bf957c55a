//! Judging a run: every target once, the true outcome or a FAILED whose own faults were enough for
//! it, and exactly the true rows of the targets that succeeded.

use aws_sim::{Fault, RegionAccess, Service};
use org_operator_core::artifact::{MANIFEST, PLAN, SUMMARY};
use org_operator_testkit::TestResult;
use serde_json::Value;

use super::answer::{Answer, Covered, file};
use super::drive::Drive;
use super::evidence::Evidence;
use super::log::{End, Invocation, Step};
use super::machine::Failed;
use super::{RUN, Tally};

/// Judges an execution while faults and deaths happen. `before` is the summary that was there
/// before it.
///
/// # Errors
/// What is wrong, in words.
pub fn under_faults(
    drive: &Drive,
    execution: &str,
    ended: &Result<Value, Failed>,
    before: Option<&[u8]>,
) -> TestResult<Tally> {
    let evidence = Evidence::of(drive);
    let mut tally = Tally { stopped: ended.is_err(), ..Tally::default() };
    if let Err(failed) = ended {
        may_stop(drive, &evidence, execution, failed)?;
    }
    // Whoever writes a summary has written the rest: a run that stopped behind it is whole.
    if ended.is_err() && file(drive, SUMMARY.name).as_deref() == before {
        return Ok(tally);
    }
    let answer = Answer::read(drive)?;
    if let Ok(output) = ended {
        answer.is(output)?;
    }
    answer.is_whole(drive)?;
    for covered in &answer.coverage {
        if !covered.is_true(drive) {
            tally.hurt += 1;
            Judged::new(drive, &evidence, &answer, covered).is_excused()?;
        }
    }
    tally.targets = answer.coverage.len();
    Ok(tally)
}

/// Judges the run once it was resumed in peace: everything must be true.
///
/// # Errors
/// What is wrong, in words.
pub fn in_peace(drive: &Drive) -> TestResult<()> {
    if drive.schedule.asked.targets.is_empty() {
        let written = !never_began(drive);
        return if written { Err("a run over nothing was planned".into()) } else { Ok(()) };
    }
    let answer = Answer::read(drive)?;
    answer.is_whole(drive)?;
    for covered in &answer.coverage {
        if !covered.is_true(drive) {
            return Err(format!("resumed in peace, still untrue: {covered}").into());
        }
    }
    Ok(())
}

/// A run may stop, but not for nothing: the step that stopped it was tried as often as the state
/// machine says, and was struck each time. Or there was nothing to do.
fn may_stop(
    drive: &Drive,
    evidence: &Evidence<'_>,
    execution: &str,
    failed: &Failed,
) -> TestResult<()> {
    let own = |i: &Invocation| {
        i.execution == execution && matches!(i.step, Step::Fanout | Step::ResultHandler)
    };
    let all: Vec<&Invocation> = evidence.invocations(own).collect();
    let step = all.last().map(|last| &last.step);
    let tries: Vec<&Invocation> = all.iter().copied().filter(|i| Some(&i.step) == step).collect();
    let was_nothing_to_do = match failed.error.as_str() {
        "NoTargets" if execution == RUN => drive.schedule.asked.targets.is_empty(),
        "NoTargets" => is_complete(drive)?,
        "InvalidRequest" => execution != RUN && never_began(drive),
        _ => false,
    };
    if was_nothing_to_do || evidence.used_up(&tries) {
        return Ok(());
    }
    Err(format!("stopped too early: {failed}\n{}", evidence.told(&tries)).into())
}

/// Whether the run has been written with an answer for every target.
fn is_complete(drive: &Drive) -> TestResult<bool> {
    Ok(Answer::read(drive)?.coverage.iter().all(|covered| covered.status != "FAILED"))
}

/// Whether the run stopped before its plan and its manifest were written.
#[must_use]
pub fn never_began(drive: &Drive) -> bool {
    [PLAN, MANIFEST].iter().any(|artifact| file(drive, artifact.name).is_none())
}

/// A target whose outcome is not the true one, with what happened to its work item.
struct Judged<'a> {
    drive: &'a Drive,
    evidence: &'a Evidence<'a>,
    answer: &'a Answer,
    covered: &'a Covered,
    /// The worker's invocations for it, in all executions.
    tries: Vec<&'a Invocation>,
}

impl<'a> Judged<'a> {
    fn new(
        drive: &'a Drive,
        evidence: &'a Evidence<'a>,
        answer: &'a Answer,
        covered: &'a Covered,
    ) -> Self {
        let of_target = |i: &Invocation| match &i.step {
            Step::Worker(item) => {
                item.account == covered.account && item.regions.contains(&covered.region)
            }
            _ => false,
        };
        let tries = evidence.invocations(of_target).collect();
        Self { drive, evidence, answer, covered, tries }
    }

    fn is_excused(&self) -> TestResult<()> {
        let excused = self.covered.status == "FAILED"
            && match self.covered.error.as_str() {
                "Throttled" | "Transient" | "DeadlineExceeded" => self.was_tried_enough(),
                "AssumeRoleDenied" => self.was_denied(),
                "AccessDenied" => self.is_short(),
                "NoOutcome" => self.left_no_outcome(),
                _ => false,
            };
        if excused {
            return Ok(());
        }
        let (fate, told) = (self.covered.fate(self.drive), self.evidence.told(&self.tries));
        Err(format!("{}; the truth is {fate:?}\n{told}", self.covered).into())
    }

    /// The invocations for it in the last execution that had it.
    fn last_tries(&self) -> Vec<&'a Invocation> {
        let last = self.tries.last().map(|last| &last.execution);
        self.tries.iter().copied().filter(|i| Some(&i.execution) == last).collect()
    }

    /// The state machine gave the item up, a fault of that name struck the target, and where its
    /// true outcome lasts, no try went by without a strike.
    fn was_tried_enough(&self) -> bool {
        let Self { evidence, covered, .. } = self;
        let region = &covered.region;
        let named = self.tries.iter().any(|i| evidence.names(i, region, &covered.error));
        let spared = self.tries.iter().any(|i| !evidence.hurt(i, region));
        let lasts = covered.fate(self.drive).status != "FAILED" && !self.has_short_refusal();
        named && !(lasts && spared) && evidence.used_up(&self.last_tries())
    }

    /// STS refused in the last try that brought an answer.
    fn was_denied(&self) -> bool {
        let refused = |i: &&&Invocation| {
            let mut strikes = self.evidence.strikes(i);
            strikes.any(|s| s.call.service == Service::Sts && s.fault == Fault::Denied)
        };
        let mut last = self.tries.iter().rev();
        last.find(|i| i.end == End::Done || refused(i)).is_some_and(|i| refused(&i))
    }

    fn has_short_refusal(&self) -> bool {
        let world = &self.drive.simulation.world;
        world.region_access(&self.covered.account, &self.covered.region)
            == RegionAccess::DeniedWithoutReason
    }

    /// EC2's short refusal is a policy's only where the same role succeeded in another Region of the
    /// run, in whichever work item and execution.
    fn is_short(&self) -> bool {
        let mut others = self.answer.coverage.iter().filter(|c| c.account == self.covered.account);
        self.has_short_refusal() && others.all(|other| other.status != "SUCCEEDED")
    }

    /// No try could write into the ledger; and where not even that was noted, the note was struck
    /// as often as it was tried.
    fn left_no_outcome(&self) -> bool {
        let evidence = self.evidence;
        let lost = self.tries.iter().all(|i| evidence.lost_its_ledger(i));
        let message = &self.covered.message;
        let noted = self.tries.iter().any(|i| !i.error().is_empty() && message.contains(i.error()));
        let noted = noted && message.starts_with("WorkerCrashed: ");
        let silent = message.contains("recorded no failure") && self.note_was_lost();
        lost && (noted || silent) && evidence.used_up(&self.last_tries())
    }

    fn note_was_lost(&self) -> bool {
        let Some(last) = self.tries.last() else { return false };
        let Step::Worker(item) = &last.step else { return false };
        let note = Step::RecordFailure(item.clone());
        let of_note = |i: &Invocation| i.execution == last.execution && i.step == note;
        let notes: Vec<&Invocation> = self.evidence.invocations(of_note).collect();
        self.evidence.used_up(&notes)
    }
}
