//! The session of a member role: its name, its policy, its ARN. Calling STS is the AWS crate's
//! business.

use serde_json::json;

use crate::model::id::{AccountId, RunId};
use crate::model::region::Partition;

/// A role session name has 2 to 64 characters of `[\w+=,.@-]` (STS API reference, `AssumeRole`).
const NAME_CHARS: usize = 64;

/// `org-operator-<RunId, cut to fit>`, which is what a member account's `CloudTrail` shows.
#[must_use]
pub fn name(run: &RunId) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) { c } else { '-' };
    format!("org-operator-{run}").chars().map(fits).take(NAME_CHARS).collect()
}

/// The action that every run needs beside its operation's: which Regions the account has on.
pub const INQUIRY: &str = "ec2:DescribeRegions";

/// The most characters of a session policy (STS API reference, `AssumeRole`, `Policy`).
pub const MAX_POLICY_CHARS: usize = 2_048;

/// An operation's `actions` and [`INQUIRY`], each once.
#[must_use]
pub fn with_inquiry(actions: &[String]) -> Vec<String> {
    let is_missing = !actions.iter().any(|action| action == INQUIRY);
    let missing = is_missing.then(|| INQUIRY.to_owned());
    actions.iter().cloned().chain(missing).collect()
}

/// A session policy that allows `actions` and nothing else, as JSON.
#[must_use]
pub fn policy(actions: &[String]) -> String {
    let statement = json!([{ "Effect": "Allow", "Action": actions, "Resource": "*" }]);
    json!({ "Version": "2012-10-17", "Statement": statement }).to_string()
}

/// The ARN of the role `name` in `account`.
#[must_use]
pub fn role_arn(partition: Partition, account: &AccountId, name: &str) -> String {
    format!("arn:{partition}:iam::{account}:role/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_name_fits_sts_whatever_the_run_is_called() {
        let run = RunId::parse(&format!("(a)'!{}", "x".repeat(75))).unwrap();
        let name = name(&run);
        assert!(name.len() == 64 && name.starts_with("org-operator--a---x"), "{name}");
    }

    #[test]
    fn a_policy_allows_only_the_actions() {
        let policy: serde_json::Value =
            serde_json::from_str(&policy(&["ec2:X".to_owned()])).unwrap();
        assert_eq!(policy["Statement"][0]["Action"], json!(["ec2:X"]));
        assert_eq!(policy["Statement"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn a_role_arn_is_of_the_callers_partition() {
        let account = AccountId::parse("111111111111").unwrap();
        let arn = role_arn(Partition::UsGov, &account, "operation-readonly");
        assert_eq!(arn, "arn:aws-us-gov:iam::111111111111:role/operation-readonly");
    }
}
