//! What the tests of the whole product share: the deployed pipeline on an emulator of its own, the
//! fault campaign on a simulated AWS, the backends that all must behave like AWS, and the files that
//! must agree with the code.

pub mod backend;
pub mod bounded;
pub mod campaign;
pub mod canned;
pub mod changing;
pub mod child;
pub mod command;
pub mod contracts;
pub mod deployed;
pub mod files;
pub mod invoked;
pub mod narrowed;
pub mod packages;
pub mod run_files;
pub mod simulated;
pub mod snapshot;
pub mod subjects;
pub mod summary;
pub mod terminal;
