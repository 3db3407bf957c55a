//! What goes out: host, signature, user agent, headers.

use aws_types::app_name::AppName;
use org_operator_dynamic::{Call, Connection};
use serde_json::json;

use crate::support::{Aws, ok, vpcs};

#[tokio::test]
async fn a_request_is_signed_for_its_service_and_region() {
    let aws = Aws::answering([vpcs(&["vpc-1"], None)]);
    let call = aws.call("ec2", "DescribeVpcs", "eu-west-1");
    call.send(&json!({"VpcIds": ["vpc-1"]})).await.unwrap();
    let sent = &aws.sent()[0];
    assert_eq!(
        (sent.method.as_str(), sent.uri.as_str()),
        ("POST", "https://ec2.eu-west-1.amazonaws.com/")
    );
    assert_eq!(sent.body, "Action=DescribeVpcs&Version=2016-11-15&VpcId.1=vpc-1");
    let scope =
        "AWS4-HMAC-SHA256 Credential=AKID/20251124/eu-west-1/ec2/aws4_request, SignedHeaders=";
    assert!(sent.header("authorization").starts_with(scope), "{sent:?}");
    assert_eq!(sent.header("x-amz-security-token"), "TOKEN");
    assert_eq!(sent.header("x-amz-date"), "20251124T160000Z");
}

#[tokio::test]
async fn a_request_says_who_calls_as_typed_clients_say_it() {
    let aws = Aws::answering([ok("{}")]);
    let config = aws.config("eu-west-1").app_name(AppName::new("org-operator").unwrap()).build();
    let call = Call::new("elbv2", "DescribeLoadBalancers").unwrap();
    let _ = call.at(&Connection::new(&config)).unwrap().send(&json!({})).await;
    let sent = &aws.sent()[0];
    for header in ["user-agent", "x-amz-user-agent"] {
        let agent = sent.header(header);
        assert!(agent.starts_with("aws-sdk-rust/"), "{agent}");
    }
    let agent = sent.header("x-amz-user-agent");
    assert!(agent.contains(" api/elasticloadbalancingv2/"), "{agent}");
    assert!(agent.contains("app/org-operator"), "{agent}");
    assert_ne!(sent.header("amz-sdk-invocation-id"), "");
    assert_eq!(sent.header("amz-sdk-request"), "attempt=1; max=3");
}

#[tokio::test]
async fn a_json_request_names_its_operation() {
    let aws = Aws::answering([ok("{\"TableNames\":[\"t\"]}")]);
    let call = aws.call("dynamodb", "ListTables", "eu-central-1");
    let answer = call.send(&json!({"Limit": 1})).await.unwrap();
    assert_eq!(answer, json!({"TableNames": ["t"]}));
    let sent = &aws.sent()[0];
    assert_eq!(sent.uri, "https://dynamodb.eu-central-1.amazonaws.com/");
    assert_eq!(sent.header("x-amz-target"), "DynamoDB_20120810.ListTables");
    assert_eq!(sent.header("content-type"), "application/x-amz-json-1.0");
    assert_eq!(sent.body, "{\"Limit\":1}");
}

#[tokio::test]
async fn a_rest_request_has_its_input_in_path_and_query() {
    let aws = Aws::answering([ok("{\"Functions\":[]}"), ok("{\"Policy\":\"{}\"}")]);
    aws.call("lambda", "ListFunctions", "us-east-1").send(&json!({"MaxItems": 5})).await.unwrap();
    let policy = aws.call("lambda", "GetPolicy", "us-east-1");
    policy.send(&json!({"FunctionName": "a/b c", "Qualifier": "x&y"})).await.unwrap();
    let uris: Vec<String> = aws.sent().into_iter().map(|sent| sent.uri).collect();
    assert_eq!(uris[0], "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions?MaxItems=5");
    let path = "/2015-03-31/functions/a%2Fb%20c/policy?Qualifier=x%26y";
    assert_eq!(uris[1], format!("https://lambda.us-east-1.amazonaws.com{path}"));
}

#[tokio::test]
async fn an_input_with_faults_is_not_sent_and_every_fault_is_named() {
    let aws = Aws::default();
    let call = aws.call("ec2", "DescribeVpcs", "eu-west-1");
    let input =
        json!({"VpcIdz": ["v"], "MaxResults": "5", "Filters": [{"Name": 1}, 2], "DryRun": null});
    let error = call.send(&input).await.unwrap_err().to_string();
    for part in [
        "input.VpcIdz: got an unknown member, allowed: Filters, VpcIds, NextToken, MaxResults, DryRun (nearest: `VpcIds`)",
        "input.MaxResults: got \"5\", allowed: a whole number",
        "input.Filters[0].Name: got 1, allowed: text",
        "input.Filters[1]: got 2, allowed: a JSON object",
    ] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
    let error = call.send(&json!([1])).await.unwrap_err().to_string();
    assert!(error.contains("input: got [1], allowed: a JSON object"), "{error}");
    assert!(aws.sent().is_empty());
}

#[test]
fn what_a_path_needs_must_be_there_and_not_be_empty() {
    let call = Call::new("s3", "GetBucketPolicy").unwrap();
    let missing = call.request(&json!({})).unwrap_err().to_string();
    assert_eq!(missing, "input.Bucket: got nothing, allowed: a value: it is required");
    let empty = call.request(&json!({"Bucket": ""})).unwrap_err().to_string();
    assert!(empty.starts_with("input.Bucket: got an empty text"), "{empty}");
    assert_eq!(call.request(&json!({"Bucket": "b"})).unwrap().uri, "/b?policy");
}
