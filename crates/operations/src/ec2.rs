//! The EC2 client of a target.
//!
//! It keeps its own account of retries: EC2 throttles each account and Region by itself, so one that
//! is throttled must not slow others, which the SDK's default does where one process asks many.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::Builder;
use aws_sdk_ec2::config::http::HttpResponse;
use aws_sdk_ec2::config::retry::RetryPartition;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use org_operator_aws::{RejectTruncated, call_failure};
use org_operator_core::outcome::classification::CallFailure;

use crate::Target;

/// A client for EC2 in the target's account and Region. It refuses answers that were cut short.
pub(crate) fn client(target: &Target) -> Client {
    let own = RetryPartition::custom("target").build();
    let config = Builder::from(&target.config).interceptor(RejectTruncated).retry_partition(own);
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
