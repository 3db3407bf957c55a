//! Answers of AWS that say that a name or a place in the command line is wrong, by the service's
//! code, with what to do about each. All of them are usage errors.

const EXECUTION: &str = "give the run's id, which is the execution's name; Step Functions forgets one 90 days after its end";
const TAKEN: &str = "an execution of this name did something else: give another --name, or none; \
     `org-operator status` says how that one is";
const MACHINE: &str =
    "give --state-machine-arn as the output StateMachineArn of operator.yaml has it";
const BUCKET: &str = "give --bucket as the output ResultsBucket of operator.yaml has it";
const ELSEWHERE: &str = "--region must be the bucket's own Region";
const ALONE: &str =
    "give a --profile of the organization's management account or of a delegated administrator";

/// A code, and what to do. The codes are those of botocore's service models (1.44.5).
const ANSWERS: &[(&str, &str)] = &[
    ("ExecutionDoesNotExist", EXECUTION),
    ("ExecutionAlreadyExists", TAKEN),
    ("InvalidName", "give another --name, or none"),
    ("StateMachineDoesNotExist", MACHINE),
    ("StateMachineDeleting", MACHINE),
    ("InvalidArn", MACHINE),
    ("NoSuchBucket", BUCKET),
    ("InvalidBucketName", BUCKET),
    ("PermanentRedirect", ELSEWHERE),
    ("TemporaryRedirect", ELSEWHERE),
    ("AuthorizationHeaderMalformed", ELSEWHERE),
    ("HTTP 301", ELSEWHERE),
    ("AWSOrganizationsNotInUseException", ALONE),
];

/// What to do about a message such as `asking for arn:…: ExecutionDoesNotExist: …`.
pub(super) fn hint(message: &str) -> Option<&'static str> {
    let has = |code: &str| message.split(": ").any(|part| part == code);
    ANSWERS.iter().find(|(code, _)| has(code)).map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_counts_only_as_a_part_of_its_own() {
        let said = "listing s3://b/runs/: NoSuchBucket: The specified bucket does not exist";
        assert_eq!(hint(said), Some(BUCKET));
        assert_eq!(hint("listing s3://b/NoSuchBucket/: SlowDown: later"), None);
    }
}
