//! The ledger's entry of a run that waits for approval: the state machine's `AwaitApproval` writes it,
//! `org-operator approve` and `reject` read it. Its partition key is the run's id. How it is stored is
//! the ledger's part.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::error::Error;

/// The entry's sort key.
pub const ENTRY: &str = "approval";
/// The error that a person's no ends the waiting task with.
pub const REJECTED: &str = "Rejected";

/// A run that waits for approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// What the answer is sent with.
    pub token: TaskToken,
    /// What is to be approved.
    pub proposal: Proposal,
    /// When it was asked, as the state machine says it.
    pub asked_at: String,
}

/// The secret with which Step Functions takes an answer; it never shows in a log or a message.
#[derive(Clone, PartialEq, Eq)]
pub struct TaskToken(String);

/// What a person is shown of the waiting run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The name of the operation.
    pub operation: String,
    /// How many targets the run has.
    pub targets: u64,
    /// How many accounts it works in.
    pub work_items: u64,
    /// How many rows it would change, by what is done to them; empty where an earlier release asked.
    pub changes: BTreeMap<String, u64>,
    /// The run whose plan is applied; `None` in a run that takes back, or is resumed.
    pub plan_run: Option<String>,
    /// The run whose changes are taken back.
    pub undo: Option<String>,
    /// The run whose plan is dropped.
    pub drop_run: Option<String>,
}

/// The fields of a run's plan that are shown.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Plan {
    operation: String,
    targets: u64,
    work_items: u64,
    #[serde(default)]
    changes: BTreeMap<String, u64>,
}

/// The fields of an execution's input that are shown.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    plan_run: Option<String>,
    undo: Option<String>,
    drop_run: Option<String>,
}

impl TaskToken {
    /// The token `text`.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The token itself, for the call that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TaskToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskToken(not shown)")
    }
}

impl Proposal {
    /// Reads the run's plan and the execution's input, as the state machine keeps them in the entry;
    /// fields that this release does not know are left out.
    ///
    /// # Errors
    /// `Internal` where one of them is something else.
    pub fn parse(plan: &str, request: &str) -> Result<Self, Error> {
        let Plan { operation, targets, work_items, changes } =
            serde_json::from_str(plan).map_err(Error::internal)?;
        let Request { plan_run, undo, drop_run } =
            serde_json::from_str(request).map_err(Error::internal)?;
        Ok(Self { operation, targets, work_items, changes, plan_run, undo, drop_run })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_does_not_show_and_a_plan_of_another_release_is_read() {
        let plan = r#"{"Operation":"op","Targets":3,"WorkItems":2,"New":1}"#;
        let proposal = Proposal::parse(plan, r#"{"Undo":"r1","PlanRun":null}"#).unwrap();
        assert_eq!((proposal.targets, &proposal.plan_run), (3, &None));
        assert_eq!(proposal.undo.as_deref(), Some("r1"));
        assert!(proposal.changes.is_empty());
        let dropped = Proposal::parse(plan, r#"{"DropRun":"r2"}"#).unwrap();
        assert_eq!((dropped.drop_run.as_deref(), dropped.undo), (Some("r2"), None));
        let token = TaskToken::new("AAAAsecret".to_owned());
        let asked_at = "2026-11-26T08:15:30Z".to_owned();
        let shown = format!("{:?}", Approval { token: token.clone(), proposal, asked_at });
        assert!(!shown.contains("secret") && token.reveal() == "AAAAsecret", "{shown}");
        assert!(Proposal::parse("{}", "{}").is_err());
    }
}
