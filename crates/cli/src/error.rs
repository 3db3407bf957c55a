//! Errors as the command reports them: what happened, why, what to do, and the exit code. All of it
//! follows from the data of [`org_operator_core::Error`]; printing is the printer's business.

mod codes;
mod credentials;
mod flags;
mod permissions;

use std::fmt;

use org_operator_core::error::Detail;
use org_operator_core::{Error, ErrorKind};

use crate::exit::Exit;

/// Where to look when something on this machine does not work.
const LOCAL: &str = "free space, permissions and the path named above are where to look";
/// What to do about a request that selects no account.
const NOTHING_SELECTED: &str =
    "`org-operator accounts` with the same options shows each account and why it is out";
const THROTTLED: &str = "AWS throttled the call after all retries: wait a minute, then try again";
const UNREACHABLE: &str = "check the network, the proxy and AWS_ENDPOINT_URL, then try again";
const REPORT: &str = "RUST_LOG=debug shows more; please report what it says";

/// An error of the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CliError {
    /// What did not work, in one clause.
    pub(crate) summary: String,
    /// Why it did not work.
    pub(crate) cause: String,
    /// What the person can do about it.
    pub(crate) hint: String,
    /// How the program ends.
    pub(crate) exit: Exit,
}

impl CliError {
    /// A command line that asks for something impossible.
    pub(crate) fn usage(summary: &str, cause: impl Into<String>, hint: &str) -> Self {
        let (summary, hint) = (summary.to_owned(), hint.to_owned());
        Self { summary, cause: cause.into(), hint, exit: Exit::Usage }
    }

    /// Something on this machine: a file, a folder, the terminal.
    pub(crate) fn local(summary: impl Into<String>, cause: &dyn fmt::Display) -> Self {
        let (summary, cause) = (summary.into(), cause.to_string());
        Self { summary, cause, hint: LOCAL.to_owned(), exit: Exit::Other }
    }

    /// A bug in org-operator.
    pub(crate) fn internal(summary: impl Into<String>, cause: &dyn fmt::Display) -> Self {
        let (summary, cause) = (summary.into(), cause.to_string());
        Self { summary, cause, hint: REPORT.to_owned(), exit: Exit::Other }
    }

    /// An error of a step or of a call, with what did not work; `profile` is the AWS profile in use,
    /// for the command that renews its credentials.
    pub(crate) fn of(summary: &str, error: &Error, profile: Option<&str>) -> Self {
        tracing::debug!(?error, "{summary}");
        let (exit, hint) = advice(error, profile);
        Self { summary: summary.to_owned(), cause: error.message().to_owned(), hint, exit }
    }
}

/// The exit code of an error, and what to do about it.
fn advice(error: &Error, profile: Option<&str>) -> (Exit, String) {
    if let Some(Detail::Credentials(problem)) = error.detail() {
        return (Exit::Access, credentials::hint(*problem, profile));
    }
    match (Exit::of(error.kind()), codes::hint(error)) {
        (Exit::Other, Some(hint)) => (Exit::Usage, hint.to_owned()),
        (exit, _) => (exit, hint(error)),
    }
}

fn hint(error: &Error) -> String {
    let is_local = matches!(error.detail(), Some(Detail::Io(_)));
    match error.kind() {
        ErrorKind::InvalidRequest => flags::hint(error),
        ErrorKind::NoTargets => NOTHING_SELECTED.to_owned(),
        ErrorKind::AccessDenied | ErrorKind::AssumeRoleDenied | ErrorKind::DeniedByPolicy => {
            permissions::hint(error.action())
        }
        ErrorKind::Throttled => THROTTLED.to_owned(),
        ErrorKind::Transient | ErrorKind::DeadlineExceeded => UNREACHABLE.to_owned(),
        _ if is_local => LOCAL.to_owned(),
        _ => REPORT.to_owned(),
    }
}

#[cfg(test)]
mod tests;
