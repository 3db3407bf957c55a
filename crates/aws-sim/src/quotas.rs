//! AWS's request quotas as token buckets.
//!
//! Sources, read 2026-11-22: Organizations user guide "Quotas and service limits"; IAM user guide
//! "IAM and STS quotas"; EC2 developer guide "Request throttling"; DynamoDB developer guide on
//! partitions; Account Management reference "Quotas"; S3 user guide "Best practices design patterns".

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use crate::call::{Call, Service};

/// Calls per second, and how many at once.
type Rate = (f64, f64);

/// The bucket that a call takes its token from.
type Bucket = (Service, Cow<'static, str>, String, String);

/// What is left of each quota.
#[derive(Debug, Default)]
pub(crate) struct Quotas(Mutex<HashMap<Bucket, (f64, Instant)>>);

impl Quotas {
    /// Takes a token for `call`, or says that there is none.
    pub(crate) fn allow(&self, call: &Call) -> bool {
        let Some((bucket, (per_second, burst))) = quota(call) else { return true };
        let now = Instant::now();
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, then) = buckets.entry(bucket).or_insert((burst, now));
        let refilled = *tokens + now.duration_since(*then).as_secs_f64() * per_second;
        *then = now;
        *tokens = refilled.min(burst);
        let allowed = *tokens >= 1.0;
        if allowed {
            *tokens -= 1.0;
        }
        allowed
    }
}

fn quota(call: &Call) -> Option<(Bucket, Rate)> {
    let (group, rate): (&'static str, Rate) = match (call.service, call.operation.as_str()) {
        (Service::Organizations, "ListAccounts") => ("accounts", (8.0, 12.0)),
        (
            Service::Organizations,
            "ListAccountsForParent" | "ListOrganizationalUnitsForParent" | "ListParents",
        ) => ("parents", (5.0, 8.0)),
        (Service::Organizations, "ListRoots") => ("roots", (1.0, 2.0)),
        (Service::Organizations, "DescribeOrganization") => ("organization", (1.0, 2.0)),
        (Service::Organizations, "DescribeAccount") => ("account", (20.0, 30.0)),
        (Service::Organizations, "DescribeOrganizationalUnit") => ("unit", (2.0, 2.0)),
        (Service::Organizations, "ListTagsForResource") => ("tags", (10.0, 15.0)),
        (Service::Account, _) => ("regions", (5.0, 5.0)),
        // All of them together, per calling account and Region.
        (Service::Sts, _) => ("sts", (600.0, 600.0)),
        // Per account, Region and API: the bucket of the non-mutating actions.
        (Service::Ec2, "DescribeRouteTables") => ("route tables", (20.0, 100.0)),
        (Service::Ec2, "DescribeAddresses") => ("addresses", (20.0, 100.0)),
        (Service::Ec2, "DescribeVpcAttribute") => ("VPC attributes", (20.0, 100.0)),
        (Service::Ec2, "DescribeSecurityGroups") => ("groups", (20.0, 100.0)),
        (Service::Ec2, "DescribeSecurityGroupRules") => ("rules", (20.0, 100.0)),
        // The bucket of the mutating actions, of which some have one of their own.
        (Service::Ec2, "RevokeSecurityGroupIngress" | "AuthorizeSecurityGroupIngress") => {
            ("ingress", (5.0, 50.0))
        }
        (Service::Ec2, "DescribeNetworkInterfaces") => ("interfaces", (10.0, 50.0)),
        // Per partition key, in calls: a batch of 25 small items counts as one here.
        (Service::DynamoDb, _) => ("partition", (1_000.0, 1_000.0)),
        (Service::S3, _) => ("bucket", (3_500.0, 3_500.0)),
        _ => return of_other_ec2_actions(call),
    };
    Some((bucket(call, Cow::Borrowed(group)), rate))
}

/// Organizations and STS count by caller, which is one account here.
fn bucket(call: &Call, group: Cow<'static, str>) -> Bucket {
    let account = match call.service {
        Service::Ec2 | Service::DynamoDb => call.account.clone(),
        _ => String::new(),
    };
    (call.service, group, account, call.region.clone())
}

/// EC2's other non-mutating actions, each with a bucket of its own: a smaller one where it lists what can
/// be many.
fn of_other_ec2_actions(call: &Call) -> Option<(Bucket, Rate)> {
    let rate = match call.operation.as_str() {
        "DescribeInstances" | "DescribeSnapshots" | "DescribeVolumes" => (10.0, 50.0),
        reads if reads.starts_with("Describe") || reads.starts_with("Get") => (20.0, 100.0),
        _ => return None,
    };
    let group = Cow::Owned(call.operation.clone());
    (call.service == Service::Ec2).then(|| (bucket(call, group), rate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn a_bucket_gives_its_burst_and_then_its_rate() {
        let call = Call {
            service: Service::Organizations,
            operation: "ListAccounts".to_owned(),
            account: String::new(),
            region: "us-east-1".to_owned(),
        };
        let quotas = Quotas::default();
        let allowed = |n: usize| (0..n).filter(|_| quotas.allow(&call)).count();
        assert_eq!(allowed(30), 12);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(allowed(30), 8);
        tokio::time::sleep(Duration::from_mins(1)).await;
        assert_eq!(allowed(30), 12);
    }
}
