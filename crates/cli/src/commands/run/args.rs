//! The options of `org-operator run`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::args::{DEFAULT_OUT, RoleArgs, SelectionArgs};

const EXAMPLES: &str = "\
Examples:
  org-operator run --profile audit
  org-operator run --file my-operation.toml
  org-operator run --operation public-ips --regions eu-west-1,us-east-1 --format jsonl
  org-operator run --operation vpcs,internet-routes
  org-operator run --suite security --ou ou-ab12-cdefgh34
  org-operator run --ou ou-ab12-cdefgh34 --exclude-account 111111111111 --tag stage=prod
  org-operator run --request request.json --concurrency 128 --out /var/lib/org-operator
  org-operator run --resume 20261122T081530Z-4f7a2c
  org-operator run --operation close-open-ingress --param Ports=22,3389     a plan; nothing is changed
  org-operator run --apply --plan-run 20261122T081530Z-4f7a2c --max-changes 20

Without --regions: every Region of the partition; one that an account has off is SKIPPED there.
Files are always written, under OUT/OPERATION/RUN_ID/; stdout has the records. Of several operations
they are in OUT/suites/RUN_ID/OPERATION/, and stdout has a line per operation. Ctrl-C stops; what is
finished is kept, and --resume goes on.";

/// The options of `org-operator run`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) select: SelectionArgs,
    #[command(flatten)]
    pub(crate) role: RoleArgs,
    /// Targets (account and Region) that are asked at once [default: more while that is faster and
    /// AWS does not throttle]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(crate) concurrency: Option<u16>,
    /// Folder of the runs
    #[arg(long, value_name = "DIR", default_value = DEFAULT_OUT)]
    pub(crate) out: PathBuf,
    /// What is expected to fail or to be found, until when and why: a TOML file. It raises no alarm,
    /// and stays in all files
    #[arg(long, value_name = "FILE")]
    pub(crate) exceptions: Option<PathBuf>,
    /// Form of the records on stdout [default: the first rows as a table on a terminal, else csv]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// Go on with this run: only what failed or is missing, then all of its files anew
    #[arg(long, value_name = "RUN_ID")]
    pub(crate) resume: Option<String>,
    /// Whether the records are pieces of answers, to be put together again; `ask` says so.
    #[arg(skip)]
    pub(crate) raw: bool,
}

/// A form of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Comma-separated, with a header
    Csv,
    /// One array of objects
    Json,
    /// One object a line
    Jsonl,
    /// Columns for the eye
    Table,
}
