//! Operations that are files, run over the client for any AWS API. What a file says and whether it is
//! right is the definition crate's business.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::{Access, Column, Documentation, Parameter, Scope, Spec};
use org_operator_definition::calls::{CallError, Failure};
use org_operator_definition::definition::{self, Definition};
use org_operator_definition::{Checked, Client, Faults, Parameters, read_json, read_toml};
use serde_json::{Map, Value};

use crate::{Listing, Operation, OperationFailure, Rows, Target, raw};

/// The operation that a request's definition is; notes what is wrong with it.
pub fn defined(
    definition: &Map<String, Value>,
    violations: &mut Violations,
) -> Option<Arc<dyn Operation>> {
    if raw::is_raw(definition) {
        let found = raw::of_definition(definition, violations)?;
        return Some(Arc::new(found));
    }
    match read_json(&Value::Object(definition.clone())) {
        Ok(checked) => Some(Arc::new(DefinedOperation::new(checked))),
        Err(faults) => {
            faults.note_in("Definition", violations);
            None
        }
    }
}

/// The operation of a file's text, or its faults, one per line.
pub(crate) fn of_file(text: &str) -> Result<Arc<dyn Operation>, String> {
    match read_toml(text) {
        Ok(checked) => Ok(Arc::new(DefinedOperation::new(checked))),
        Err(faults) => Err(faults.to_string()),
    }
}

/// An operation that is a file.
#[derive(Debug, Clone)]
pub struct DefinedOperation {
    checked: Checked,
    spec: Spec,
}

impl DefinedOperation {
    /// The operation of a definition in which nothing is wrong.
    #[must_use]
    pub fn new(checked: Checked) -> Self {
        let spec = declared(&checked);
        Self { checked, spec }
    }

    fn parameters(&self, given: &Map<String, Value>) -> Result<Parameters, Faults> {
        self.checked.resolve(given)
    }

    /// Why the operation does not run in the target's Region, where its file says that it does not.
    fn refuse_region(&self, target: &Target) -> Result<(), OperationFailure> {
        let region = target.region.as_str();
        if self.spec.scope == Scope::Global || self.checked.runs_in(region) {
            return Ok(());
        }
        let regions = self.checked.definition().regions.join(", ");
        let message = format!("`{}` runs in {regions} only", self.spec.name);
        Err(OperationFailure::ServiceNotInRegion(message))
    }

    async fn rows(&self, target: &Target) -> Result<Rows, OperationFailure> {
        self.refuse_region(target)?;
        let parameters =
            self.parameters(&target.parameters).map_err(|faults| wrong_parameters(&faults))?;
        let (place, client) = place(target);
        let calls = target.shared.listings.over(&client, target.region.as_str());
        let rows = self.checked.run(&place, &parameters, &calls).await;
        rows.map_err(|failure| self.failure(failure))
    }

    async fn probed(&self, target: &Target) -> Result<(), OperationFailure> {
        self.refuse_region(target)?;
        let parameters =
            self.parameters(&target.parameters).map_err(|faults| wrong_parameters(&faults))?;
        let (place, client) = place(target);
        let probed = self.checked.probe(&place, &parameters, &client).await;
        probed.map(drop).map_err(|failure| self.failure(failure))
    }

    fn failure(&self, failure: Failure) -> OperationFailure {
        match failure {
            Failure::Call { service, operation, failure } => {
                // A single call needs no name: the operation's is enough.
                let call = (self.spec.actions.len() > 1).then(|| format!("{service} {operation}"));
                OperationFailure::Call { call, failure }
            }
            Failure::NoService { message, .. } => OperationFailure::ServiceNotInRegion(message),
            other => OperationFailure::UnexpectedAnswer(other.to_string()),
        }
    }
}

impl Operation for DefinedOperation {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(self.rows(target))
    }

    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        Box::pin(self.probed(target))
    }

    fn listings(&self) -> BTreeSet<Listing> {
        self.checked.listings()
    }

    fn check_parameters(&self, given: &Map<String, Value>, violations: &mut Violations) {
        if let Err(faults) = self.parameters(given) {
            for fault in faults.iter() {
                violations.note_text(&*fault.place, fault.came.clone(), fault.allowed.clone());
            }
        }
    }
}

/// Why a call that an operation makes alone has no answer.
pub(crate) fn unanswered(error: CallError) -> OperationFailure {
    match error {
        CallError::Failed(failure) => OperationFailure::Call { call: None, failure },
        CallError::NoService(message) => OperationFailure::ServiceNotInRegion(message),
    }
}

/// A definition's target, and the client that its calls are made with.
fn place(target: &Target) -> (org_operator_definition::Target, Client) {
    let (account, region, now) = (target.account.clone(), target.region.clone(), target.now);
    let shared = &target.shared;
    let client =
        Client::new(shared.clients.connection(&target.config)).within(shared.permits.clone());
    (org_operator_definition::Target { account, region, now }, client)
}

fn wrong_parameters(faults: &Faults) -> OperationFailure {
    OperationFailure::UnexpectedAnswer(faults.to_string())
}

fn declared(checked: &Checked) -> Spec {
    let file = checked.definition();
    Spec {
        name: file.name.clone(),
        summary: file.summary.clone(),
        services: services(file),
        scope: match checked.scope() {
            definition::Scope::Regional => Scope::Regional,
            definition::Scope::Global => Scope::Global,
        },
        access: Access::ReadOnly,
        actions: checked.actions().to_vec(),
        columns: checked.columns().iter().map(column).collect(),
        key: checked.key().to_vec(),
        parameters: checked.parameters().iter().map(parameter).collect(),
        lists: file.lists.clone(),
        documentation: documentation(file),
    }
}

/// The services of all calls, sorted.
fn services(file: &Definition) -> Vec<String> {
    let beside = file.sources.iter().flat_map(|source| {
        let with = source.with.iter().map(|listing| &listing.request);
        let each = source.each.iter().map(|follow_up| &follow_up.request);
        with.chain(each).chain([&source.request])
    });
    let named = beside.map(|request| request.service.clone()).filter(|name| !name.is_empty());
    named.collect::<BTreeSet<_>>().into_iter().collect()
}

fn column(column: &definition::Column) -> Column {
    let definition::Column { name, meaning, computed, .. } = column.clone();
    Column { name, meaning, computed }
}

fn parameter(parameter: &definition::Parameter) -> Parameter {
    let definition::Parameter { name, meaning, kind, default, allowed } = parameter.clone();
    Parameter { name, meaning, kind: kind.name(), default, allowed }
}

fn documentation(file: &Definition) -> Documentation {
    let columns = file.columns.iter().filter(|_| !file.example.is_empty());
    let cell =
        |column: &definition::Column| file.example.get(&column.name).cloned().unwrap_or_default();
    Documentation {
        question: Some(file.question.clone()).filter(|question| !question.is_empty()),
        suite: file.suite.map(|suite| suite.name().to_owned()),
        not_seen: file.not_seen.clone(),
        example: columns.map(cell).collect(),
    }
}
