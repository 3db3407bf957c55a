//! The options of `org-operator check`.

use clap::Args;

use crate::args::{RoleArgs, SelectionArgs};

const CHECK_EXAMPLES: &str = "\
Examples:
  org-operator check --profile audit
  org-operator check --account 111111111111 --role-name operation-readonly
  org-operator check --operation public-ips --json

In each selected account the role is assumed and the operation's API is asked by DryRun, in one
Region. A Region that is off and a service control policy's deny are answers: a run SKIPs them.
Exit 0: each can be asked or skipped, 3: some cannot, 5: none can, or the organization cannot be
listed, 6: AWS gave no answer about any.";

/// The options of `org-operator check`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) select: SelectionArgs,
    #[command(flatten)]
    pub(crate) role: RoleArgs,
    /// Accounts at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub(crate) concurrency: u16,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
