//! The command's own calls of AWS: what failed, and which IAM actions the call needs. What a person
//! is told about it is [`crate::error`]'s.

use std::error::Error as StdError;

use aws_sdk_sfn::config::http::HttpResponse;
use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};
use org_operator_aws::call_failure;
use org_operator_core::Error;
use org_operator_core::outcome::classification::{Call, classify};

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FailedCall {
    /// What AWS answered, with what was being done.
    pub(crate) error: Error,
    /// The IAM actions that the call needs, and on what.
    pub(crate) needs: &'static str,
}

impl FailedCall {
    /// A call that needs `needs`, for its `map_err`.
    pub(crate) fn needing(needs: &'static str) -> impl Fn(Error) -> Self {
        move |error| Self { error, needs }
    }
}

/// An error of a call while `doing` something, in words.
pub(crate) fn own<E>(doing: &str, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    classify(Call::Own, &call_failure(error)).certainly().context(doing)
}
