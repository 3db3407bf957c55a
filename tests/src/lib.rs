//! What the tests of the whole product share: the deployed pipeline on an emulator of its own, the
//! fault campaign on a simulated AWS, and the files that must agree with the code.

pub mod campaign;
pub mod command;
pub mod deployed;
pub mod files;
