//! Refusing answers that were cut short.
//!
//! The SDK's XML reader takes an answer that was cut short for a whole one: rows, or half of a
//! session token, would be lost without a word.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// An interceptor for clients of the query protocols (EC2, STS): it refuses a success that does not
/// end as every answer of theirs does, and an error that begins as one of theirs and does not end
/// so: a denial without its end may lack the reason that decides what it means.
#[derive(Debug, Clone, Copy)]
pub struct RejectTruncated;

impl Intercept for RejectTruncated {
    fn name(&self) -> &'static str {
        "RejectTruncated"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let body = response.body().bytes().unwrap_or_default().trim_ascii();
        // A proxy's own page is no answer of AWS's, and says what it says by its status.
        let is_ours = response.status().is_success() || begins_as_ours(body);
        if is_ours && !is_whole(body) { Err(CutShort.into()) } else { Ok(()) }
    }
}

/// Why an answer is refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CutShort;

impl std::fmt::Display for CutShort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the answer was cut short")
    }
}

impl std::error::Error for CutShort {}

fn begins_as_ours(body: &[u8]) -> bool {
    let begins = |start: &[u8]| body.starts_with(start) || start.starts_with(body);
    let starts: [&[u8]; 3] = [b"<?xml", b"<Response", b"<ErrorResponse"];
    !body.is_empty() && starts.into_iter().any(begins)
}

/// Whether `body` ends with the end of its one element, `</…Response>`.
fn is_whole(body: &[u8]) -> bool {
    let last_tag = body.iter().rposition(|byte| *byte == b'<').unwrap_or(0);
    let last_tag = &body[last_tag..];
    last_tag.starts_with(b"</") && last_tag.ends_with(b"Response>")
}
