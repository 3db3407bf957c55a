//! What connections and calls share with others, and what they must never.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use org_operator_dynamic::{Call, Connection};
use serde_json::json;

use crate::support::{Aws, vpcs};

/// A connection of `aws` that was made of `first`, in another Region and with other credentials.
fn other(first: &Connection, aws: &Aws) -> Connection {
    let credentials = Credentials::new("OTHER", "SECRET", Some("OTHER TOKEN".into()), None, "test");
    let provider = SharedCredentialsProvider::new(credentials);
    first.with(&aws.config("us-east-2").credentials_provider(provider).build())
}

#[tokio::test]
async fn a_connection_made_of_another_calls_where_it_is_and_as_who_it_is() {
    let (first, second) = (Aws::default(), Aws::answering([vpcs(&["vpc-2"], None)]));
    let call = Call::new("ec2", "DescribeVpcs").unwrap();
    let connection = first.connection("eu-west-1");
    let _ = call.at(&connection).unwrap().send(&json!({})).await;
    let before = first.sent().len();
    call.at(&other(&connection, &second)).unwrap().send(&json!({})).await.unwrap();
    let sent = &second.sent()[0];
    assert_eq!(sent.uri, "https://ec2.us-east-2.amazonaws.com/");
    let authorization = sent.header("authorization");
    assert!(authorization.contains("Credential=OTHER/20251124/us-east-2/ec2/"), "{authorization}");
    assert_eq!(sent.header("x-amz-security-token"), "OTHER TOKEN");
    assert_eq!(first.sent().len(), before);
}

#[tokio::test]
async fn a_connection_made_of_another_has_retries_of_its_own() {
    let (first, second) = (Aws::default(), Aws::default());
    let connection = first.connection("eu-west-1");
    assert_eq!(crate::retries::exhaust(&first, &connection).await, 1);
    let call = Call::new("ec2", "DescribeVpcs").unwrap();
    call.at(&other(&connection, &second)).unwrap().send(&json!({})).await.unwrap_err();
    assert_eq!(second.sent().len(), 3);
}

#[tokio::test]
async fn each_input_makes_its_own_request_whatever_was_asked_before() {
    let aws = Aws::default();
    let call = aws.call("ec2", "DescribeVpcs", "eu-west-1");
    for ids in [json!(["vpc-1"]), json!(["vpc-2"]), json!(["vpc-2"]), json!(["vpc-1"])] {
        let _ = call.send(&json!({"VpcIds": ids})).await;
    }
    let asked = |id: &str| format!("Action=DescribeVpcs&Version=2016-11-15&VpcId.1={id}");
    let mut bodies: Vec<String> = aws.sent().into_iter().map(|sent| sent.body).collect();
    bodies.dedup();
    assert_eq!(bodies, [asked("vpc-1"), asked("vpc-2"), asked("vpc-1")]);
}

#[tokio::test]
async fn a_call_goes_to_each_connections_own_place() {
    let aws = Aws::default();
    let call = Call::new("ec2", "DescribeVpcs").unwrap();
    let local = aws.config("eu-west-1").endpoint_url("http://127.0.0.1:4566").build();
    let places =
        [aws.connection("eu-west-1"), aws.connection("us-east-2"), Connection::new(&local)];
    for connection in places.iter().chain(&places[..1]) {
        let _ = call.at(connection).unwrap().send(&json!({})).await;
    }
    let mut uris: Vec<String> = aws.sent().into_iter().map(|sent| sent.uri).collect();
    uris.dedup();
    let host = |region: &str| format!("https://ec2.{region}.amazonaws.com/");
    let local = "http://127.0.0.1:4566/".to_owned();
    assert_eq!(uris, [host("eu-west-1"), host("us-east-2"), local, host("eu-west-1")]);
}
