//! Calls over the models for operations that change something: reads, and the one request that makes a
//! change. What the answers mean is each operation's part.

use std::ops::ControlFlow;

use org_operator_changes::CallProblem;
use org_operator_core::ErrorKind;
use org_operator_core::error::CallFailure;
use org_operator_core::outcome::classification::classify_operation;
use org_operator_core::outcome::one_line;
use org_operator_definition::Client;
use org_operator_definition::calls::{Ask, CallError, Calls};
use org_operator_dynamic::{Answered, ChangeCall, Connection, Error, PlaceError};
use serde_json::Value;

use crate::change::call_problem;
use crate::{OperationFailure, Target};

/// The calls of one target.
#[derive(Debug)]
pub struct Modelled {
    client: Client,
    connection: Connection,
}

impl Modelled {
    /// The calls of `target`, with its credentials and Region.
    #[must_use]
    pub fn of(target: &Target) -> Self {
        let connection = Connection::new(&target.config);
        Self { client: Client::new(connection.clone()), connection }
    }

    /// Every page that a read-only call answers; of one without pages, its one answer.
    ///
    /// # Errors
    /// The failure of the first call that has no answer.
    pub async fn pages(
        &self,
        service: &str,
        operation: &str,
        input: &Value,
    ) -> Result<Vec<Value>, OperationFailure> {
        let mut found = Vec::new();
        let mut keep = |page| {
            found.push(page);
            ControlFlow::Continue(())
        };
        let asked = self.client.pages(Ask { service, operation, input }, &mut keep).await;
        asked.map_err(|error| unanswered(service, operation, error))?;
        Ok(found)
    }

    /// The answer of a read-only call that has no pages, or the first page of one that has.
    ///
    /// # Errors
    /// Why the call has no answer.
    pub async fn read(
        &self,
        service: &str,
        operation: &str,
        input: &Value,
    ) -> Result<Value, OperationFailure> {
        let mut found = Value::Null;
        let mut keep = |page| {
            found = page;
            ControlFlow::Break(())
        };
        let asked = self.client.pages(Ask { service, operation, input }, &mut keep).await;
        asked.map_err(|error| unanswered(service, operation, error))?;
        Ok(found)
    }

    /// Makes a change by one request: what is lost on the way is read, not sent again. `action` is the
    /// IAM action, for messages.
    ///
    /// # Errors
    /// Why there is no success, and whether the change may have been made all the same.
    pub async fn change(
        &self,
        service: &str,
        operation: &str,
        action: &str,
        input: &Value,
    ) -> Result<Answered, CallProblem> {
        let call = ChangeCall::new(service, operation).map_err(|error| unsent(action, &error))?;
        let bound = call.at(&self.connection).map_err(|error| unsent(action, &error))?;
        bound.send_once(input).await.map_err(|error| unmade(action, &error))
    }
}

fn unanswered(service: &str, operation: &str, error: CallError) -> OperationFailure {
    match error {
        CallError::Failed(failure) => {
            OperationFailure::Call { call: Some(format!("{service} {operation}")), failure }
        }
        CallError::NoService(message) => OperationFailure::ServiceNotInRegion(message),
    }
}

/// What a read that failed means for a row: nothing was sent that changes anything.
#[must_use]
pub fn read_problem(failure: OperationFailure) -> CallProblem {
    let request_id = failure.call().and_then(|call| call.request_id.clone());
    let error = classify_operation(failure).certainly();
    let message = one_line(error.message());
    CallProblem { kind: error.kind(), message, request_id, may_have_happened: false }
}

/// What a change without a success means. Nothing was sent of an input that the model refuses, nor to
/// a host that does not exist.
fn unmade(action: &str, error: &Error) -> CallProblem {
    let sent = !matches!(error, Error::Input(_) | Error::NotInRegion { .. });
    let problem = call_problem(action, &CallFailure::from(error));
    CallProblem { may_have_happened: sent && problem.may_have_happened, ..problem }
}

fn unsent(action: &str, error: &dyn std::error::Error) -> CallProblem {
    refused(&format!("{action}: {error}"))
}

/// A row that cannot be changed, and of which nothing was sent.
#[must_use]
pub fn refused(message: &str) -> CallProblem {
    CallProblem {
        kind: ErrorKind::OperationFailed,
        message: one_line(message),
        request_id: None,
        may_have_happened: false,
    }
}

impl Modelled {
    /// Makes a change by one request, as [`Modelled::change`], for a plan that writes: a failure is the
    /// target's, and whoever plans reads what is there before it tries again.
    ///
    /// # Errors
    /// Why there is no success; the change may have been made all the same.
    pub async fn write(
        &self,
        service: &str,
        operation: &str,
        input: &Value,
    ) -> Result<Answered, OperationFailure> {
        let call = format!("{service}:{operation}");
        let own = |error: &dyn std::error::Error| {
            unwritten(
                &call,
                CallFailure {
                    code: Some(UNSENT.to_owned()),
                    message: error.to_string(),
                    ..CallFailure::default()
                },
            )
        };
        let prepared = ChangeCall::new(service, operation).map_err(|error| own(&error))?;
        let bound = match prepared.at(&self.connection) {
            Ok(bound) => bound,
            Err(PlaceError::Endpoint(error)) => {
                return Err(OperationFailure::ServiceNotInRegion(error.to_string()));
            }
            Err(error) => return Err(own(&error)),
        };
        bound.send_once(input).await.map_err(|error| match error {
            Error::NotInRegion { .. } => OperationFailure::ServiceNotInRegion(error.to_string()),
            other => unwritten(&call, CallFailure::from(&other)),
        })
    }
}

/// The code of a call that was not sent, which the client for all AWS APIs gives, too.
pub(crate) const UNSENT: &str = "ParamValidation";

fn unwritten(call: &str, failure: CallFailure) -> OperationFailure {
    OperationFailure::Call { call: Some(call.to_owned()), failure: Box::new(failure) }
}
