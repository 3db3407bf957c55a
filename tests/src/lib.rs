//! What the tests of the whole product share: the deployed pipeline on an emulator of its own,
//! and the files that must agree with the code.

pub mod command;
pub mod deployed;
pub mod files;
