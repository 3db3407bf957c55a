//! Retries, their account for each connection, and timeouts.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_smithy_http_client::test_util::NeverClient;
use org_operator_dynamic::{Call, Connection, Error};
use serde_json::json;

use crate::support::{Aws, CallFailure, Canned, ec2_refusal, vpcs};

fn throttled() -> Canned {
    ec2_refusal(503, "RequestLimitExceeded", "slow down")
}

#[tokio::test]
async fn a_throttled_call_is_tried_again_and_says_which_attempt_it_is() {
    let aws = Aws::answering([throttled(), throttled(), vpcs(&[], None)]);
    let answer = aws.call("ec2", "DescribeVpcs", "eu-west-1").send(&json!({})).await.unwrap();
    assert_eq!(answer, json!({"Vpcs": []}));
    let attempts: Vec<String> =
        aws.sent().iter().map(|sent| sent.header("amz-sdk-request").to_owned()).collect();
    assert!(attempts[2].starts_with("attempt=3; max=3"), "{attempts:?}");
}

#[tokio::test]
async fn a_throttle_by_its_code_alone_is_tried_again() {
    let body = "{\"__type\":\"ThrottlingException\",\"message\":\"slow down\"}";
    let throttled = Canned(400, vec![], body.into());
    let aws = Aws::answering([throttled, crate::support::ok("{\"TableNames\":[]}")]);
    aws.call("dynamodb", "ListTables", "eu-west-1").send(&json!({})).await.unwrap();
    assert_eq!(aws.sent().len(), 2);
}

/// Calls that are throttled until the connection's account of retries is empty; how many attempts the
/// last one took.
pub(crate) async fn exhaust(aws: &Aws, connection: &Connection) -> usize {
    let call = Call::new("ec2", "DescribeVpcs").unwrap().at(connection).unwrap();
    let mut last = 0;
    for _ in 0..100 {
        let before = aws.sent().len();
        call.send(&json!({})).await.unwrap_err();
        last = aws.sent().len() - before;
        if last == 1 {
            break;
        }
    }
    last
}

#[tokio::test]
async fn one_throttled_connection_takes_no_retries_from_another() {
    let aws = Aws::default();
    let first = aws.connection("eu-west-1");
    assert_eq!(exhaust(&aws, &first).await, 1);
    // Its other calls share its account: a further one is not tried again either.
    let before = aws.sent().len();
    let other = Call::new("ec2", "DescribeSubnets").unwrap().at(&first.clone()).unwrap();
    other.send(&json!({})).await.unwrap_err();
    assert_eq!(aws.sent().len() - before, 1);
    let before = aws.sent().len();
    let second = aws.connection("eu-west-1");
    let call = Call::new("ec2", "DescribeVpcs").unwrap().at(&second).unwrap();
    call.send(&json!({})).await.unwrap_err();
    assert_eq!(aws.sent().len() - before, 3);
}

/// Makes two calls at the same time, `pairs` times. How many requests that took, or the first pair that failed.
async fn throttled_pairs(aws: &Aws, connection: &Connection, pairs: usize) -> Result<usize, usize> {
    let call = Call::new("ec2", "DescribeVpcs").unwrap().at(connection).unwrap();
    let input = json!({});
    for pair in 0..pairs {
        let (one, other) = tokio::join!(call.send(&input), call.send(&input));
        if one.is_err() || other.is_err() {
            return Err(pair);
        }
    }
    Ok(aws.sent().len())
}

#[tokio::test]
async fn calls_at_the_same_time_take_no_retries_from_each_other() {
    let answers =
        (0..300).flat_map(|_| [throttled(), throttled(), vpcs(&[], None), vpcs(&[], None)]);
    let aws = Aws::answering(answers);
    let connection = aws.connection("eu-west-1");
    assert_eq!(throttled_pairs(&aws, &connection, 300).await, Ok(1_200));
}

#[tokio::test]
async fn a_call_that_gets_no_answer_ends_when_the_configuration_says() {
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_millis(20)).build();
    let config = Aws::default().config("eu-west-1").http_client(NeverClient::new());
    let connection = Connection::new(&config.timeout_config(timeouts).build());
    let call = Call::new("ec2", "DescribeVpcs").unwrap().at(&connection).unwrap();
    let error = call.send(&json!({})).await.unwrap_err();
    assert!(matches!(error, Error::NoAnswer(_)), "{error:?}");
    let said = CallFailure::from(&error);
    assert_eq!((said.code, said.status), (None, None));
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let aws = Aws::default();
    let with = aws.config("eu-west-1").build();
    let mut without = with.into_builder();
    without.set_credentials_provider(None);
    let call = Call::new("ec2", "DescribeVpcs").unwrap();
    let error =
        call.at(&Connection::new(&without.build())).unwrap().send(&json!({})).await.unwrap_err();
    assert!(matches!(error, Error::NoAnswer(_)), "{error:?}");
    assert!(aws.sent().is_empty());
}
