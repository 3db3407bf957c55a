//! Calls that change something: sent once, whatever comes of it, and reached by no read-only call.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_smithy_http_client::test_util::NeverClient;
use org_operator_dynamic::{BoundChange, Call, CallError, ChangeCall, Connection, Error};
use org_operator_models::change_models;
use serde_json::{Value, json};

use crate::support::{Aws, CallFailure, Canned, ok};

fn tagging(aws: &Aws) -> BoundChange {
    let call = ChangeCall::new("resourcegroupstaggingapi", "TagResources").unwrap();
    call.at(&aws.connection("eu-west-1")).unwrap()
}

fn tags() -> Value {
    json!({"ResourceARNList": ["arn:aws:ec2:eu-west-1:111122223333:volume/vol-1"], "Tags": {"Owner": "web"}})
}

#[tokio::test]
async fn a_change_is_answered_with_the_id_of_its_request() {
    let id = vec![("x-amzn-RequestId", "r-7".to_owned())];
    let aws = Aws::answering([Canned(200, id, "{\"FailedResourcesMap\":{}}".to_owned())]);
    let answered = tagging(&aws).send_once(&tags()).await.unwrap();
    assert_eq!(answered.value, json!({"FailedResourcesMap": {}}));
    assert_eq!(answered.request_id.as_deref(), Some("r-7"));
    let sent = &aws.sent()[0];
    assert_eq!(sent.header("x-amz-target"), "ResourceGroupsTaggingAPI_20170126.TagResources");
    assert_eq!(serde_json::from_str::<Value>(&sent.body).unwrap(), tags());
}

#[tokio::test]
async fn a_change_that_is_throttled_or_fails_is_sent_once() {
    let throttled = || Canned(400, vec![], "{\"__type\":\"ThrottlingException\"}".to_owned());
    let cut = || ok("{\"FailedResources");
    for (answer, status) in [
        (throttled(), Some(400)),
        (Canned(500, vec![], String::new()), Some(500)),
        (Canned(503, vec![], String::new()), Some(503)),
        (cut(), None),
    ] {
        let aws = Aws::answering([answer, ok("{}")]);
        let error = tagging(&aws).send_once(&tags()).await.unwrap_err();
        assert_eq!(CallFailure::from(&error).status, status, "{error}");
        assert_eq!(aws.sent().len(), 1, "{error}");
    }
}

#[tokio::test]
async fn a_change_whose_reply_does_not_come_is_sent_once() {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_millis(20))
        .operation_timeout(Duration::from_secs(5))
        .build();
    let never = NeverClient::new();
    let config = Aws::default().config("eu-west-1").http_client(never.clone());
    let connection = Connection::new(&config.timeout_config(timeouts).build());
    let call = ChangeCall::new("inspector2", "Enable").unwrap().at(&connection).unwrap();
    let error = call.send_once(&json!({"resourceTypes": ["EC2"]})).await.unwrap_err();
    assert!(matches!(error, Error::NoAnswer(_)), "{error:?}");
    assert_eq!(never.num_calls(), 1);
}

#[tokio::test]
async fn a_change_with_a_wrong_input_is_not_sent() {
    let aws = Aws::default();
    let error = tagging(&aws).send_once(&json!({"Tags": {}})).await.unwrap_err();
    assert!(matches!(error, Error::Input(_)), "{error:?}");
    assert!(aws.sent().is_empty());
}

#[test]
fn no_read_only_call_reaches_what_changes_something() {
    let changes = change_models().unwrap();
    for service in changes.services() {
        let model = changes.load(service).unwrap();
        for operation in model.operations.keys() {
            let by_name = Call::new(service, operation);
            assert!(matches!(by_name, Err(CallError::Unknown { .. })), "{service} {operation}");
            let by_model = Call::of(model.clone(), operation);
            assert!(matches!(by_model, Err(CallError::Unknown { .. })), "{service} {operation}");
            assert!(ChangeCall::new(service, operation).is_ok(), "{service} {operation}");
        }
    }
}

#[test]
fn a_changing_call_is_none_of_the_read_only_ones() {
    for (service, operation) in [("inspector2", "BatchGetAccountStatus"), ("ec2", "RunInstances")] {
        assert!(ChangeCall::new(service, operation).is_err(), "{service} {operation}");
    }
    let actions = ChangeCall::new("resourcegroupstaggingapi", "TagResources").unwrap().actions();
    assert_eq!(actions, ["tag:TagResources"]);
}
