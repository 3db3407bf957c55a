//! The operations: the [`Operation`] trait, the catalogue, and one file per operation.
//!
//! A new operation is one file beside [`internet_routes`] and one line in [`CATALOGUE`]. It has no
//! access to the ledger, to other Regions or to Lambda: it gets a configuration for its target.

mod ec2;
pub mod internet_routes;
pub mod public_ips;
pub mod regions;

use aws_config::SdkConfig;
use futures_util::future::BoxFuture;
use org_operator_core::input::path::FieldPath;
use org_operator_core::input::violation::{Expected, Violations};
use org_operator_core::model::spec::Spec;
use org_operator_core::outcome::classification::CallFailure;
use org_operator_core::{AccountId, Error, Region};
use serde_json::{Map, Value};

/// All operations, in the order of their names.
pub const CATALOGUE: &[&dyn Operation] =
    &[&internet_routes::InternetRoutes, &public_ips::PublicIps];

/// The rows that an operation found: one cell per declared column, in their order.
pub type Rows = Vec<Vec<String>>;

/// The account and Region that an operation runs in.
#[derive(Debug, Clone)]
pub struct Target {
    /// The account's id.
    pub account: AccountId,
    /// The Region's name.
    pub region: Region,
    /// The SDK configuration for the Region, with the member role's credentials.
    pub config: SdkConfig,
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
    fn spec(&self) -> &'static Spec;

    /// Runs in `target` and returns every row, or the failure of the first call that failed.
    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, CallFailure>>;

    /// Checks whether [`Operation::run`] would be allowed in `target`, without its effects: calls each
    /// declared action once, as a dry run where the service has dry runs.
    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), CallFailure>>;
}

/// The operation of `catalogue` called `name`; otherwise notes a violation with all names and the
/// nearest one.
pub fn find(
    catalogue: &[&'static dyn Operation],
    name: &str,
    violations: &mut Violations,
) -> Option<&'static dyn Operation> {
    let found = catalogue.iter().find(|operation| operation.spec().name == name);
    if found.is_none() {
        let names: Vec<&str> = catalogue.iter().map(|operation| operation.spec().name).collect();
        let expected = Expected::name(names.join(", "), name, names.iter().copied());
        violations.note("Operation", &Value::from(name), expected);
    }
    found.copied()
}

/// Notes a violation for each parameter that `operation` does not have; no operation has any yet.
pub fn check_parameters(
    operation: &dyn Operation,
    parameters: &Map<String, Value>,
    violations: &mut Violations,
) {
    for (name, value) in parameters {
        let allowed = format!("nothing: `{}` has no parameters", operation.spec().name);
        violations.note(FieldPath::root().field("Parameters").field(name), value, allowed);
    }
}

/// The operation of `catalogue` called `name`, if it accepts `parameters`.
///
/// # Errors
/// `InvalidRequest` with every violation.
pub fn resolve_in(
    catalogue: &[&'static dyn Operation],
    name: &str,
    parameters: &Map<String, Value>,
) -> Result<&'static dyn Operation, Error> {
    let mut violations = Violations::default();
    let found = find(catalogue, name, &mut violations);
    if let Some(operation) = found {
        check_parameters(operation, parameters, &mut violations);
    }
    violations.into_result("request", found)
}

#[cfg(test)]
#[path = "tests/replay.rs"]
mod replay;
#[cfg(test)]
mod tests;
