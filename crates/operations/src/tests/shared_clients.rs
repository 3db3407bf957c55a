//! Targets that share clients ask in their own Regions, with their own credentials and HTTP clients.

use aws_config::Region as SdkRegion;
use aws_sdk_ec2::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::test_util::StaticReplayClient;

use super::*;
use crate::replay::{DENIED, target_in};

/// A target in `region` as `key`, each of whose calls is refused, with the clients of `first`.
fn target(region: &str, key: &str, first: Option<&Target>) -> (StaticReplayClient, Target) {
    let (client, mut target) = target_in(region, &[(403, DENIED.to_owned())]);
    let credentials = Credentials::new(key, "secret", None, None, "test");
    target.config = target
        .config
        .to_builder()
        .region(SdkRegion::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    if let Some(first) = first {
        target.shared = first.shared.clone();
    }
    (client, target)
}

/// The first request's host, and whose credentials signed it.
fn sent(client: &StaticReplayClient) -> (String, String) {
    let request = client.actual_requests().next().unwrap();
    let signed = request.headers().get("authorization").unwrap();
    let scope = signed.split("Credential=").nth(1).unwrap();
    let key = scope.split('/').next().unwrap();
    (request.uri().to_string(), key.to_owned())
}

#[tokio::test]
async fn each_target_asks_in_its_region_with_its_credentials_and_counts_its_requests() {
    for name in ["internet-routes", "public-ips", "vpcs"] {
        let operation = catalogue().find(name, &mut Violations::default()).unwrap();
        let (first_client, first) = target("eu-west-1", "FIRST", None);
        operation.run(&first).await.unwrap_err();
        let (second_client, second) = target("us-east-2", "SECOND", Some(&first));
        operation.run(&second).await.unwrap_err();
        for (client, region, key) in
            [(first_client, "eu-west-1", "FIRST"), (second_client, "us-east-2", "SECOND")]
        {
            let (host, signed_by) = sent(&client);
            assert!(host.starts_with(&format!("https://ec2.{region}.amazonaws.com/")), "{host}");
            assert_eq!(signed_by, key, "{name}");
            assert_eq!(client.actual_requests().count(), 1, "{name}");
        }
    }
}

#[tokio::test]
async fn a_target_without_credentials_sends_nothing_whoever_has_the_clients_too() {
    for name in ["internet-routes", "public-ips", "vpcs"] {
        let operation = catalogue().find(name, &mut Violations::default()).unwrap();
        let (_, first) = target("eu-west-1", "FIRST", None);
        operation.run(&first).await.unwrap_err();
        let (client, mut second) = target("eu-west-1", "SECOND", Some(&first));
        let mut config = second.config.to_builder();
        config.set_credentials_provider(None);
        second.config = config.build();
        operation.run(&second).await.unwrap_err();
        assert_eq!(client.actual_requests().count(), 0, "{name}");
    }
}
