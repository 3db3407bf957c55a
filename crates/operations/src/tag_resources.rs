//! `tag-resources`: the plan of setting tags on resources that lack them. It only reads; applying a plan
//! is [`crate::change`]'s part. Which resources lack tags, without a plan, is the file `missing-tags`.

mod calls;
mod parameters;
mod services;
mod state;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use futures_util::future::BoxFuture;
use org_operator_changes::{CallProblem, Made, PlanRow, Seen};
use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::Spec;
use serde_json::{Map, Value};

use crate::change::Change;
use crate::{Operation, OperationFailure, Rows, Target};
use parameters::Wanted;

/// The operation's name.
pub const NAME: &str = "tag-resources";

const COLUMNS: &[(&str, &str)] = &[
    ("tag", "the resource's ARN and the tag's key"),
    ("action", "tag and the resource's service, or skip where the plan leaves it"),
    ("reason", "why"),
    ("arn", "the resource"),
    ("type", "its service and type"),
    ("tag_key", "the tag's key"),
    ("current_value", "the value that it has; empty where it has none"),
    ("new_value", "the value that is wanted"),
    ("stack", "the CloudFormation stack that the resource belongs to"),
    ("before", "the tag as JSON; empty is absent"),
    ("after", "what is wanted, as JSON"),
    ("inverse", "what takes the change back, as JSON"),
];

const EXAMPLE: &[&str] = &[
    "arn:aws:ec2:eu-west-1:111111111111:volume/vol-1 Owner",
    "tag ec2",
    "it lacks the key",
    "arn:aws:ec2:eu-west-1:111111111111:volume/vol-1",
    "ec2:volume",
    "Owner",
    "",
    "web",
    "shop",
    "",
    r#"{"Arn":"arn:aws:ec2:eu-west-1:111111111111:volume/vol-1","Key":"Owner","Value":"web"}"#,
    r#"{"Key":"arn:aws:ec2:eu-west-1:111111111111:volume/vol-1 Owner","Action":"untag ec2"}"#,
];

const NOT_SEEN: &[&str] = &[
    "Resources that never had a tag: AWS does not list them.",
    "Global resources anywhere but in us-east-1.",
    "Tags of the last seconds: some services tell the tagging API late.",
    "Whether a key decides about access, cost categories or budgets: name such keys in RefusedKeys.",
];

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let summary = "a plan of setting tags on resources that lack them";
    let question = "Which resources would get which tags, and which would be left?";
    let spec = Spec::read_only(NAME, summary, [calls::READ])
        .with_columns(COLUMNS, &["tag"])
        .documented("inventory", question, NOT_SEEN)
        .with_example(EXAMPLE);
    Spec { services: vec![calls::SERVICE.to_owned()], parameters: parameters::declared(), ..spec }
});

/// The words of the rows that a role can be made for beforehand: those of the services that
/// organizations tag most, where the actions do no more than tagging. A plan's rows may have others.
pub const WORDS: &[&str] = words::WORDS;

/// The operation `tag-resources`.
#[derive(Debug, Clone, Copy)]
pub struct TagResources;

impl Operation for TagResources {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(async move { calls::rows(target, &Wanted::of(&target.parameters)?).await })
    }

    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        Box::pin(calls::probe(target))
    }

    fn check_parameters(&self, given: &Map<String, Value>, violations: &mut Violations) {
        if let Err(found) = Wanted::of(given) {
            found.note(violations);
        }
    }
}

impl Change for TagResources {
    fn words(&self) -> &'static [&'static str] {
        WORDS
    }

    fn actions(&self, words: &BTreeSet<&str>) -> Option<Vec<String>> {
        services::actions(words)
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
