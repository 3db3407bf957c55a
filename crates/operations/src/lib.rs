//! The operations: the [`Operation`] trait, the catalogue, and one file per operation.
//!
//! A new operation is one file: `catalogue/<name>.toml`, or where a file cannot say it, a Rust file
//! beside [`internet_routes`] and one line in [`catalogue`](mod@catalogue). It has no access to the
//! ledger, to other Regions or to Lambda: it gets a configuration for its target.

pub mod bounds;
pub mod catalogue;
pub mod change;
mod clients;
pub mod close_open_ingress;
pub mod cloudformation_stack;
mod defined;
mod ec2;
mod given;
pub mod inspector_activation;
pub mod internet_routes;
pub mod modelled;
pub mod public_ips;
mod raw;
pub mod regions;
pub mod security_hub_controls;
pub mod suite;
pub mod tag_resources;

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_config::SdkConfig;
use futures_util::future::BoxFuture;
use org_operator_core::input::path::FieldPath;
use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::Spec;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{AccountId, Region, RunId};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

pub use catalogue::{Catalogue, catalogue};
pub use change::{CHANGES, Change, Condition, admin_actions, change_of};
pub use clients::SharedClients;
pub use defined::{DefinedOperation, defined};
pub use org_operator_core::error::OperationFailure;
pub use org_operator_definition::{Listing, SharedListings};
pub use raw::{RAW, is_raw, raw_definition, raw_pages};

/// The rows that an operation found: one cell per declared column, in their order.
pub type Rows = Vec<Vec<String>>;

/// The account and Region that an operation runs in.
#[derive(Debug, Clone)]
pub struct Target {
    /// The run, for what an operation leaves under its name.
    pub run: RunId,
    /// The account's id.
    pub account: AccountId,
    /// The Region's name; of an operation that runs once per account, the one that its calls are
    /// signed for.
    pub region: Region,
    /// The SDK configuration for the Region, with the member role's credentials.
    pub config: SdkConfig,
    /// The moment that ages are counted from.
    pub now: Timestamp,
    /// What the run sets of the operation's parameters; [`Operation::check_parameters`] found
    /// nothing wrong with it.
    pub parameters: Arc<Map<String, Value>>,
    /// What it shares with other targets.
    pub shared: Shared,
}

/// What a target shares with others; by default nothing.
#[derive(Debug, Clone, Default)]
pub struct Shared {
    /// Permits for calls beside the one that the target makes in any case, where the run limits what it
    /// asks at the same time.
    pub permits: Option<Arc<Semaphore>>,
    /// Clients of all targets of the process.
    pub clients: SharedClients,
    /// Answers that the operations of an account share.
    pub listings: Arc<SharedListings>,
}

/// An operation: what is done in one account and Region.
///
/// A complete one, which lists the VPCs of its target; new operations in this crate follow it:
///
/// ```ignore
#[doc = include_str!("tests/example.rs")]
/// ```
///
/// The example is a module of this crate's tests, because it uses helpers that are private to the
/// crate: it compiles, and runs against recorded responses.
pub trait Operation: Send + Sync {
    /// The operation's declaration: name, columns, key, IAM actions.
    fn spec(&self) -> &Spec;

    /// Runs in `target` and returns every row, or why there are none.
    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>>;

    /// Checks whether [`Operation::run`] would be allowed in `target`, without its effects: calls each
    /// declared action once, as a dry run where the service has dry runs.
    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>>;

    /// The listings that it may ask for over [`Shared::listings`]; by default none.
    fn listings(&self) -> BTreeSet<Listing> {
        BTreeSet::new()
    }

    /// Notes what is wrong with the parameters that a run sets; by default, that it sets any.
    fn check_parameters(&self, given: &Map<String, Value>, violations: &mut Violations) {
        for (name, value) in given {
            let allowed = format!("nothing: `{}` has no parameters", self.spec().name);
            violations.note(FieldPath::root().field("Parameters").field(name), value, allowed);
        }
    }
}

#[cfg(test)]
#[path = "tests/replay.rs"]
mod replay;
#[cfg(test)]
mod tests;
