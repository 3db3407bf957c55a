//! Error answers as they come over the wire, in each protocol, with the kind each must become.

use std::fmt::Debug;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener};

use ErrorKind::{AccessDenied, AssumeRoleDenied, DeniedByPolicy, OperationFailed};
use ErrorKind::{RegionDisabled, Throttled, Transient};
use aws_config::{BehaviorVersion, Region as SdkRegion, SdkConfig, retry::RetryConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use aws_smithy_runtime_api::client::http::HttpClient;
use aws_smithy_types::body::SdkBody;
use org_operator_core::outcome::classification::SiblingRegions;
use org_operator_core::{ErrorKind, Region};

use super::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    AssumeRole,
    ListAccounts,
    PutItem,
    GetObject,
    PutObject,
}

use Api::{AssumeRole, GetObject, ListAccounts, PutItem, PutObject};

const APIS: [Api; 5] = [AssumeRole, ListAccounts, PutItem, GetObject, PutObject];

const THROTTLES: &str = "Throttling ThrottlingException ThrottledException RequestThrottled \
    RequestThrottledException TooManyRequestsException ProvisionedThroughputExceededException \
    TransactionInProgressException RequestLimitExceeded BandwidthLimitExceeded \
    LimitExceededException SlowDown PriorRequestNotComplete EC2ThrottledException";

const REFUSED: &str = "User: x is not authorized to perform: y";
const BY_POLICY: &str =
    "User: x is not authorized to perform: y with an explicit deny in a service control policy";
const BY_NAMED_POLICY: &str = "User: x is not authorized to perform: y with an explicit deny in \
    a service control policy: arn:aws:organizations::1:policy/o-a/service_control_policy/p-b";

/// The error body of `api`'s protocol.
fn body(api: Api, code: &str, message: &str) -> String {
    match api {
        AssumeRole => format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
             <Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             </ErrorResponse>"
        ),
        ListAccounts => format!(r#"{{"__type":"{code}","Message":"{message}"}}"#),
        PutItem => format!(
            r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"{message}"}}"#
        ),
        GetObject | PutObject => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
             <Message>{message}</Message><HostId>h</HostId></Error>"
        ),
    }
}

fn config(http: impl HttpClient + 'static, endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("a", "b", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(SdkRegion::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::disabled())
        .http_client(http)
        .endpoint_url(endpoint)
        .build()
}

/// Sends one request and gives back its failure, and the error it is as org-operator's own.
async fn send(api: Api, config: &SdkConfig) -> (CallFailure, Error) {
    let sts = aws_sdk_sts::Client::new(config);
    let organizations = aws_sdk_organizations::Client::new(config);
    let s3 = aws_sdk_s3::Client::new(config);
    let dynamodb = aws_sdk_dynamodb::Client::new(config);
    match api {
        AssumeRole => failed(sts.assume_role().role_arn("r").role_session_name("s").send().await),
        ListAccounts => failed(organizations.list_accounts().send().await),
        PutItem => failed(dynamodb.put_item().table_name("t").send().await),
        GetObject => failed(s3.get_object().bucket("b-1").key("k").send().await),
        PutObject => failed(s3.put_object().bucket("b-1").key("k").send().await),
    }
}

fn failed<T: Debug, E: ProvideErrorMetadata + StdError + 'static>(
    sent: Result<T, SdkError<E, HttpResponse>>,
) -> (CallFailure, Error) {
    let error = sent.unwrap_err();
    (call_failure(&error), call_error("testing", &error))
}

/// One answer, with the error type's header if one is given.
async fn answered(api: Api, header: &str, status: u16, body: &str) -> (CallFailure, Error) {
    let request = http::Request::builder().body(SdkBody::empty()).unwrap();
    let name = if header.is_empty() { "x-none" } else { "x-amzn-ErrorType" };
    let answer = http::Response::builder().status(status).header(name, header);
    let answer = answer.body(SdkBody::from(body)).unwrap();
    let http = StaticReplayClient::new(vec![ReplayEvent::new(request, answer)]);
    send(api, &config(http, "https://aws.test")).await
}

/// The kind as a member's `AssumeRole` for STS, as org-operator's own call for the rest.
async fn kind(api: Api, header: &str, status: u16, body: &str) -> ErrorKind {
    let (failure, _) = answered(api, header, status, body).await;
    let call = if api == AssumeRole { Call::AssumeRole } else { Call::Own };
    classify(call, &failure).certainly().kind()
}

async fn check(cases: &[(Api, u16, &str, &str, ErrorKind)]) {
    for (api, status, code, message, expected) in cases {
        let found = kind(*api, "", *status, &body(*api, code, message)).await;
        assert_eq!(found, *expected, "{api:?} {status} {code}: {message}");
    }
}

#[tokio::test]
async fn every_throttling_code_is_throttled_in_every_protocol() {
    for api in APIS {
        for code in THROTTLES.split_whitespace() {
            check(&[(api, 400, code, "slow", Throttled), (api, 503, code, "", Throttled)]).await;
        }
    }
    // S3 may answer 200 and fail in the body.
    check(&[(PutObject, 200, "SlowDown", "Please reduce your request rate.", Throttled)]).await;
}

#[tokio::test]
async fn the_json_forms_of_an_error_type_are_all_read() {
    let reasons = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"m",
        "ThrottlingReasons":[{"reason":"TableWriteKeyRangeThroughputExceeded","resource":"arn"}]}"#;
    for api in [ListAccounts, PutItem] {
        for (header, body) in [
            ("", reasons),
            ("", r#"{"__type":"com.amazon.coral.availability#ThrottlingException"}"#),
            ("", r#"{"code":"ThrottlingException"}"#),
            ("TooManyRequestsException", r#"{"Message":"m","Type":"RATE_LIMIT_EXCEEDED"}"#),
            ("TooManyRequestsException", ""),
            ("ThrottlingException:http://internal.amazon.com/coral/", "{}"),
        ] {
            assert_eq!(kind(api, header, 400, body).await, Throttled, "{api:?} {header} {body}");
        }
    }
}

#[tokio::test]
async fn an_answer_without_a_code_is_told_by_its_status() {
    for api in APIS {
        let refused = if api == AssumeRole { AssumeRoleDenied } else { AccessDenied };
        let sick = [(408, Transient), (500, Transient), (503, Transient)];
        for (status, expected) in sick.into_iter().chain([(429, Throttled), (403, refused)]) {
            for body in ["", "<html>no</html>", "no"] {
                let found = kind(api, "", status, body).await;
                assert_eq!(found, expected, "{api:?} {status} {body:?}");
            }
        }
        check(&[(api, 503, "Odd", "", Transient), (api, 400, "Odd", "", OperationFailed)]).await;
    }
}

#[tokio::test]
async fn an_answer_of_200_that_cannot_be_read_is_transient() {
    for (api, body) in [
        (AssumeRole, "garbage"),
        (ListAccounts, r#"{"Accounts":[{"Id":"1111"#),
        (PutItem, r#"{"Attributes":{"Run":{"S":"#),
    ] {
        assert_eq!(kind(api, "", 200, body).await, Transient, "{api:?} {body}");
    }
    check(&[(PutObject, 200, "InternalError", "We encountered an error.", Transient)]).await;
}

#[tokio::test]
async fn each_services_own_codes_become_their_kinds() {
    check(&[
        (AssumeRole, 403, "AccessDenied", REFUSED, AssumeRoleDenied),
        (AssumeRole, 403, "AccessDenied", BY_POLICY, AssumeRoleDenied),
        (AssumeRole, 403, "AccessDenied", BY_NAMED_POLICY, AssumeRoleDenied),
        (AssumeRole, 403, "RegionDisabledException", "STS is not activated", AssumeRoleDenied),
        (AssumeRole, 403, "InvalidClientTokenId", "The token is invalid", AssumeRoleDenied),
        (AssumeRole, 403, "ExpiredToken", "", Transient),
        (ListAccounts, 400, "AccessDeniedException", BY_POLICY, AccessDenied),
        (ListAccounts, 400, "UnrecognizedClientException", "", AccessDenied),
        (PutItem, 400, "AccessDeniedException", REFUSED, AccessDenied),
        (PutItem, 400, "InternalServerError", "", Transient),
        (GetObject, 403, "AccessDenied", "Access Denied", AccessDenied),
        (PutObject, 400, "RequestTimeout", "Your socket connection was idle.", Transient),
    ])
    .await;
    let (_, own) = answered(GetObject, "", 404, &body(GetObject, "NoSuchKey", "Gone")).await;
    assert_eq!(own.kind(), OperationFailed);
    assert_eq!(own.message(), "testing: NoSuchKey: Gone");
}

fn elsewhere(refused: bool) -> SiblingRegions {
    SiblingRegions { succeeded: false, refused }
}

#[tokio::test]
async fn an_operation_tells_a_policy_and_a_region_that_is_off() {
    let region = Region::parse("me-south-1").unwrap();
    for (api, code, message, refused, expected) in [
        (AssumeRole, "InvalidClientTokenId", "", false, RegionDisabled),
        (AssumeRole, "InvalidClientTokenId", "", true, AccessDenied),
        (PutItem, "UnrecognizedClientException", "", false, RegionDisabled),
        (PutItem, "UnrecognizedClientException", "", true, AccessDenied),
        (PutItem, "AccessDeniedException", BY_NAMED_POLICY, false, DeniedByPolicy),
        (GetObject, "AccessDenied", BY_POLICY, false, DeniedByPolicy),
    ] {
        let (failure, _) = answered(api, "", 403, &body(api, code, message)).await;
        let error = classify(Call::Operation, &failure).resolve(elsewhere(refused), &region);
        assert_eq!(error.kind(), expected, "{api:?} {code} {message}");
    }
}

/// The kind of a call over a real connection.
async fn kind_at(api: Api, address: SocketAddr) -> ErrorKind {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let (failure, _) = send(api, &config(http, &format!("http://{address}"))).await;
    classify(Call::AssumeRole, &failure).certainly().kind()
}

#[tokio::test]
async fn a_connection_that_is_refused_is_transient() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for api in APIS {
        assert_eq!(kind_at(api, closed).await, Transient, "{api:?}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_transient_whatever_its_status() {
    for status in ["200 OK", "400 Bad Request", "403 Forbidden"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || break_off(&listener, status));
        assert_eq!(kind_at(AssumeRole, address).await, Transient, "{status}");
        server.join().unwrap();
    }
}

/// Answers one request with the beginning of a body only.
fn break_off(listener: &TcpListener, status: &str) {
    let (mut stream, _) = listener.accept().unwrap();
    assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 999\r\n\r\n<ErrorResponse>").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_millis(200))).unwrap();
    // Unread bytes of the request would reset the connection; the caller may be gone by then.
    let _ = io::copy(&mut stream, &mut io::sink());
}
