//! Each kind of error has its exit code, and a hint that helps.

use std::path::Path;

use org_operator_core::error::{CallFailure, CredentialsProblem};
use org_operator_core::input::violation::Violations;

use super::*;

fn reported(error: &Error) -> (u8, String) {
    let error = CliError::of("x", error, Some("audit"));
    (error.exit.code(), error.hint)
}

#[test]
fn each_kind_has_its_exit_code() {
    let code = |kind| reported(&Error::new(kind, "y")).0;
    assert_eq!(code(ErrorKind::InvalidRequest), 2);
    assert_eq!(code(ErrorKind::NoTargets), 4);
    assert_eq!(code(ErrorKind::AccessDenied), 5);
    assert_eq!(code(ErrorKind::Throttled), 6);
    assert_eq!(code(ErrorKind::Transient), 6);
    assert_eq!(code(ErrorKind::OperationFailed), 7);
    assert_eq!(code(ErrorKind::Internal), 7);
}

#[test]
fn bad_credentials_are_exit_5_whatever_the_kind() {
    let expired = Error::new(ErrorKind::Transient, "listing: ExpiredTokenException: x")
        .with_detail(Detail::Credentials(CredentialsProblem::Expired));
    assert_eq!(reported(&expired).0, 5);
}

#[test]
fn words_that_a_person_typed_decide_nothing() {
    let mut violations = Violations::default();
    violations.note_text("Accounts.Tags", "\"ExpiredToken (os error 2)\"", "another value");
    assert_eq!(reported(&Error::violations("request", violations)).0, 2);
}

#[test]
fn a_wrong_name_is_a_usage_error_and_an_unknown_code_is_to_report() {
    let answer = |code| {
        let failure = CallFailure::answered(code, 400, "x");
        reported(&Error::call(ErrorKind::OperationFailed, failure).context("asking for arn:…"))
    };
    let (code, hint) = answer("ExecutionDoesNotExist");
    assert!(code == 2 && hint.contains("run's id"), "{code} {hint}");
    assert_eq!(answer("AWSOrganizationsNotInUseException").0, 2);
    let (code, hint) = answer("Unheard");
    assert!(code == 7 && hint.contains("please report"), "{code} {hint}");
}

#[test]
fn a_refused_call_names_the_permission_that_it_needs() {
    let error = Error::new(ErrorKind::AccessDenied, "AccessDeniedException: no");
    let (code, hint) = reported(&error.with_action("states:StartExecution"));
    assert!(code == 5 && hint.contains("needs states:StartExecution"), "{code} {hint}");
}

#[test]
fn a_full_disk_points_to_this_machine() {
    let full = std::io::Error::from_raw_os_error(28);
    let (code, hint) = reported(&Error::io("writing", Path::new("/out/x.csv"), &full));
    assert!(code == 7 && hint.contains("free space"), "{code} {hint}");
    // The same text in an answer of a service says nothing about this machine.
    let answer = CallFailure::answered("Odd", 400, "No space left on device (os error 28)");
    let (_, other) = reported(&Error::call(ErrorKind::OperationFailed, answer));
    assert!(other.contains("please report"), "{other}");
}
