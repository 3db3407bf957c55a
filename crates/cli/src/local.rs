//! A run on this machine: the three steps over a directory and a journal.

pub(crate) mod crew;
pub(crate) mod directory;
pub(crate) mod door;
pub(crate) mod engine;
pub(crate) mod journal;
mod journal_lines;
pub(crate) mod lock;
pub(crate) mod nowhere;
pub(crate) mod partial;
pub(crate) mod private;
pub(crate) mod progress;
mod retry;
pub(crate) mod run_id;
pub(crate) mod stop;
