//! The error codes and texts of AWS services, by what they mean. The codes are those of the services'
//! own documents and of botocore's retry tables (read 2026-11-22).

/// Codes that SDKs treat as throttling (botocore 1.44.5, retries/standard.py).
pub(super) const THROTTLED: &[&str] = &[
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

/// Codes of a service that has a failure of its own, whatever the HTTP status.
pub(super) const SERVICE_FAILED: &[&str] = &[
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

/// Codes of a call that the caller may not make.
pub(super) const REFUSED: &[&str] = &[
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

/// Codes that a Region which is disabled in the account gives: EC2, query services, JSON services.
pub(super) const REGION_DISABLED: &[&str] = &[
    "AuthFailure",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "OptInRequired",
    "RegionDisabledException",
];

/// The codes of [`REGION_DISABLED`] with no other meaning; the others may mean bad credentials too.
pub(super) const CERTAINLY_DISABLED: &[&str] = &["OptInRequired", "RegionDisabledException"];

/// Codes that org-operator's own calls get where the caller's session token has expired.
pub(super) const SESSION_EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException"];

/// Codes that org-operator's own calls get where AWS does not know the caller's access key.
pub(super) const KEY_REJECTED: &[&str] = &["InvalidClientTokenId", "UnrecognizedClientException"];

/// What AWS's message says where a service control policy denies the call, or does not allow it. No
/// code says so (IAM user guide, "Access denied error message examples").
pub(super) const BY_POLICY: &[&str] =
    &["explicit deny in a service control policy", "no service control policy allows"];

/// EC2's whole message for a denial that it does not explain, which is how it often reports a
/// policy's deny.
pub(super) const SHORT_REFUSAL: &str = "You are not authorized to perform this operation.";
