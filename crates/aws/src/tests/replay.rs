//! Recorded HTTP responses, for the tests of the adapters.

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sts::config::{Credentials, Region, SharedCredentialsProvider};
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};

/// A configuration whose calls receive `answers` (status and body) in order, and its client.
pub(crate) fn answering(answers: &[(u16, &str)]) -> (StaticReplayClient, SdkConfig) {
    let event = |(status, body): &(u16, &str)| {
        let request = http::Request::builder().body("".into()).unwrap();
        let answer = http::Response::builder().status(*status).body((*body).into()).unwrap();
        ReplayEvent::new(request, answer)
    };
    let client = StaticReplayClient::new(answers.iter().map(event).collect());
    let credentials = Credentials::new("k", "s", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(client.clone())
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .build();
    (client, config)
}

/// The bodies of the requests sent so far.
pub(crate) fn bodies(client: &StaticReplayClient) -> Vec<String> {
    let body = |request: &aws_smithy_runtime_api::client::orchestrator::HttpRequest| {
        String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned()
    };
    client.actual_requests().map(body).collect()
}
