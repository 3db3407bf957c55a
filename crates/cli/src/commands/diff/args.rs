//! The options of `org-operator diff`.

use std::path::PathBuf;

use clap::Args;

use crate::args::DEFAULT_OUT;

const DIFF_EXAMPLES: &str = "\
Examples:
  org-operator diff 20261121T060000Z-1b2c3d 20261122T060000Z-4e5f6a
  org-operator diff --operation public-ips OLD_RUN NEW_RUN --json
  org-operator diff old/internet-routes/r1 new/internet-routes/r2     folders, wherever they are

Only (account, Region) pairs that succeeded in both runs are compared. Exit 0: no difference,
1: some.";

/// The options of `org-operator diff`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = DIFF_EXAMPLES)]
pub(crate) struct DiffArgs {
    /// The run before: a run's id, or its folder
    pub(crate) before: String,
    /// The run now: a run's id, or its folder
    pub(crate) after: String,
    /// The operation, where runs are named by id [default: the one that has such a run]
    #[arg(long, value_name = "NAME")]
    pub(crate) operation: Option<String>,
    /// Folder of the runs
    #[arg(long, value_name = "DIR", default_value = DEFAULT_OUT)]
    pub(crate) out: PathBuf,
    /// Print JSON Lines in place of CSV
    #[arg(long)]
    pub(crate) json: bool,
}
