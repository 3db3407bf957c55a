//! The options that name the deployment: the outputs of operator.yaml.

use clap::Args;

/// The deployed state machine.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "The deployment (the outputs of operator.yaml)")]
pub(crate) struct StateMachineArgs {
    /// The state machine
    #[arg(long, value_name = "ARN", env = "ORG_OPERATOR_STATE_MACHINE_ARN")]
    pub(crate) state_machine_arn: String,
}

/// The ledger.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "The deployment (the outputs of operator.yaml)")]
pub(crate) struct LedgerArgs {
    /// The ledger's table
    #[arg(long, value_name = "NAME", env = "ORG_OPERATOR_LEDGER_TABLE")]
    pub(crate) ledger_table: String,
}

/// The bucket with the artifacts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "The deployment (the outputs of operator.yaml)")]
pub(crate) struct BucketArgs {
    /// The results' bucket
    #[arg(long, value_name = "NAME", env = "ORG_OPERATOR_BUCKET")]
    pub(crate) bucket: String,
    /// The prefix of the runs in it
    #[arg(long, value_name = "PREFIX", default_value = "runs")]
    pub(crate) prefix: String,
}
