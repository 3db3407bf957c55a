//! The IAM actions of calls and of roles, and what excuses a difference.

use std::collections::BTreeSet;

use aws_sim::Service;
use org_operator_tests::files::{resources, template};
use serde_json::Value;

pub(super) type Names = BTreeSet<String>;

/// Actions that are no call of ours, and why they are in a role; a service stands for all its.
pub(super) const NOT_SEEN: [(&str, &str); 4] = [
    ("logs", "Lambda writes what a function prints, Step Functions its events"),
    ("xray", "Lambda and Step Functions send the traces, with Tracing"),
    ("kms", "AWS's services use the key for the caller, with KmsKeyArn"),
    ("s3:ListBucket", "without it S3 says AccessDenied in the place of NoSuchKey"),
];
/// The same for the functions alone.
pub(super) const NOT_SIMULATED: (&str, &str) =
    ("sns:Publish", "only with ReportLinkHours; `make deploy-trial` takes it away");
/// The same for the fanout, whose runs here only read.
pub(super) const ROWS: [(&str, &str); 2] = [
    ("dynamodb:PutItem", "only in a run that changes something: who applies a plan"),
    ("dynamodb:BatchWriteItem", "only in a run that changes something: a plan's rows"),
];
/// The same for the state machine, beside what its definition names.
pub(super) const NOT_NAMED: [(&str, &str); 5] = [
    ("states:StartExecution", "a Distributed Map's children are executions"),
    ("states:DescribeExecution", "it follows them"),
    ("states:StopExecution", "it stops them"),
    ("s3:ListMultipartUploadParts", "a large ResultWriter file goes up in parts"),
    ("s3:AbortMultipartUpload", "a large ResultWriter file goes up in parts"),
];

/// The IAM actions that a call needs.
pub(super) fn action(service: Service, operation: &str) -> String {
    let (prefix, name) = match (service, operation) {
        // The parts of an upload are objects that are put; there is no other action for them.
        (Service::S3, "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload") => {
            ("s3", "PutObject")
        }
        (Service::S3, "ListObjectsV2") => ("s3", "ListBucket"),
        (Service::S3, _) => ("s3", operation),
        (Service::Account, _) => ("account", operation),
        (Service::DynamoDb, _) => ("dynamodb", operation),
        (Service::Ec2, _) => ("ec2", operation),
        (Service::Inspector, _) => ("inspector2", operation),
        (Service::Tagging, _) => ("tag", operation),
        (Service::Organizations, _) => ("organizations", operation),
        (Service::Config, _) => ("config", operation),
        (Service::SecurityHub, _) => ("securityhub", operation),
        (Service::CloudFormation, _) => ("cloudformation", operation),
        (Service::Sts, _) => ("sts", operation),
        // No deployment of these tests is given recordings.
        (Service::Recorded, _) => ("recorded", operation),
    };
    format!("{prefix}:{name}")
}

fn strings(value: &Value) -> Names {
    match value {
        Value::String(text) => Names::from([text.clone()]),
        Value::Array(values) => values.iter().flat_map(strings).collect(),
        _ => Names::new(),
    }
}

/// Every action of a role, whatever condition may add it.
fn actions(value: &Value) -> Names {
    match value {
        Value::Array(values) => values.iter().flat_map(actions).collect(),
        Value::Object(map) => {
            let inner = map.values().flat_map(actions);
            inner.chain(strings(&map.get("Action").cloned().unwrap_or_default())).collect()
        }
        _ => Names::new(),
    }
}

/// The actions of a role's own policies, and of the template's that are attached to it.
pub(super) fn allowed(file: &str, role: &str) -> Names {
    let template = template(file);
    let role = &resources(&template, "AWS::IAM::Role")[role];
    let attached = strings(&role["ManagedPolicyArns"]);
    let managed = resources(&template, "AWS::IAM::ManagedPolicy").into_iter();
    let managed = managed.filter(|(name, _)| attached.contains(name));
    let others = managed.flat_map(|(_, policy)| actions(&policy["PolicyDocument"]));
    others.chain(actions(&role["Policies"])).collect()
}

fn explained(action: &str, reasons: &[(&str, &str)]) -> bool {
    let service = action.split(':').next().unwrap_or_default();
    reasons.iter().any(|(named, _)| *named == action || *named == service)
}

/// Both are the same, but for what has a reason; and a reason is for nothing that is seen.
pub(super) fn assert_same(what: &str, seen: &Names, allowed: &Names, reasons: &[(&str, &str)]) {
    let missing: Vec<_> = seen.difference(allowed).collect();
    assert!(missing.is_empty(), "{what} calls what its role may not: {missing:?}");
    let idle = allowed.difference(seen).filter(|action| !explained(action, reasons));
    let idle: Vec<_> = idle.collect();
    assert!(idle.is_empty(), "{what} never calls what its role may: {idle:?}");
    let stale: Vec<_> = seen.iter().filter(|action| explained(action, reasons)).collect();
    assert!(stale.is_empty(), "{what} does call what it was said not to: {stale:?}");
}
