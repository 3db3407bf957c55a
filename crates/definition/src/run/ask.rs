//! Makes a call and keeps of its answer what is asked for.

use std::ops::ControlFlow;

use org_operator_core::ErrorKind;
use org_operator_core::outcome::classification::{Call, CallFailure, classify};
use serde_json::Value;

use crate::calls::{Ask, CallError, Calls, Failure};
use crate::checked::CheckedCall;
use crate::definition::Errors;

/// What came of a call.
#[derive(Debug)]
pub(super) enum Asked {
    /// The service answered with a page.
    Answered,
    /// It said that there is nothing.
    Absent,
    /// It was refused, which the definition takes for an answer.
    Denied,
}

/// Hands each page of the call's answer, cut to what is asked for, to `page`.
///
/// # Errors
/// That of the call, or of `page`.
pub(super) async fn pages(
    calls: &dyn Calls,
    call: &CheckedCall,
    input: &Value,
    page: &mut (dyn FnMut(Value) -> Result<(), Failure> + Send),
) -> Result<(), Failure> {
    let mut taken = Ok(());
    let mut take = |answer| {
        taken = page(call.mask.keep(answer));
        if taken.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let ask = Ask { service: &call.service, operation: &call.operation, input };
    let asked = if call.is_shareable {
        calls.shareable_pages(ask, &mut take).await
    } else {
        calls.pages(ask, &mut take).await
    };
    asked.map_err(|error| failure(call, error))?;
    taken
}

/// As [`pages`], where the definition takes some errors for an answer.
pub(super) async fn pages_or(
    calls: &dyn Calls,
    call: &CheckedCall,
    input: &Value,
    errors: &Errors,
    page: &mut (dyn FnMut(Value) -> Result<(), Failure> + Send),
) -> Result<Asked, Failure> {
    match pages(calls, call, input, page).await {
        Ok(()) => Ok(Asked::Answered),
        Err(Failure::Call { failure, .. }) if failure.has_code(&errors.absent) => Ok(Asked::Absent),
        Err(Failure::Call { failure, .. }) if errors.denied && is_refusal(&failure) => {
            Ok(Asked::Denied)
        }
        Err(failure) => Err(failure),
    }
}

/// Whether the call is not allowed, by whatever policy.
fn is_refusal(failure: &CallFailure) -> bool {
    let kind = classify(Call::Operation, failure).certainly().kind();
    matches!(kind, ErrorKind::AccessDenied | ErrorKind::DeniedByPolicy)
}

pub(super) fn failure(call: &CheckedCall, error: CallError) -> Failure {
    let (service, operation) = (call.service.clone(), call.operation.clone());
    match error {
        CallError::Failed(failure) => Failure::Call { service, operation, failure },
        CallError::NoService(message) => Failure::NoService { service, message },
    }
}
