//! The options of a run: what it covers, how it gets in, where its answer goes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use org_operator_aws::RoleSettings;
use org_operator_core::Region;

/// Where runs lie unless said otherwise.
pub(crate) const DEFAULT_OUT: &str = "org-operator-runs";
/// Targets at once unless said otherwise.
pub(crate) const DEFAULT_CONCURRENCY: u16 = 64;
/// The role in each account unless said otherwise.
pub(crate) const DEFAULT_ROLE: &str = "operation-readonly";
/// The environment variable with the external id.
pub(crate) const EXTERNAL_ID: &str = "ORG_OPERATOR_EXTERNAL_ID";

const EXAMPLES: &str = "\
Examples:
  org-operator run --profile audit
  org-operator run --operation public-ips --regions eu-west-1,us-east-1 --format jsonl
  org-operator run --ou ou-ab12-cdefgh34 --exclude-account 111111111111 --tag stage=prod
  org-operator run --request request.json --concurrency 128 --out /var/lib/org-operator
  org-operator run --resume 20261122T081530Z-4f7a2c

Without --regions: the 17 Regions that are on in every account (of the commercial partition;
elsewhere the Region to work from). Files are always written, under OUT/OPERATION/RUN_ID/; stdout
has the records. Ctrl-C stops; what is finished is kept, and --resume goes on.";

/// `org-operator run`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) role: RoleArgs,
    /// Targets (account and Region) that are asked at once
    #[arg(long, value_name = "N", default_value_t = DEFAULT_CONCURRENCY, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(crate) concurrency: u16,
    /// Folder of the runs
    #[arg(long, value_name = "DIR", default_value = DEFAULT_OUT)]
    pub(crate) out: PathBuf,
    /// Form of the records on stdout [default: the first rows as a table on a terminal, else csv]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// Go on with this run: only what failed or is missing, then all of its files anew
    #[arg(long, value_name = "RUN_ID")]
    pub(crate) resume: Option<String>,
}

/// What a run covers.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What is asked, and where")]
pub(crate) struct SelectArgs {
    /// The operation [default: internet-routes]
    #[arg(long, value_name = "NAME")]
    pub(crate) operation: Option<String>,
    /// These accounts (with --ou: these too)
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) account: Vec<String>,
    /// Not these accounts, whatever else names them
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) exclude_account: Vec<String>,
    /// The accounts in these organizational units, at any depth
    #[arg(long, value_name = "OU_ID", value_delimiter = ',')]
    pub(crate) ou: Vec<String>,
    /// Not the accounts in these units, whatever else names them
    #[arg(long, value_name = "OU_ID", value_delimiter = ',')]
    pub(crate) exclude_ou: Vec<String>,
    /// Only accounts with this tag; a key given twice means one of its values
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) tag: Vec<String>,
    /// The management account too
    #[arg(long)]
    pub(crate) include_management_account: bool,
    /// These Regions, or `enabled`: in each account those that are on there
    #[arg(long, value_name = "REGION,...", value_delimiter = ',')]
    pub(crate) regions: Vec<String>,
    /// Regions in one work item [default: all of an account]
    #[arg(long, value_name = "N")]
    pub(crate) regions_per_work_item: Option<u32>,
    /// A parameter of the operation; VALUE is JSON where it can be read as such, else text
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<String>,
    /// The request as JSON, as the state machine takes it; options override its fields
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
}

/// How member accounts are entered.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Access to member accounts")]
pub(crate) struct RoleArgs {
    /// The role to assume in each account
    #[arg(long, value_name = "NAME", default_value = DEFAULT_ROLE)]
    pub(crate) role_name: String,
    /// The external id that the role's trust policy asks for
    #[arg(long, value_name = "ID", env = EXTERNAL_ID, hide_env_values = true)]
    pub(crate) external_id: Option<String>,
}

impl RoleArgs {
    /// The role to assume, in the partition that the program works from.
    pub(crate) fn settings(&self, home: &Region) -> RoleSettings {
        RoleSettings {
            role_name: self.role_name.clone(),
            external_id: self.external_id.clone().unwrap_or_default(),
            partition: home.partition(),
        }
    }
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
