//! What a person is told when something does not work: what happened, why, what to do; and the
//! exit code that goes with it. Printing it is the printer's business.

use std::fmt;

use org_operator_core::{Error, ErrorKind};

use crate::exit::Exit;

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
pub(crate) struct Trouble {
    /// What happened.
    pub(crate) what: String,
    /// Why.
    pub(crate) why: String,
    /// What to do.
    pub(crate) remedy: String,
    /// How the program ends.
    pub(crate) exit: Exit,
}

impl Trouble {
    /// A command line that asks for something impossible.
    pub(crate) fn usage(what: &str, why: impl Into<String>, remedy: &str) -> Self {
        let (what, remedy) = (what.to_owned(), remedy.to_owned());
        Self { what, why: why.into(), remedy, exit: Exit::Usage }
    }

    /// Something on this machine: a file, a folder, the terminal.
    pub(crate) fn machine(what: impl Into<String>, why: &dyn fmt::Display) -> Self {
        let remedy = "free space, permissions and the path named above are where to look";
        let (what, why) = (what.into(), why.to_string());
        Self { what, why, remedy: remedy.to_owned(), exit: Exit::Other }
    }

    /// An error of a step, with what was being done. `profile` is for the command that renews it.
    pub(crate) fn of(what: &str, error: &Error, profile: Option<&str>) -> Self {
        let (exit, remedy) = judged(error, profile);
        Self { what: what.to_owned(), why: error.message().to_owned(), remedy, exit }
    }

    /// Credentials that are missing or cannot be used.
    pub(crate) fn credentials(why: &str, profile: Option<&str>) -> Self {
        Self {
            what: "there are no usable AWS credentials".to_owned(),
            why: why.to_owned(),
            remedy: credentials_remedy(why, profile),
            exit: Exit::Access,
        }
    }
}

fn judged(error: &Error, profile: Option<&str>) -> (Exit, String) {
    let (exit, remedy) = match error.kind() {
        _ if speaks_of_credentials(error.message()) => {
            (Exit::Access, credentials_remedy(error.message(), profile))
        }
        ErrorKind::InvalidRequest => (Exit::Usage, flags_of(error.message())),
        ErrorKind::NoTargets => (
            Exit::NothingSelected,
            "`org-operator accounts` with the same options shows each account and why it is out"
                .to_owned(),
        ),
        ErrorKind::AccessDenied | ErrorKind::AssumeRoleDenied | ErrorKind::DeniedByPolicy => (
            Exit::Access,
            "use an identity of the management account or of a delegated administrator; \
             `org-operator check` says what it may do"
                .to_owned(),
        ),
        ErrorKind::Throttled => (
            Exit::Unreachable,
            "AWS throttled the call after all retries: wait a minute, then try again".to_owned(),
        ),
        ErrorKind::Transient | ErrorKind::DeadlineExceeded => (
            Exit::Unreachable,
            "check the network, the proxy and AWS_ENDPOINT_URL, then try again".to_owned(),
        ),
        _ => (Exit::Other, "RUST_LOG=debug shows more; please report what it says".to_owned()),
    };
    (exit, remedy)
}

/// Expired or rejected credentials come as errors of whatever call was made first.
fn speaks_of_credentials(message: &str) -> bool {
    let signs =
        ["ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient", "credentials provider"];
    signs.iter().any(|sign| message.contains(sign))
}

fn credentials_remedy(why: &str, profile: Option<&str>) -> String {
    let name = profile.map_or_else(String::new, |profile| format!(" --profile {profile}"));
    let lower = why.to_lowercase();
    if lower.contains("sso") || lower.contains("token") && profile.is_some() {
        format!("type `aws sso login{name}`, then the same command again")
    } else if profile.is_some() {
        format!("check the profile by `aws sts get-caller-identity{name}`")
    } else {
        "give --profile NAME, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            .to_owned()
    }
}

/// Faults name the fields of a request; a person may have typed flags.
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
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_exit_code() {
        let code = |kind| Trouble::of("x", &Error::new(kind, "y"), None).exit.code();
        assert_eq!(code(ErrorKind::InvalidRequest), 2);
        assert_eq!(code(ErrorKind::NoTargets), 4);
        assert_eq!(code(ErrorKind::AccessDenied), 5);
        assert_eq!(code(ErrorKind::Throttled), 6);
        assert_eq!(code(ErrorKind::Transient), 6);
        assert_eq!(code(ErrorKind::OperationFailed), 7);
    }

    #[test]
    fn an_expired_session_names_the_command_that_renews_it() {
        let error = Error::new(ErrorKind::Transient, "ExpiredToken: the SSO session has expired");
        let trouble = Trouble::of("x", &error, Some("audit"));
        assert_eq!(trouble.exit, Exit::Access);
        assert!(trouble.remedy.contains("`aws sso login --profile audit`"), "{}", trouble.remedy);
    }

    #[test]
    fn a_fault_of_a_field_names_its_flag() {
        let error = Error::invalid("invalid request: Accounts.Include[0]: got \"12\"");
        let remedy = Trouble::of("x", &error, None).remedy;
        assert!(remedy.contains("`Accounts.Include` is --account"), "{remedy}");
    }
}
