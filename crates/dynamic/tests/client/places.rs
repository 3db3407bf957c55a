//! Where calls go: hosts, endpoint URLs, Regions that lack a service, and what cannot be called.

use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use org_operator_dynamic::{Call, CallError, Connection, PlaceError};
use org_operator_models::{EndpointError, Unsupported};
use serde_json::json;

use crate::support::{Aws, ok};

#[tokio::test]
async fn a_global_service_is_signed_for_its_own_region_from_everywhere() {
    let answer =
        "<ListRolesResponse><ListRolesResult><Roles/></ListRolesResult></ListRolesResponse>";
    let aws = Aws::answering([ok(answer)]);
    aws.call("iam", "ListRoles", "eu-west-1").send(&json!({})).await.unwrap();
    let sent = &aws.sent()[0];
    assert_eq!(sent.uri, "https://iam.amazonaws.com/");
    assert!(sent.header("authorization").contains("/us-east-1/iam/"), "{sent:?}");
}

#[tokio::test]
async fn every_partition_has_hosts_of_its_own() {
    for (region, host) in [
        ("cn-north-1", "ec2.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "ec2.us-gov-west-1.amazonaws.com"),
    ] {
        let aws = Aws::default();
        let _ = aws.call("ec2", "DescribeVpcs", region).send(&json!({})).await;
        assert_eq!(aws.sent()[0].uri, format!("https://{host}/"));
    }
}

#[tokio::test]
async fn a_host_prefix_goes_before_the_host_but_not_before_an_endpoint_url() {
    let aws = Aws::default();
    let call = Call::new("iotsitewise", "ListAssetModels").unwrap();
    let _ = call.at(&aws.connection("eu-west-1")).unwrap().send(&json!({})).await;
    let local = aws.config("eu-west-1").endpoint_url("http://127.0.0.1:4566").build();
    let _ = call.at(&Connection::new(&local)).unwrap().send(&json!({})).await;
    let uris: Vec<String> = aws.sent().into_iter().map(|sent| sent.uri).collect();
    assert_eq!(uris[0], "https://api.iotsitewise.eu-west-1.amazonaws.com/asset-models");
    assert_eq!(uris.last().unwrap(), "http://127.0.0.1:4566/asset-models");
}

#[tokio::test]
async fn an_endpoint_url_is_called_with_the_services_own_signature() {
    let aws = Aws::default();
    let local = aws.config("eu-west-1").endpoint_url("http://127.0.0.1:4566").build();
    let call = Call::new("iam", "ListRoles").unwrap().at(&Connection::new(&local)).unwrap();
    let _ = call.send(&json!({})).await;
    let sent = &aws.sent()[0];
    assert_eq!(sent.uri, "http://127.0.0.1:4566/");
    assert!(sent.header("authorization").contains("/us-east-1/iam/"), "{sent:?}");
}

#[derive(Debug)]
struct Profile;

impl LoadServiceConfig for Profile {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let is_asked = key.env() == "AWS_ENDPOINT_URL" && key.profile() == "endpoint_url";
        (is_asked && key.service_id() == "IAM").then(|| "http://127.0.0.1:1".to_owned())
    }
}

#[tokio::test]
async fn an_endpoint_url_of_one_service_goes_before_that_of_all() {
    let aws = Aws::default();
    let config = aws.config("eu-west-1").service_config(Profile).build();
    let _ = Call::new("iam", "ListRoles")
        .unwrap()
        .at(&Connection::new(&config))
        .unwrap()
        .send(&json!({}))
        .await;
    let _ = Call::new("ec2", "DescribeVpcs")
        .unwrap()
        .at(&Connection::new(&config))
        .unwrap()
        .send(&json!({}))
        .await;
    let uris: Vec<String> = aws.sent().into_iter().map(|sent| sent.uri).collect();
    assert_eq!(uris[0], "http://127.0.0.1:1/");
    assert_eq!(uris.last().unwrap(), "https://ec2.eu-west-1.amazonaws.com/");
}

fn place(service: &str, operation: &str, region: &str) -> PlaceError {
    let connection = Aws::default().connection(region);
    Call::new(service, operation).unwrap().at(&connection).unwrap_err()
}

#[test]
fn a_region_that_lacks_the_service_is_said_before_anything_is_sent() {
    let error = place("pricing-plan-manager", "ListSubscriptions", "cn-north-1");
    let PlaceError::Endpoint(EndpointError::NotInPartition { .. }) = error else {
        panic!("{error:?}")
    };
}

#[test]
fn a_region_that_the_models_are_too_old_for_is_named_with_their_version() {
    let error = place("ec2", "DescribeVpcs", "mars-north-1");
    assert!(
        matches!(error, PlaceError::Endpoint(EndpointError::UnknownRegion { .. })),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(text.contains("`mars-north-1`") && text.contains("botocore 1."), "{text}");
}

#[tokio::test]
async fn an_endpoint_url_serves_a_region_that_the_models_do_not_know() {
    let aws = Aws::default();
    let local = aws.config("mars-north-1").endpoint_url("http://127.0.0.1:4566").build();
    let call = Call::new("ec2", "DescribeVpcs").unwrap().at(&Connection::new(&local)).unwrap();
    let _ = call.send(&json!({})).await;
    assert!(aws.sent()[0].header("authorization").contains("/mars-north-1/ec2/"));
}

#[test]
fn endpoints_that_the_models_do_not_have_are_not_replaced_by_others() {
    let call = Call::new("ec2", "DescribeVpcs").unwrap();
    let fips = Connection::new(&Aws::default().config("us-east-1").use_fips(true).build());
    assert!(matches!(call.at(&fips), Err(PlaceError::Variant("FIPS"))));
    let dual = Connection::new(&Aws::default().config("us-east-1").use_dual_stack(true).build());
    assert!(matches!(call.at(&dual), Err(PlaceError::Variant("dual-stack"))));
}

#[test]
fn what_cannot_be_called_says_why() {
    let reason = |service: &str, operation: &str| match Call::new(service, operation) {
        Err(CallError::Unsupported { reason, .. }) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason("s3", "GetObject"), Unsupported::Stream);
    assert_eq!(reason("sts", "GetFederationToken"), Unsupported::Write);
    let text = Call::new("s3", "GetObject").unwrap_err().to_string();
    assert_eq!(text, "s3 `GetObject` streams its answer");
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    let text = Call::new("lambda", "GetPolicies").unwrap_err().to_string();
    assert!(
        text.starts_with("lambda has no read-only operation `GetPolicies` (nearest: `Get"),
        "{text}"
    );
    let text = Call::new("lamda", "GetPolicy").unwrap_err().to_string();
    assert!(text.contains("`lambda`"), "{text}");
}
