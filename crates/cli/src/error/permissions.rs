//! What to do where AWS refuses a call: which permission it needs, and whose identity has it.

/// Who may list the organization and enter its accounts.
const ORGANIZATION: &str = "use an identity of the management account or of a delegated \
                            administrator; `org-operator check` says what it may do";

/// The IAM actions of the calls to the deployment, each with what it must be allowed on.
const DEPLOYMENT: &[(&str, &str)] = &[
    ("states:StartExecution", "on the state machine"),
    ("states:DescribeExecution", "on the state machine's executions"),
    ("states:ListMapRuns", "on the state machine's executions"),
    ("states:DescribeMapRun", "on the state machine's Map Runs"),
    ("states:SendTaskSuccess", "on the state machine"),
    ("states:SendTaskFailure", "on the state machine"),
    ("dynamodb:GetItem", "on the ledger's table, and kms:Decrypt where it has a key of its own"),
    ("s3:ListBucket", "on the bucket"),
    ("s3:GetObject", "on the bucket's objects, and kms:Decrypt where they have a key of their own"),
];

/// What to do about a refused call of the IAM action `action`.
pub(super) fn hint(action: Option<&str>) -> String {
    let known = |action| DEPLOYMENT.iter().find(|(known, _)| *known == action);
    match action.and_then(known) {
        Some((action, place)) => format!(
            "the call needs {action} {place}: use an identity of the deployment's account whose \
             policies allow that"
        ),
        None => ORGANIZATION.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_to_the_deployment_names_its_permission() {
        let hint = hint(Some("states:StartExecution"));
        assert!(hint.starts_with("the call needs states:StartExecution on the state machine: use"));
    }

    #[test]
    fn a_call_to_the_organization_names_the_accounts_that_may_make_it() {
        for action in [None, Some("organizations:ListAccounts")] {
            assert_eq!(hint(action), ORGANIZATION);
        }
    }
}
