//! The closed list of error kinds. The names are a contract: they are the Lambda `errorType`, the
//! state machine's `ErrorEquals`, and the `error` column of `coverage.csv`.
//!
//! How an AWS answer becomes a kind is in [`crate::outcome::classification`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! error_kinds {
    ($($(#[$doc:meta])+ $kind:ident,)+) => {
        /// Why a target has no answer, or why a run cannot go on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum ErrorKind { $($(#[$doc])+ $kind,)+ }

        impl ErrorKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$kind,)+];

            /// The name in `errorType`, `ErrorEquals` and the CSV.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(ErrorKind::$kind => stringify!($kind),)+ }
            }
        }
    };
}

error_kinds! {
    /// AWS throttled the call after the SDK's own retries. The worker errors and is retried.
    Throttled,
    /// A timeout, a broken connection, a 5xx or expired credentials. The worker errors and is retried.
    Transient,
    /// Too little of the invocation's time was left. The worker errors and is retried.
    DeadlineExceeded,
    /// STS refused `AssumeRole`: no role, another trust policy or another external id.
    AssumeRoleDenied,
    /// The operation's own call is refused.
    AccessDenied,
    /// The Region is not enabled in the account.
    RegionDisabled,
    /// A service control policy denies the call.
    DeniedByPolicy,
    /// The Region has no such service, or the operation is not for this Region.
    ServiceNotInRegion,
    /// The request, an event or the configuration is wrong: in the fanout, a hard stop before any
    /// worker.
    InvalidRequest,
    /// The request selects nothing.
    NoTargets,
    /// Any other answer of the service, or a failure of this machine.
    OperationFailed,
    /// The state machine gave up on a worker.
    WorkerCrashed,
    /// The ledger holds no outcome for a target of the manifest.
    NoOutcome,
    /// A bug in org-operator itself. Neither a retry nor another request helps.
    Internal,
}

impl ErrorKind {
    /// Whether a retry of the same work may succeed; the state machine retries exactly these.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Throttled | Self::Transient | Self::DeadlineExceeded)
    }

    /// Whether a target with this kind is SKIPPED, which is an answer, and not FAILED.
    #[must_use]
    pub fn is_skip(self) -> bool {
        matches!(self, Self::RegionDisabled | Self::DeniedByPolicy | Self::ServiceNotInRegion)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that is not the name of an [`ErrorKind`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an error kind")]
pub struct UnknownErrorKind(String);

impl FromStr for ErrorKind {
    type Err = UnknownErrorKind;

    fn from_str(name: &str) -> Result<Self, UnknownErrorKind> {
        let known = Self::ALL.iter().find(|kind| kind.name() == name);
        known.copied().ok_or_else(|| UnknownErrorKind(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back_to_their_kind() {
        for kind in ErrorKind::ALL {
            assert_eq!(kind.name().parse(), Ok(*kind));
        }
        assert!("Exploded".parse::<ErrorKind>().is_err());
    }

    #[test]
    fn no_kind_is_both_retryable_and_a_skip() {
        assert!(ErrorKind::ALL.iter().all(|k| !(k.is_retryable() && k.is_skip())));
    }
}
