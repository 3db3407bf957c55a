//! What a few services want on top of their model.

use org_operator_dynamic::{Answer, Call};
use serde_json::{Value, json};

use crate::support::{Aws, ok};

fn read(service: &str, operation: &str, body: &str) -> Value {
    let answer = Answer { status: 200, headers: Vec::new(), body: body.as_bytes() };
    Call::new(service, operation).unwrap().read(&answer).unwrap()
}

#[tokio::test]
async fn s3_has_the_bucket_in_the_path_and_says_the_bodys_hash() {
    let aws = Aws::answering([ok("{}")]);
    let call = aws.call("s3", "GetBucketPolicy", "eu-west-1");
    let answer = call.send(&json!({"Bucket": "b.c"})).await.unwrap();
    assert_eq!(answer, json!({"Policy": "{}"}));
    let sent = &aws.sent()[0];
    assert_eq!(sent.uri, "https://s3.eu-west-1.amazonaws.com/b.c?policy");
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(sent.header("x-amz-content-sha256"), nothing);
    assert!(sent.header("authorization").contains("/eu-west-1/s3/"));
}

#[test]
fn where_a_bucket_is_comes_as_the_root_element_alone() {
    let body = "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">eu-west-1</LocationConstraint>";
    assert_eq!(read("s3", "GetBucketLocation", body), json!({"LocationConstraint": "eu-west-1"}));
    let first = "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>";
    assert_eq!(read("s3", "GetBucketLocation", first), json!({"LocationConstraint": null}));
}

#[tokio::test]
async fn keys_are_decoded_only_where_nobody_asked_for_encoded_ones() {
    let body = "<ListBucketResult><EncodingType>url</EncodingType><Prefix>a%2B</Prefix>\
                <Contents><Key>a%2B+b</Key></Contents></ListBucketResult>";
    let aws = Aws::answering([ok(body), ok(body)]);
    let call = aws.call("s3", "ListObjectsV2", "eu-west-1");
    let decoded = call.send(&json!({"Bucket": "b"})).await.unwrap();
    assert_eq!(
        (&decoded["Contents"][0]["Key"], &decoded["Prefix"]),
        (&json!("a+ b"), &json!("a+"))
    );
    let encoded = call.send(&json!({"Bucket": "b", "EncodingType": "url"})).await.unwrap();
    assert_eq!(encoded["Contents"][0]["Key"], "a%2B+b");
}

#[test]
fn route_53_takes_the_ids_that_it_answers_with() {
    let call = Call::new("route53", "ListResourceRecordSets").unwrap();
    let request = call.request(&json!({"HostedZoneId": "/hostedzone/Z1"})).unwrap();
    assert_eq!(request.uri, "/2013-04-01/hostedzone/Z1/rrset");
}

#[test]
fn route_53_bodies_have_its_namespace() {
    let call = Call::new("route53", "ListTagsForResources").unwrap();
    let input = json!({"ResourceType": "hostedzone", "ResourceIds": ["Z1", "Z&2"]});
    let body = String::from_utf8(call.request(&input).unwrap().body).unwrap();
    assert_eq!(
        body,
        "<ListTagsForResourcesRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><ResourceIds>\
         <ResourceId>Z1</ResourceId><ResourceId>Z&amp;2</ResourceId></ResourceIds></ListTagsForResourcesRequest>"
    );
}

#[test]
fn api_gateway_is_asked_for_json_and_glacier_for_its_version() {
    let apis = Call::new("apigateway", "GetRestApis").unwrap().request(&json!({})).unwrap();
    assert_eq!(apis.header("Accept"), Some("application/json"));
    let vaults = Call::new("glacier", "ListVaults").unwrap().request(&json!({})).unwrap();
    assert_eq!(vaults.uri, "/-/vaults");
    assert_eq!(vaults.header("x-amz-glacier-version"), Some("2012-06-01"));
}

#[test]
fn policies_of_iam_come_as_the_text_of_a_document() {
    let body = "<GetRolePolicyResponse><GetRolePolicyResult><RoleName>r</RoleName><PolicyName>p</PolicyName>\
                <PolicyDocument>%7B%22Version%22%3A%222012-10-17%22%7D</PolicyDocument>\
                </GetRolePolicyResult></GetRolePolicyResponse>";
    let answer = read("iam", "GetRolePolicy", body);
    assert_eq!(answer["PolicyDocument"], "{\"Version\":\"2012-10-17\"}");
}

#[tokio::test]
async fn a_console_output_is_text() {
    let body = "<GetConsoleOutputResponse><instanceId>i-1</instanceId><output>aGVsbG8K</output></GetConsoleOutputResponse>";
    let aws = Aws::answering([ok(body)]);
    let call = aws.call("ec2", "GetConsoleOutput", "eu-west-1");
    let answer = call.send(&json!({"InstanceId": "i-1"})).await.unwrap();
    assert_eq!(answer, json!({"InstanceId": "i-1", "Output": "hello\n"}));
}
