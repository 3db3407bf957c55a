//! The options of `org-operator runs`.

use clap::Args;

use crate::deployment::args::BucketArgs;

const RUNS_EXAMPLES: &str = "\
Examples:
  org-operator runs
  org-operator runs --operation public-ips --last 3 --json

A run without a summary has not ended yet, or was given up before its answer was written.";

/// The options of `org-operator runs`, as they were given.
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
