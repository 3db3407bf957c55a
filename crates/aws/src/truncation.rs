//! Rejects truncated XML responses.
//!
//! The SDK's XML reader accepts a response that ends early: records, or half of a session token,
//! would be lost silently.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// An interceptor for clients of the XML query protocols (EC2, STS). It rejects a success whose body
/// does not end with a response's closing tag, and an error that starts as AWS's XML and does not
/// end with it: a truncated denial may lack the reason that decides how it is classified.
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
        // A proxy's error page is not XML of AWS; its status alone decides.
        let is_from_aws = response.status().is_success() || starts_as_aws_xml(body);
        if is_from_aws && !is_complete(body) { Err(Truncated.into()) } else { Ok(()) }
    }
}

/// The error of a truncated response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Truncated;

impl std::fmt::Display for Truncated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the answer was cut short")
    }
}

impl std::error::Error for Truncated {}

fn starts_as_aws_xml(body: &[u8]) -> bool {
    let matches = |start: &[u8]| body.starts_with(start) || start.starts_with(body);
    let starts: [&[u8]; 3] = [b"<?xml", b"<Response", b"<ErrorResponse"];
    !body.is_empty() && starts.into_iter().any(matches)
}

/// Whether `body` ends with its root element's closing tag, `</…Response>`.
fn is_complete(body: &[u8]) -> bool {
    let start = body.iter().rposition(|byte| *byte == b'<').unwrap_or(0);
    let last_tag = &body[start..];
    last_tag.starts_with(b"</") && last_tag.ends_with(b"Response>")
}
