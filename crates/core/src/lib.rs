//! The pure rules of org-operator: what a run is asked for, which accounts and Regions it
//! covers, what an outcome means, and what the answer looks like.
//!
//! Everything here is a synchronous function over plain data. The AWS SDK, the clock, the
//! environment and the network live in other crates; [`ports`] only names what the steps need
//! from them.

pub mod artifact;
pub mod contract;
pub mod error;
pub mod exceptions;
pub mod input;
pub mod model;
pub mod outcome;
pub mod plan;
pub mod ports;
pub mod report;

pub use contract::work_item::{WorkItem, WorkerResult};
pub use contract::worker_event::WorkerEvent;
pub use error::{Error, ErrorKind};
pub use model::account::Account;
pub use model::id::{AccountId, RunId, UnitId};
pub use model::record::Record;
pub use model::region::{Partition, Region};
pub use outcome::{Outcome, Verdict};
