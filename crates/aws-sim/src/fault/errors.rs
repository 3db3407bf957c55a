//! The errors that faults are answered with: status, code and message as each service words them.

use crate::call::Service;
use crate::service_error::ServiceError;

pub(super) fn throttled(service: Service) -> ServiceError {
    match service {
        Service::Ec2 => ServiceError::new(503, "RequestLimitExceeded", "Request limit exceeded."),
        Service::Sts | Service::CloudFormation => {
            ServiceError::new(400, "Throttling", "Rate exceeded")
        }
        Service::S3 => ServiceError::new(503, "SlowDown", "Please reduce your request rate."),
        Service::Inspector | Service::Recorded => {
            ServiceError::new(429, "ThrottlingException", "Rate exceeded")
        }
        Service::Tagging => ServiceError::new(400, "ThrottledException", "Rate exceeded"),
        Service::DynamoDb => ServiceError::new(
            400,
            "ThrottlingException",
            "Throughput exceeds the current capacity of your table or index.",
        ),
        Service::SecurityHub | Service::Config => {
            ServiceError::new(429, "TooManyRequestsException", "Too many requests")
        }
        Service::Organizations | Service::Account => ServiceError::new(
            429,
            "TooManyRequestsException",
            "AWS Organizations can't complete your request because another request is already in progress.",
        ),
    }
}

pub(super) fn internal(service: Service) -> ServiceError {
    let code = match service {
        Service::Ec2 | Service::S3 => "InternalError",
        Service::Sts | Service::CloudFormation => "InternalFailure",
        Service::DynamoDb => "InternalServerError",
        Service::Organizations => "ServiceException",
        Service::Account | Service::Inspector | Service::Recorded => "InternalServerException",
        Service::SecurityHub | Service::Config => "InternalException",
        Service::Tagging => "InternalServiceException",
    };
    ServiceError::new(500, code, "An internal error has occurred")
}

/// The same error, but in the body of a 200.
pub(super) fn failed_in_body(service: Service) -> ServiceError {
    ServiceError { status: 200, ..internal(service) }
}

pub(super) fn unavailable(service: Service) -> ServiceError {
    let code = if service == Service::Ec2 { "Unavailable" } else { "ServiceUnavailable" };
    ServiceError::new(503, code, "The service is temporarily unavailable")
}

pub(super) fn expired(service: Service) -> ServiceError {
    let text = "The security token included in the request is expired";
    match service {
        Service::Ec2 => ServiceError::new(400, "RequestExpired", "Request has expired."),
        Service::S3 => ServiceError::new(400, "ExpiredToken", text),
        Service::Sts | Service::CloudFormation => ServiceError::new(403, "ExpiredToken", text),
        _ => ServiceError::new(400, "ExpiredTokenException", text),
    }
}

pub(super) fn denied(service: Service, operation: &str) -> ServiceError {
    let message = format!(
        "User: arn:aws:sts::000000000000:assumed-role/simulated is not authorized to perform: \
         {operation} because no identity-based policy allows it"
    );
    match service {
        Service::Ec2 => ServiceError::new(403, "UnauthorizedOperation", message),
        Service::Sts | Service::S3 | Service::CloudFormation => {
            ServiceError::new(403, "AccessDenied", message)
        }
        _ => ServiceError::new(400, "AccessDeniedException", message),
    }
}

/// The denial with AWS's documented "explicit deny" wording of newer messages.
pub(super) fn denied_by_policy(service: Service, operation: &str) -> ServiceError {
    let message = format!(
        "User: arn:aws:sts::000000000000:assumed-role/simulated is not authorized to perform: \
         {operation} with an explicit deny in a service control policy"
    );
    ServiceError { message, ..denied(service, operation) }
}

pub(super) fn region_disabled(service: Service) -> ServiceError {
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
