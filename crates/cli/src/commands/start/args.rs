//! The options of `org-operator start`.

use clap::Args;

use crate::args::SelectionArgs;
use crate::deployment::args::StateMachineArgs;

const START_EXAMPLES: &str = "\
Examples:
  org-operator start --ou ou-ab12-cdefgh34 --follow
  org-operator start --suite network
  org-operator start --request request.json --name audit-2026-11
  org-operator start --resume-run audit-2026-11
  org-operator start --resume-run suite-2026-11 --operation suites

Prints the run's id. Without --regions it is the Regions of the deployment.";

/// The options of `org-operator start`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = START_EXAMPLES)]
pub(crate) struct StartArgs {
    #[command(flatten)]
    pub(crate) select: SelectionArgs,
    #[command(flatten)]
    pub(crate) machine: StateMachineArgs,
    /// Work items at once [default: the deployment's]
    #[arg(long, value_name = "N")]
    pub(crate) max_concurrency: Option<u32>,
    /// Go on with this run: only what failed or is missing
    #[arg(long, value_name = "RUN_ID")]
    pub(crate) resume_run: Option<String>,
    /// The run's id [default: the time and six digits]
    #[arg(long, value_name = "RUN_ID")]
    pub(crate) name: Option<String>,
    /// Stay and follow its progress
    #[arg(long)]
    pub(crate) follow: bool,
}
