//! What a run needs of the world: calls, and a pause between two of them. `client` has it over the real client.

use std::ops::ControlFlow;
use std::time::Duration;

use futures_util::future::BoxFuture;
use org_operator_core::outcome::classification::CallFailure;
use serde_json::Value;

/// A call that a run wants made.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The service as botocore and the AWS CLI name it.
    pub service: &'a str,
    /// The operation as AWS names it.
    pub operation: &'a str,
    /// The input, an object in botocore's shape.
    pub input: &'a Value,
}

/// What is done with a page; `Break` where no further one is wanted.
pub type Page<'a> = &'a mut (dyn FnMut(Value) -> ControlFlow<()> + Send);

/// Calls in one account and Region.
///
/// Calls that are answered from pages on hand, as tests do:
///
/// ```
/// use std::ops::ControlFlow;
/// use std::time::Duration;
///
/// use futures_util::future::{BoxFuture, FutureExt, ready};
/// use org_operator_definition::calls::{Ask, CallError, Calls, Page};
/// use serde_json::Value;
///
/// struct Recorded(Vec<Value>);
///
/// impl Calls for Recorded {
///     fn pages<'a>(&'a self, _: Ask<'a>, page: Page<'a>) -> BoxFuture<'a, Result<(), CallError>> {
///         for answer in &self.0 {
///             if page(answer.clone()) == ControlFlow::Break(()) {
///                 break;
///             }
///         }
///         ready(Ok(())).boxed()
///     }
///
///     fn pause(&self, _: Duration) -> BoxFuture<'_, ()> {
///         ready(()).boxed()
///     }
/// }
/// ```
pub trait Calls: Send + Sync {
    /// Hands every page of the answer to `page`, in botocore's shape, until it breaks.
    fn pages<'a>(&'a self, ask: Ask<'a>, page: Page<'a>) -> BoxFuture<'a, Result<(), CallError>>;

    /// As [`Calls::pages`], where the answer to an earlier, identical call will do.
    fn shareable_pages<'a>(
        &'a self,
        ask: Ask<'a>,
        page: Page<'a>,
    ) -> BoxFuture<'a, Result<(), CallError>> {
        self.pages(ask, page)
    }

    /// Comes back after `time`.
    fn pause(&self, time: Duration) -> BoxFuture<'_, ()>;
}

/// Why a call gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// The service refused, or did not answer.
    Failed(Box<CallFailure>),
    /// The Region has no such service, in words.
    NoService(String),
}

/// Why a target has no rows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A call of the definition failed.
    #[error("{service} {operation}: {failure}")]
    Call {
        /// The service of the call.
        service: String,
        /// The operation that was called.
        operation: String,
        /// What the service said, for the classification of all failures.
        failure: Box<CallFailure>,
    },
    /// The Region lacks the service: an answer about the target, not a failure to ask it.
    #[error("{message}")]
    NoService {
        /// The service that is not there.
        service: String,
        /// What is not where, for a person.
        message: String,
    },
    /// A path could not be evaluated on what the service answered. No value is named: it can be secret.
    #[error("{place}: {message}")]
    Path {
        /// The field of the definition.
        place: String,
        /// What is wrong with it, for a person.
        message: String,
    },
    /// The call before the listing did not come to its end in time.
    #[error("{operation} did not come to its end after {times} calls")]
    Unfinished {
        /// The operation that was called.
        operation: String,
        /// How often it was called.
        times: u32,
    },
}

impl Failure {
    /// What failed, as plain data for the one classification; `None` where no call did.
    #[must_use]
    pub fn call(&self) -> Option<&CallFailure> {
        match self {
            Self::Call { failure, .. } => Some(failure),
            _ => None,
        }
    }
}
