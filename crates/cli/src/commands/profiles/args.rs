//! The options of `org-operator profiles`.

use std::path::PathBuf;

use clap::Args;

use crate::args::{RoleArgs, SelectionArgs};

const PROFILES_EXAMPLES: &str = "\
Examples:
  org-operator profiles --source-profile audit                       preview: role chaining
  org-operator profiles --sso-session corp --sso-role ReadOnly --write
  org-operator profiles --source-profile audit --ou ou-ab12-cdefgh34 --prefix acme- --write

Profiles stand between two marked lines of the config file; what is outside of them is never
touched. A profile's name is the account's name in lower case, its ASCII letters and digits.";

/// The options of `org-operator profiles`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = PROFILES_EXAMPLES)]
pub(crate) struct ProfilesArgs {
    #[command(flatten)]
    pub(crate) select: SelectionArgs,
    #[command(flatten)]
    pub(crate) role: RoleArgs,
    /// Role chaining: the profile whose identity assumes the role
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "sso_session",
        required_unless_present = "sso_session"
    )]
    pub(crate) source_profile: Option<String>,
    /// IAM Identity Center: the name of the `[sso-session NAME]` section
    #[arg(long, value_name = "NAME", requires = "sso_role")]
    pub(crate) sso_session: Option<String>,
    /// IAM Identity Center: the permission set
    #[arg(long, value_name = "NAME", requires = "sso_session")]
    pub(crate) sso_role: Option<String>,
    /// What profiles' names begin with
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) prefix: String,
    /// The config file [default: the one of the AWS CLI]
    #[arg(long, value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,
    /// Write the file; without it the lines are printed only
    #[arg(long)]
    pub(crate) write: bool,
}
