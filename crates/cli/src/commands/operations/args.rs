//! The options of `org-operator operations`.

use clap::{Args, Subcommand};

const OPERATIONS_EXAMPLES: &str = "\
Examples:
  org-operator operations
  org-operator operations show public-ips
  org-operator operations --json | jq -r '.[].Actions[]'        the IAM actions of all";

/// `org-operator operations`.
#[derive(Debug, Clone, Args)]
#[command(after_help = OPERATIONS_EXAMPLES)]
pub(crate) struct OperationsArgs {
    #[command(subcommand)]
    pub(crate) show: Option<OperationsCommand>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What to do with the catalogue.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum OperationsCommand {
    /// Show one operation: columns, parameters, IAM actions
    #[command(after_help = "Example:\n  org-operator operations show internet-routes")]
    Show {
        /// The operation's name
        name: String,
    },
}
