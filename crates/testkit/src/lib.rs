//! Test equipment: an emulator's process, a demo organization in it, the deployed pipeline.
//! No product code depends on this crate.

pub mod analytics;
pub mod deployment;
pub mod emulator;
pub mod execution;
pub mod identity;
pub mod leftovers;
pub mod memory;
pub mod network;
pub mod operation_docs;
pub mod organization;
pub mod paths;
pub mod person;
pub mod sockets;
pub mod truth;

/// What goes wrong in test equipment is read by a person, not by a program.
pub type TestError = Box<dyn std::error::Error + Send + Sync>;

/// A result of test equipment.
pub type TestResult<T> = Result<T, TestError>;
