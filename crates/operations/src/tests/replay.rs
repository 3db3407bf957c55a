//! Targets with recorded HTTP responses, for the tests of the operations.

use aws_config::{BehaviorVersion, Region as SdkRegion, SdkConfig};
use aws_sdk_ec2::config::{Credentials, HttpClient, SharedCredentialsProvider};
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{AccountId, Region, RunId};

use crate::Target;

/// The account of every replayed target.
pub(crate) const ACCOUNT: &str = "111111111111";

/// EC2's body, with status 403, for an action that is not allowed.
pub(crate) const DENIED: &str = "<Response><Errors><Error><Code>UnauthorizedOperation</Code>\
                                 <Message>no</Message></Error></Errors></Response>";

/// A target whose requests receive `pages` in order, and the client that recorded the requests.
pub(crate) fn target_with(pages: &[(u16, String)]) -> (StaticReplayClient, Target) {
    target_in("eu-west-1", pages)
}

/// As [`target_with`], in another Region.
pub(crate) fn target_in(name: &str, pages: &[(u16, String)]) -> (StaticReplayClient, Target) {
    let client = StaticReplayClient::new(pages.iter().map(event).collect());
    (client.clone(), target_over(name, client))
}

/// A target in the Region called `name` whose requests `client` answers; nothing is asked twice.
pub(crate) fn target_over(name: &str, client: impl HttpClient + 'static) -> Target {
    let credentials = Credentials::new("a", "b", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(SdkRegion::new(name.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(client)
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .build();
    let account = AccountId::parse(ACCOUNT).unwrap();
    let now = Timestamp::from_epoch_millis(1_795_000_000_000);
    let region = Region::parse(name).unwrap();
    let run = RunId::parse("run").unwrap();
    let (parameters, shared) = Default::default();
    Target { run, account, region, config, now, parameters, shared }
}

fn event((status, body): &(u16, String)) -> ReplayEvent {
    let request = http::Request::builder().body("".into()).unwrap();
    let answer = http::Response::builder().status(*status).body(body.clone().into()).unwrap();
    ReplayEvent::new(request, answer)
}

/// The bodies of the requests so far.
pub(crate) fn request_bodies(client: &StaticReplayClient) -> Vec<String> {
    let requests = client.actual_requests();
    requests
        .map(|r| String::from_utf8_lossy(r.body().bytes().unwrap_or_default()).into_owned())
        .collect()
}
