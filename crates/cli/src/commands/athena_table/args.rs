//! The options of `org-operator athena-table`.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::commands::completions::values;
use crate::deployment::args::BucketArgs;

const ATHENA_TABLE_EXAMPLES: &str = "\
Examples:
  org-operator athena-table nat-gateways.toml --bucket org-operator-resultsbucket-1abc
  org-operator athena-table public-ips --bucket org-operator-resultsbucket-1abc --database audit
  org-operator athena-table coverage                    the table of all targets; ORG_OPERATOR_BUCKET is set
  org-operator athena-table applied                     the table of all rows of plans that were applied";

/// The options of `org-operator athena-table`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = ATHENA_TABLE_EXAMPLES)]
pub(crate) struct AthenaTableArgs {
    /// An operation file, an operation's name, `coverage` or `applied`
    #[arg(value_name = "FILE", add = ArgValueCompleter::new(values::tables))]
    pub(crate) operation: String,
    /// The database in Athena
    #[arg(long, value_name = "NAME", default_value = "org_operator")]
    pub(crate) database: String,
    #[command(flatten)]
    pub(crate) bucket: BucketArgs,
}
