//! The options about the role in member accounts.

use clap::Args;
use org_operator_aws::RoleSettings;
use org_operator_core::Region;

/// The role in each account unless said otherwise.
pub(crate) const DEFAULT_ROLE: &str = "operation-readonly";
/// The environment variable with the external id.
pub(crate) const EXTERNAL_ID: &str = "ORG_OPERATOR_EXTERNAL_ID";

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
