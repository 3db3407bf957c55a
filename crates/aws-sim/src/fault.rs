//! What can go wrong with a call. How each service words it stands in `errors`.

mod errors;

use crate::call::Service;
use crate::reply::{Ending, Reply};
use crate::service_error::ServiceError;

/// A fault of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// The service's own form of "too many requests".
    Throttled,
    /// The service answers with HTTP 500.
    Internal,
    /// The service answers with HTTP 503.
    Unavailable,
    /// The connection is reset before a reply, and the call has no effect.
    Reset,
    /// The call takes effect, and the connection is reset in the reply's body.
    ResetInBody,
    /// The reply stops in its body, and the connection closes as if that were all.
    Truncated,
    /// The reply stops in its body, and the connection stays open.
    Stalled,
    /// The call takes effect, and the connection is reset before the reply.
    LostReply,
    /// The caller's session expires at this call.
    Expired,
    /// The call is denied, as for a missing permission or role.
    Denied,
    /// A service control policy denies the call.
    DeniedByPolicy,
    /// The Region is disabled in the account.
    RegionDisabled,
    /// `BatchWriteItem` returns items as unprocessed.
    Unprocessed,
    /// The connection is reset once its reader has taken nothing from the body for 30 seconds.
    DroppedWhenIdle,
    /// S3 has answered with 200 when the call fails, and puts the error into the body.
    FailedInBody,
}

impl Fault {
    /// Whether the call takes effect in spite of the fault.
    #[must_use]
    pub fn takes_effect(self) -> bool {
        matches!(
            self,
            Self::ResetInBody
                | Self::Truncated
                | Self::Stalled
                | Self::LostReply
                | Self::Unprocessed
                | Self::DroppedWhenIdle
        )
    }

    /// The error that `service` answers with, where the fault is an error reply.
    pub(crate) fn error(self, service: Service, operation: &str) -> Option<ServiceError> {
        match self {
            Self::Throttled => Some(errors::throttled(service)),
            Self::Internal => Some(errors::internal(service)),
            Self::Unavailable => Some(errors::unavailable(service)),
            Self::Expired => Some(errors::expired(service)),
            Self::Denied => Some(errors::denied(service, operation)),
            Self::DeniedByPolicy => Some(errors::denied_by_policy(service, operation)),
            Self::RegionDisabled => Some(errors::region_disabled(service)),
            Self::FailedInBody => Some(errors::failed_in_body(service)),
            _ => None,
        }
    }

    /// `reply` with the ending that the fault gives it.
    pub(crate) fn applied_to(self, mut reply: Reply) -> Reply {
        let half = reply.body.len() / 2;
        reply.ending = match self {
            Self::Reset | Self::LostReply => Ending::ResetBefore,
            Self::ResetInBody => Ending::ResetAfter(half),
            Self::Truncated => Ending::TruncatedAfter(half),
            Self::Stalled => Ending::StalledAfter(half),
            Self::DroppedWhenIdle => Ending::DroppedWhenIdle,
            _ => reply.ending,
        };
        reply
    }
}
