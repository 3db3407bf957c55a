//! The EC2 client of a target.
//!
//! The SDK's XML reader takes an answer that was cut short for a whole one: rows would be lost
//! without a word. This client refuses such an answer. And it keeps its own account of retries:
//! EC2 throttles each account and Region by itself, so one that is throttled must not slow others,
//! which the SDK's default does where one process asks many accounts.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::http::HttpResponse;
use aws_sdk_ec2::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_ec2::config::retry::RetryPartition;
use aws_sdk_ec2::config::{Builder, ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_ec2::error::{BoxError, ProvideErrorMetadata, SdkError};
use org_operator_aws::call_failure;
use org_operator_core::classification::CallFailure;

use crate::Target;

/// A client for EC2 in the target's account and Region.
pub(crate) fn client(target: &Target) -> Client {
    let own = RetryPartition::custom("target").build();
    let config = Builder::from(&target.config).interceptor(WholeAnswers).retry_partition(own);
    Client::from_conf(config.build())
}

/// What the answer to a dry run means: EC2 says by an error that the call would be allowed.
pub(crate) fn allowed<T, E>(answer: Result<T, SdkError<E, HttpResponse>>) -> Result<(), CallFailure>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match answer {
        Err(error) if error.code() == Some("DryRunOperation") => Ok(()),
        Err(error) => Err(call_failure(&error)),
        // An emulator that does not know dry runs has done it; it only reads.
        Ok(_) => Ok(()),
    }
}

/// Refuses a successful answer that does not end as every answer of EC2 does.
#[derive(Debug)]
struct WholeAnswers;

impl Intercept for WholeAnswers {
    fn name(&self) -> &'static str {
        "WholeAnswers"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let body = response.body().bytes().unwrap_or_default();
        if response.status().is_success() && !is_whole(body) {
            return Err("the answer was cut short".into());
        }
        Ok(())
    }
}

/// Whether `body` ends with the end of its one element, `</…Response>`.
fn is_whole(body: &[u8]) -> bool {
    let last_tag = body.iter().rposition(|byte| *byte == b'<').unwrap_or(0);
    let last_tag = body[last_tag..].trim_ascii_end();
    last_tag.starts_with(b"</") && last_tag.ends_with(b"Response>")
}
