//! The options of the commands about the deployed state machine.

use std::path::PathBuf;

use clap::Args;

use crate::args::run::{DEFAULT_OUT, SelectArgs};

/// The deployed state machine.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "The deployment (the outputs of operator.yaml)")]
pub(crate) struct MachineArgs {
    /// The state machine
    #[arg(long, value_name = "ARN", env = "ORG_OPERATOR_STATE_MACHINE_ARN")]
    pub(crate) state_machine_arn: String,
}

/// The bucket with the artifacts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "The deployment (the outputs of operator.yaml)")]
pub(crate) struct BucketArgs {
    /// The results' bucket
    #[arg(long, value_name = "NAME", env = "ORG_OPERATOR_BUCKET")]
    pub(crate) bucket: String,
    /// The prefix of the runs in it
    #[arg(long, value_name = "PREFIX", default_value = "runs")]
    pub(crate) prefix: String,
}

const START_EXAMPLES: &str = "\
Examples:
  org-operator start --ou ou-ab12-cdefgh34 --follow
  org-operator start --request request.json --name audit-2026-11
  org-operator start --resume-run audit-2026-11

Prints the run's id. Without --regions it is the Regions of the deployment.";

/// `org-operator start`.
#[derive(Debug, Clone, Args)]
#[command(after_help = START_EXAMPLES)]
pub(crate) struct StartArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) machine: MachineArgs,
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

const STATUS_EXAMPLES: &str = "\
Examples:
  org-operator status audit-2026-11
  org-operator status audit-2026-11 --follow
  org-operator status audit-2026-11 --json | jq .Output

Exit codes are those of the run: 0 complete, 3 partial, and so on; a run that goes on is 0.";

/// `org-operator status`.
#[derive(Debug, Clone, Args)]
#[command(after_help = STATUS_EXAMPLES)]
pub(crate) struct StatusArgs {
    /// The run's id, which is the execution's name
    pub(crate) run: String,
    #[command(flatten)]
    pub(crate) machine: MachineArgs,
    /// Stay and follow its progress
    #[arg(long)]
    pub(crate) follow: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

const FETCH_EXAMPLES: &str = "\
Examples:
  org-operator fetch audit-2026-11
  org-operator fetch audit-2026-11 --operation public-ips --out results";

/// `org-operator fetch`.
#[derive(Debug, Clone, Args)]
#[command(after_help = FETCH_EXAMPLES)]
pub(crate) struct FetchArgs {
    /// The run's id
    pub(crate) run: String,
    #[command(flatten)]
    pub(crate) bucket: BucketArgs,
    /// The operation
    #[arg(long, value_name = "NAME", default_value = "internet-routes")]
    pub(crate) operation: String,
    /// Folder of the runs
    #[arg(long, value_name = "DIR", default_value = DEFAULT_OUT)]
    pub(crate) out: PathBuf,
}

const RUNS_EXAMPLES: &str = "\
Examples:
  org-operator runs
  org-operator runs --operation public-ips --last 3 --json

A run without a summary has not ended yet, or was given up before its answer was written.";

/// `org-operator runs`.
#[derive(Debug, Clone, Args)]
#[command(after_help = RUNS_EXAMPLES)]
pub(crate) struct RunsArgs {
    #[command(flatten)]
    pub(crate) bucket: BucketArgs,
    /// Only runs of this operation
    #[arg(long, value_name = "NAME")]
    pub(crate) operation: Option<String>,
    /// So many runs of each operation, the newest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) last: usize,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
