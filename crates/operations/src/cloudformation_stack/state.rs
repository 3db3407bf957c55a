//! The states of a plan's rows, and which of them a stack has as it was read. No calls are made here.

use org_operator_changes::PlanRow;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::parameters::{LONGEST_BODY, Wanted};
use super::stack::{ChangeSet, Phase, Stack};
use super::{CREATE, DELETE, DROP, RESTORE, UPDATE};
use crate::modelled::text;

/// What was read of a row's stack and change set; `None` for what is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// The stack.
    pub(super) stack: Option<Stack>,
    /// The digest of its template; empty where it has none.
    pub(super) template: String,
    /// The row's change set.
    pub(super) set: Option<ChangeSet>,
    /// Whether the stack has change sets beside the row's.
    pub(super) has_others: bool,
}

/// What a row is by what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// It has settled in this state: the plan's *before*, its *after*, or another one.
    Settled(Value),
    /// `CloudFormation` is working on the stack, which has this status.
    Working(String),
    /// The row's change set was executed, and failed.
    Failed,
}

/// The digest of a template, whatever white space is behind it.
pub(super) fn digest(template: &str) -> String {
    let hash = Sha256::digest(template.trim_end().as_bytes());
    hash.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// A stack as the plan saw it, with what brings it back.
pub(super) fn before(stack: &Stack, template: &str) -> Value {
    let whole = (template.len() <= LONGEST_BODY).then_some(template);
    json!({
        "StackId": stack.id,
        "Parameters": stack.parameters,
        "Capabilities": stack.capabilities,
        "TemplateSha256": digest(template),
        "Template": whole,
    })
}

/// A stack as it will be, with what the change set does to its resources, and who makes the changes.
pub(super) fn after(
    set: &ChangeSet,
    (template, parameters): (&str, &Value),
    wanted: &Wanted,
) -> Value {
    json!({
        "StackId": set.stack,
        "Parameters": parameters,
        "TemplateSha256": digest(template),
        "ServiceRole": wanted.service_role,
        "AllowReplacement": wanted.allow_replacement,
        "Changes": set.changes,
    })
}

impl Seen {
    /// What `row` is.
    pub(super) fn found(&self, row: &PlanRow) -> Found {
        match row.action.as_str() {
            CREATE | UPDATE => self.forward(row),
            RESTORE => self.restored(row),
            DELETE => self.deleted(row),
            DROP => self.dropped(row),
            _ => Found::Settled(self.other()),
        }
    }

    fn forward(&self, row: &PlanRow) -> Found {
        if let Some(working) = self.working() {
            return working;
        }
        if self.has_failed() {
            return Found::Failed;
        }
        let (set, is_whole) = (self.set.as_ref(), self.phase() == Phase::Whole);
        let is_before = match row.before {
            Value::Null => matches!(self.phase(), Phase::Gone | Phase::Reviewed),
            _ => self.holds(&row.before),
        };
        // What is not in template and parameters can change, too: before the execution it has not.
        if is_before && set.is_some_and(ChangeSet::is_available) {
            return Found::Settled(row.before.clone());
        }
        self.settled(is_whole && self.holds(&row.after), &row.after)
    }

    fn restored(&self, row: &PlanRow) -> Found {
        if let Some(working) = self.working() {
            return working;
        }
        if self.has_failed() {
            return Found::Failed;
        }
        let is_whole = self.phase() == Phase::Whole;
        if is_whole && self.holds(&row.after) {
            return Found::Settled(row.after.clone());
        }
        let is_usable = is_whole || self.phase() == Phase::RolledBack;
        self.settled(is_usable && self.holds(&row.before), &row.before)
    }

    fn deleted(&self, row: &PlanRow) -> Found {
        if let Some(working) = self.working() {
            return working;
        }
        if self.phase() == Phase::Gone {
            return Found::Settled(row.after.clone());
        }
        self.settled(self.holds(&row.before), &row.before)
    }

    /// A change set that was executed is none any more, whatever is still said of it.
    fn dropped(&self, row: &PlanRow) -> Found {
        let has_set = self.set.as_ref().is_some_and(|set| {
            !set.is_executed() && !set.is_being_executed() && !set.status.starts_with("DELETE_")
        });
        let creates = row.before["Creates"] == json!(true);
        let is_left = creates && self.phase() == Phase::Reviewed && !self.has_others;
        Found::Settled(if has_set || is_left { &row.before } else { &row.after }.clone())
    }

    fn settled(&self, holds: bool, state: &Value) -> Found {
        Found::Settled(if holds { state.clone() } else { self.other() })
    }

    fn working(&self) -> Option<Found> {
        let status = self.stack.as_ref().map(|stack| stack.status.clone()).unwrap_or_default();
        let executes = self.set.as_ref().is_some_and(ChangeSet::is_being_executed);
        (executes || self.phase() == Phase::Working).then_some(Found::Working(status))
    }

    /// Whether the change set was executed, and the stack is not what it was to be.
    fn has_failed(&self) -> bool {
        let set = self.set.as_ref();
        let failed = set.is_some_and(|set| set.execution == "EXECUTE_FAILED");
        let executed = set.is_some_and(ChangeSet::is_executed);
        failed || (executed && matches!(self.phase(), Phase::RolledBack | Phase::Broken))
    }

    fn phase(&self) -> Phase {
        self.stack.as_ref().map_or(Phase::Gone, Stack::phase)
    }

    /// Whether the stack is the one of `state`, with its template and parameters.
    fn holds(&self, state: &Value) -> bool {
        self.stack.as_ref().is_some_and(|stack| {
            text(state, "StackId").as_deref() == Some(&stack.id)
                && text(state, "TemplateSha256").as_deref() == Some(&self.template)
                && state["Parameters"] == json!(stack.parameters)
        })
    }

    /// A state that is none of a plan's.
    fn other(&self) -> Value {
        let of_stack = self.stack.as_ref();
        json!({
            "StackId": of_stack.map(|stack| &stack.id),
            "StackStatus": of_stack.map(|stack| &stack.status),
            "Parameters": of_stack.map(|stack| &stack.parameters),
            "TemplateSha256": self.template,
            "ChangeSet": self.set.as_ref().map_or("none", |set| &set.execution),
        })
    }
}
