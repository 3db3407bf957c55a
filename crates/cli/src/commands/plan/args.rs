//! The options of `org-operator plan`.

use clap::Args;

use crate::args::SelectionArgs;

const PLAN_EXAMPLES: &str = "\
Examples:
  org-operator plan --profile audit
  org-operator plan --ou ou-ab12-cdefgh34 --regions enabled
  org-operator plan --operation public-ips --max-concurrency 200 --json

Quotas are AWS's defaults and prices those of us-east-1 before any free tier; `--sources` lists
each with its date and where it is from. --tag and `--regions enabled` ask about each account.";

/// The options of `org-operator plan`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = PLAN_EXAMPLES)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) select: SelectionArgs,
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
