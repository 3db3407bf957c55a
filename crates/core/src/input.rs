//! Input from outside, parsed once into types that cannot be wrong, with every violation noted.

pub mod parse;
pub mod path;
pub mod request;
pub mod violation;
