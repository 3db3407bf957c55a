//! The options of the commands that look and change nothing in AWS.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::run::{DEFAULT_OUT, RoleArgs, SelectArgs};

const PLAN_EXAMPLES: &str = "\
Examples:
  org-operator plan --profile audit
  org-operator plan --ou ou-ab12-cdefgh34 --regions enabled
  org-operator plan --operation public-ips --max-concurrency 200 --json

Quotas are AWS's defaults and prices those of us-east-1 before any free tier; `--sources` lists
each with its date and where it is from. --tag and `--regions enabled` ask about each account.";

/// `org-operator plan`.
#[derive(Debug, Clone, Args)]
#[command(after_help = PLAN_EXAMPLES)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Targets at once on one machine
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) concurrency: u32,
    /// Work items at once when deployed [default: the request's, else 50]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) max_concurrency: Option<u32>,
    /// Seconds of one API call
    #[arg(long, value_name = "SECONDS", default_value_t = 0.25, value_parser = seconds)]
    pub(crate) call_seconds: f64,
    /// Records that a target is expected to have
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = records)]
    pub(crate) records: f64,
    /// Memory of a deployed worker
    #[arg(long, value_name = "MB", default_value_t = 512.0, value_parser = megabytes)]
    pub(crate) memory: f64,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the quotas and prices that the estimate goes by, and nothing else
    #[arg(long)]
    pub(crate) sources: bool,
}

/// No call is longer than the function that makes it (AWS Lambda developer guide, quotas).
fn seconds(text: &str) -> Result<f64, String> {
    within(text, 0.0, 900.0)
}

/// More would not fit on this machine either.
fn records(text: &str) -> Result<f64, String> {
    within(text, 0.0, 1_000_000.0)
}

/// What Lambda has (AWS Lambda developer guide, quotas).
fn megabytes(text: &str) -> Result<f64, String> {
    within(text, 128.0, 10_240.0)
}

/// A number that arithmetic can be done with: neither infinite nor no number at all.
fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("a number from {least} to {most}"))
}

const ACCOUNTS_EXAMPLES: &str = "\
Examples:
  org-operator accounts --profile audit
  org-operator accounts --ou ou-ab12-cdefgh34 --tag stage=prod      who is in, and why others are not
  org-operator accounts --json | jq -r '.. | .Accounts? // empty | .[] | select(.Selected).AccountId'

The JSON is the tree: units with their Units and Accounts.";

/// `org-operator accounts`.
#[derive(Debug, Clone, Args)]
#[command(after_help = ACCOUNTS_EXAMPLES)]
pub(crate) struct AccountsArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

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

const DIFF_EXAMPLES: &str = "\
Examples:
  org-operator diff 20261121T060000Z-1b2c3d 20261122T060000Z-4e5f6a
  org-operator diff --operation public-ips OLD_RUN NEW_RUN --json
  org-operator diff old/internet-routes/r1 new/internet-routes/r2     folders, wherever they are

Only (account, Region) pairs that succeeded in both runs are compared. Exit 0: no difference,
1: some.";

/// `org-operator diff`.
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

const CHECK_EXAMPLES: &str = "\
Examples:
  org-operator check --profile audit
  org-operator check --account 111111111111 --role-name operation-readonly
  org-operator check --operation public-ips --json

In each selected account the role is assumed and the operation's API is asked by DryRun, in one
Region. A Region that is off and a service control policy's deny are answers: a run SKIPs them.
Exit 0: each can be asked or skipped, 3: some cannot, 5: none can, or the organization cannot be
listed, 6: AWS gave no answer about any.";

/// `org-operator check`.
#[derive(Debug, Clone, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) role: RoleArgs,
    /// Accounts at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub(crate) concurrency: u16,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
