//! The options of `org-operator ask`.

use clap::Args;
use clap_complete::ArgValueCandidates;

use crate::commands::completions::values;
use crate::commands::run::args::RunArgs;

const EXAMPLES: &str = "\
Examples:
  org-operator ask ec2 DescribeVpcs
  org-operator ask rds DescribeDBInstances --column engine=Engine --column public=PubliclyAccessible
  org-operator ask ec2 DescribeVolumes --keep \"State=='available'\" --regions eu-west-1
  org-operator ask iam GetAccountSummary --raw
  org-operator ask ec2 DescribeInstances --rows 'Reservations[].Instances[]' --input MaxResults=100

SERVICE is what the AWS CLI calls it, CALL what AWS calls it; paths are JMESPath, as in the AWS CLI's
--query. Everything is held to AWS's model of the service before any account is entered. What AWS
marks as sensitive is shown by no column, and replaced in --raw.";

/// The options of `org-operator ask`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AskArgs {
    /// The service, such as `ec2`
    #[arg(value_name = "SERVICE", add = ArgValueCandidates::new(values::services))]
    pub(crate) service: String,
    /// The call, such as `DescribeVpcs`
    #[arg(value_name = "CALL", add = ArgValueCandidates::new(values::calls))]
    pub(crate) call: String,
    /// What goes into the call: NAME=VALUE, or a whole JSON object
    #[arg(long, value_name = "NAME=VALUE", help_heading = "The call")]
    pub(crate) input: Vec<String>,
    /// The path of the rows [default: the one list of the answer]
    #[arg(long, value_name = "PATH", help_heading = "The call")]
    pub(crate) rows: Option<String>,
    /// A column of the rows [default: every scalar member]
    #[arg(long, value_name = "NAME=PATH", help_heading = "The call")]
    pub(crate) column: Vec<String>,
    /// A path that must hold for a row to stay
    #[arg(long, value_name = "PATH", help_heading = "The call")]
    pub(crate) keep: Vec<String>,
    /// The columns that tell two rows of a target apart [default: by the model]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', help_heading = "The call")]
    pub(crate) key: Vec<String>,
    /// Print the answers as they come: per target a line of JSON with `AccountId`, `Region` and `Pages`
    #[arg(long, help_heading = "The call", conflicts_with_all = ["rows", "column", "keep", "key", "format"])]
    pub(crate) raw: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}
