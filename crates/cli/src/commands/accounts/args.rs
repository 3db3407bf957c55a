//! The options of `org-operator accounts`.

use clap::Args;

use crate::args::SelectionArgs;

const ACCOUNTS_EXAMPLES: &str = "\
Examples:
  org-operator accounts --profile audit
  org-operator accounts --ou ou-ab12-cdefgh34 --tag stage=prod      who is in, and why others are not
  org-operator accounts --json | jq -r '.. | .Accounts? // empty | .[] | select(.Selected).AccountId'

The JSON is the tree: units with their Units and Accounts.";

/// The options of `org-operator accounts`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = ACCOUNTS_EXAMPLES)]
pub(crate) struct AccountsArgs {
    #[command(flatten)]
    pub(crate) select: SelectionArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
