//! Each kind of error has its exit code, and a remedy that helps.

use super::*;

#[test]
fn each_kind_has_its_exit_code() {
    let code = |kind| CliError::of("x", &Error::new(kind, "y"), None).exit.code();
    assert_eq!(code(ErrorKind::InvalidRequest), 2);
    assert_eq!(code(ErrorKind::NoTargets), 4);
    assert_eq!(code(ErrorKind::AccessDenied), 5);
    assert_eq!(code(ErrorKind::Throttled), 6);
    assert_eq!(code(ErrorKind::Transient), 6);
    assert_eq!(code(ErrorKind::OperationFailed), 7);
}

fn told(kind: ErrorKind, cause: &str) -> (u8, String) {
    let error = CliError::of("x", &Error::new(kind, cause), Some("audit"));
    (error.exit.code(), error.hint)
}

#[test]
fn expired_credentials_are_found_behind_any_kind_but_not_in_a_persons_own_words() {
    let expired = "listing: ExpiredTokenException: The security token included is expired";
    assert_eq!(told(ErrorKind::Transient, expired).0, 5);
    let quoted = "invalid request: Accounts.Tags: got \"ExpiredToken\"";
    assert_eq!(told(ErrorKind::InvalidRequest, quoted).0, 2);
}

#[test]
fn a_wrong_name_is_a_usage_error_and_no_bug_to_report() {
    let gone = "asking for arn:aws:states:…: ExecutionDoesNotExist: Execution Does Not Exist";
    let (code, hint) = told(ErrorKind::OperationFailed, gone);
    assert!(code == 2 && hint.contains("run's id"), "{code} {hint}");
    let alone = "listing: AWSOrganizationsNotInUseException: Your account is not a member";
    assert_eq!(told(ErrorKind::OperationFailed, alone).0, 2);
    let other = told(ErrorKind::OperationFailed, "listing: Unheard: of");
    assert!(other.0 == 7 && other.1.contains("please report"), "{other:?}");
}

#[test]
fn a_refused_call_names_the_permission_that_it_needs() {
    let error = Error::new(ErrorKind::AccessDenied, "AccessDeniedException: no");
    let failed = FailedCall { error, needs: "states:StartExecution on the state machine" };
    let error = CliError::of_call("the run did not start", &failed, None);
    assert_eq!(error.exit, Exit::Access);
    assert!(error.hint.contains("needs states:StartExecution"), "{}", error.hint);
}

#[test]
fn a_full_disk_is_this_machines_trouble() {
    let full = std::io::Error::from_raw_os_error(28);
    let (code, hint) = told(ErrorKind::OperationFailed, &format!("writing /out/x.csv: {full}"));
    assert!(code == 7 && hint.contains("free space"), "{code} {hint}");
}

#[test]
fn a_fault_of_a_field_names_its_flag() {
    let error = Error::invalid("invalid request: Accounts.Include[0]: got \"12\"");
    let hint = CliError::of("x", &error, None).hint;
    assert!(hint.contains("`Accounts.Include` is --account"), "{hint}");
}
