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
        let sent = self.send(service, operation, input).await;
        sent.map_err(|unmade| match unmade {
            Unmade::Unsent(why) | Unmade::NoService(why) => refused(&format!("{action}: {why}")),
            Unmade::Failed(failure) => call_problem(action, &failure),
        })
    }

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
        let sent = self.send(service, operation, input).await;
        sent.map_err(|unmade| {
            let failure = match unmade {
                Unmade::NoService(why) => return OperationFailure::ServiceNotInRegion(why),
                Unmade::Unsent(message) => {
                    let code = Some(UNSENT.to_owned());
                    CallFailure { code, message, ..CallFailure::default() }
                }
                Unmade::Failed(failure) => failure,
            };
            let call = Some(format!("{service}:{operation}"));
            OperationFailure::Call { call, failure: Box::new(failure) }
        })
    }

    async fn send(
        &self,
        service: &str,
        operation: &str,
        input: &Value,
    ) -> Result<Answered, Unmade> {
        let call = ChangeCall::new(service, operation);
        let call = call.map_err(|error| Unmade::Unsent(error.to_string()))?;
        let bound = call.at(&self.connection).map_err(|error| match error {
            PlaceError::Endpoint(error) => Unmade::NoService(error.to_string()),
            other => Unmade::Unsent(other.to_string()),
        })?;
        bound.send_once(input).await.map_err(|error| match error {
            Error::Input(_) => Unmade::Unsent(error.to_string()),
            Error::NotInRegion { .. } => Unmade::NoService(error.to_string()),
            other => Unmade::Failed(CallFailure::from(&other)),
        })
    }
}

/// Why a request that changes something has no success.
enum Unmade {
    /// Nothing was sent: the models refuse the call, its input or its place.
    Unsent(String),
    /// Nothing was sent: the Region has no such service.
    NoService(String),
    /// It was refused, or nobody knows what came of it.
    Failed(CallFailure),
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

/// The code of a call that was not sent, which the client for all AWS APIs gives, too.
pub(crate) const UNSENT: &str = "ParamValidation";

/// A row whose action no operation of this release knows.
#[must_use]
pub fn unknown_action() -> CallProblem {
    refused("the plan's row has an action that this release does not know")
}

/// The answer of a call, or `None` where it failed with one of `codes`, which say that there is nothing.
///
/// # Errors
/// Any other failure.
pub fn unless<T>(
    asked: Result<T, OperationFailure>,
    codes: &[&str],
) -> Result<Option<T>, OperationFailure> {
    match asked {
        Ok(answer) => Ok(Some(answer)),
        Err(failure) if has_code(&failure, codes) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Whether the service said one of `codes`.
#[must_use]
pub fn has_code(failure: &OperationFailure, codes: &[&str]) -> bool {
    failure.call().is_some_and(|call| call.has_code(codes))
}

/// The entries of the list `name` of an answer; none where there is no list.
#[must_use]
pub fn entries<'a>(answer: &'a Value, name: &str) -> &'a [Value] {
    answer.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The text `name` of an answer.
#[must_use]
pub fn text(answer: &Value, name: &str) -> Option<String> {
    answer.get(name).and_then(Value::as_str).map(str::to_owned)
}
