//! `inspector-activation`: the plan of turning Inspector's scan types on. It only reads; applying a plan
//! is [`crate::change`]'s part. What is on where, without a plan, is the file `inspector-status`.

mod calls;
mod parameters;
mod scans;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use futures_util::future::BoxFuture;
use org_operator_changes::{CallProblem, Made, PlanRow, SKIP, Seen};
use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::Spec;
use serde_json::{Map, Value};

use crate::change::{CREATE_SERVICE_ROLE, Change, Condition, service_role_of};
use crate::{Operation, OperationFailure, Rows, Target};
use parameters::Wanted;

/// The operation's name.
pub const NAME: &str = "inspector-activation";

/// The word of a row that turns a scan type on.
const ENABLE: &str = "enable";
/// The word of a row that turns a scan type off.
const DISABLE: &str = "disable";

const COLUMNS: &[(&str, &str)] = &[
    ("scan_type", "the scan type, as Inspector's calls name it"),
    ("action", "enable, or skip where the plan leaves it"),
    ("reason", "why"),
    ("status", "the scan type's status"),
    ("administrator", "the delegated administrator; empty where there is none"),
    ("cost", "what AWS bills once it is on"),
    ("before", "the status as JSON"),
    ("after", "what is wanted, as JSON"),
    ("inverse", "what takes the change back, as JSON"),
];

const EXAMPLE: &[&str] = &[
    "EC2",
    "enable",
    "it is off",
    "DISABLED",
    "",
    "per EC2 instance that is scanned, by the month: https://aws.amazon.com/inspector/pricing/",
    "\"DISABLED\"",
    "\"ENABLED\"",
    r#"{"Key":"EC2","Action":"disable"}"#,
];

const NOT_SEEN: &[&str] = &[
    "What it will cost: that follows from how many resources there are to scan.",
    "Whether the delegated administrator turns it on for members by itself.",
    "Whether Inspector can scan each instance: that takes the SSM agent, or agentless scans.",
];

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let summary = "a plan of turning on Inspector's scan types";
    let question =
        "Where would which of Inspector's scan types be turned on, and what is billed then?";
    let spec = Spec::read_only(NAME, summary, [calls::STATUS, calls::ADMINISTRATOR])
        .with_columns(COLUMNS, &["scan_type"])
        .documented("security", question, NOT_SEEN)
        .with_example(EXAMPLE);
    Spec { parameters: parameters::declared(), ..spec }
});

/// The words of its rows, those that are left out.
pub const WORDS: &[&str] = &[DISABLE, ENABLE];

/// The operation `inspector-activation`.
#[derive(Debug, Clone, Copy)]
pub struct InspectorActivation;

impl Operation for InspectorActivation {
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

impl Change for InspectorActivation {
    fn words(&self) -> &'static [&'static str] {
        WORDS
    }

    fn actions(&self, words: &BTreeSet<&str>) -> Option<Vec<String>> {
        let mut actions = vec![calls::STATUS];
        for word in words {
            match *word {
                // The first time, Inspector makes its service-linked roles with the caller's rights.
                ENABLE => actions.extend([calls::ENABLE, CREATE_SERVICE_ROLE]),
                DISABLE => actions.push(calls::DISABLE),
                SKIP => {}
                _ => return None,
            }
        }
        Some(actions.into_iter().map(str::to_owned).collect())
    }

    fn condition(&self, action: &str) -> Option<Condition> {
        service_role_of(action, &["agentless.inspector2.amazonaws.com", "inspector2.amazonaws.com"])
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
