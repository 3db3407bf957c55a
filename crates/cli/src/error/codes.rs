//! Answers of AWS that mean that a name or a place on the command line is wrong, by the service's
//! code, with what to do about each. All of them are usage errors.

use org_operator_core::Error;

const EXECUTION: &str = "give the run's id, which is the execution's name; Step Functions forgets one 90 days after its end";
const TAKEN: &str = "an execution of this name did something else: give another --name, or none; \
     `org-operator status` says how that one is";
const MACHINE: &str =
    "give --state-machine-arn as the output StateMachineArn of operator.yaml has it";
const TABLE: &str = "give --ledger-table as the output LedgerTable of operator.yaml has it";
const BUCKET: &str = "give --bucket as the output ResultsBucket of operator.yaml has it";
const OTHER_REGION: &str = "--region must be the bucket's own Region";
const NO_ORGANIZATION: &str =
    "give a --profile of the organization's management account or of a delegated administrator";

const ANSWERED: &str =
    "it was answered already, or nobody answered in time; `org-operator status` says how it is";

/// A code, and what to do. The codes are those of botocore's service models (1.44.5).
const ANSWERS: &[(&str, &str)] = &[
    ("ExecutionDoesNotExist", EXECUTION),
    ("ExecutionAlreadyExists", TAKEN),
    ("InvalidName", "give another --name, or none"),
    ("StateMachineDoesNotExist", MACHINE),
    ("StateMachineDeleting", MACHINE),
    ("InvalidArn", MACHINE),
    ("TaskTimedOut", ANSWERED),
    ("TaskDoesNotExist", ANSWERED),
    ("ResourceNotFoundException", TABLE),
    ("NoSuchBucket", BUCKET),
    ("InvalidBucketName", BUCKET),
    ("PermanentRedirect", OTHER_REGION),
    ("TemporaryRedirect", OTHER_REGION),
    ("AuthorizationHeaderMalformed", OTHER_REGION),
    ("AWSOrganizationsNotInUseException", NO_ORGANIZATION),
];

/// What to do about a call that failed with one of the codes.
pub(super) fn hint(error: &Error) -> Option<&'static str> {
    let failure = error.failure()?;
    let Some(code) = failure.code.as_deref() else {
        // S3's answer to a HEAD, and some of its redirects, have no body and so no code.
        return (failure.status == Some(301)).then_some(OTHER_REGION);
    };
    ANSWERS.iter().find(|(known, _)| *known == code).map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use org_operator_core::ErrorKind;
    use org_operator_core::error::CallFailure;

    fn hint_for(failure: CallFailure) -> Option<&'static str> {
        hint(
            &Error::call(ErrorKind::OperationFailed, failure).context("listing s3://NoSuchBucket/"),
        )
    }

    #[test]
    fn the_code_decides_and_not_the_message() {
        let gone =
            CallFailure::answered("NoSuchBucket", 404, "The specified bucket does not exist");
        assert_eq!(hint_for(gone), Some(BUCKET));
        assert_eq!(hint_for(CallFailure::answered("Odd", 400, "NoSuchBucket: InvalidArn")), None);
        assert_eq!(hint(&Error::new(ErrorKind::OperationFailed, "x: NoSuchBucket: y")), None);
    }

    #[test]
    fn a_redirect_without_a_code_is_another_region() {
        let moved = CallFailure { code: None, ..CallFailure::answered("", 301, "") };
        assert_eq!(hint_for(moved), Some(OTHER_REGION));
    }
}
