//! The pure rules of org-operator: what a run is asked for, which accounts and Regions it
//! covers, what an outcome means, and what the answer looks like.
//!
//! Everything here is a synchronous function over plain data. The AWS SDK, the clock, the
//! environment and the network live in other crates; [`ports`] only names what the steps need
//! from them.

pub mod account;
pub mod changes;
pub mod classification;
pub mod coverage;
pub mod door;
pub mod error;
pub mod estimate;
pub mod fault;
pub mod id;
pub mod ledger;
pub mod limits;
pub mod metrics;
pub mod notification;
pub mod outcome;
pub mod place;
pub mod plan;
pub mod ports;
pub mod record;
pub mod region;
pub mod request;
pub mod selection;
pub mod session;
pub mod spec;
pub mod summary;
pub mod table;
pub mod timestamp;
pub mod tree;
pub mod work_item;

pub use account::Account;
pub use error::{Error, ErrorKind};
pub use id::{AccountId, RunId, UnitId};
pub use outcome::{Outcome, Verdict};
pub use record::Record;
pub use region::{Partition, Region};
pub use work_item::{WorkItem, WorkerEvent};
