//! Several operations of the catalogue at once: those of a list, or those of a suite; and which of
//! a run's parameters each of them takes.

use std::collections::BTreeSet;
use std::sync::Arc;

use org_operator_core::Error;
use org_operator_core::input::path::FieldPath;
use org_operator_core::input::request::RunRequest;
use org_operator_core::input::violation::{Expected, Violations};
use org_operator_core::model::spec::{Access, Spec};
use serde_json::{Map, Value};

use crate::{Catalogue, Operation, change_of};

/// The suite that every operation belongs to.
pub const ALL: &str = "all";

impl Catalogue {
    /// The names of the suites, in order, and [`ALL`] last.
    ///
    /// # Errors
    /// As [`Catalogue::operations`].
    pub fn suites(&self) -> Result<Vec<String>, Error> {
        let operations = self.operations()?;
        let suite = |operation: &Arc<dyn Operation>| operation.spec().documentation.suite.clone();
        let names: BTreeSet<String> = operations.iter().filter_map(suite).collect();
        Ok(names.into_iter().chain([ALL.to_owned()]).collect())
    }

    /// The operations that a request for several means, in the order of their names; of a suite those
    /// that need no parameter which the request lacks ([`Catalogue::left_out`]). Every name that is
    /// not there, an unknown suite, an operation that changes things and a parameter that none takes
    /// is noted.
    pub fn several(
        &self,
        request: &RunRequest,
        violations: &mut Violations,
    ) -> Option<Vec<Arc<dyn Operation>>> {
        let found = match &request.suite {
            Some(suite) => {
                let mut operations = self.suite(suite, violations)?;
                operations.retain(|o| unset(o.spec(), &request.parameters).is_empty());
                operations
            }
            None => self.listed(&request.operations, violations)?,
        };
        check_parameters(&found, &request.parameters, violations);
        Some(found)
    }

    /// The operations that a run of `suite` goes without, each with the parameters that it needs and
    /// that are not in `given`; none for a suite that is not there.
    #[must_use]
    pub fn left_out(&self, suite: &str, given: &Map<String, Value>) -> Vec<(String, Vec<String>)> {
        let operations = self.suite(suite, &mut Violations::default()).unwrap_or_default();
        let lacking = operations.iter().map(|o| (o.spec().name.clone(), unset(o.spec(), given)));
        lacking.filter(|(_, needed)| !needed.is_empty()).collect()
    }

    /// All operations of a suite, whatever they need.
    fn suite(&self, suite: &str, violations: &mut Violations) -> Option<Vec<Arc<dyn Operation>>> {
        let read = self.operations().and_then(|operations| Ok((operations, self.suites()?)));
        let (mut operations, suites) = match read {
            Ok(read) => read,
            Err(error) => {
                violations.note_text("Suite", error.to_string(), "a catalogue without faults");
                return None;
            }
        };
        if !suites.iter().any(|name| name == suite) {
            let names = suites.iter().map(String::as_str);
            let expected = Expected::name(suites.join(", "), suite, names);
            violations.note("Suite", &Value::from(suite), expected);
            return None;
        }
        operations.retain(|operation| is_in(operation.spec(), suite));
        Some(operations)
    }

    /// The operations of a list: all of them, or `None` where one is not there.
    fn listed(
        &self,
        names: &[String],
        violations: &mut Violations,
    ) -> Option<Vec<Arc<dyn Operation>>> {
        let path = FieldPath::root().field("Operations");
        let mut found: Vec<Arc<dyn Operation>> = Vec::new();
        for (i, name) in names.iter().enumerate() {
            let Some(operation) = self.find_at(path.index(i), name, violations) else { continue };
            if !is_a_question(operation.spec()) {
                let allowed = "operations that only ask; one whose rows are a plan runs alone";
                violations.note_text(path.index(i), format!("\"{name}\""), allowed);
            }
            found.push(operation);
        }
        found.sort_by(|one, other| one.spec().name.cmp(&other.spec().name));
        (found.len() == names.len() && !names.is_empty()).then_some(found)
    }
}

/// Whether the operation belongs to `suite`. No suite changes anything, or plans to.
fn is_in(spec: &Spec, suite: &str) -> bool {
    let own = spec.documentation.suite.as_deref();
    is_a_question(spec) && (suite == ALL || own == Some(suite))
}

/// Whether the operation only asks: it changes nothing, and its rows are no plan of a change.
fn is_a_question(spec: &Spec) -> bool {
    spec.access == Access::ReadOnly && change_of(&spec.name).is_none()
}

/// The parameters that a run must set and that are not in `given`.
fn unset(spec: &Spec, given: &Map<String, Value>) -> Vec<String> {
    let needed = spec.parameters.iter().filter(|parameter| parameter.default.is_none());
    needed.map(|p| p.name.clone()).filter(|name| !given.contains_key(name)).collect()
}

/// Those of a run's parameters that the operation has: those of several operations stand in one
/// place, and each takes its own.
#[must_use]
pub fn own_parameters(spec: &Spec, given: &Map<String, Value>) -> Map<String, Value> {
    let has = |name: &String| spec.parameters.iter().any(|parameter| parameter.name == *name);
    given.iter().filter(|(name, _)| has(name)).map(|(n, v)| (n.clone(), v.clone())).collect()
}

/// Notes the parameters that no operation has, and what each operation finds wrong with its own.
fn check_parameters(
    operations: &[Arc<dyn Operation>],
    given: &Map<String, Value>,
    violations: &mut Violations,
) {
    let specs = operations.iter().flat_map(|operation| &operation.spec().parameters);
    let known: BTreeSet<&str> = specs.map(|parameter| parameter.name.as_str()).collect();
    for name in given.keys().filter(|name| !known.contains(name.as_str())) {
        let names: Vec<&str> = known.iter().copied().collect();
        let text = format!("a parameter of one of the operations: {}", names.join(", "));
        let allowed = Expected::name(text, name, names.iter().copied());
        let path = FieldPath::root().field("Parameters").field(name);
        violations.note_text(path, "a parameter that none of the operations has", allowed);
    }
    for operation in operations {
        operation.check_parameters(&own_parameters(operation.spec(), given), violations);
    }
}

#[cfg(test)]
#[path = "tests/suite.rs"]
mod tests;
