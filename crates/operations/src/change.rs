//! Operations that can change what they found: how a row of their plan is read again, and how its
//! change is made. When to do either is decided in `org_operator_changes`.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::BoxFuture;
use org_operator_changes::{CallProblem, Made, Plan, PlanRow, Seen};
use org_operator_core::error::CallFailure;
use org_operator_core::input::violation::Violations;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::outcome::classification::{Call, classify};
use org_operator_core::outcome::one_line;
use org_operator_core::{Error, ErrorKind};
use serde_json::{Map, Value};

use crate::bounds::{Outside, StackBounds, Statement};
use crate::close_open_ingress::CloseOpenIngress;
use crate::cloudformation_stack::CloudFormationStack;
use crate::inspector_activation::InspectorActivation;
use crate::security_hub_controls::SecurityHubControls;
use crate::tag_resources::TagResources;
use crate::{Operation, Target};

/// An operation whose rows are a plan. One column is their key, and so the key of a plan's row.
pub trait Change: Operation {
    /// The operation's name in the catalogue.
    fn operation(&self) -> &str {
        &self.spec().name
    }

    /// The column of its records that is the key of a plan's row.
    fn key_column(&self) -> &str {
        self.spec().key.first().map_or("", String::as_str)
    }

    /// The words that the rows of its plans and of its undo plans may have, those that are left out.
    fn words(&self) -> &'static [&'static str];

    /// The IAM actions for reading rows again and for these `words`, the actions of a plan's rows;
    /// `None` where the operation does not know one of the words.
    fn actions(&self, words: &BTreeSet<&str>) -> Option<Vec<String>>;

    /// What IAM can ask besides, whenever the operation uses `action`; `None` for nothing.
    fn condition(&self, action: &str) -> Option<Condition> {
        let _ = action;
        None
    }

    /// The resource of `row` as it is now.
    fn read<'a>(
        &'a self,
        target: &'a Target,
        row: &'a PlanRow,
    ) -> BoxFuture<'a, Result<Seen, CallProblem>>;

    /// Makes the change of `row` by one call that nothing repeats.
    fn change<'a>(
        &'a self,
        target: &'a Target,
        row: &'a PlanRow,
    ) -> BoxFuture<'a, Result<Made, CallProblem>>;

    /// The statements of the admin role for an operation that gives AWS a role: a deployment has them only
    /// where its parameters name that role. None, the default, for all others.
    fn bounded_statements(&self) -> &'static [Statement] {
        &[]
    }

    /// Whether a deployment runs it within bounds only.
    fn is_bounded(&self) -> bool {
        !self.bounded_statements().is_empty()
    }

    /// What the parameters of a run have outside of `bounds`.
    fn outside(&self, _given: &Map<String, Value>, _bounds: &StackBounds) -> Vec<Outside> {
        Vec::new()
    }

    /// What `row` has outside of `bounds`.
    fn row_outside(&self, _row: &PlanRow, _bounds: &StackBounds) -> Vec<Outside> {
        Vec::new()
    }

    /// The row that removes what planning `row` has left in its account; `None`, the default, where a
    /// plan only reads and leaves nothing.
    fn dropped(&self, _row: &PlanRow) -> Option<PlanRow> {
        None
    }
}

/// A condition of a policy's statement: `StringEquals`, this key and one of these values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// The condition key, such as `ec2:CreateAction`.
    pub key: &'static str,
    /// The only values that the key may have.
    pub values: &'static [&'static str],
}

/// Making a service-linked role, which AWS does with the rights of who first uses a service.
pub(crate) const CREATE_SERVICE_ROLE: &str = "iam:CreateServiceLinkedRole";

/// The condition that holds [`CREATE_SERVICE_ROLE`] to `services`; `None` for any other action.
pub(crate) fn service_role_of(
    action: &str,
    services: &'static [&'static str],
) -> Option<Condition> {
    let condition = Condition { key: "iam:AWSServiceName", values: services };
    (action == CREATE_SERVICE_ROLE).then_some(condition)
}

/// Every operation that can change something, by name.
pub const CHANGES: &[&dyn Change] = &[
    &CloseOpenIngress,
    &CloudFormationStack,
    &InspectorActivation,
    &SecurityHubControls,
    &TagResources,
];

/// The change that the operation called `name` plans, or `None` where it only reads.
#[must_use]
pub fn change_of(name: &str) -> Option<&'static dyn Change> {
    CHANGES.iter().find(|change| change.operation() == name).copied()
}

/// What removes what `plan` left, with a violation where it left nothing. It is made `now`: no plan is too
/// old for that.
#[must_use]
pub fn dropped(plan: Plan, now: Timestamp, violations: &mut Violations) -> Plan {
    let change = change_of(&plan.operation);
    let drop = |row| change.and_then(|change| change.dropped(row));
    let rows: Vec<PlanRow> = plan.rows.iter().filter_map(drop).collect();
    if rows.is_empty() {
        let actual = format!("\"{}\", whose plan left nothing", plan.run);
        violations.note_text("DropRun", actual, "a plan that wrote something into the accounts");
    }
    Plan { rows, made_at: now, ..plan }
}

/// The IAM actions that apply and take back the plans of those of [`CHANGES`] that no bounds hold, by the
/// condition that each can be held to: what the role needs that is entered for changes.
#[must_use]
pub fn admin_actions() -> BTreeMap<Option<Condition>, BTreeSet<String>> {
    let mut statements = BTreeMap::<_, BTreeSet<String>>::new();
    for change in CHANGES.iter().filter(|change| !change.is_bounded()) {
        let words = change.words().iter().copied().collect();
        for action in change.actions(&words).unwrap_or_default() {
            statements.entry(change.condition(&action)).or_default().insert(action);
        }
    }
    // An action that one operation needs in any case is not narrowed by another.
    let free = statements.get(&None).cloned().unwrap_or_default();
    let narrowed = statements.iter_mut().filter(|(condition, _)| condition.is_some());
    narrowed.for_each(|(_, actions)| actions.retain(|action| !free.contains(action)));
    statements.retain(|_, actions| !actions.is_empty());
    statements
}

/// The names of the operations that can change something.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHANGES.iter().map(|change| change.operation())
}

/// What a failed call of `action` means for a change.
#[must_use]
pub fn call_problem(action: &str, failure: &CallFailure) -> CallProblem {
    let error = classify(Call::Operation, failure).certainly();
    // A success that cannot be read has happened; only a 4xx says that nothing has.
    let refused = failure.status.is_some_and(|status| (400..500).contains(&status));
    CallProblem {
        kind: error.kind(),
        message: one_line(&format!("{action}: {}", error.reason())),
        request_id: failure.request_id.clone(),
        // EC2 throttles with 503, and says so: then nothing has happened.
        may_have_happened: !refused && error.kind() != ErrorKind::Throttled,
    }
}

/// The problem of a row whose account cannot be entered: nothing was sent.
#[must_use]
pub fn entry_problem(error: &Error) -> CallProblem {
    let (kind, message) = (error.kind(), one_line(error.message()));
    CallProblem { kind, message, request_id: None, may_have_happened: false }
}
