//! The deployed org-operator: its state machine and executions, and the bucket with its runs.

pub(crate) mod args;
pub(crate) mod bucket;
pub(crate) mod execution;
pub(crate) mod follow;
pub(crate) mod state_machine;
