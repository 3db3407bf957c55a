//! Input from outside, parsed once into types that cannot be wrong, with every violation noted.

mod into_result;
pub mod parse;
pub mod path;
pub mod request;
pub mod violation;
