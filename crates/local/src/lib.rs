//! A run on one machine: the three steps over a directory in the place of S3 and a journal in the
//! place of DynamoDB.
//!
//! Options and output are the command's part.

mod appends;
pub mod assume_role_gate;
pub mod atomic_file;
pub mod changes;
pub mod directory;
pub mod engine;
pub mod journal;
pub mod limit;
pub mod listing;
pub mod lock;
mod open_files;
pub mod private;
pub mod progress;
mod retry;
pub mod run_id;
pub mod stop;
pub mod width;
pub mod worker_pool;
