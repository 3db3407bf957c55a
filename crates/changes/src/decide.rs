//! What to do with a row once its resource has been read again. Reading is the operation's part.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::applied::Outcome;
use crate::plan::PlanRow;

/// A resource as it was read just now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Its state, in the form of a plan's; null where there is none.
    pub state: Value,
    /// Its id, where it has one that the plan could not know.
    pub id: Option<String>,
    /// The keys of the tags on it and on what it belongs to.
    pub tags: BTreeSet<String>,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The change has to be made.
    Change,
    /// The row has its outcome.
    Settled(Outcome),
    /// An earlier attempt began, and the state is neither the one before nor the one after.
    Unclear,
}

/// The member of a state that is on its way to another one: the state that it becomes by itself.
pub const BECOMES: &str = "Becomes";

/// Whether a resource is in a state, or on its way there.
fn is(state: &Value, wanted: &Value) -> bool {
    state == wanted || state.get(BECOMES).is_some_and(|becomes| becomes == wanted)
}

/// Decides by the state alone; one that is on its way counts as the one that it becomes. `open` says that an earlier attempt may have made the change: its reply
/// was lost, or the process died between the change and its record.
#[must_use]
pub fn decide(row: &PlanRow, state: &Value, open: bool) -> Next {
    match (is(state, &row.after), is(state, &row.before)) {
        (true, _) if open => Next::Settled(Outcome::Applied),
        (true, _) => Next::Settled(Outcome::Already),
        (false, true) => Next::Change,
        (false, false) if open => Next::Unclear,
        (false, false) => Next::Settled(Outcome::ChangedSincePlan),
    }
}
