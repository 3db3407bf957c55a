//! The Lambda shell of the three functions: tracing, metrics, settings from the environment, the error
//! kind as `errorType`. What a function does is in its step's crate.

mod about;
mod env;
mod invocation;
mod metrics;
mod payload;
mod serve;
mod settings;

pub use env::{Env, name};
pub use invocation::{Invocation, require_run_id};
pub use metrics::Metrics;
pub use serve::{HandlerError, Shell};
pub use settings::{FanoutSettings, ResultHandlerSettings, WorkerSettings};
