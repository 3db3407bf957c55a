//! Where the rows come from: the plan of a run, what a run applied, or a run that goes on.

use std::path::Path;

use org_operator_aws::SystemClock;
use org_operator_changes::{ChangeRun, Guards, Plan};
use org_operator_core::artifact::SUMMARY;
use org_operator_core::contract::summary::Summary;
use org_operator_core::input::violation::Violations;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::ports::Clock;
use org_operator_core::{Error, RunId};
use org_operator_local::changes::{ChangeFolder, unfinished};
use org_operator_local::engine::operation_of;
use org_operator_local::run_id;
use org_operator_operations::change::dropped;
use org_operator_operations::{Change, change_of};

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Intent {
    /// To apply the plan of this run.
    Apply(RunId),
    /// To take back what this run applied.
    Undo(RunId),
    /// To go on with this run.
    Resume(RunId),
    /// To remove what the plan of this run left.
    Drop(RunId),
}

impl Intent {
    /// The field of a request, for what is wrong with the run.
    fn field(&self) -> &'static str {
        match self {
            Self::Apply(_) => "PlanRun",
            Self::Undo(_) => "Undo",
            Self::Resume(_) => "ResumeRun",
            Self::Drop(_) => "DropRun",
        }
    }

    fn run(&self) -> &RunId {
        match self {
            Self::Apply(run) | Self::Undo(run) | Self::Resume(run) | Self::Drop(run) => run,
        }
    }
}

/// The rows, and the operation that knows how to change them.
pub(super) struct Source {
    pub(super) plan: Plan,
    pub(super) change: &'static dyn Change,
    /// The run that goes on, where one does.
    pub(super) resumed: Option<ChangeRun>,
}

impl Source {
    /// The run that works the rows off: the one that goes on, or a new one; `None` where the clock
    /// gives no run's id.
    pub(super) fn begun(&self, guards: Guards, is_undo: bool, now: Timestamp) -> Option<ChangeRun> {
        if let Some(resumed) = &self.resumed {
            return Some(ChangeRun { guards, ..resumed.clone() });
        }
        Some(ChangeRun {
            run_id: run_id::new(now)?,
            operation: self.plan.operation.clone(),
            source: self.plan.run.clone(),
            is_undo,
            made_at: self.plan.made_at,
            started_at: now,
            guards,
        })
    }
}

/// Finds what is asked for below `out`; `named` is the operation, where a person named one.
pub(super) async fn find(
    out: &Path,
    named: Option<&str>,
    intent: &Intent,
) -> Result<Source, Error> {
    let mut violations = Violations::default();
    let operation = operation(out, named, intent, &mut violations);
    let change =
        operation.as_deref().and_then(|operation| changing(operation, intent, &mut violations));
    let (operation, change) = violations.clone().into_result("request", operation.zip(change))?;
    let folder = ChangeFolder::new(out, &operation, intent.run());
    let found = match intent {
        Intent::Apply(run) => planned(out, &folder, operation, run, &mut violations).await?,
        Intent::Undo(run) => undone(out, &folder, operation, run, &mut violations).await?,
        Intent::Resume(run) => resumed(&folder, run, &mut violations).await?,
        Intent::Drop(run) => {
            let found = planned(out, &folder, operation, run, &mut violations).await?;
            found
                .map(|(plan, resumed)| (dropped(plan, SystemClock.now(), &mut violations), resumed))
        }
    };
    let (plan, resumed) = violations.into_result("request", found)?;
    Ok(Source { plan, change, resumed })
}

fn operation(
    out: &Path,
    named: Option<&str>,
    intent: &Intent,
    violations: &mut Violations,
) -> Option<String> {
    let run = intent.run();
    // A run of another operation is told from one that nobody knows.
    let found = operation_of(out, run, named).or_else(|| operation_of(out, run, None));
    if found.is_none() {
        let allowed = format!("a run below {}", out.display());
        violations.note_text(intent.field(), format!("\"{run}\""), allowed);
    }
    found
}

fn changing(
    operation: &str,
    intent: &Intent,
    violations: &mut Violations,
) -> Option<&'static dyn Change> {
    let change = change_of(operation);
    if change.is_none() {
        let actual = format!("\"{}\", a run of {operation}", intent.run());
        violations.note_text(
            intent.field(),
            actual,
            "a run of an operation that changes something",
        );
    }
    change
}

type Found = Option<(Plan, Option<ChangeRun>)>;

async fn planned(
    out: &Path,
    folder: &ChangeFolder,
    operation: String,
    run: &RunId,
    violations: &mut Violations,
) -> Result<Found, Error> {
    if folder.change().await?.is_some() {
        let actual = format!("\"{run}\", which applied a plan");
        violations.note_text("PlanRun", actual, "the run that made the plan");
    }
    if let Some(other) = unfinished(out, &operation, run, false).await? {
        let actual = format!("\"{run}\", which {other} was applying when it was interrupted");
        let allowed =
            format!("nothing before {other} has ended: --resume {other}, or --undo {other}");
        violations.note_text("PlanRun", actual, allowed);
    }
    let (rows, made_at) = (folder.plan().await?, made_at(&folder.path(SUMMARY.name)));
    let Some((rows, made_at)) = rows.zip(made_at) else {
        let actual = format!("\"{run}\", which has no plan.jsonl and summary.json");
        violations.note_text("PlanRun", actual, "a plan that was finished on this machine");
        return Ok(None);
    };
    Ok(Some((Plan { run: run.clone(), operation, made_at, rows }, None)))
}

/// When the first target of a run was looked at.
fn made_at(summary: &Path) -> Option<Timestamp> {
    let bytes = std::fs::read(summary).ok()?;
    serde_json::from_slice::<Summary>(&bytes).ok()?.started_at
}

async fn undone(
    out: &Path,
    folder: &ChangeFolder,
    operation: String,
    run: &RunId,
    violations: &mut Violations,
) -> Result<Found, Error> {
    if let Some(other) = unfinished(out, &operation, run, true).await? {
        let actual = format!("\"{run}\", which {other} was taking back when it was interrupted");
        let allowed = format!("nothing before {other} has ended: --resume {other}");
        violations.note_text("Undo", actual, allowed);
    }
    let (rows, result) = (folder.undo().await?, folder.result().await?);
    let Some((rows, result)) = rows.zip(result) else {
        violations.note_text("Undo", format!("\"{run}\""), "a run that applied something");
        return Ok(None);
    };
    let made_at = result.ended_at;
    Ok(Some((Plan { run: run.clone(), operation, made_at, rows }, None)))
}

async fn resumed(
    folder: &ChangeFolder,
    run: &RunId,
    violations: &mut Violations,
) -> Result<Found, Error> {
    let Some((change, rows)) = folder.change().await?.zip(folder.plan().await?) else {
        violations.note_text("ResumeRun", format!("\"{run}\""), "a run with all of its files");
        return Ok(None);
    };
    let (source, operation) = (change.source.clone(), change.operation.clone());
    let plan = Plan { run: source, operation, made_at: change.made_at, rows };
    Ok(Some((plan, Some(change))))
}
