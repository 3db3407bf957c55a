//! From an SDK error to plain data: code, HTTP status, message. What they mean is said by
//! `org_operator_core::outcome::classification`.

use std::error::Error as StdError;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use org_operator_core::Error;
use org_operator_core::outcome::classification::{Call, CallFailure, classify};

use crate::truncation::Truncated;

/// The plain data of a failed call of any service.
pub fn call_failure<E>(error: &SdkError<E, HttpResponse>) -> CallFailure
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let service = error.as_service_error();
    // A body that broke off on the way was taken and not put back: its status alone says nothing.
    let answered = error.raw_response().filter(|response| response.body().bytes().is_some());
    let status = answered.map(|response| response.status().as_u16());
    // So it is with a refusal that was cut short; that a service is not well needs no words.
    let status = status.filter(|status| !(400..500).contains(status) || !is_cut_short(error));
    let code = service.and_then(ProvideErrorMetadata::code).map(str::to_owned);
    let message = service.and_then(ProvideErrorMetadata::message).map(str::to_owned);
    CallFailure { code, status, message: message.unwrap_or_else(|| chain(error)) }
}

fn is_cut_short(error: &(dyn StdError + 'static)) -> bool {
    error.is::<Truncated>() || error.source().is_some_and(is_cut_short)
}

/// An error of org-operator's own call, with what was being done.
pub(crate) fn own<E>(doing: &str, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    classify(Call::Own, &call_failure(error)).certainly().context(doing)
}

/// An error and its sources on one line; the SDK hides the reason in the sources.
#[must_use]
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
