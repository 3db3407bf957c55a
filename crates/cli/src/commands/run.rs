//! `org-operator run`: plan, work, write, and say how it ended.

mod again;
mod ending;
mod wanted;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use org_operator_aws::{MemberRole, Organization, SystemClock};
use org_operator_core::plan::{Folder, RunPlan};
use org_operator_core::ports::Clock;
use org_operator_core::summary::{RunResult, Status};
use org_operator_core::{ErrorKind, RunId};

use crate::args::{AwsArgs, RunArgs};
use crate::commands::records;
use crate::connect::Connection;
use crate::exit::Exit;
use crate::local::crew::Ended;
use crate::local::engine::{Engine, journal_folder};
use crate::local::journal::Journal;
use crate::local::lock::Lock;
use crate::local::progress::Progress;
use crate::local::run_id;
use crate::local::stop::Stop;
use crate::printer::{self, Printer};
use crate::trouble::Trouble;
use wanted::Wanted;

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
    async fn all(&self, wanted: Wanted) -> Result<Exit, Trouble> {
        let Self { engine, printer, .. } = self;
        // A run that goes on is locked before it is read; a new one has a name of its own.
        let early = match &wanted.resumed {
            Some((operation, run)) => {
                let lock = self.lock(operation, run)?;
                lock.sweep()?;
                Some(lock)
            }
            None => None,
        };
        let Some(plan) = self.plan(&wanted).await? else { return Ok(Exit::Complete) };
        let _lock = match early {
            Some(lock) => lock,
            None => self.lock(&plan.operation, &plan.run_id)?,
        };
        let stop = Stop::listen();
        printer.note(&ending::begins(&plan, wanted.resumed.is_some()));
        if self.work(&plan, &stop).await? == Ended::Stopped {
            return Ok(self.stopped(&plan));
        }
        let written = tokio::select! {
            biased;
            () = stop.came() => return Ok(self.stopped(&plan)),
            written = engine.export(&plan) => written,
        };
        let result =
            written.map_err(|e| self.connection.trouble("the answer was not written", &e))?;
        tokio::select! {
            biased;
            () = stop.came() => Ok(self.cut(&plan)),
            printed = self.printed(&plan) => printed.map(|()| self.tell(&plan, &result)),
        }
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

    fn lock(&self, operation: &str, run: &RunId) -> Result<Lock, Trouble> {
        Lock::take(&journal_folder(&self.engine.out, operation, run))
    }

    /// The plan, or `None` where a run that was to go on has nothing left to do.
    async fn plan(&self, wanted: &Wanted) -> Result<Option<RunPlan>, Trouble> {
        let organization = Organization::new(&self.connection.config);
        let journal = match &wanted.resumed {
            Some((operation, run)) => self.engine.journal(operation, run),
            None => Journal::none(),
        };
        match self.engine.plan(organization, &wanted.event, journal).await {
            Ok(plan) => Ok(Some(plan)),
            Err(error) if error.kind() == ErrorKind::NoTargets && wanted.resumed.is_some() => {
                self.printer.note(error.message());
                Ok(None)
            }
            Err(error) => Err(self.connection.trouble("the run did not start", &error)),
        }
    }

    async fn work(&self, plan: &RunPlan, stop: &Stop) -> Result<Ended, Trouble> {
        let role = self.args.role.settings(&self.connection.home);
        let members = MemberRole::new(&self.connection.config, role);
        let working = self.engine.work(plan, self.execution.clone(), members, stop.came());
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

    /// Prints the records, aside: a reader that does not read must not keep anybody from stopping.
    async fn printed(&self, plan: &RunPlan) -> Result<(), Trouble> {
        let (folder, operation) = (self.folder(plan), plan.operation.clone());
        let (printer, format) = (self.printer, self.args.format);
        let print = move || records::print(printer, &folder, &operation, format);
        let done = tokio::task::spawn_blocking(print).await;
        done.map_err(|e| Trouble::machine("the records were not printed", &e))?
    }

    fn tell(&self, plan: &RunPlan, result: &RunResult) -> Exit {
        let folder = self.folder(plan);
        for line in ending::failures(&folder) {
            self.printer.note(&line);
        }
        self.printer.note(&ending::summary(result));
        self.printer.note(&format!("files: {}", folder.display()));
        match result.status {
            Status::Complete => Exit::Complete,
            Status::Partial => {
                self.printer.note(&format!("what FAILED is tried again by{}", self.again(plan)));
                Exit::Partial
            }
        }
    }

    fn folder(&self, plan: &RunPlan) -> PathBuf {
        self.engine.out.join(Folder::new("", &plan.operation, &plan.run_id).key(""))
    }

    /// The command by which the run goes on, after a colon.
    fn again(&self, plan: &RunPlan) -> String {
        format!("{}: {}", again::beside(self.args), again::command(self.aws, self.args, plan))
    }
}
