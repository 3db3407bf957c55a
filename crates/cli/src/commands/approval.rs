//! `org-operator approve` and `reject`: the answer to a deployed run that waits before it changes
//! anything. What it waits with is read from the ledger; who may read it there and may send it, decides.

pub(crate) mod args;

use org_operator_core::contract::approval::{Approval, Proposal};

use crate::args::AwsArgs;
use crate::commands::change::confirm::agreed;
use crate::connection::Connection;
use crate::deployment::state_machine::StateMachine;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer::{self, Printer};
use args::{ApproveArgs, RejectArgs, WaitingArgs};

/// Lets the run go on, once a person gave the operation's name.
pub(crate) async fn approve(
    aws: &AwsArgs,
    args: &ApproveArgs,
    printer: Printer,
) -> Result<Exit, CliError> {
    let waiting = Waiting::find(aws, &args.waiting).await?;
    let refused = "the run was not approved";
    agreed(&waiting.approval.proposal.operation, args.confirm.as_deref(), refused).await?;
    let sent = waiting.machine.approve(&waiting.approval.token).await;
    sent.map_err(|e| waiting.connection.error(refused, &e))?;
    let run = &args.waiting.run;
    printer.note(&format!("run {run} goes on; follow it by: org-operator status {run} --follow"));
    Ok(Exit::Complete)
}

/// Ends the run before it changes anything.
pub(crate) async fn reject(
    aws: &AwsArgs,
    args: &RejectArgs,
    printer: Printer,
) -> Result<Exit, CliError> {
    let waiting = Waiting::find(aws, &args.waiting).await?;
    let sent = waiting.machine.reject(&waiting.approval.token, &args.reason).await;
    sent.map_err(|e| waiting.connection.error("the run was not rejected", &e))?;
    printer.note(&format!("run {} ends without a change", args.waiting.run));
    Ok(Exit::Complete)
}

/// A run that waits, and the deployment that it is of.
struct Waiting {
    connection: Connection,
    machine: StateMachine,
    approval: Approval,
}

impl Waiting {
    /// Finds what the run waits with, and shows what it would do.
    async fn find(aws: &AwsArgs, args: &WaitingArgs) -> Result<Self, CliError> {
        let connection = Connection::open(aws).await?;
        let machine = StateMachine::new(&connection, &args.machine.state_machine_arn)?;
        let table = &args.ledger.ledger_table;
        let found = org_operator_aws::approval(&machine.config, table, &args.run).await;
        let summary = "the run's question cannot be read";
        let found = found.map_err(|e| connection.error(summary, &e))?;
        let approval = found.ok_or_else(|| not_asked(args))?;
        printer::always(&shown(args.run.as_str(), &approval));
        Ok(Self { connection, machine, approval })
    }
}

fn not_asked(args: &WaitingArgs) -> CliError {
    let (run, table) = (&args.run, &args.ledger.ledger_table);
    let cause = format!("the ledger {table} has no question of run {run}");
    let hint = "`org-operator status RUN` says how it is; it asks once its plan is checked";
    CliError::usage("the run waits for no approval", cause, hint)
}

fn shown(run: &str, approval: &Approval) -> String {
    let Approval { proposal, asked_at, .. } = approval;
    let Proposal { operation, targets, work_items, changes, plan_run, undo, drop_run } = proposal;
    let what = match (plan_run, undo, drop_run) {
        (Some(plan), _, _) => format!("apply the plan of run {plan}"),
        (None, Some(run), _) => format!("take back what run {run} changed"),
        (None, None, Some(run)) => format!("remove what the plan of run {run} left"),
        (None, None, None) => "change something".to_owned(),
    };
    let rows: Vec<_> = changes.iter().map(|(action, count)| format!("{action} {count}")).collect();
    let by_action = if rows.is_empty() { String::new() } else { format!(" ({})", rows.join(", ")) };
    format!(
        "run {run}: {operation} would {what}{by_action}, in {targets} targets of {work_items} accounts; \
         it was asked at {asked_at}"
    )
}
