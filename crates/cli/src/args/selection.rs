//! The options that select what a run covers. They become a request in [`crate::request`].

use std::path::PathBuf;

use clap::Args;
use clap_complete::ArgValueCandidates;
use serde_json::{Map, Value};

use crate::commands::completions::values;

/// What a run covers.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What is asked, and where")]
pub(crate) struct SelectionArgs {
    /// The operation, or several at once: each account is entered once for all of them
    /// [default: internet-routes]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', add = ArgValueCandidates::new(values::operations))]
    pub(crate) operation: Vec<String>,
    /// All operations of a suite at once: inventory, network, security, cost, or all
    #[arg(long, value_name = "SUITE", conflicts_with = "operation", add = ArgValueCandidates::new(values::suites))]
    pub(crate) suite: Option<String>,
    /// An operation file to run in place of a named operation
    #[arg(long, value_name = "FILE", conflicts_with_all = ["operation", "suite"])]
    pub(crate) file: Option<PathBuf>,
    /// The operation that `ask` made of a service and a call.
    #[arg(skip)]
    pub(crate) definition: Option<Map<String, Value>>,
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
    /// What stands beside every record about its account: `unit_path`, `email` or `tag:KEY`
    #[arg(long, value_name = "COLUMN")]
    pub(crate) account_column: Vec<String>,
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

impl SelectionArgs {
    /// The operation, where exactly one is named.
    pub(crate) fn only_operation(&self) -> Option<&str> {
        let [only] = self.operation.as_slice() else { return None };
        Some(only)
    }
}
