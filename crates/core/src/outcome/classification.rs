//! From what AWS answered to an error kind: by code, HTTP status and message, in every protocol.
//!
//! The codes are those of the services' own documents and of botocore's retry tables (read
//! 2026-11-22). Getting the three out of an SDK error is the AWS crate's business.

use crate::error::{Error, ErrorKind};
use crate::model::region::Region;
use crate::outcome::one_line;

/// A failed call, as plain data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFailure {
    /// The service's error code, if an answer came that had one.
    pub code: Option<String>,
    /// The HTTP status, if an answer came.
    pub status: Option<u16>,
    /// The service's message, or what broke on the way.
    pub message: String,
}

/// Which call failed: the same code means different things on different calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `sts:AssumeRole` into a member account.
    AssumeRole,
    /// The operation's own calls, with the member role's credentials.
    Operation,
    /// org-operator's own calls: Organizations, the ledger, the artifacts.
    Own,
}

/// Codes that SDKs treat as throttling (botocore 1.44.5, retries/standard.py).
const THROTTLES: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];

/// Codes for expired credentials: a new attempt assumes the role anew.
const EXPIRED: &[&str] =
    &["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];

/// Codes for a service that is not well, whatever the HTTP status.
const UNWELL: &[&str] = &[
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceError",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "Unavailable",
    "RequestTimeout",
    "RequestTimeoutException",
    "IDPCommunicationError",
];

/// Codes for a call that is not allowed.
const REFUSED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnauthorizedAccess",
    "UnauthorizedException",
    "Client.UnauthorizedOperation",
    "NotAuthorized",
    "AuthorizationError",
    "AccessDeniedForDependencyException",
];

/// Codes that a Region which is off in the account gives: EC2, query services, JSON services.
const REGION_OFF: &[&str] = &[
    "AuthFailure",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "OptInRequired",
    "RegionDisabledException",
];

/// Of these, the ones that say it outright; the rest may also mean bad credentials.
const REGION_OFF_FOR_SURE: &[&str] = &["OptInRequired", "RegionDisabledException"];

/// What AWS says of a call that a service control policy denies, or does not allow (IAM user guide,
/// "Access denied error message examples").
const BY_POLICY: &[&str] =
    &["explicit deny in a service control policy", "no service control policy allows"];

/// EC2's text for a denial it does not explain, which is how it often reports a policy's deny.
const SHORT_REFUSAL: &str = "You are not authorized to perform this operation.";

/// What came of the same credentials in the account's other Regions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SiblingRegions {
    /// They were taken, and the operation succeeded.
    pub succeeded: bool,
    /// A Region that cannot be off did not take them.
    pub refused: bool,
}

/// What a failed call means, before the account's other Regions are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classification {
    error: Error,
    doubt: Ambiguity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ambiguity {
    None,
    /// A denial without a reason: a policy's, if the same role succeeds in another Region.
    ShortRefusal,
    /// Credentials not taken: the Region is off, unless nowhere else they are taken either.
    CredentialsNotTaken,
}

impl Classification {
    /// A finding without doubt.
    #[must_use]
    pub fn certain(error: Error) -> Self {
        Self { error, doubt: Ambiguity::None }
    }

    /// The same finding; where it is a refusal that does not say who was refused what, it says so
    /// now: `role` and the `actions` that the operation needs.
    #[must_use]
    pub fn naming(self, role: &str, actions: &[&str]) -> Self {
        let Self { error, doubt } = self;
        let refused = matches!(error.kind(), ErrorKind::AccessDenied | ErrorKind::DeniedByPolicy);
        if !refused || names_an_identity(error.message()) {
            return Self { error, doubt };
        }
        let (said, needed) = (one_line(error.message()), actions.join(", "));
        let error = Error::new(error.kind(), format!("{said} ({role} needs {needed})"));
        Self { error, doubt }
    }

    /// The error, for a call that no other Region can say more about.
    #[must_use]
    pub fn certainly(self) -> Error {
        self.error
    }

    /// Whether `region` did not take the credentials although it cannot be off: they are bad.
    #[must_use]
    pub fn refuses_credentials(&self, region: &Region) -> bool {
        self.doubt == Ambiguity::CredentialsNotTaken && region.is_always_on()
    }

    /// The error, once it is known what came of the same credentials in the other Regions.
    #[must_use]
    pub fn resolve(self, elsewhere: SiblingRegions, region: &Region) -> Error {
        let SiblingRegions { succeeded, refused } = elsewhere;
        let kind = match (self.error.kind(), self.doubt) {
            (_, Ambiguity::ShortRefusal) if succeeded => ErrorKind::DeniedByPolicy,
            // It cannot be off: the account is not activated yet, or the credentials are bad.
            (ErrorKind::RegionDisabled, _) if region.is_always_on() => ErrorKind::AccessDenied,
            (_, Ambiguity::CredentialsNotTaken) if refused && !succeeded => ErrorKind::AccessDenied,
            (kind, _) => kind,
        };
        Error::new(kind, self.error.message())
    }
}

/// What `failure` of `call` means.
#[must_use]
pub fn classify(call: Call, failure: &CallFailure) -> Classification {
    let kind = kind_of(call, failure);
    let error = Error::new(kind, failure.to_string());
    Classification { error, doubt: doubt_of(call, kind, failure) }
}

fn kind_of(call: Call, failure: &CallFailure) -> ErrorKind {
    let code = failure.code.as_deref().unwrap_or_default();
    if THROTTLES.contains(&code) || failure.status == Some(429) {
        ErrorKind::Throttled
    } else if failure.is_expired() || failure.is_unwell() {
        ErrorKind::Transient
    } else if REFUSED.contains(&code) {
        refusal(call, &failure.message)
    } else if REGION_OFF.contains(&code) {
        region_off(call)
    } else if failure.code.is_none() && failure.status == Some(403) {
        refusal(call, &failure.message)
    } else {
        ErrorKind::OperationFailed
    }
}

fn refusal(call: Call, message: &str) -> ErrorKind {
    match call {
        // A service control policy binds the caller, so it is the operation account's that speaks
        // here, and would speak for every account: no answer about this one.
        Call::AssumeRole => ErrorKind::AssumeRoleDenied,
        Call::Operation if BY_POLICY.iter().any(|text| message.contains(text)) => {
            ErrorKind::DeniedByPolicy
        }
        Call::Operation | Call::Own => ErrorKind::AccessDenied,
    }
}

fn region_off(call: Call) -> ErrorKind {
    match call {
        Call::Operation => ErrorKind::RegionDisabled,
        // It says something of STS in the Region that this runs in, or of the account, and nothing of
        // the Regions that are to be asked.
        Call::AssumeRole => ErrorKind::AssumeRoleDenied,
        Call::Own => ErrorKind::AccessDenied,
    }
}

fn doubt_of(call: Call, kind: ErrorKind, failure: &CallFailure) -> Ambiguity {
    let code = failure.code.as_deref().unwrap_or_default();
    match (call, kind) {
        (Call::Operation, ErrorKind::AccessDenied)
            if one_line(&failure.message) == SHORT_REFUSAL =>
        {
            Ambiguity::ShortRefusal
        }
        (Call::Operation, ErrorKind::RegionDisabled) if !REGION_OFF_FOR_SURE.contains(&code) => {
            Ambiguity::CredentialsNotTaken
        }
        _ => Ambiguity::None,
    }
}

/// Whether AWS's text says whose call it was: a role's session, a role or a user.
#[must_use]
pub fn names_an_identity(message: &str) -> bool {
    [":assumed-role/", ":role/", ":user/", ":root"].iter().any(|part| message.contains(part))
}

impl CallFailure {
    /// A call that got no answer: a timeout, a refused or broken connection.
    #[must_use]
    pub fn no_answer(message: impl Into<String>) -> Self {
        Self { code: None, status: None, message: message.into() }
    }

    /// Whether the credentials have expired: whoever kept them must not use them again.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.code.as_deref().is_some_and(|code| EXPIRED.contains(&code))
    }

    fn is_unwell(&self) -> bool {
        let code = self.code.as_deref().unwrap_or_default();
        let no_answer = self.code.is_none() && self.status.is_none();
        // An answer of 200 that cannot be read was cut on the way.
        let cut = self.code.is_none() && self.status.is_some_and(|s| (200..300).contains(&s));
        let server = self.status.is_some_and(|status| status >= 500 || status == 408);
        no_answer || cut || server || UNWELL.contains(&code)
    }
}

impl std::fmt::Display for CallFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.code, self.status) {
            (Some(code), _) => write!(f, "{code}: {}", self.message),
            (None, Some(status)) => write!(f, "HTTP {status}: {}", self.message),
            (None, None) => f.write_str(&self.message),
        }
    }
}

#[cfg(test)]
mod tests;
