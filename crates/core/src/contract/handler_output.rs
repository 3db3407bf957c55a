//! The result handler's output: the result, and what the state machine publishes about it.

use serde::{Deserialize, Serialize};

use crate::contract::summary::RunResult;

/// A notification for people; [`crate::report::notification`] words it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Notification {
    /// One line of at most 99 ASCII characters.
    pub subject: String,
    /// A few lines of plain text, at most 10 KB.
    pub message: String,
}

/// What the result handler returns to the state machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct HandlerOutput {
    /// The fields of the execution's own output.
    #[serde(flatten)]
    pub result: RunResult,
    /// What the state machine publishes, and drops from its own output; absent where the result
    /// handler has published it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification: Option<Notification>,
}
