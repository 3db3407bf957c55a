//! What is read of answers, and which are refused.

use org_operator_dynamic::{Call, Error, Unreadable, answers_raw};
use org_operator_models::models;
use serde_json::json;

use crate::support::{Aws, CallFailure, Canned, ok, vpcs};

#[tokio::test]
async fn an_answer_has_botocores_shape() {
    let aws = Aws::answering([vpcs(&["vpc-1", "vpc-2"], None)]);
    let answer = aws.call("ec2", "DescribeVpcs", "eu-west-1").send(&json!({})).await.unwrap();
    let vpc = |id: &str| json!({"VpcId": id, "IsDefault": true});
    assert_eq!(answer, json!({"Vpcs": [vpc("vpc-1"), vpc("vpc-2")]}));
}

#[tokio::test]
async fn an_answer_that_was_cut_short_is_asked_for_again() {
    let Canned(_, _, whole) = vpcs(&["vpc-1"], None);
    let cut = ok(&whole[..whole.len() - 1]);
    let aws = Aws::answering([cut, vpcs(&["vpc-1"], None)]);
    let answer = aws.call("ec2", "DescribeVpcs", "eu-west-1").send(&json!({})).await.unwrap();
    assert_eq!(answer["Vpcs"][0]["VpcId"], "vpc-1");
    assert_eq!(aws.sent().len(), 2);
}

#[tokio::test]
async fn an_answer_that_is_always_cut_short_is_no_answer() {
    let cut = || ok("{\"TableNames\":[\"t\"");
    let aws = Aws::answering([cut(), cut(), cut()]);
    let error = aws.call("dynamodb", "ListTables", "eu-west-1").send(&json!({})).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable(Unreadable::NotWhole(_))), "{error:?}");
    let failure = CallFailure::from(&error);
    assert_eq!((failure.code, failure.status), (None, None));
    assert!(failure.message.starts_with("the answer is not whole: no JSON document"));
    assert_eq!(aws.sent().len(), 3);
}

#[tokio::test]
async fn a_body_shorter_than_its_header_says_is_refused_in_raw_text_too() {
    let short = || Canned(200, vec![("content-length", "9".into())], "{\"a\":1}".into());
    let aws = Aws::answering([short(), short(), short()]);
    let call = aws.call("s3", "GetBucketPolicy", "eu-west-1");
    let error = call.send(&json!({"Bucket": "b"})).await.unwrap_err();
    assert!(!matches!(error, Error::Refused(_)), "{error:?}");
    assert_eq!(CallFailure::from(&error).status, None);
}

#[tokio::test]
async fn an_answer_that_is_not_what_the_model_says_is_not_asked_for_again() {
    let aws = Aws::answering([ok("{\"TableNames\":{\"0\":\"t\"}}")]);
    let error = aws.call("dynamodb", "ListTables", "eu-west-1").send(&json!({})).await.unwrap_err();
    let said =
        "the answer is not what the models say: TableNames: expected a list, got `{\"0\":\"t\"}`";
    assert_eq!(error.to_string(), said);
    assert_eq!(CallFailure::from(&error).code.as_deref(), Some("ResponseParserError"));
    assert_eq!(aws.sent().len(), 1);
}

#[tokio::test]
async fn a_page_of_a_proxy_is_no_answer() {
    let page = || ok("<html><body>Welcome</body></html>");
    let aws = Aws::answering([page(), page(), page()]);
    let error = aws.call("ec2", "DescribeVpcs", "eu-west-1").send(&json!({})).await.unwrap_err();
    let said = "the answer is not what the models say: expected DescribeVpcsResponse, got html";
    assert_eq!(error.to_string(), said);
}

/// What nothing but the header `Content-Length` says to be whole.
const RAW: &[&str] = &[
    "apigateway GetExport",
    "apigateway GetSdk",
    "appconfig GetConfiguration",
    "appconfig GetHostedConfigurationVersion",
    "appconfigdata GetLatestConfiguration",
    "appsync GetIntrospectionSchema",
    "cloudfront GetConnectionFunction",
    "cloudfront GetFunction",
    "codeguruprofiler GetProfile",
    "datazone GetLineageEvent",
    "geo-maps GetGlyphs",
    "geo-maps GetSprites",
    "geo-maps GetStaticMap",
    "geo-maps GetStyleDescriptor",
    "geo-maps GetTile",
    "iotwireless GetPositionEstimate",
    "iotwireless GetResourcePosition",
    "location GetMapGlyphs",
    "location GetMapSprites",
    "location GetMapStyleDescriptor",
    "location GetMapTile",
    "s3 GetBucketPolicy",
    "schemas GetCodeBindingSource",
];

#[test]
fn every_operation_is_usable_and_those_with_raw_answers_are_these() {
    let models = models().unwrap();
    let (mut raw, mut count) = (Vec::new(), 0);
    for name in models.services() {
        let service = models.load(name).unwrap();
        for (operation, model) in &service.operations {
            Call::of(service.clone(), operation).unwrap_or_else(|e| panic!("{e}"));
            count += 1;
            if answers_raw(&service, model) {
                raw.push(format!("{name} {operation}"));
            }
        }
    }
    assert!(count > 8_000, "only {count} operations");
    assert_eq!(raw, RAW);
}
