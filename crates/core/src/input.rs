//! Input from outside, parsed once into types that cannot be wrong, with every violation noted.

mod account_filter;
pub mod change_request;
mod into_result;
mod operation_choice;
pub mod parse;
pub mod path;
pub mod request;
pub mod violation;
