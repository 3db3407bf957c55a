//! The outcome of a row, as journals keep it. How a row comes to it is [`crate::row_run`]'s.

use org_operator_core::ErrorKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::applied::Outcome;
use crate::plan::PlanRow;

/// The outcome of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Settled {
    /// What became of the row.
    pub outcome: Outcome,
    /// The state that was seen before anything was done; the plan's, where it could not be read.
    pub before: Value,
    /// The state after it, as far as it is known.
    pub after: Value,
    /// The id of what was made, where it has one that the plan could not know.
    pub id: Option<String>,
    /// The id of the request that made the change or was refused; null where its reply was lost.
    pub request_id: Option<String>,
    /// Why the row FAILED.
    pub error: Option<ErrorKind>,
    /// The reason in words; empty where there is nothing to say.
    pub message: String,
    /// Whether a change that was begun may still have happened.
    pub open: bool,
}

impl Settled {
    /// A row of which nothing was done, for `reason`.
    #[must_use]
    pub fn held(row: &PlanRow, reason: String) -> Self {
        Self::untouched(row, Outcome::Held, reason)
    }

    /// A row of which a change was begun, and nothing says what came of it.
    #[must_use]
    pub fn unrecorded(row: &PlanRow, reason: &str) -> Self {
        let message = format!(
            "a change was begun, and nothing says what came of it ({reason}); a run that goes on \
             reads it first"
        );
        let error = Some(ErrorKind::NoOutcome);
        Self { error, open: true, ..Self::untouched(row, Outcome::Failed, message) }
    }

    fn untouched(row: &PlanRow, outcome: Outcome, message: String) -> Self {
        Self {
            outcome,
            before: row.before.clone(),
            after: row.before.clone(),
            id: None,
            request_id: None,
            error: None,
            message,
            open: false,
        }
    }
}
