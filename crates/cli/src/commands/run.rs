//! `org-operator run`: plan, work, write, and say how it ended.

pub(crate) mod args;
mod intent;
mod messages;
pub(crate) mod resume_command;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use org_operator_aws::{MemberRole, Organization, SystemClock};
use org_operator_core::artifact::Folder;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::contract::summary::{RunResult, Status};
use org_operator_core::ports::Clock;
use org_operator_core::{Error, ErrorKind, RunId};
use org_operator_operations::is_raw;

use crate::args::AwsArgs;
use crate::commands::change::args::ChangeArgs;
use crate::commands::change::{planned, planning};
use crate::connection::Connection;
use crate::error::CliError;
use crate::exceptions_file;
use crate::exit::Exit;
use crate::output::printer::{self, Printer};
use crate::output::progress_view::Drawing;
use crate::output::{raw, records, suite};
use args::RunArgs;
use intent::Wanted;
use org_operator_local::engine::{Engine, Workers, journal_folder};
use org_operator_local::listing::Begun;
use org_operator_local::lock::{Lock, LockError};
use org_operator_local::progress::Progress;
use org_operator_local::run_id;
use org_operator_local::stop::Stop;
use org_operator_local::worker_pool::Ended;

/// Runs, or goes on with a run.
pub(crate) async fn run(
    aws: &AwsArgs,
    args: &RunArgs,
    change: &ChangeArgs,
    printer: Printer,
) -> Result<Exit, CliError> {
    let execution = run_id::new(SystemClock.now());
    let execution = execution.ok_or_else(|| CliError::local("no run id", &"a wrong clock"))?;
    let wanted = Wanted::of(args, &execution)?;
    let planner = planning::agreed(wanted.operation(), args, change).await?;
    let args = planner.as_ref().unwrap_or(args);
    let exceptions = args.exceptions.as_deref().map(exceptions_file::read).transpose()?;
    let connection = Connection::open(aws).await?;
    let engine = Engine {
        out: args.out.clone(),
        home: connection.home.clone(),
        concurrency: args.concurrency,
        exceptions,
        progress: Arc::new(Progress::new(0)),
    };
    Run { aws, args, printer, connection, engine, execution }.all(wanted).await
}

/// A run with everything it needs.
struct Run<'a> {
    aws: &'a AwsArgs,
    args: &'a RunArgs,
    printer: Printer,
    connection: Connection,
    engine: Engine,
    execution: RunId,
}

impl Run<'_> {
    async fn all(mut self, wanted: Wanted) -> Result<Exit, CliError> {
        // A run that goes on is locked before it is read; a new one has a name of its own.
        let early = match &wanted.resumed {
            Some((operation, run)) => {
                let lock = self.lock(operation, run)?;
                sweep(&lock)?;
                Some(lock)
            }
            None => None,
        };
        let Some(begun) = self.begin(&wanted).await? else { return Ok(Exit::Complete) };
        let _lock = match early {
            Some(lock) => lock,
            None => self.lock(&begun.plan().operation, &begun.plan().run_id)?,
        };
        let stop = Stop::listen();
        self.printer.note(&messages::begins(&begun, wanted.resumed.is_some()));
        let (plan, ended) = self.work(begun, &stop).await?;
        if ended == Ended::Stopped {
            return Ok(self.stopped(&plan));
        }
        self.connection.close();
        let written = tokio::select! {
            biased;
            () = stop.requested() => return Ok(self.stopped(&plan)),
            written = self.engine.export(&plan) => written,
        };
        let result = written.map_err(|e| self.unwritten(&e))?;
        self.tell_plan(&plan).await?;
        tokio::select! {
            biased;
            () = stop.requested() => Ok(self.cut(&plan)),
            printed = self.printed(&plan) => printed.map(|()| self.tell(&plan, &result)),
        }
    }

    fn unwritten(&self, error: &Error) -> CliError {
        self.connection.error("the answer was not written", error)
    }

    /// Says how many changes the run planned, where it did.
    async fn tell_plan(&self, plan: &RunPlan) -> Result<(), CliError> {
        let planned = planned::in_words(&self.engine.out, plan).await;
        if let Some(planned) = planned.map_err(|e| self.unwritten(&e))? {
            self.printer.note(&planned);
        }
        Ok(())
    }

    fn stopped(&self, plan: &RunPlan) -> Exit {
        printer::always(&format!("stopped; go on with{}", self.again(plan)));
        Exit::Interrupted
    }

    /// Stopped while it printed: there is nothing to go on with.
    fn cut(&self, plan: &RunPlan) -> Exit {
        let folder = self.folder(plan);
        printer::always(&format!("stopped; the run is written: {}", folder.display()));
        Exit::Interrupted
    }

    fn lock(&self, operation: &str, run: &RunId) -> Result<Lock, CliError> {
        locked(&journal_folder(&self.engine.out, operation, run))
    }

    /// A run that can be worked on, or `None` where a resumed run has nothing left to do.
    async fn begin(&self, wanted: &Wanted) -> Result<Option<Begun<'_>>, CliError> {
        let organization = Organization::new(&self.connection.config);
        let resumed = wanted.resumed.as_ref().map(|(operation, run)| (operation.as_str(), run));
        match self.engine.begin(organization, &wanted.event, resumed).await {
            Ok(begun) => Ok(Some(begun)),
            Err(error) if error.kind() == ErrorKind::NoTargets && resumed.is_some() => {
                self.printer.note(error.message());
                Ok(None)
            }
            Err(error) => Err(self.connection.error("the run did not start", &error)),
        }
    }

    async fn work(&self, begun: Begun<'_>, stop: &Stop) -> Result<(RunPlan, Ended), CliError> {
        let role = self.args.role.settings(&self.connection.home);
        let members = MemberRole::new(&self.connection.config, role);
        let (answers, execution) = (members.answers(), self.execution.clone());
        let workers = Workers { execution, members, answers };
        let plan = begun.plan().clone();
        let is_listing = matches!(begun, Begun::Listing(_));
        let worked = self.drawn(self.engine.work(begun, workers, stop.requested())).await;
        worked.map_err(|e| {
            if is_listing {
                self.say_how_to_go_on(&plan);
            }
            self.connection.error("the run cannot go on", &e)
        })
    }

    fn say_how_to_go_on(&self, plan: &RunPlan) {
        printer::always(&format!("what was answered is kept; go on with{}", self.again(plan)));
    }

    /// Waits for `working` and draws meanwhile.
    async fn drawn<T>(&self, working: impl Future<Output = T>) -> T {
        let drawing = Drawing::new(self.printer, 0);
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
                        drawing.grow(now.total);
                        drawing.draw(now.done(), &now.text());
                    }
                }
            }
        }
    }

    /// Prints the records, aside: a reader that does not read must not keep anybody from stopping.
    async fn printed(&self, plan: &RunPlan) -> Result<(), CliError> {
        let (folder, operation) = (self.folder(plan), plan.operation.clone());
        let (printer, format) = (self.printer, self.args.format);
        let is_suite = !plan.operations.is_empty();
        let is_raw = self.args.raw || plan.definition.as_ref().is_some_and(is_raw);
        let print = move || {
            if is_suite {
                suite::print(printer, &folder, format)
            } else if is_raw {
                raw::print(&folder, &operation)
            } else {
                records::print(printer, &folder, &operation, format)
            }
        };
        let done = tokio::task::spawn_blocking(print).await;
        done.map_err(|e| CliError::internal("the records were not printed", &e))?
    }

    fn tell(&self, plan: &RunPlan, result: &RunResult) -> Exit {
        let folder = self.folder(plan);
        for line in messages::failures(&folder) {
            self.printer.note(&line);
        }
        self.printer.note(&messages::summary(result));
        if let Some(line) = messages::regions_not_asked(&folder) {
            self.printer.note(&line);
        }
        for line in messages::expired_exceptions(&folder) {
            self.printer.note(&line);
        }
        self.printer.note(&format!("files: {}", folder.display()));
        if result.status == Status::Partial {
            self.printer.note(&format!("hint: retry failed targets with{}", self.again(plan)));
        }
        Exit::of_run(result)
    }

    fn folder(&self, plan: &RunPlan) -> PathBuf {
        self.engine.out.join(Folder::new("", &plan.operation, &plan.run_id).key(""))
    }

    /// The command by which the run goes on, after a colon.
    fn again(&self, plan: &RunPlan) -> String {
        format!(
            "{}: {}",
            resume_command::beside(self.args),
            resume_command::command(self.aws, self.args, plan)
        )
    }
}

/// The lock on the run whose journal is in `folder`.
pub(crate) fn locked(folder: &Path) -> Result<Lock, CliError> {
    let summary = format!("the run in {} cannot be locked", folder.display());
    Lock::take(folder).map_err(|error| match error {
        LockError::Held => CliError::usage(
            &summary,
            "another process is working on it",
            "wait until that process has ended, or end it",
        ),
        LockError::Io(error) => CliError::local(summary, &error),
    })
}

/// Removes what processes that were killed left of the run's files.
fn sweep(lock: &Lock) -> Result<(), CliError> {
    let folder = lock.run_folder().unwrap_or(Path::new("."));
    let summary = || format!("{} cannot be tidied up", folder.display());
    lock.sweep().map_err(|error| CliError::local(summary(), &error))
}
