//! What a deployment holds this operation to: the statements of the admin role, and which parameters and
//! rows are outside of the role and the stacks that the deployment names.

use org_operator_changes::PlanRow;
use serde_json::{Map, Value, json};

use super::parameters::{SERVICE_ROLE, STACK_NAME, STACK_SET};
use crate::bounds::{Effect, Outside, StackBounds, Statement};
use crate::modelled::text;

/// The stacks of an account whose names begin as the deployment says, in every Region.
const STACKS: &str =
    "arn:${AWS::Partition}:cloudformation:*:${AWS::AccountId}:stack/${StackNamePrefix}*";
/// The stacks of stack sets: `CloudFormation` manages those.
const OF_STACK_SETS: &str =
    "arn:${AWS::Partition}:cloudformation:*:${AWS::AccountId}:stack/StackSet-*";
const ROLE: &str = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${StackServiceRoleName}";
const CLOUDFORMATION: &str = "cloudformation.amazonaws.com";

/// A change set without a role would be made with the one that the stack has, whichever that is, and
/// without the right to pass it: so the role is a condition of making one.
pub(super) const STATEMENTS: &[Statement] = &[
    Statement {
        effect: Effect::Allow,
        actions: &[
            "cloudformation:DeleteChangeSet",
            "cloudformation:DeleteStack",
            "cloudformation:DescribeChangeSet",
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStacks",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:GetTemplate",
            "cloudformation:ListChangeSets",
        ],
        resource: STACKS,
        conditions: &[],
    },
    Statement {
        effect: Effect::Allow,
        actions: &["cloudformation:CreateChangeSet"],
        resource: STACKS,
        conditions: &[("ArnEquals", "cloudformation:RoleArn", ROLE)],
    },
    Statement {
        effect: Effect::Deny,
        actions: &["cloudformation:*"],
        resource: OF_STACK_SETS,
        conditions: &[],
    },
    Statement {
        effect: Effect::Allow,
        actions: &["iam:PassRole"],
        resource: ROLE,
        conditions: &[("StringEquals", "iam:PassedToService", CLOUDFORMATION)],
    },
    // Neither takes a resource: the template is in the request, or in the bucket of the next statement.
    Statement {
        effect: Effect::Allow,
        actions: &["cloudformation:GetTemplateSummary", "ec2:DescribeRegions"],
        resource: "*",
        conditions: &[],
    },
    // Which object it is, only the request says. CloudFormation alone may read it, within the organization.
    Statement {
        effect: Effect::Allow,
        actions: &["s3:GetObject"],
        resource: "*",
        conditions: &[
            ("ForAnyValue:StringEquals", "aws:CalledVia", CLOUDFORMATION),
            ("StringEquals", "aws:ResourceOrgID", "${OrganizationId}"),
        ],
    },
];

/// What a run's parameters have outside of `bounds`; what is no text is refused elsewhere.
pub(super) fn parameters(given: &Map<String, Value>, bounds: &StackBounds) -> Vec<Outside> {
    let role = given.get(SERVICE_ROLE).and_then(Value::as_str).filter(|role| !role.is_empty());
    let stack = given.get(STACK_NAME).and_then(Value::as_str).filter(|name| !name.is_empty());
    let outside = [
        role.and_then(|it| outside_role(it, bounds)),
        stack.and_then(|it| outside_stack(it, bounds)),
    ];
    outside.into_iter().flatten().collect()
}

/// What a row of a plan has outside of `bounds`; a row without a role or a stack is outside.
pub(super) fn row(row: &PlanRow, bounds: &StackBounds) -> Vec<Outside> {
    let role = named(row, SERVICE_ROLE).iter().find_map(|role| outside_role(role, bounds));
    let stack = named(row, "StackId").iter().find_map(|arn| outside_stack(name_of(arn), bounds));
    [role, stack].into_iter().flatten().collect()
}

/// What the states of a row call `name`: each must be within, and one must be there.
fn named(row: &PlanRow, name: &str) -> Vec<String> {
    let found: Vec<String> =
        [&row.before, &row.after].into_iter().filter_map(|state| text(state, name)).collect();
    if found.is_empty() { vec![String::new()] } else { found }
}

/// The name in the ARN of a stack, `arn:PARTITION:cloudformation:REGION:ACCOUNT:stack/NAME/ID`.
fn name_of(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or_default()
}

fn outside_role(role: &str, bounds: &StackBounds) -> Option<Outside> {
    let allowed = format!("\"{}\": this deployment's StackServiceRoleName", bounds.service_role);
    let outside = Outside { field: SERVICE_ROLE, came: came(role), allowed };
    (role != bounds.service_role).then_some(outside)
}

fn outside_stack(name: &str, bounds: &StackBounds) -> Option<Outside> {
    let prefix = &bounds.name_prefix;
    let allowed =
        format!("a name that begins with \"{prefix}\": this deployment's StackNamePrefix");
    let outside = Outside { field: STACK_NAME, came: came(name), allowed };
    let is_within = name.starts_with(prefix.as_str()) && !name.starts_with(STACK_SET);
    (!is_within).then_some(outside)
}

fn came(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { json!(text).to_string() }
}
