//! The options of `org-operator status`.

use clap::Args;

use crate::deployment::args::StateMachineArgs;

const STATUS_EXAMPLES: &str = "\
Examples:
  org-operator status audit-2026-11
  org-operator status audit-2026-11 --follow
  org-operator status audit-2026-11 --json | jq .Output

Exit codes are those of the run: 0 complete, 3 partial, and so on; a run that goes on is 0.";

/// The options of `org-operator status`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = STATUS_EXAMPLES)]
pub(crate) struct StatusArgs {
    /// The run's id, which is the execution's name
    pub(crate) run: String,
    #[command(flatten)]
    pub(crate) machine: StateMachineArgs,
    /// Stay and follow its progress
    #[arg(long)]
    pub(crate) follow: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
