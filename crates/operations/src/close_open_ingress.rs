//! `close-open-ingress`: the plan of closing what is open to the whole internet. It only reads; the
//! rows say what would be closed, what would not, and why. Applying a plan is [`crate::change`]'s part.

mod calls;
mod parameters;
mod rule;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use futures_util::future::BoxFuture;
use org_operator_changes::{CallProblem, Made, PlanRow, SKIP, Seen};
use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::Spec;
use serde_json::{Map, Value};

use crate::change::{Change, Condition};
use crate::{Operation, OperationFailure, Rows, Target, ec2};
use parameters::Wanted;

/// The operation's name.
pub const NAME: &str = "close-open-ingress";

/// The word of a row that revokes a rule.
const CLOSE: &str = "close";
/// The word of a row that authorizes a rule again.
const OPEN: &str = "open";
/// What EC2 asks for besides, where a call that makes something gives it tags.
const CREATE_TAGS: &str = "ec2:CreateTags";

const PROBES: [ec2::Probe; 3] = [
    ec2::dry_run!("ec2:DescribeSecurityGroupRules", describe_security_group_rules),
    ec2::dry_run!("ec2:DescribeSecurityGroups", describe_security_groups),
    ec2::dry_run!("ec2:DescribeNetworkInterfaces", describe_network_interfaces),
];

const COLUMNS: &[(&str, &str)] = &[
    ("rule_id", "the rule"),
    ("action", "close, or skip where the plan leaves it"),
    ("reason", "why"),
    ("group_id", "its security group"),
    ("group_name", "the group's name"),
    ("vpc_id", "the group's VPC"),
    ("protocol", "the protocol; -1 is all"),
    ("from_port", "the first port; -1 is all"),
    ("to_port", "the last port; -1 is all"),
    ("source", "0.0.0.0/0 or ::/0"),
    ("description", "the rule's description"),
    ("interfaces", "how many network interfaces have the group"),
    ("managed_by", "the CloudFormation stack that the group belongs to"),
    ("before", "the rule as JSON"),
    ("after", "what is wanted, as JSON; empty is nothing"),
    ("inverse", "what takes the change back, as JSON"),
];

const EXAMPLE: &[&str] = &[
    "sgr-1",
    "close",
    "open to 0.0.0.0/0",
    "sg-1",
    "web",
    "vpc-1",
    "tcp",
    "22",
    "22",
    "0.0.0.0/0",
    "ssh",
    "1",
    "web",
    concat!(
        r#"{"GroupId":"sg-1","Protocol":"tcp","FromPort":22,"ToPort":22,"#,
        r#""Source":"0.0.0.0/0","Description":"ssh","Tags":{}}"#
    ),
    "",
    r#"{"Key":"sg-1/tcp/22-22/0.0.0.0/0","Action":"open"}"#,
];

const NOT_SEEN: &[&str] = &[
    "Rules that together mean the world, such as 0.0.0.0/1 and 128.0.0.0/1.",
    "Prefix lists that hold the world.",
    "Whether a tool other than CloudFormation puts a rule back: managed_by names stacks only.",
];

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let summary = "a plan of closing ingress rules that are open to the whole internet";
    let question = "Which ingress rules would be closed, and which would be left, on these ports?";
    let spec = Spec::read_only(NAME, summary, ec2::actions(&PROBES))
        .with_columns(COLUMNS, &["rule_id"])
        .documented("security", question, NOT_SEEN)
        .with_example(EXAMPLE);
    Spec { parameters: parameters::declared(), ..spec }
});

/// The operation `close-open-ingress`.
#[derive(Debug, Clone, Copy)]
pub struct CloseOpenIngress;

impl Operation for CloseOpenIngress {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(async move { Ok(calls::rows(target, &Wanted::of(&target.parameters)?).await?) })
    }

    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        ec2::probe_all(&PROBES, target)
    }

    fn check_parameters(&self, given: &Map<String, Value>, violations: &mut Violations) {
        if let Err(found) = Wanted::of(given) {
            found.note(violations);
        }
    }
}

impl Change for CloseOpenIngress {
    fn words(&self) -> &'static [&'static str] {
        &[CLOSE, OPEN]
    }

    fn actions(&self, words: &BTreeSet<&str>) -> Option<Vec<String>> {
        let mut actions = vec!["ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups"];
        for word in words {
            match *word {
                CLOSE => actions.push("ec2:RevokeSecurityGroupIngress"),
                OPEN => actions.extend(["ec2:AuthorizeSecurityGroupIngress", CREATE_TAGS]),
                SKIP => {}
                _ => return None,
            }
        }
        Some(actions.into_iter().map(str::to_owned).collect())
    }

    /// A rule gets its tags with the call that authorizes it, never by themselves.
    fn condition(&self, action: &str) -> Option<Condition> {
        let (key, values) = ("ec2:CreateAction", &["AuthorizeSecurityGroupIngress"]);
        (action == CREATE_TAGS).then_some(Condition { key, values })
    }

    fn read<'a>(
        &'a self,
        target: &'a Target,
        row: &'a PlanRow,
    ) -> BoxFuture<'a, Result<Seen, CallProblem>> {
        Box::pin(calls::read(target, row))
    }

    fn change<'a>(
        &'a self,
        target: &'a Target,
        row: &'a PlanRow,
    ) -> BoxFuture<'a, Result<Made, CallProblem>> {
        Box::pin(calls::change(target, row))
    }
}
