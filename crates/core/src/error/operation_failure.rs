//! Why an operation has no rows of a target, as the operation knows it. What follows from it is the
//! classification's business.

use super::CallFailure;

/// Why an operation has no rows of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationFailure {
    /// A call was refused, or had no answer.
    Call {
        /// Service and call, where the operation makes several: `s3 GetBucketPolicy`.
        call: Option<String>,
        /// What the service said.
        failure: Box<CallFailure>,
    },
    /// The Region has no such service: an answer about the target, not a failure to ask it. The
    /// message says which service.
    ServiceNotInRegion(String),
    /// What the service answered cannot be made rows of. The message names no value of the answer: it
    /// can be secret.
    UnexpectedAnswer(String),
}

impl OperationFailure {
    /// The failed call, where one failed.
    #[must_use]
    pub fn call(&self) -> Option<&CallFailure> {
        match self {
            Self::Call { failure, .. } => Some(failure),
            Self::ServiceNotInRegion(_) | Self::UnexpectedAnswer(_) => None,
        }
    }
}

impl From<CallFailure> for OperationFailure {
    fn from(failure: CallFailure) -> Self {
        Self::Call { call: None, failure: Box::new(failure) }
    }
}
