//! Working off the rows of a plan: [`Applying`] for any journal, and the step of a deployment, whose
//! journal is the ledger. What happens to a row is decided in `org_operator_changes`.

mod applying;
mod lease;
mod ledger_journal;
mod row_journal;
mod sessions;
mod work;

pub use applying::{Applying, RowGuards, jittered};
pub use row_journal::RowJournal;
