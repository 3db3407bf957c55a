//! What can go wrong: before a call, where it is sent, and with what comes back.

use std::error::Error as StdError;

use aws_smithy_runtime_api::client::interceptors::context;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use org_operator_core::input::violation::Violations;
use org_operator_models::{Damaged, EndpointError, ModelError, Unsupported};

use crate::pages::PagesError;
use crate::parse::{Refusal, Unreadable};

/// An operation cannot be called at all.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// There is no such service, or its model cannot be had.
    #[error(transparent)]
    Service(#[from] ModelError),
    /// The models cannot be read.
    #[error(transparent)]
    Models(#[from] Damaged),
    /// The service has no read-only operation of that name.
    #[error("{service} has no read-only operation `{operation}`{hint}")]
    Unknown {
        /// The service's name.
        service: String,
        /// The name that was asked for.
        operation: String,
        /// The nearest name, as ` (nearest: …)`, or empty.
        hint: String,
    },
    /// The service has the operation, but it cannot be called.
    #[error("{service} `{operation}` {}", reason.reason())]
    Unsupported {
        /// The service's name.
        service: String,
        /// The operation's name.
        operation: String,
        /// Why it cannot be called.
        reason: Unsupported,
    },
    /// The model has an expression for its pages that is none.
    #[error("the model of {service} `{operation}` has no usable path to its next page: {problem}")]
    Pages {
        /// The service's name.
        service: String,
        /// The operation's name.
        operation: String,
        /// What is wrong with the expression.
        problem: String,
    },
}

/// An operation cannot be called with a configuration: it says nowhere to call, or nowhere known.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The models cannot be read.
    #[error(transparent)]
    Models(#[from] Damaged),
    /// The configuration has no Region, or one that is no Region's name.
    #[error("the configuration has no usable Region")]
    NoRegion,
    /// The service is not in the Region, or the models do not know the Region.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The configuration asks for FIPS or dual-stack endpoints, which the models do not have.
    #[error("the models have no {0} endpoints: set an endpoint URL, or do not ask for them")]
    Variant(&'static str),
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is not what the operation takes; nothing was sent.
    #[error("the input is not what the operation takes: {0}")]
    Input(Violations),
    /// The service refused the call.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// An answer came that cannot be read; a retry gave no other.
    #[error("{0}")]
    Unreadable(Unreadable),
    /// No answer came: no connection, a timeout, a body that broke off, no credentials. The source is
    /// what the SDK's runtime said, with its own sources.
    #[error("{}", chain(.0.as_ref()))]
    NoAnswer(#[source] Box<dyn StdError + Send + Sync>),
    /// The service has no host in the Region: its name does not exist, though the Region's others do.
    #[error("`{service}` is not in {region}: {host} does not exist")]
    NotInRegion {
        /// The service's name.
        service: String,
        /// The Region that was to be asked.
        region: String,
        /// The name that does not exist.
        host: String,
    },
    /// A page came, but the next one cannot be asked for.
    #[error("{0}")]
    Pages(#[from] PagesError),
}

impl Error {
    /// What a failed call of the SDK's runtime means.
    pub(crate) fn of_runtime(error: SdkError<context::Error, HttpResponse>) -> Self {
        if let Some(unreadable) = find::<Unreadable>(&error) {
            return Self::Unreadable(unreadable.clone());
        }
        match error {
            SdkError::ServiceError(refused) => match refused.into_err().downcast::<Refusal>() {
                Ok(refusal) => Self::Refused(Box::new(refusal)),
                Err(other) => Self::NoAnswer(Box::new(other)),
            },
            other => Self::NoAnswer(Box::new(other)),
        }
    }
}

/// The cause of that type, if one of the error's sources is.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    error.downcast_ref().or_else(|| find(error.source()?))
}

/// An error and its sources on one line; the SDK hides the reason in the sources.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
