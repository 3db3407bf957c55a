//! What org-operator can do in an account and Region: the [`Operation`] trait, the catalogue, and
//! one file per operation.
//!
//! A new operation is one file beside [`internet_routes`] and one line in [`CATALOGUE`]. It knows
//! no ledger, no other Region and no Lambda; it gets a configuration that is already its target's.

#[cfg(test)]
mod answers;
mod ec2;
pub mod internet_routes;
pub mod public_ips;
#[cfg(test)]
mod replay;

use aws_config::SdkConfig;
use futures_util::future::BoxFuture;
use org_operator_core::input::path::FieldPath;
use org_operator_core::input::violation::{Expected, Violations};
use org_operator_core::model::spec::Spec;
use org_operator_core::outcome::classification::CallFailure;
use org_operator_core::{AccountId, Error, Region};
use serde_json::{Map, Value};

/// The operations, by name.
pub const CATALOGUE: &[&dyn Operation] =
    &[&internet_routes::InternetRoutes, &public_ips::PublicIps];

/// Rows of an operation, each cell in the order of the declared columns.
pub type Rows = Vec<Vec<String>>;

/// Where an operation runs: one account and Region.
#[derive(Debug, Clone)]
pub struct Target {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// Clients built from this speak to the Region with the member role's credentials.
    pub config: SdkConfig,
}

/// Something that is done in one account and Region.
pub trait Operation: Send + Sync {
    /// What the operation declares: name, columns, IAM actions.
    fn spec(&self) -> &'static Spec;

    /// Runs in `target` and gives every row, or the failure of the first call that failed.
    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, CallFailure>>;

    /// Asks, without doing anything, whether [`Operation::run`] would be allowed in `target`: each
    /// declared action once, as a dry run where the service has one.
    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), CallFailure>>;
}

/// The operation of `catalogue` called `name`, or a fault that names the catalogue and the nearest name.
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

/// Notes each parameter that `operation` does not have; no operation has any yet.
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

/// The operation of `catalogue` called `name` with `parameters` that it takes.
///
/// # Errors
/// `InvalidRequest` with every fault.
pub fn resolve_in(
    catalogue: &[&'static dyn Operation],
    name: &str,
    parameters: &Map<String, Value>,
) -> Result<&'static dyn Operation, Error> {
    let mut violations = Violations::default();
    let operation = find(catalogue, name, &mut violations);
    if let Some(operation) = operation {
        check_parameters(operation, parameters, &mut violations);
    }
    violations.into_result("request", operation)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use org_operator_core::model::session;

    fn is_case(name: &str, joint: char) -> bool {
        !name.is_empty()
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint)
    }

    #[test]
    fn every_operation_declares_itself_well() {
        for spec in CATALOGUE.iter().map(|operation| operation.spec()) {
            let name = spec.name;
            assert!(is_case(name, '-'), "{name}: the name is not kebab-case");
            assert!(!spec.summary.is_empty() && !spec.actions.is_empty(), "{name}");
            assert!(spec.actions.iter().all(|a| a.contains(':') && !a.contains('*')), "{name}");
            // The size of a session policy as text (STS API reference, AssumeRole).
            assert!(session::policy(spec.actions).len() <= 2_048, "{name}: too many actions");
            assert!(
                spec.columns.iter().all(|c| is_case(c.name, '_') && !c.meaning.is_empty()),
                "{name}"
            );
            let columns: BTreeSet<_> = spec.columns.iter().map(|c| c.name).collect();
            assert_eq!(columns.len(), spec.columns.len(), "{name}: a column stands twice");
            assert!(!spec.key.is_empty(), "{name}: no key");
            assert_eq!(spec.key_indices().len(), spec.key.len(), "{name}: a key is no column");
            let own = ["account_id", "account_name", "region"];
            assert!(own.iter().all(|c| !columns.contains(c)), "{name}: a column that all have");
        }
    }

    #[test]
    fn names_are_unique_and_found() {
        let names: BTreeSet<_> = CATALOGUE.iter().map(|operation| operation.spec().name).collect();
        assert_eq!(names.len(), CATALOGUE.len());
        for name in names {
            assert!(resolve_in(CATALOGUE, name, &Map::new()).is_ok(), "{name}");
        }
    }

    #[test]
    fn an_unknown_name_or_parameter_is_refused_with_what_is_allowed() {
        let refused = |name: &str, parameters: Value| {
            let parameters = parameters.as_object().cloned().unwrap_or_default();
            resolve_in(CATALOGUE, name, &parameters)
                .err()
                .map(|e| e.to_string())
                .unwrap_or_default()
        };
        let unknown = refused("internet-route", Value::Null);
        assert!(unknown.contains("Operation: got \"internet-route\""), "{unknown}");
        assert!(unknown.contains("nearest: `internet-routes`"), "{unknown}");
        let parameter = refused("internet-routes", serde_json::json!({"Depth": 3}));
        assert!(parameter.contains("Parameters.Depth: got 3"), "{parameter}");
    }
}
