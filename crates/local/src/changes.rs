//! A run that changes something, on this machine: its files, its journal, and working off its rows.
//! What happens to a row is decided in `org_operator_changes`; options and questions are the command's.

mod applying;
mod folder;
mod journal_file;

pub use applying::Applying;
pub use folder::{ChangeFolder, change_of_run, unfinished};
pub use journal_file::JournalFile;
