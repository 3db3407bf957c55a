//! From an SDK error to plain data: code, HTTP status, message, request id, and the credentials
//! problem where no credentials could be loaded. What they mean is decided in
//! `org_operator_core::outcome::classification`.

use std::error::Error as StdError;

use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use org_operator_core::Error;
use org_operator_core::outcome::classification::{Call, CallFailure, classify};

use crate::credentials::credentials_problem;
use crate::truncation::Truncated;

/// A failed call of any service as plain data.
pub fn call_failure<E>(error: &SdkError<E, HttpResponse>) -> CallFailure
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let service = error.as_service_error();
    let message = service.and_then(ProvideErrorMetadata::message).map(str::to_owned);
    CallFailure {
        code: service.and_then(ProvideErrorMetadata::code).map(str::to_owned),
        status: whole_status(error),
        message: message.unwrap_or_else(|| chain(error)),
        request_id: error.request_id().map(str::to_owned),
        credentials: credentials_problem(error),
    }
}

/// The HTTP status of a whole answer.
fn whole_status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16>
where
    E: StdError + 'static,
{
    // A body that broke off on the way was taken and not put back: its status alone says nothing.
    let answer = error.raw_response().filter(|answer| answer.body().bytes().is_some())?;
    let status = answer.status().as_u16();
    // The same goes for a refusal that was cut short; a 5xx needs no text.
    let is_cut = (400..500).contains(&status) && is_cut_short(error);
    (!is_cut).then_some(status)
}

fn is_cut_short(error: &(dyn StdError + 'static)) -> bool {
    sources(error).any(<dyn StdError>::is::<Truncated>)
}

/// The error of org-operator's own call that failed while `doing` something, such as `reading s3://b/k`.
pub fn call_error<E>(doing: &str, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    classify(Call::Own, &call_failure(error)).certainly().context(doing)
}

pub(crate) use call_error as own;

/// An error and its sources on one line; the SDK hides the reason in the sources.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    sources(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// An error, then its sources from the outermost to the innermost.
pub(crate) fn sources<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), source_of)
}

fn source_of<'a>(error: &&'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    (*error).source()
}

#[cfg(test)]
mod tests;
