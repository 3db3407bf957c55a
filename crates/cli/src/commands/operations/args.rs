//! The options of `org-operator operations`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clap_complete::ArgValueCandidates;

use crate::commands::completions::values;

const OPERATIONS_EXAMPLES: &str = "\
Examples:
  org-operator operations                                       all, by suite
  org-operator operations --service s3 --search public
  org-operator operations show public-ips
  org-operator operations find nat-gateway                      what can be asked about it
  org-operator operations new ec2 DescribeNatGateways > nat-gateways.toml
  org-operator operations check nat-gateways.toml
  org-operator operations --json | jq -r '.[].Actions[]'        the IAM actions of all";

/// The options of `org-operator operations`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = OPERATIONS_EXAMPLES)]
pub(crate) struct OperationsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<OperationsCommand>,
    /// Only those that call this service
    #[arg(long, value_name = "SERVICE", add = ArgValueCandidates::new(values::services))]
    pub(crate) service: Option<String>,
    /// Only those that have this word in name, summary or question
    #[arg(long, value_name = "WORD")]
    pub(crate) search: Option<String>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What to do with operations.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum OperationsCommand {
    /// Show one operation: question, columns, parameters, IAM actions, what it does not see, a row
    #[command(after_help = "Example:\n  org-operator operations show internet-routes")]
    Show {
        /// The operation's name
        #[arg(add = ArgValueCandidates::new(values::operations))]
        name: String,
    },
    /// Check operation files against AWS's models, without any call
    #[command(after_help = "Example:\n  org-operator operations check nat-gateways.toml")]
    Check {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Print an operation file for a call, with every scalar member as a column
    #[command(after_help = "Example:\n  org-operator operations new ec2 DescribeNatGateways")]
    New {
        /// The service, as the AWS CLI calls it
        #[arg(add = ArgValueCandidates::new(values::services))]
        service: String,
        /// The call, as AWS calls it
        #[arg(add = ArgValueCandidates::new(values::calls))]
        call: String,
    },
    /// Find operations, services and calls by a word
    #[command(after_help = "Example:\n  org-operator operations find nat-gateway")]
    Find {
        /// The word; case, hyphens and spaces do not count
        word: String,
    },
}
