//! `cloudformation-stack`: the plan of creating or updating one stack in every account. The plan is a
//! change set of `CloudFormation`, so that it writes one; applying it executes exactly that change set.
//!
//! A row is one target's change set, not one resource of it: `CloudFormation` executes a change set as a
//! whole and takes it back as a whole, so that no resource has an outcome of its own. The resources are
//! in the row.

mod apply;
mod bounds;
mod change_set;
mod changes;
mod client;
mod events;
mod parameters;
mod plan;
mod stack;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use futures_util::future::BoxFuture;
use org_operator_changes::{CallProblem, Made, PlanRow, SKIP, Seen};
use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::{Access, Spec};
use serde_json::{Map, Value, json};

use crate::bounds::{Outside, StackBounds, Statement};
use crate::change::Change;
use crate::{Operation, OperationFailure, Rows, Target};
use parameters::Wanted;

/// The operation's name.
pub const NAME: &str = "cloudformation-stack";

/// The word of a row whose change set creates the stack.
const CREATE: &str = "create";
/// The word of a row whose change set updates the stack.
const UPDATE: &str = "update";
/// The word of a row that deletes a stack which an apply created.
const DELETE: &str = "delete";
/// The word of a row that gives a stack its former template and parameters.
const RESTORE: &str = "restore";
/// The word of a row that deletes a change set which was not executed.
const DROP: &str = "drop";

const READS: [&str; 2] = ["cloudformation:DescribeStacks", "cloudformation:DescribeChangeSet"];
/// What reading a row again takes, and why it failed.
const LOOKS: [&str; 3] = [
    "cloudformation:GetTemplate",
    "cloudformation:DescribeStackEvents",
    "cloudformation:ListChangeSets",
];
/// What making a change set takes; `CloudFormation` reads the template with the caller's rights.
const MAKES: [&str; 3] = ["cloudformation:CreateChangeSet", "iam:PassRole", "s3:GetObject"];
const EXECUTES: &str = "cloudformation:ExecuteChangeSet";
const DISCARDS: [&str; 2] = ["cloudformation:DeleteChangeSet", "cloudformation:DeleteStack"];

const COLUMNS: &[(&str, &str)] = &[
    ("change_set", "the change set's ARN; the stack's name where there is none"),
    ("action", "create, update, or skip where the plan leaves the stack"),
    ("reason", "why"),
    ("stack", "the stack's name"),
    ("stack_status", "its state as it was; empty where there is none"),
    ("changes", "how many resources would change"),
    ("data_at_risk", "resources that hold data and would be replaced or removed"),
    ("resources", "what would change, as JSON"),
    ("before", "the stack's template and parameters as JSON; empty where there is none"),
    ("after", "what is wanted, as JSON"),
    ("inverse", "what takes the change back, as JSON"),
];

const EXAMPLE: &[&str] = &[
    "arn:aws:cloudformation:eu-west-1:111111111111:changeSet/org-operator-20261126T081530Z-4f7a2c/1",
    "create",
    "the stack is new; 1 resources would change",
    "baseline",
    "",
    "1",
    "",
    concat!(
        r#"[{"Action":"Add","LogicalId":"Topic","Type":"AWS::SNS::Topic","#,
        r#""Replacement":"","PolicyAction":""}]"#
    ),
    "",
    concat!(
        r#"{"StackId":"arn:aws:cloudformation:eu-west-1:111111111111:stack/baseline/1","#,
        r#""Parameters":{},"ServiceRole":"deployer","TemplateSha256":"…","AllowReplacement":false,"Changes":["…"]}"#
    ),
    r#"{"Key":"arn:aws:cloudformation:eu-west-1:111111111111:stack/baseline/1","Action":"delete"}"#,
];

const NOT_SEEN: &[&str] = &[
    "What changes inside nested stacks: their own change sets are not made.",
    "Whether the execution will succeed: a change set is not a trial.",
    "What somebody changed beside CloudFormation: drift is not looked for.",
];

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let summary = "a plan of creating or updating a CloudFormation stack, as a change set";
    let question = "What would this template change in each account, and can it be lost?";
    let summary_action = ["cloudformation:GetTemplateSummary"];
    let actions = [&READS[..], &LOOKS[..], &summary_action[..], &MAKES[..], &DISCARDS[..]].concat();
    let spec = Spec::read_only(NAME, summary, actions)
        .with_columns(COLUMNS, &["change_set"])
        .documented("inventory", question, NOT_SEEN)
        .with_example(EXAMPLE);
    let services = vec!["cloudformation".to_owned()];
    let parameters = parameters::declared();
    Spec { access: Access::Mutating, services, parameters, ..spec }
});

/// The operation `cloudformation-stack`.
#[derive(Debug, Clone, Copy)]
pub struct CloudFormationStack;

impl Operation for CloudFormationStack {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(async move { plan::rows(target, &Wanted::of(&target.parameters)?).await })
    }

    /// Only the reads: a change set cannot be made for a trial.
    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        Box::pin(async move {
            let client = client::Client::new(target);
            client.stack("org-operator-check").await.map(drop)
        })
    }

    fn check_parameters(&self, given: &Map<String, Value>, violations: &mut Violations) {
        if let Err(found) = Wanted::of(given) {
            found.note(violations);
        }
    }
}

impl Change for CloudFormationStack {
    fn words(&self) -> &'static [&'static str] {
        &[CREATE, UPDATE, RESTORE, DELETE, DROP]
    }

    /// It passes a role, mostly an administrator's: a role that may pass any is one, too.
    fn bounded_statements(&self) -> &'static [Statement] {
        bounds::STATEMENTS
    }

    fn outside(&self, given: &Map<String, Value>, bounds: &StackBounds) -> Vec<Outside> {
        bounds::parameters(given, bounds)
    }

    fn row_outside(&self, row: &PlanRow, bounds: &StackBounds) -> Vec<Outside> {
        bounds::row(row, bounds)
    }

    fn actions(&self, words: &BTreeSet<&str>) -> Option<Vec<String>> {
        let mut actions: BTreeSet<&str> = READS.into_iter().chain(LOOKS).collect();
        for word in words {
            match *word {
                CREATE | UPDATE => actions.extend([EXECUTES]),
                RESTORE => actions.extend(MAKES.into_iter().chain(DISCARDS).chain([EXECUTES])),
                DELETE => actions.extend(["cloudformation:DeleteStack"]),
                DROP => actions.extend(DISCARDS),
                SKIP => {}
                _ => return None,
            }
        }
        Some(actions.into_iter().map(str::to_owned).collect())
    }

    fn read<'a>(
        &'a self,
        target: &'a Target,
        row: &'a PlanRow,
    ) -> BoxFuture<'a, Result<Seen, CallProblem>> {
        Box::pin(apply::read(target, row))
    }

    fn change<'a>(
        &'a self,
        target: &'a Target,
        row: &'a PlanRow,
    ) -> BoxFuture<'a, Result<Made, CallProblem>> {
        Box::pin(apply::change(target, row))
    }

    fn dropped(&self, row: &PlanRow) -> Option<PlanRow> {
        let before = json!({
            "StackId": row.after["StackId"],
            "ServiceRole": row.after["ServiceRole"],
            "ChangeSet": row.key.key,
            "Creates": row.action == CREATE,
        });
        row.is_change().then(|| PlanRow {
            action: DROP.to_owned(),
            before,
            after: Value::Null,
            reason: "the plan is dropped".to_owned(),
            inverse: None,
            ..row.clone()
        })
    }
}
