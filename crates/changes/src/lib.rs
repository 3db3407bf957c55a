//! The rules of runs that change something: a plan that is reviewed, exactly that plan applied, each
//! row read again first, and an undo that is a plan itself.
//!
//! Everything here is a synchronous function over plain data: [`RowRun`] says what to do next for one
//! row and hears what came of it. Calls, files, the clock and waiting are other crates' parts.

mod applied;
pub mod book;
mod check;
mod decide;
mod ended;
mod guards;
mod journal;
mod plan;
mod row_run;
mod run;
mod settled;
mod streamed;
mod summary;
#[cfg(test)]
mod tests;

pub use applied::{AppliedRow, Counts, Outcome, undo};
pub use check::{Plan, Wanted, check};
pub use decide::{BECOMES, Next, Seen, decide};
pub use ended::{Ended, Ending, Place};
pub use guards::{Canary, FailedTargets, Guards, Hold, Protected};
pub use journal::{Journal, Line, RowRecord};
pub use org_operator_core::model::limit::Limit;
pub use plan::{
    Inverse, PlanRow, PlanTable, RowKey, SKIP, changes_by_action, planned, planned_row, read_plan,
    write_plan, write_plan_table,
};
pub use row_run::{CallProblem, Event, MOST_TRIES, Made, RowRun, Step};
pub use run::{ChangeResult, ChangeRun, by_target, conclude, target};
pub use settled::Settled;
