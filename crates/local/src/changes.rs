//! A run that changes something, on this machine: its files and its journal. Working off its rows is the
//! worker's part, what happens to a row is decided in `org_operator_changes`, options and questions are
//! the command's.

mod folder;
mod journal_file;

pub use folder::{ChangeFolder, change_of_run, unfinished};
pub use journal_file::JournalFile;
