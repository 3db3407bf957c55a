//! Recorded error bodies of EC2, each with the kind that it must be classified as.

use org_operator_core::ErrorKind;
use org_operator_core::outcome::classification::{Call, SiblingRegions, classify};

use crate::Operation;
use crate::internet_routes::InternetRoutes;
use crate::replay::target_with;

fn body(code: &str, message: &str) -> String {
    format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
         <RequestID>r</RequestID></Response>"
    )
}

/// The kind of a call that receives `body`; `elsewhere`: whether another Region succeeded.
async fn kind(status: u16, body: &str, elsewhere: bool) -> ErrorKind {
    let (_, target) = target_with(&[(status, body.to_owned())]);
    let failure = InternetRoutes.run(&target).await.unwrap_err();
    classify(Call::Operation, &failure)
        .resolve(SiblingRegions { succeeded: elsewhere, refused: false }, &target.region)
        .kind()
}

#[tokio::test]
async fn every_error_body_of_ec2_has_its_kind() {
    const SHORT: &str = "You are not authorized to perform this operation.";
    const POLICY: &str = "User: x is not authorized to perform: ec2:DescribeRouteTables with an \
        explicit deny in a service control policy: arn:aws:organizations::1:policy/o-a/service_control_policy/p-b";
    const MISSING: &str = "User: x is not authorized because no identity-based policy allows the ec2:DescribeRouteTables action";
    for (status, code, message, elsewhere, expected) in [
        (503, "RequestLimitExceeded", "Request limit exceeded.", false, ErrorKind::Throttled),
        (400, "Throttling", "Rate exceeded", false, ErrorKind::Throttled),
        (500, "InternalError", "", false, ErrorKind::Transient),
        (503, "Unavailable", "", false, ErrorKind::Transient),
        (400, "RequestExpired", "Request has expired.", false, ErrorKind::Transient),
        (403, "UnauthorizedOperation", MISSING, true, ErrorKind::AccessDenied),
        (403, "UnauthorizedOperation", POLICY, false, ErrorKind::DeniedByPolicy),
        (403, "UnauthorizedOperation", SHORT, false, ErrorKind::AccessDenied),
        (403, "UnauthorizedOperation", SHORT, true, ErrorKind::DeniedByPolicy),
        (401, "AuthFailure", "not able to validate", true, ErrorKind::AccessDenied),
        (401, "AuthFailure", "not able to validate", false, ErrorKind::AccessDenied),
        (401, "OptInRequired", "You are not subscribed", false, ErrorKind::AccessDenied),
        (400, "Blocked", "Your account is currently blocked.", false, ErrorKind::OperationFailed),
        (400, "PendingVerification", "", false, ErrorKind::OperationFailed),
        (400, "InvalidParameterValue", "", false, ErrorKind::OperationFailed),
    ] {
        let found = kind(status, &body(code, message), elsewhere).await;
        assert_eq!(found, expected, "{status} {code} {message} {elsewhere}");
    }
}

#[tokio::test]
async fn a_response_without_an_error_body_is_classified_by_its_status() {
    for (status, expected) in [
        (429, ErrorKind::Throttled),
        (500, ErrorKind::Transient),
        (502, ErrorKind::Transient),
        (403, ErrorKind::AccessDenied),
    ] {
        assert_eq!(kind(status, "", false).await, expected, "{status}");
        assert_eq!(kind(status, "<html>gateway</html>", false).await, expected, "{status}");
    }
}

#[tokio::test]
async fn a_response_truncated_at_any_byte_is_transient() {
    let whole = "<DescribeRouteTablesResponse><routeTableSet><item><routeTableId>rtb-1</routeTableId>\
        </item></routeTableSet></DescribeRouteTablesResponse>";
    for end in 0..whole.len() {
        let cut = &whole[..end];
        assert_eq!(kind(200, cut, false).await, ErrorKind::Transient, "{cut}");
    }
    let (_, target) = target_with(&[(200, format!("{whole}\n"))]);
    assert!(InternetRoutes.run(&target).await.is_ok());
}
