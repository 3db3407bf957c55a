//! Options that several commands share. What is one command's alone stands in the command's own folder.

mod aws;
mod role;
mod selection;

pub(crate) use aws::AwsArgs;
pub(crate) use role::{DEFAULT_ROLE, EXTERNAL_ID, RoleArgs};
pub(crate) use selection::SelectionArgs;

/// Where runs lie unless said otherwise.
pub(crate) const DEFAULT_OUT: &str = "org-operator-runs";
