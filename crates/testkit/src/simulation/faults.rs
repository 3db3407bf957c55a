//! What can go wrong with a call, and how each protocol says so.

use std::time::Duration;

use super::call::Service;
use super::reply::{Ending, Reply};

/// A fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// The service's own form of "too many requests".
    Throttled,
    /// HTTP 500.
    Internal,
    /// HTTP 503.
    Unavailable,
    /// The connection breaks before an answer.
    Reset,
    /// The connection breaks in the answer's body.
    ResetInBody,
    /// The answer stops in its body, and the connection ends as if that were all.
    Cut,
    /// The answer stops in its body, and the connection stays open.
    NeverEnds,
    /// The call takes effect, and the connection breaks before the answer.
    LostReply,
    /// The caller's session expires at this call.
    Expired,
    /// The call is denied, as for a missing permission or role.
    Denied,
    /// A service control policy denies the call.
    DeniedByPolicy,
    /// The Region is off in the account.
    RegionOff,
    /// `BatchWriteItem` gives items back.
    Unprocessed,
    /// S3 has answered with 200 when the call fails, and says so in the body.
    FailedInBody,
}

/// An error as a service words it: HTTP status, code, message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceError {
    /// The HTTP status.
    pub status: u16,
    /// The code.
    pub code: &'static str,
    /// The message.
    pub message: String,
}

impl ServiceError {
    /// An error.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// The reply in the service's protocol.
    #[must_use]
    pub fn reply(&self, service: Service) -> Reply {
        let Self { status, code, message } = self;
        let message = escape(message);
        match service {
            Service::Account | Service::DynamoDb | Service::Organizations => {
                let body = serde_json::json!({"__type": code, "message": self.message});
                Reply::new(*status, "application/x-amz-json-1.1", body.to_string())
                    .with("x-amzn-errortype", code)
            }
            Service::Ec2 => xml(
                *status,
                format!(
                    "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error>\
                     </Errors><RequestID>simulated</RequestID></Response>"
                ),
            ),
            Service::Sts => xml(
                *status,
                format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}\
                     </Message></Error><RequestId>simulated</RequestId></ErrorResponse>"
                ),
            ),
            Service::S3 => xml(
                *status,
                format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"),
            ),
        }
    }
}

/// An XML reply.
pub(crate) fn xml(status: u16, body: impl AsRef<str>) -> Reply {
    Reply::new(
        status,
        "text/xml",
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{}", body.as_ref()),
    )
}

/// `text` as it may stand in XML.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The policy's text that newer AWS messages have (AWS-documented "explicit deny" wording).
fn policy_deny(action: &str) -> String {
    format!(
        "User: arn:aws:sts::000000000000:assumed-role/simulated is not authorized to perform: {action} \
         with an explicit deny in a service control policy"
    )
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 14] = [
        Self::Throttled,
        Self::Internal,
        Self::Unavailable,
        Self::Reset,
        Self::ResetInBody,
        Self::Cut,
        Self::NeverEnds,
        Self::LostReply,
        Self::Expired,
        Self::Denied,
        Self::DeniedByPolicy,
        Self::RegionOff,
        Self::Unprocessed,
        Self::FailedInBody,
    ];

    /// Whether the call takes effect all the same.
    #[must_use]
    pub fn takes_effect(self) -> bool {
        matches!(
            self,
            Self::ResetInBody | Self::Cut | Self::NeverEnds | Self::LostReply | Self::Unprocessed
        )
    }

    /// The error that the service answers with, where the fault is one.
    #[must_use]
    pub fn error(self, service: Service, operation: &str) -> Option<ServiceError> {
        match self {
            Self::Throttled => Some(throttled(service)),
            Self::Internal => Some(internal(service)),
            Self::Unavailable => Some(unavailable(service)),
            Self::Expired => Some(expired(service)),
            Self::Denied => Some(denied(service, operation)),
            Self::DeniedByPolicy => {
                Some(ServiceError { message: policy_deny(operation), ..denied(service, operation) })
            }
            Self::RegionOff => Some(region_off(service)),
            Self::FailedInBody => Some(ServiceError { status: 200, ..internal(service) }),
            _ => None,
        }
    }

    /// What becomes of the reply of a call that took effect.
    #[must_use]
    pub fn spoil(self, mut reply: Reply) -> Reply {
        let half = reply.body.len() / 2;
        reply.ending = match self {
            Self::Reset | Self::LostReply => Ending::ResetBefore,
            Self::ResetInBody => Ending::ResetAfter(half),
            Self::Cut => Ending::CutAfter(half),
            Self::NeverEnds => Ending::HangsAfter(half),
            _ => reply.ending,
        };
        reply
    }
}

fn throttled(service: Service) -> ServiceError {
    match service {
        Service::Ec2 => ServiceError::new(503, "RequestLimitExceeded", "Request limit exceeded."),
        Service::Sts => ServiceError::new(400, "Throttling", "Rate exceeded"),
        Service::S3 => ServiceError::new(503, "SlowDown", "Please reduce your request rate."),
        Service::DynamoDb => ServiceError::new(
            400,
            "ThrottlingException",
            "Throughput exceeds the current capacity of your table or index.",
        ),
        Service::Organizations | Service::Account => ServiceError::new(
            429,
            "TooManyRequestsException",
            "AWS Organizations can't complete your request because another request is already in progress.",
        ),
    }
}

fn internal(service: Service) -> ServiceError {
    let code = match service {
        Service::Ec2 | Service::S3 => "InternalError",
        Service::Sts => "InternalFailure",
        Service::DynamoDb => "InternalServerError",
        Service::Organizations => "ServiceException",
        Service::Account => "InternalServerException",
    };
    ServiceError::new(500, code, "An internal error has occurred")
}

fn unavailable(service: Service) -> ServiceError {
    let code = if service == Service::Ec2 { "Unavailable" } else { "ServiceUnavailable" };
    ServiceError::new(503, code, "The service is temporarily unavailable")
}

fn expired(service: Service) -> ServiceError {
    let text = "The security token included in the request is expired";
    match service {
        Service::Ec2 => ServiceError::new(400, "RequestExpired", "Request has expired."),
        Service::S3 => ServiceError::new(400, "ExpiredToken", text),
        Service::Sts => ServiceError::new(403, "ExpiredToken", text),
        _ => ServiceError::new(400, "ExpiredTokenException", text),
    }
}

fn denied(service: Service, operation: &str) -> ServiceError {
    let message = format!(
        "User: arn:aws:sts::000000000000:assumed-role/simulated is not authorized to perform: \
         {operation} because no identity-based policy allows it"
    );
    match service {
        Service::Ec2 => ServiceError::new(403, "UnauthorizedOperation", message),
        Service::Sts | Service::S3 => ServiceError::new(403, "AccessDenied", message),
        _ => ServiceError::new(400, "AccessDeniedException", message),
    }
}

fn region_off(service: Service) -> ServiceError {
    let invalid = "The security token included in the request is invalid";
    match service {
        Service::Ec2 => ServiceError::new(
            401,
            "AuthFailure",
            "AWS was not able to validate the provided access credentials",
        ),
        Service::Sts => ServiceError::new(
            403,
            "RegionDisabledException",
            "STS is not activated in this region for the account",
        ),
        Service::S3 => ServiceError::new(403, "InvalidAccessKeyId", invalid),
        _ => ServiceError::new(400, "UnrecognizedClientException", invalid),
    }
}

/// How long a reply that never ends is awaited by a test that does not pause time: longer than any
/// timeout of the product.
pub const FOR_EVER: Duration = Duration::from_hours(24);
