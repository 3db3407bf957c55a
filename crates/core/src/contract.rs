//! The documents that the steps exchange and the files that they leave, as types that read what
//! they write.
//!
//! Readers of files skip fields that they do not know, so that a release reads the files of later
//! ones; what people write (requests, events) is read strictly, by [`crate::input`]. Each field is
//! described in `docs/contracts.md`. Where a file lies is [`crate::artifact`]'s.

pub mod account_row;
pub mod applied_row;
pub mod approval;
pub mod change_item;
pub mod coverage_row;
pub mod document;
pub mod function_error;
pub mod handler_output;
pub mod journal;
pub mod latest;
pub mod ledger;
pub mod ledger_item;
pub mod plan;
pub mod record_row;
pub mod request;
pub mod summary;
pub mod table_line;
pub mod work_item;
pub mod worker_event;
