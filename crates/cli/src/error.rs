//! What a person is told when something does not work: what happened, why, what to do; and the
//! exit code that goes with it. Printing it is the printer's business.

pub(crate) mod aws_call;
mod codes;
mod credentials;

use std::fmt;

use org_operator_core::{Error, ErrorKind};

use crate::error::aws_call::FailedCall;
use crate::exit::Exit;

/// Where to look when something on this machine does not work.
const MACHINE: &str = "free space, permissions and the path named above are where to look";
/// Who may list the organization and enter its accounts.
const IDENTITY: &str = "use an identity of the management account or of a delegated administrator; \
                        `org-operator check` says what it may do";

/// What to do about a request that selects nobody.
const NOTHING: &str =
    "`org-operator accounts` with the same options shows each account and why it is out";

/// A request's fields as the command line names them.
const FLAGS: &[(&str, &str)] = &[
    ("Accounts.Include", "--account"),
    ("Accounts.Exclude", "--exclude-account"),
    ("Accounts.OrganizationalUnits", "--ou"),
    ("Accounts.ExcludeOrganizationalUnits", "--exclude-ou"),
    ("Accounts.Tags", "--tag"),
    ("Regions[", "--regions"),
    ("RegionsPerWorkItem", "--regions-per-work-item"),
    ("Operation:", "--operation"),
    ("Parameters.", "--param"),
    ("ResumeRun", "--resume"),
];

/// Something that does not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CliError {
    /// What happened.
    pub(crate) summary: String,
    /// Why.
    pub(crate) cause: String,
    /// What to do.
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
    pub(crate) fn machine(summary: impl Into<String>, cause: &dyn fmt::Display) -> Self {
        let (summary, cause) = (summary.into(), cause.to_string());
        Self { summary, cause, hint: MACHINE.to_owned(), exit: Exit::Other }
    }

    /// An error of a step, with what was being done. `profile` is for the command that renews it.
    pub(crate) fn of(summary: &str, error: &Error, profile: Option<&str>) -> Self {
        Self::judged(summary, error, profile, IDENTITY)
    }

    /// A failed call of the command's own, with what was being done.
    pub(crate) fn of_call(summary: &str, failed: &FailedCall, profile: Option<&str>) -> Self {
        let FailedCall { error, needs } = failed;
        let refused = format!(
            "the call needs {needs}: use an identity of the deployment's account whose policies \
             allow that"
        );
        Self::judged(summary, error, profile, &refused)
    }

    /// Credentials that are missing or cannot be used.
    pub(crate) fn credentials(cause: &str, profile: Option<&str>) -> Self {
        Self {
            summary: "there are no usable AWS credentials".to_owned(),
            cause: cause.to_owned(),
            hint: credentials::hint(cause, profile),
            exit: Exit::Access,
        }
    }

    /// `refused` is what to do where AWS refuses this identity.
    fn judged(summary: &str, error: &Error, profile: Option<&str>, refused: &str) -> Self {
        let cause = error.message();
        let (exit, hint) = match error.kind() {
            ErrorKind::InvalidRequest => (Exit::Usage, flags_of(cause)),
            ErrorKind::NoTargets => (Exit::NothingSelected, NOTHING.to_owned()),
            _ if credentials::spoken_of(cause) => (Exit::Access, credentials::hint(cause, profile)),
            kind => by_kind(kind, cause, refused),
        };
        Self { summary: summary.to_owned(), cause: cause.to_owned(), hint, exit }
    }
}

fn by_kind(kind: ErrorKind, cause: &str, refused: &str) -> (Exit, String) {
    let (exit, hint) = match kind {
        ErrorKind::AccessDenied | ErrorKind::AssumeRoleDenied | ErrorKind::DeniedByPolicy => {
            (Exit::Access, refused)
        }
        ErrorKind::Throttled => (
            Exit::Unreachable,
            "AWS throttled the call after all retries: wait a minute, then try again",
        ),
        ErrorKind::Transient | ErrorKind::DeadlineExceeded => {
            (Exit::Unreachable, "check the network, the proxy and AWS_ENDPOINT_URL, then try again")
        }
        _ => match codes::hint(cause) {
            Some(hint) => (Exit::Usage, hint),
            None if is_local(cause) => (Exit::Other, MACHINE),
            None => (Exit::Other, "RUST_LOG=debug shows more; please report what it says"),
        },
    };
    (exit, hint.to_owned())
}

/// Whether it is about a file of this machine: the system's own errors end in their number. A
/// network's are `Transient` before they come here.
fn is_local(cause: &str) -> bool {
    cause.contains("(os error ")
}

/// Violations name the fields of a request; a person may have typed flags.
fn flags_of(message: &str) -> String {
    let named = FLAGS.iter().filter(|(field, _)| message.contains(field));
    let named: Vec<String> = named
        .map(|(field, flag)| format!("`{}` is {flag}", field.trim_end_matches(['[', ':', '.'])))
        .collect();
    if named.is_empty() {
        "`org-operator run --help` lists the options, with examples".to_owned()
    } else {
        format!("correct what is named above; on the command line {}", named.join(", "))
    }
}

#[cfg(test)]
mod tests;
