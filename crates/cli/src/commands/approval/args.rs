//! The options of `org-operator approve` and `reject`.

use clap::Args;
use org_operator_core::RunId;

use crate::deployment::args::{LedgerArgs, StateMachineArgs};

const APPROVE_EXAMPLES: &str = "\
Examples:
  org-operator approve close-22-2026-11
  org-operator approve close-22-2026-11 --confirm close-open-ingress

Look at the plan first: its plan.csv and report.html are where the message says. Who approves needs dynamodb:GetItem on the
ledger and states:SendTaskSuccess on the state machine.";

const REJECT_EXAMPLES: &str = "\
Examples:
  org-operator reject close-22-2026-11 --reason 'the bastion needs port 22 until Friday'

The run ends with every row of its plan HELD. A run that nobody answers within 12 hours ends the same way.";

/// The run that waits, and where.
#[derive(Debug, Clone, Args)]
pub(crate) struct WaitingArgs {
    /// The run's id
    #[arg(value_name = "RUN", value_parser = run_id)]
    pub(crate) run: RunId,
    #[command(flatten)]
    pub(crate) machine: StateMachineArgs,
    #[command(flatten)]
    pub(crate) ledger: LedgerArgs,
}

/// The options of `org-operator approve`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = APPROVE_EXAMPLES)]
pub(crate) struct ApproveArgs {
    #[command(flatten)]
    pub(crate) waiting: WaitingArgs,
    /// The operation's name, in place of the question on the terminal
    #[arg(long, value_name = "OPERATION")]
    pub(crate) confirm: Option<String>,
}

/// The options of `org-operator reject`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = REJECT_EXAMPLES)]
pub(crate) struct RejectArgs {
    #[command(flatten)]
    pub(crate) waiting: WaitingArgs,
    /// Why, for the execution's history
    #[arg(long, value_name = "TEXT", default_value = "rejected by org-operator reject", value_parser = reason)]
    pub(crate) reason: String,
}

fn run_id(text: &str) -> Result<RunId, String> {
    RunId::parse(text).ok_or_else(|| format!("not {}", RunId::ALLOWED))
}

/// The longest cause that Step Functions takes (API reference, `SendTaskFailure`).
const LONGEST: usize = 32_768;

fn reason(text: &str) -> Result<String, String> {
    let fits = text.chars().count() <= LONGEST;
    fits.then(|| text.to_owned()).ok_or_else(|| format!("longer than {LONGEST} characters"))
}
