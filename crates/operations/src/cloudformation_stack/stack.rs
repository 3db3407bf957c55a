//! Stacks and change sets as `CloudFormation` describes them: what is read of an answer, and what a
//! state means. No calls are made here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::changes::{ResourceChange, changes};
use crate::modelled::{entries, text};

/// A stack as it was described.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stack {
    /// Its ARN: another one for each stack that ever had the name.
    pub(super) id: String,
    /// Its state, in AWS's word.
    pub(super) status: String,
    /// Its parameters; the value of a secret one is masked.
    pub(super) parameters: BTreeMap<String, String>,
    /// What its template may contain.
    pub(super) capabilities: Vec<String>,
    /// The keys of its tags.
    pub(super) tags: BTreeSet<String>,
}

/// What a stack's state means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has a change set and no resources yet.
    Reviewed,
    /// `CloudFormation` is working on it.
    Working,
    /// It is as the last change left it.
    Whole,
    /// It is as it was before its last change, which failed.
    RolledBack,
    /// Its last change failed, and it was not brought back.
    Broken,
    /// It is deleted.
    Gone,
}

impl Stack {
    /// The stack of an entry of `DescribeStacks`, or `None` where it has no id.
    pub(super) fn of(entry: &Value) -> Option<Self> {
        let tags = entries(entry, "Tags").iter().filter_map(|tag| text(tag, "Key"));
        let capabilities = entries(entry, "Capabilities").iter().filter_map(Value::as_str);
        Some(Self {
            id: text(entry, "StackId")?,
            status: text(entry, "StackStatus").unwrap_or_default(),
            parameters: parameters(entry),
            capabilities: capabilities.map(str::to_owned).collect(),
            tags: tags.collect(),
        })
    }

    /// What its state means.
    pub(super) fn phase(&self) -> Phase {
        match self.status.as_str() {
            "REVIEW_IN_PROGRESS" => Phase::Reviewed,
            "DELETE_COMPLETE" => Phase::Gone,
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => Phase::Whole,
            "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_COMPLETE" => Phase::RolledBack,
            working if working.ends_with("_IN_PROGRESS") => Phase::Working,
            _ => Phase::Broken,
        }
    }
}

/// A change set as it was described.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ChangeSet {
    /// Its ARN.
    pub(super) arn: String,
    /// The ARN of its stack.
    pub(super) stack: String,
    /// How its making went, in AWS's word.
    pub(super) status: String,
    /// Whether it can be executed, or was, in AWS's word.
    pub(super) execution: String,
    /// Why it could not be made.
    pub(super) reason: String,
    /// What it would change.
    pub(super) changes: Vec<ResourceChange>,
}

impl ChangeSet {
    /// The change set of the pages of `DescribeChangeSet`, or `None` where there is no page.
    pub(super) fn of(pages: &[Value]) -> Option<Self> {
        let first = pages.first()?;
        let of_first = |name: &str| text(first, name).unwrap_or_default();
        Some(Self {
            arn: of_first("ChangeSetId"),
            stack: of_first("StackId"),
            status: of_first("Status"),
            execution: of_first("ExecutionStatus"),
            reason: of_first("StatusReason"),
            changes: pages.iter().flat_map(changes).collect(),
        })
    }

    /// Whether `CloudFormation` is still making it.
    pub(super) fn is_being_made(&self) -> bool {
        matches!(self.status.as_str(), "CREATE_PENDING" | "CREATE_IN_PROGRESS")
    }

    /// Whether it can be executed.
    pub(super) fn is_available(&self) -> bool {
        self.status == "CREATE_COMPLETE" && self.execution == "AVAILABLE"
    }

    /// Whether it is being executed.
    pub(super) fn is_being_executed(&self) -> bool {
        self.execution == "EXECUTE_IN_PROGRESS"
    }

    /// Whether it was executed, with whatever end.
    pub(super) fn is_executed(&self) -> bool {
        matches!(self.execution.as_str(), "EXECUTE_COMPLETE" | "EXECUTE_FAILED")
    }

    /// Whether it could not be made because there is nothing to change. `CloudFormation` has no code for
    /// it: the two sentences are its own, and have been the same for years.
    pub(super) fn changes_nothing(&self) -> bool {
        self.status == "FAILED" && says_no_change(&self.reason)
    }
}

/// Whether `CloudFormation` says that there is nothing to change.
pub(super) fn says_no_change(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

/// What can be done with the stack of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// It is created.
    Create,
    /// It is updated.
    Update,
    /// It stays as it is; why.
    Leave(String),
}

impl Way {
    /// What can be done with `stack`, the one that has the name now.
    pub(super) fn of(stack: Option<&Stack>) -> Self {
        let Some(stack) = stack else { return Self::Create };
        let status = &stack.status;
        match stack.phase() {
            Phase::Gone | Phase::Reviewed => Self::Create,
            Phase::Whole | Phase::RolledBack => Self::Update,
            Phase::Working => {
                Self::Leave(format!("the stack is {status}: plan once it has settled"))
            }
            Phase::Broken if status == "ROLLBACK_COMPLETE" => Self::Leave(
                "the stack is ROLLBACK_COMPLETE: it can only be deleted first".to_owned(),
            ),
            Phase::Broken => Self::Leave(format!("the stack is {status}: repair it first")),
        }
    }
}

/// What a template declares of one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declared {
    /// Its name.
    pub(super) name: String,
    /// Its default, where it has one.
    pub(super) default: Option<String>,
    /// Whether its value is secret.
    pub(super) is_secret: bool,
}

/// The parameters that the answer of `GetTemplateSummary` declares.
pub(super) fn declared(summary: &Value) -> Vec<Declared> {
    let of = |entry: &Value| {
        Some(Declared {
            name: text(entry, "ParameterKey")?,
            default: text(entry, "DefaultValue"),
            is_secret: entry.get("NoEcho").and_then(Value::as_bool) == Some(true),
        })
    };
    entries(summary, "Parameters").iter().filter_map(of).collect()
}

fn parameters(entry: &Value) -> BTreeMap<String, String> {
    let pair = |entry: &Value| {
        Some((text(entry, "ParameterKey")?, text(entry, "ParameterValue").unwrap_or_default()))
    };
    entries(entry, "Parameters").iter().filter_map(pair).collect()
}
