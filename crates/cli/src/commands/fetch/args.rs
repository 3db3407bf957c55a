//! The options of `org-operator fetch`.

use std::path::PathBuf;

use clap::Args;

use crate::args::DEFAULT_OUT;
use crate::deployment::args::BucketArgs;

const FETCH_EXAMPLES: &str = "\
Examples:
  org-operator fetch audit-2026-11
  org-operator fetch audit-2026-11 --operation public-ips --out results";

/// The options of `org-operator fetch`, as they were given.
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
