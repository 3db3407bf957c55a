//! `security-hub-controls`: the plan of switching Security Hub's standards on, and controls on or off. It
//! only reads; applying a plan is [`crate::change`]'s part.

mod apply;
mod hub;
mod parameters;
mod plan;
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
pub const NAME: &str = "security-hub-controls";

/// The word of a row that switches Security Hub on.
const ENABLE_HUB: &str = "enable-hub";
/// The word of a row that switches a standard on.
const ENABLE_STANDARD: &str = "enable-standard";
/// The word of a row that switches a standard off again.
const DISABLE_STANDARD: &str = "disable-standard";
/// The word of a row that switches a control on.
const ENABLE_CONTROL: &str = "enable-control";
/// The word of a row that switches a control off.
const DISABLE_CONTROL: &str = "disable-control";

const READS: [&str; 3] = [
    "securityhub:DescribeHub",
    "securityhub:GetEnabledStandards",
    "securityhub:BatchGetStandardsControlAssociations",
];
/// What only a plan reads.
const PLANS: [&str; 2] =
    ["securityhub:ListSecurityControlDefinitions", "config:DescribeConfigurationRecorderStatus"];

const COLUMNS: &[(&str, &str)] = &[
    ("setting", "Security Hub, the standard or the control; the number is the order of applying"),
    ("action", "what would be switched, or skip where the plan leaves it"),
    ("reason", "why"),
    ("standards_arn", "the standard; empty for Security Hub itself"),
    ("control_id", "the control; empty for the standard itself"),
    ("before", "the state as JSON; empty is off, or not on yet"),
    ("after", "what is wanted, as JSON"),
    ("inverse", "what takes the change back, as JSON"),
];

const EXAMPLE: &[&str] = &[
    "3 S3.1 arn:aws:securityhub:eu-west-1::standards/nist-800-53/v/5.0.0",
    "disable-control",
    "the control is not as wanted; covered elsewhere",
    "arn:aws:securityhub:eu-west-1::standards/nist-800-53/v/5.0.0",
    "S3.1",
    r#"{"AssociationStatus":"ENABLED","UpdatedReason":null}"#,
    r#"{"AssociationStatus":"DISABLED","UpdatedReason":"covered elsewhere"}"#,
    concat!(
        r#"{"Key":"3 S3.1 arn:aws:securityhub:eu-west-1::standards/nist-800-53/v/5.0.0","#,
        r#""Action":"enable-control"}"#
    ),
];

const NOT_SEEN: &[&str] = &[
    "Whether a central configuration rules the account: only its administrator can ask. Name such accounts in CentralAccounts.",
    "What Security Hub costs from then on.",
    "Security Hub's second version, which is another product.",
];

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let summary = "a plan of switching Security Hub's standards and controls";
    let question =
        "Which standards and controls of Security Hub would be switched, and which left?";
    let spec = Spec::read_only(NAME, summary, READS.into_iter().chain(PLANS))
        .with_columns(COLUMNS, &["setting"])
        .documented("security", question, NOT_SEEN)
        .with_example(EXAMPLE);
    Spec { parameters: parameters::declared(), ..spec }
});

/// The operation `security-hub-controls`.
#[derive(Debug, Clone, Copy)]
pub struct SecurityHubControls;

impl Operation for SecurityHubControls {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(async move { plan::rows(target, &Wanted::of(&target.parameters)?).await })
    }

    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        Box::pin(async move {
            let hub = hub::Hub::of(target);
            hub.is_recorded().await?;
            if hub.is_on().await? {
                hub.standards().await?;
            }
            Ok(())
        })
    }

    fn check_parameters(&self, given: &Map<String, Value>, violations: &mut Violations) {
        if let Err(found) = Wanted::of(given) {
            found.note(violations);
        }
    }
}

impl Change for SecurityHubControls {
    fn words(&self) -> &'static [&'static str] {
        &[ENABLE_HUB, ENABLE_STANDARD, DISABLE_STANDARD, ENABLE_CONTROL, DISABLE_CONTROL]
    }

    fn actions(&self, words: &BTreeSet<&str>) -> Option<Vec<String>> {
        let mut actions: BTreeSet<&str> = READS.into_iter().collect();
        for word in words {
            match *word {
                ENABLE_HUB => {
                    actions.extend(["securityhub:EnableSecurityHub", CREATE_SERVICE_ROLE]);
                }
                ENABLE_STANDARD => actions.extend(["securityhub:BatchEnableStandards"]),
                DISABLE_STANDARD => actions.extend(["securityhub:BatchDisableStandards"]),
                ENABLE_CONTROL | DISABLE_CONTROL => {
                    actions.extend(["securityhub:BatchUpdateStandardsControlAssociations"]);
                }
                SKIP => {}
                _ => return None,
            }
        }
        Some(actions.into_iter().map(str::to_owned).collect())
    }

    fn condition(&self, action: &str) -> Option<Condition> {
        service_role_of(action, &["securityhub.amazonaws.com"])
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
}
