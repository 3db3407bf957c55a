//! `org-operator run`: plan, work, write, and say how it ended.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use org_operator_aws::{MemberRole, Organization, SystemClock};
use org_operator_core::plan::{Folder, RunPlan, SUMMARY};
use org_operator_core::ports::Clock;
use org_operator_core::summary::{RunResult, Status};
use org_operator_core::{ErrorKind, RunId};
use serde_json::{Map, Value, json};

use crate::args::{AwsArgs, RunArgs};
use crate::commands::records;
use crate::connect::Connection;
use crate::exit::Exit;
use crate::local::crew::Ended;
use crate::local::engine::{Engine, journal_folder, operation_of};
use crate::local::lock::Lock;
use crate::local::progress::Progress;
use crate::local::run_id;
use crate::printer::{self, Printer};
use crate::request;
use crate::trouble::Trouble;

/// Runs, or goes on with a run.
pub(crate) async fn run(aws: &AwsArgs, args: &RunArgs, printer: Printer) -> Result<Exit, Trouble> {
    let execution = run_id::new(SystemClock.now());
    let execution = execution.ok_or_else(|| Trouble::machine("no run id", &"a wrong clock"))?;
    let wanted = Wanted::of(args, &execution)?;
    let connection = Connection::open(aws).await?;
    let engine = Engine {
        out: args.out.clone(),
        home: connection.home.clone(),
        concurrency: args.concurrency,
        progress: Arc::new(Progress::new(0)),
    };
    Run { args, printer, connection, engine, execution }.all(wanted).await
}

/// What is asked for: the fanout's event, and where it goes on if it does.
#[derive(Debug)]
struct Wanted {
    event: Value,
    resumed: Option<(String, RunId)>,
}

impl Wanted {
    fn of(args: &RunArgs, execution: &RunId) -> Result<Self, Trouble> {
        let mut request = request::build(&args.select)?;
        let resumed = match &args.resume {
            Some(run) => Some(resumed(args, run, &mut request)?),
            None => None,
        };
        Ok(Self { event: json!({ "RunId": execution, "Request": request }), resumed })
    }
}

fn resumed(
    args: &RunArgs,
    run: &str,
    request: &mut Map<String, Value>,
) -> Result<(String, RunId), Trouble> {
    let what = format!("run {run} cannot be resumed");
    let remedy = "look into the folder of the runs, and name it by --out where it is another one";
    let id = RunId::parse(run)
        .ok_or_else(|| Trouble::usage(&what, format!("it is not {}", RunId::ALLOWED), remedy))?;
    let named = args.select.operation.clone();
    let operation = operation_of(&args.out, &id, named.as_deref()).ok_or_else(|| {
        Trouble::usage(&what, format!("{} has no run of this name", args.out.display()), remedy)
    })?;
    request.insert("Operation".to_owned(), json!(operation));
    request.insert("ResumeRun".to_owned(), json!(id));
    request.entry("MaxConcurrency").or_insert_with(|| json!(args.concurrency));
    Ok((operation, id))
}

/// A run with everything it needs.
struct Run<'a> {
    args: &'a RunArgs,
    printer: Printer,
    connection: Connection,
    engine: Engine,
    execution: RunId,
}

impl Run<'_> {
    async fn all(&self, wanted: Wanted) -> Result<Exit, Trouble> {
        let Self { engine, printer, .. } = self;
        // A run that goes on is locked before it is read; a new one has a name of its own.
        let early = match &wanted.resumed {
            Some((operation, run)) => Some(self.lock(operation, run)?),
            None => None,
        };
        let Some(plan) = self.plan(&wanted).await? else { return Ok(Exit::Complete) };
        let _lock = match early {
            Some(lock) => lock,
            None => self.lock(&plan.operation, &plan.run_id)?,
        };
        printer.note(&begins(&plan, wanted.resumed.is_some()));
        if self.work(&plan).await? == Ended::Stopped {
            return Ok(self.stopped(&plan));
        }
        let written = tokio::select! {
            biased;
            () = stopped() => return Ok(self.stopped(&plan)),
            written = engine.export(&plan) => written,
        };
        let result =
            written.map_err(|e| self.connection.trouble("the answer was not written", &e))?;
        self.tell(&plan, &result)
    }

    fn stopped(&self, plan: &RunPlan) -> Exit {
        printer::always(&format!("stopped; go on with: {}", self.resume_command(plan)));
        Exit::Interrupted
    }

    fn lock(&self, operation: &str, run: &RunId) -> Result<Lock, Trouble> {
        Lock::take(&journal_folder(&self.engine.out, operation, run))
    }

    /// The plan, or `None` where a run that was to go on has nothing left to do.
    async fn plan(&self, wanted: &Wanted) -> Result<Option<RunPlan>, Trouble> {
        let organization = Organization::new(&self.connection.config);
        let (operation, run) = wanted.resumed.clone().unwrap_or_else(|| {
            // A new run's ledger is empty: the fanout does not ask it.
            (String::new(), self.execution.clone())
        });
        let journal = self.engine.journal(&operation, &run);
        match self.engine.plan(organization, &wanted.event, journal).await {
            Ok(plan) => Ok(Some(plan)),
            Err(error) if error.kind() == ErrorKind::NoTargets && wanted.resumed.is_some() => {
                self.printer.note(error.message());
                Ok(None)
            }
            Err(error) => Err(self.connection.trouble("the run did not start", &error)),
        }
    }

    async fn work(&self, plan: &RunPlan) -> Result<Ended, Trouble> {
        let role = self.args.role.settings(&self.connection.home);
        let members = MemberRole::new(&self.connection.config, role);
        let working = self.engine.work(plan, self.execution.clone(), members, stopped());
        let ended = self.drawn(plan, working).await;
        ended.map_err(|e| self.connection.trouble("the run cannot go on", &e))
    }

    /// Waits for `working` and draws meanwhile.
    async fn drawn<T>(&self, plan: &RunPlan, working: impl Future<Output = T>) -> T {
        let drawing = self.printer.progress(plan.targets);
        let begun = Instant::now();
        let mut ticks = tokio::time::interval(drawing.pause());
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut working = std::pin::pin!(working);
        let mut first = true;
        loop {
            tokio::select! {
                biased;
                done = &mut working => {
                    let last = self.engine.progress.snapshot(begun.elapsed());
                    drawing.finish(&last.ended());
                    return done;
                }
                _ = ticks.tick() => {
                    let now = self.engine.progress.snapshot(begun.elapsed());
                    // The first tick comes at once: there is nothing to say yet.
                    if !std::mem::take(&mut first) {
                        drawing.draw(now.done(), &now.text());
                    }
                }
            }
        }
    }

    fn tell(&self, plan: &RunPlan, result: &RunResult) -> Result<Exit, Trouble> {
        let folder = self.folder(plan);
        records::print(self.printer, &folder, &plan.operation, self.args.format)?;
        for line in failures(&folder) {
            self.printer.note(&line);
        }
        self.printer.note(&summary(result));
        self.printer.note(&format!("files: {}", folder.display()));
        match result.status {
            Status::Complete => Ok(Exit::Complete),
            Status::Partial => {
                let command = self.resume_command(plan);
                self.printer.note(&format!("what FAILED is tried again by: {command}"));
                Ok(Exit::Partial)
            }
        }
    }

    fn folder(&self, plan: &RunPlan) -> PathBuf {
        self.engine.out.join(Folder::new("", &plan.operation, &plan.run_id).key(""))
    }

    fn resume_command(&self, plan: &RunPlan) -> String {
        let out = self.engine.out.display();
        format!("org-operator run --resume {} --out {out}", plan.run_id)
    }
}

fn begins(plan: &RunPlan, again: bool) -> String {
    let RunPlan { run_id, operation, targets, work_items, .. } = plan;
    let begins = if again { "goes on" } else { "begins" };
    format!("run {run_id} {begins}: {operation}, {targets} targets in {work_items} work items")
}

fn summary(result: &RunResult) -> String {
    let RunResult { status, targets, succeeded, skipped, failed, records, .. } = result;
    let changes = match (result.added, result.removed) {
        (Some(added), Some(removed)) => {
            format!("; {added} added and {removed} removed since the run before")
        }
        _ => String::new(),
    };
    format!(
        "{status}: {targets} targets, {succeeded} succeeded, {skipped} skipped, {failed} failed; \
         {records} records{changes}"
    )
}

/// The first failures of the summary, in words.
fn failures(folder: &std::path::Path) -> Vec<String> {
    let bytes = std::fs::read(folder.join(SUMMARY)).unwrap_or_default();
    let summary: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let first = summary["FirstFailures"].as_array().into_iter().flatten();
    let mut lines: Vec<String> =
        first.filter_map(|line| Some(format!("FAILED {}", line.as_str()?))).collect();
    let failed = summary["Failed"].as_u64().and_then(|failed| usize::try_from(failed).ok());
    let more = failed.unwrap_or_default().saturating_sub(lines.len());
    if more > 0 {
        lines.push(format!("… and {more} more in coverage.csv"));
    }
    lines
}

/// Comes when a person or the system asks the program to stop.
async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
            return;
        }
    }
    let _ = interrupted.await;
}
