//! The options that say who the program is in AWS.

use clap::Args;

/// Who the program is in AWS.
#[derive(Debug, Clone, Args)]
pub(crate) struct AwsArgs {
    /// AWS profile, SSO ones too [default: as everywhere in AWS]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// AWS Region to work from: the one of STS, not those that a run covers
    #[arg(long, global = true, value_name = "REGION")]
    pub(crate) region: Option<String>,
}
