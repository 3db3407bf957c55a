//! What services refuse: code, status, message and request id in every protocol, and what it means.

use org_operator_core::ErrorKind;
use org_operator_core::input::violation::Violations;
use org_operator_core::outcome::classification::{self, classify};
use org_operator_dynamic::Error;
use serde_json::json;

use crate::support::{Aws, CallFailure, Canned, ec2_refusal, ok};

/// What a call that is refused by `answer` says.
async fn refused(
    service: &str,
    operation: &str,
    input: serde_json::Value,
    answer: Canned,
) -> (CallFailure, Option<String>) {
    let aws = Aws::answering([answer]);
    let error = aws.call(service, operation, "eu-west-1").send(&input).await.unwrap_err();
    assert!(matches!(error, Error::Refused(_)), "{error:?}");
    let mut failure = CallFailure::from(&error);
    let id = failure.request_id.take();
    (failure, id)
}

fn failure(code: &str, status: u16, message: &str) -> CallFailure {
    let code = (!code.is_empty()).then(|| code.to_owned());
    CallFailure {
        code,
        status: Some(status),
        message: message.to_owned(),
        ..CallFailure::default()
    }
}

#[tokio::test]
async fn every_protocol_says_code_status_message_and_request_id() {
    let headers = || vec![("x-amzn-requestid", "h-1".to_owned())];
    let query = "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>\
                 <Code>AccessDenied</Code><Message>no</Message></Error><RequestId>q-1</RequestId></ErrorResponse>";
    let s3 = "<?xml version=\"1.0\"?>\n<Error><Code>NoSuchBucketPolicy</Code><Message>none</Message>\
              <BucketName>b</BucketName><RequestId>s-1</RequestId></Error>";
    let cases = [
        (
            "ec2",
            "DescribeVpcs",
            json!({}),
            ec2_refusal(403, "UnauthorizedOperation", "no"),
            "UnauthorizedOperation",
            "no",
            "r-1",
        ),
        (
            "iam",
            "ListRoles",
            json!({}),
            Canned(403, vec![], query.into()),
            "AccessDenied",
            "no",
            "q-1",
        ),
        (
            "dynamodb",
            "ListTables",
            json!({}),
            Canned(
                400,
                headers(),
                "{\"__type\":\"com.amazonaws.x#AccessDeniedException\",\"Message\":\"no\"}".into(),
            ),
            "AccessDeniedException",
            "no",
            "h-1",
        ),
        (
            "lambda",
            "GetPolicy",
            json!({"FunctionName": "f"}),
            Canned(
                404,
                vec![
                    ("x-amzn-errortype", "ResourceNotFoundException:http://x/".into()),
                    ("x-amzn-requestid", "h-1".into()),
                ],
                "{\"Message\":\"none\"}".into(),
            ),
            "ResourceNotFoundException",
            "none",
            "h-1",
        ),
        (
            "s3",
            "GetBucketPolicy",
            json!({"Bucket": "b"}),
            Canned(404, vec![], s3.into()),
            "NoSuchBucketPolicy",
            "none",
            "s-1",
        ),
        (
            "sqs",
            "GetQueueUrl",
            json!({"QueueName": "q"}),
            Canned(
                400,
                vec![
                    ("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender".into()),
                    ("x-amzn-requestid", "h-1".into()),
                ],
                "{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\",\"message\":\"none\"}".into(),
            ),
            "AWS.SimpleQueueService.NonExistentQueue",
            "none",
            "h-1",
        ),
    ];
    for (service, operation, input, answer, code, message, id) in cases {
        let status = answer.0;
        let (said, request_id) = refused(service, operation, input, answer).await;
        assert_eq!(said, failure(code, status, message), "{service}");
        assert_eq!(request_id.as_deref(), Some(id), "{service}");
    }
}

#[tokio::test]
async fn an_answer_without_a_body_says_its_status() {
    let (said, _) =
        refused("s3", "HeadBucket", json!({"Bucket": "b"}), Canned(403, vec![], String::new()))
            .await;
    assert_eq!(said, failure("", 403, "Forbidden"));
    let kind = classify(classification::Call::Operation, &said).certainly().kind();
    assert_eq!(kind, ErrorKind::AccessDenied);
}

#[tokio::test]
async fn a_page_of_a_proxy_says_its_status() {
    let page = Canned(403, vec![], "<html><head><title>403 Forbidden</title></head></html>".into());
    let (said, _) = refused("ec2", "DescribeVpcs", json!({}), page).await;
    assert_eq!(said, failure("", 403, "Forbidden"));
}

#[tokio::test]
async fn a_refusal_that_was_cut_short_says_nothing() {
    let Canned(status, _, body) =
        ec2_refusal(403, "UnauthorizedOperation", "You are not authorized: explicit deny");
    let cut = || Canned(status, vec![], body[..body.len() - 40].to_owned());
    let aws = Aws::answering([cut(), cut(), cut()]);
    let error = aws.call("ec2", "DescribeVpcs", "eu-west-1").send(&json!({})).await.unwrap_err();
    let said = CallFailure::from(&error);
    assert_eq!((&said.code, said.status), (&None, None), "{error:?}");
    let kind = classify(classification::Call::Operation, &said).certainly().kind();
    assert_eq!(kind, ErrorKind::Transient);
}

#[tokio::test]
async fn a_refusal_in_a_success_of_s3_is_asked_again_and_then_refused() {
    let late = || {
        ok(
            "<?xml version=\"1.0\"?><Error><Code>InternalError</Code><Message>sorry</Message></Error>",
        )
    };
    let aws = Aws::answering([late(), late(), late()]);
    let error = aws.call("s3", "ListBuckets", "eu-west-1").send(&json!({})).await.unwrap_err();
    let said = CallFailure::from(&error);
    assert_eq!(said, failure("InternalError", 200, "sorry"));
    let kind = classify(classification::Call::Operation, &said).certainly().kind();
    assert_eq!(kind, ErrorKind::Transient);
    assert_eq!(aws.sent().len(), 3);
}

#[test]
fn what_no_service_said_is_not_transient() {
    let page = org_operator_dynamic::PagesError::SameToken(2);
    let place = Error::NotInRegion { service: "x".into(), region: "r".into(), host: "h".into() };
    for error in [Error::Pages(page), place, Error::Input(Violations::default())] {
        let said = CallFailure::from(&error);
        let kind = classify(classification::Call::Operation, &said).certainly().kind();
        assert_eq!(kind, ErrorKind::OperationFailed, "{error:?}");
    }
}
