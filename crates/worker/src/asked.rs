//! What a worker event asks: its operations, each with its parameters, its Regions, and the session
//! that serves it.

use std::sync::Arc;

use org_operator_core::input::path::FieldPath;
use org_operator_core::input::violation::Violations;
use org_operator_core::{Error, Region, WorkerEvent};
use org_operator_operations::suite::own_parameters;
use org_operator_operations::{Catalogue, Operation};
use serde_json::{Map, Value};

/// An operation and what the run sets of its parameters.
pub(crate) struct Asked {
    pub(crate) operation: Arc<dyn Operation>,
    pub(crate) parameters: Arc<Map<String, Value>>,
    /// Its name in a suite run, whose operations have partitions of their own in the ledger.
    pub(crate) suite_operation: Option<String>,
}

impl Asked {
    /// Those of a work item's Regions that the operation is asked in. A run of one operation has no
    /// others; a suite run's work items also have those of the other operations.
    pub(crate) fn regions(&self, all: &[Region]) -> Vec<Region> {
        let scope = self.operation.spec().scope;
        let is_own = |region: &&Region| self.suite_operation.is_none() || scope.asks(region);
        all.iter().filter(is_own).cloned().collect()
    }
}

/// The operations of an event, if they accept its parameters.
///
/// # Errors
/// `InvalidRequest` with every violation.
pub(crate) fn read(catalogue: &Catalogue, event: &WorkerEvent) -> Result<Vec<Asked>, Error> {
    if !event.operations.is_empty() {
        return several(catalogue, event);
    }
    let WorkerEvent { operation: name, definition, parameters, .. } = event;
    let operation = catalogue.resolve(name, definition.as_ref(), parameters)?;
    let parameters = Arc::new(parameters.clone());
    Ok(vec![Asked { operation, parameters, suite_operation: None }])
}

fn several(catalogue: &Catalogue, event: &WorkerEvent) -> Result<Vec<Asked>, Error> {
    let mut violations = Violations::default();
    let path = FieldPath::root().field("Operations");
    let mut all = Vec::new();
    for (i, name) in event.operations.iter().enumerate() {
        let found = catalogue.find_at(path.index(i), name, &mut violations);
        let Some(operation) = found else { continue };
        let parameters = own_parameters(operation.spec(), &event.parameters);
        operation.check_parameters(&parameters, &mut violations);
        let suite_operation = Some(name.clone());
        all.push(Asked { operation, parameters: Arc::new(parameters), suite_operation });
    }
    violations.into_result("worker event", Some(all))
}
