//! The Lambda shell of the three functions: tracing, metrics, the environment, the error kind as
//! `errorType`. What a function does is in its own crate.

mod about;
mod env;
mod invocation;
mod metrics;
mod payload;
mod serve;

pub use env::{Env, name};
pub use invocation::{Invocation, require_run_id};
pub use metrics::Metrics;
pub use serve::{HandlerError, Shell};
