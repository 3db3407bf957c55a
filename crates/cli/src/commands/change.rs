//! `org-operator run --apply`, `--undo`, and going on with either: find the rows, check them, ask, work
//! them off, and say how it ended. Everything else that `run` does is in [`crate::commands::run`].

pub(crate) mod args;
pub(crate) mod confirm;
pub(crate) mod planned;
pub(crate) mod planning;
mod source;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use org_operator_aws::{MemberRole, Organization, SystemClock};
use org_operator_changes::{
    Canary, ChangeResult, ChangeRun, Ending, FailedTargets, Hold, Outcome, Plan, PlanRow,
    Protected, Wanted, by_target, check,
};
use org_operator_core::artifact::sink::Origin;
use org_operator_core::contract::summary::Status;
use org_operator_core::input::violation::Violations;
use org_operator_core::ports::Clock;
use org_operator_core::{AccountId, Error, RunId};
use org_operator_fanout::{PlanMembers, plan_members};
use org_operator_local::changes::{ChangeFolder, JournalFile, change_of_run};
use org_operator_local::engine::{journal_folder, operation_of};
use org_operator_local::lock::Lock;
use org_operator_local::stop::Stop;
use org_operator_worker::changes::{Applying, RowGuards};

use crate::args::{AwsArgs, DEFAULT_ROLE};
use crate::commands::run::{self, resume_command};
use crate::connection::Connection;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer::Printer;
use crate::output::progress_view::Drawing;
use crate::output::records;
use args::{RunCommand, refuse_selection};
use source::{Intent, Source};

/// The role in each account for changes unless said otherwise.
const ADMIN_ROLE: &str = "operation-admin";

/// Runs: a run that reads, or one that changes something.
pub(crate) async fn run(
    aws: &AwsArgs,
    command: &RunCommand,
    printer: Printer,
) -> Result<Exit, CliError> {
    let RunCommand { run: args, change } = command;
    let Some(intent) = intent(command).await? else {
        return run::run(aws, args, change, printer).await;
    };
    refuse_selection(args)?;
    if matches!(intent, Intent::Resume(_)) {
        change.refuse_limits()?;
    }
    let connection = Connection::open(aws).await?;
    Changing { aws, command, printer, connection }.all(&intent).await
}

/// What is asked for, or `None` where nothing is to be changed.
async fn intent(command: &RunCommand) -> Result<Option<Intent>, CliError> {
    let RunCommand { run: args, change } = command;
    if let Some(run) = change.plan_run.clone() {
        return Ok(Some(Intent::Apply(run)));
    }
    if let Some(run) = change.undo.clone() {
        return Ok(Some(Intent::Undo(run)));
    }
    if let Some(run) = change.drop.clone() {
        return Ok(Some(Intent::Drop(run)));
    }
    let Some(run) = args.resume.as_deref().and_then(RunId::parse) else { return Ok(None) };
    let operation = operation_of(&args.out, &run, args.select.only_operation());
    let Some(operation) = operation else { return Ok(None) };
    let found = change_of_run(&args.out, &operation, &run).await;
    let found = found.map_err(|e| CliError::of("the run cannot be resumed", &e, None))?;
    Ok(found.map(|_| Intent::Resume(run)))
}

/// A run that changes something, with everything it needs.
struct Changing<'a> {
    aws: &'a AwsArgs,
    command: &'a RunCommand,
    printer: Printer,
    connection: Connection,
}

impl Changing<'_> {
    async fn all(&self, intent: &Intent) -> Result<Exit, CliError> {
        if let Intent::Undo(run) = intent {
            self.settle(run).await?;
        }
        let args = &self.command.run;
        let named = args.select.only_operation();
        let found = source::find(&args.out, named, intent).await;
        let source = found.map_err(|e| self.refused(&e))?;
        let (run, members) = self.checked(&source, intent).await?;
        let _source = self.lock(&run.operation, &run.source)?;
        let given = self.command.change.confirm.as_deref();
        confirm::confirmed(&source.plan, &run.guards, intent, given).await?;
        // What is refused, or not confirmed, leaves no folder.
        let _own = self.lock(&run.operation, &run.run_id)?;
        let folder = ChangeFolder::new(&args.out, &run.operation, &run.run_id);
        if source.resumed.is_none() {
            let begun = folder.begin(&run, &source.plan.rows).await;
            begun.map_err(|e| self.connection.error("nothing was changed", &e))?;
        }
        let result = self.work(&source, &run, members, &folder, false).await?;
        self.tell(&folder, &result, &source.plan.rows)
    }

    /// The run as it begins or goes on, once nothing speaks against its plan.
    async fn checked(
        &self,
        source: &Source,
        intent: &Intent,
    ) -> Result<(ChangeRun, PlanMembers), CliError> {
        let now = SystemClock.now();
        let new = self.command.change.guards();
        let guards = source
            .resumed
            .as_ref()
            .map_or_else(|| new.clone(), |run| run.guards.resumed(&new.protected));
        let (plan, mut violations) = (&source.plan, Violations::default());
        let members = self.members(plan, &guards.protected, &mut violations).await?;
        let (operation, accounts) = (self.command.run.select.only_operation(), self.accounts());
        let (accounts, all) = (accounts.as_ref(), &members.all);
        let wanted = Wanted { operation, accounts, organization: all, guards: &guards, now };
        check(plan, &wanted, &mut violations);
        let is_undo = matches!(intent, Intent::Undo(_));
        let run = source.begun(guards, is_undo, now);
        let checked = violations.into_result("request", run);
        Ok((checked.map_err(|e| self.refused(&e))?, members))
    }

    /// What the organization says about the accounts of a plan.
    async fn members(
        &self,
        plan: &Plan,
        protected: &Protected,
        violations: &mut Violations,
    ) -> Result<PlanMembers, CliError> {
        let organization = Organization::new(&self.connection.config);
        let listed = plan_members(&organization, plan, protected, violations).await;
        listed.map_err(|e| self.connection.error("the organization cannot be listed", &e))
    }

    /// The accounts that `--account` names, where it does. One that is no account is in no plan.
    fn accounts(&self) -> Option<BTreeSet<AccountId>> {
        let named = &self.command.run.select.account;
        let ids = named.iter().filter_map(|id| AccountId::parse(id)).collect();
        (!named.is_empty()).then_some(ids)
    }

    fn refused(&self, error: &Error) -> CliError {
        self.connection.error("nothing was changed", error)
    }

    fn lock(&self, operation: &str, run: &RunId) -> Result<Lock, CliError> {
        run::locked(&journal_folder(&self.command.run.out, operation, run))
    }

    /// Gives each row of a run that was interrupted an outcome, without changing anything more: what
    /// was begun is read.
    async fn settle(&self, run: &RunId) -> Result<(), CliError> {
        let args = &self.command.run;
        let Some(operation) = operation_of(&args.out, run, args.select.only_operation()) else {
            return Ok(());
        };
        let folder = ChangeFolder::new(&args.out, &operation, run);
        let begun = folder.change().await.map_err(|e| self.refused(&e))?;
        let ended = folder.result().await.map_err(|e| self.refused(&e))?;
        if begun.is_none() || ended.is_some() {
            return Ok(());
        }
        let found = source::find(&args.out, Some(&operation), &Intent::Resume(run.clone())).await;
        let source = found.map_err(|e| self.refused(&e))?;
        let Some(resumed) = source.resumed.clone() else { return Ok(()) };
        let _own = self.lock(&operation, run)?;
        self.printer.note(&format!("run {run} was interrupted: reading what it began"));
        let (nobody, mut ignored) = (Protected::default(), Violations::default());
        let members = self.members(&source.plan, &nobody, &mut ignored).await?;
        self.work(&source, &resumed, members, &folder, true).await.map(drop)
    }

    /// Works off the rows until each has an outcome; with `only_read`, without changing anything.
    async fn work(
        &self,
        source: &Source,
        run: &ChangeRun,
        members: PlanMembers,
        folder: &ChangeFolder,
        only_read: bool,
    ) -> Result<ChangeResult, CliError> {
        let failed = |e: &Error| {
            let hint = self.again("--resume", &run.run_id);
            let error = self.connection.error("the run cannot go on", e);
            CliError { hint: format!("{}; then go on with: {hint}", error.hint), ..error }
        };
        let role = MemberRole::new(&self.connection.config, self.role());
        let journal = JournalFile::open(&folder.journal()).map_err(|e| failed(&e))?;
        let rows = &source.plan.rows;
        let guards = row_guards(run, rows, members.holds, source.resumed.is_some());
        let targets = by_target(rows).len() as u64;
        let journal = journal.limited(FailedTargets::new(targets, run.guards.max_failures));
        let applying = Applying::new(source.change, &role, &run.run_id, rows, guards, journal);
        let applying = applying.map_err(|e| failed(&e))?;
        if only_read {
            applying.stop();
        }
        self.drawn(&applying).await.map_err(|e| failed(&e))?;
        let known = applying.into_journal().known();
        let ending = Ending {
            unit_paths: &members.unit_paths,
            ended_at: SystemClock.now(),
            origin: Origin::Local,
            partition: self.connection.home.partition(),
            portal: None,
        };
        folder.finish(run, rows, &known, &ending).await.map_err(|e| failed(&e))
    }

    /// Works off the rows, and holds what is left once a person stops the run.
    async fn drawn(&self, applying: &Applying<'_, MemberRole, JournalFile>) -> Result<(), Error> {
        let stop = Stop::listen();
        let working = async {
            let mut all = std::pin::pin!(applying.all());
            tokio::select! {
                biased;
                ended = &mut all => return ended,
                () = stop.requested() => applying.stop(),
            }
            self.printer.note("stopping: what is being changed just now is finished");
            all.await
        };
        let now = || (applying.done(), format!("{} rows done", applying.done()));
        Drawing::new(self.printer, applying.rows()).until(working, now).await
    }

    fn role(&self) -> org_operator_aws::RoleSettings {
        let mut role = self.command.run.role.settings(&self.connection.home);
        if role.role_name == DEFAULT_ROLE {
            ADMIN_ROLE.clone_into(&mut role.role_name);
        }
        role
    }

    fn tell(
        &self,
        folder: &ChangeFolder,
        result: &ChangeResult,
        rows: &[PlanRow],
    ) -> Result<Exit, CliError> {
        let path = folder.path("");
        records::print(self.printer, &path, "applied", None)?;
        self.printer.note(&summary(result));
        self.printer.note(&format!("files: {}", path.display()));
        let run = &result.run.run_id;
        let can_be_undone = rows.iter().any(|row| row.inverse.is_some());
        if result.rows.get(Outcome::Applied) > 0 && can_be_undone {
            self.printer.note(&format!("hint: take it back with: {}", self.again("--undo", run)));
        }
        let left = result.rows.get(Outcome::Held) + result.rows.get(Outcome::Failed);
        if left > 0 {
            self.printer.note(&format!("hint: go on with: {}", self.again("--resume", run)));
        }
        Ok(match result.status {
            Status::Complete => Exit::Complete,
            Status::Partial => Exit::Partial,
        })
    }

    fn again(&self, flag: &str, run: &RunId) -> String {
        resume_command::line(self.aws, &self.command.run, flag, run)
    }
}

/// What stops rows of a run: a canary only until a person resumes it.
fn row_guards(
    run: &ChangeRun,
    rows: &[PlanRow],
    holds: BTreeMap<AccountId, Hold>,
    is_resumed: bool,
) -> RowGuards {
    let canary = run.guards.canary.filter(|_| !is_resumed);
    let canary = canary.map(|accounts| Canary::of(rows, accounts));
    RowGuards { holds, canary, protected: run.guards.protected.clone() }
}

fn summary(result: &ChangeResult) -> String {
    let count = |outcome: Outcome| (result.rows.get(outcome), outcome.name());
    let counts = Outcome::ALL.map(count).into_iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = counts.map(|(count, name)| format!("{count} {name}")).collect();
    let words = if words.is_empty() { "nothing to change".to_owned() } else { words.join(", ") };
    format!("{}: {} targets; {words}", result.status, result.targets)
}
