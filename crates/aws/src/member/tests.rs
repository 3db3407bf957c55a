//! The member role over recorded responses of STS.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::BehaviorVersion;
use aws_credential_types::credential_fn::provide_credentials_fn;
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};

use super::*;

fn answer(expiration: &str) -> ReplayEvent {
    let body = format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId>\
         <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
         <Expiration>{expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    );
    let request = http::Request::builder().body("".into()).unwrap();
    ReplayEvent::new(request, http::Response::builder().status(200).body(body.into()).unwrap())
}

fn role(answers: Vec<ReplayEvent>) -> (StaticReplayClient, MemberRole) {
    role_with("shared-id", answers)
}

fn role_with(external_id: &str, answers: Vec<ReplayEvent>) -> (StaticReplayClient, MemberRole) {
    let client = StaticReplayClient::new(answers);
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(SdkRegion::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials("k", "s", "t")))
        .http_client(client.clone())
        .build();
    let settings = RoleSettings {
        role_name: "operation-readonly".to_owned(),
        external_id: external_id.to_owned(),
        partition: Partition::UsGov,
    };
    (client, MemberRole::new(&config, settings))
}

fn account() -> AccountId {
    AccountId::parse("111111111111").unwrap()
}

fn run(id: &str) -> RunId {
    RunId::parse(id).unwrap()
}

#[tokio::test]
async fn assume_role_is_regional_with_external_id_and_session_policy() {
    let (client, role) = role(vec![answer("2099-01-01T00:00:00Z")]);
    role.assume(&account(), &run("r1"), &["ec2:DescribeRouteTables".to_owned()]).await.unwrap();
    let request = client.actual_requests().next().unwrap();
    assert!(request.uri().contains("sts.eu-west-1."), "{}", request.uri());
    let body = String::from_utf8_lossy(request.body().bytes().unwrap()).into_owned();
    for part in [
        "RoleArn=arn%3Aaws-us-gov%3Aiam%3A%3A111111111111%3Arole%2Foperation-readonly",
        "RoleSessionName=org-operator-r1",
        "ExternalId=shared-id",
        "ec2%3ADescribeRouteTables",
        "DurationSeconds=3600",
    ] {
        assert!(body.contains(part), "{part} is not in: {body}");
    }
}

#[tokio::test]
async fn a_truncated_response_gives_no_session_and_is_transient() {
    let event = answer("2099-01-01T00:00:00Z");
    let whole = event.response().body().bytes().unwrap().to_vec();
    for length in (0..whole.len()).step_by(7) {
        assert_eq!(refusal(200, &whole[..length]).await, ErrorKind::Transient, "{length} bytes");
    }
}

async fn refusal(status: u16, body: &[u8]) -> ErrorKind {
    let builder = http::Response::builder().status(status);
    let response = builder.body(body.to_vec().into()).unwrap();
    let request = http::Request::builder().body("".into()).unwrap();
    let (_, role) = role(vec![ReplayEvent::new(request, response)]);
    role.assume(&account(), &run("r1"), &[]).await.unwrap_err().kind()
}

#[tokio::test]
async fn a_truncated_denial_is_transient_and_a_complete_one_is_final() {
    let denial = b"<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>\
        not authorized with an explicit deny in a service control policy</Message></Error>\
        </ErrorResponse>";
    assert_eq!(refusal(403, denial).await, ErrorKind::AssumeRoleDenied);
    for length in (5..denial.len()).step_by(5) {
        assert_eq!(refusal(403, &denial[..length]).await, ErrorKind::Transient, "{length} bytes");
    }
    // A proxy's page is not XML of AWS: its status decides, whatever its text.
    let page = b"<html>blocked</html>";
    assert_eq!(refusal(403, page).await, ErrorKind::AssumeRoleDenied);
}

#[tokio::test]
async fn an_empty_external_id_is_not_sent() {
    let (client, role) = role_with("", vec![answer("2099-01-01T00:00:00Z")]);
    role.assume(&account(), &run("r1"), &[]).await.unwrap();
    let request = client.actual_requests().next().unwrap();
    let body = String::from_utf8_lossy(request.body().bytes().unwrap()).into_owned();
    assert!(!body.contains("ExternalId"), "{body}");
}

#[tokio::test]
async fn requests_with_the_members_credentials_are_counted() {
    let (client, role) = role((0..3).map(|_| answer("2099-01-01T00:00:00Z")).collect());
    let member = role.assume(&account(), &run("r1"), &[]).await.unwrap();
    let counter = CallCounter::default();
    let calling = Client::new(&member.config(&Region::parse("eu-west-2").unwrap(), &counter));
    for _ in 0..2 {
        calling.assume_role().role_arn("arn").role_session_name("name").send().await.unwrap();
    }
    assert_eq!((counter.count(), client.actual_requests().count()), (2, 3));
}

#[tokio::test]
async fn many_sessions_do_not_evict_the_operation_accounts_credentials() {
    let loads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&loads);
    let own = provide_credentials_fn(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Ok(credentials("k", "s", "t")) }
    });
    let answers = (0..400).map(|_| answer("2099-01-01T00:00:00Z")).collect();
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(SdkRegion::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(own))
        // Which entry a cache evicts is random; with room for one it is always the other one.
        .identity_cache(IdentityCache::lazy().max_partitions(1).build())
        .http_client(StaticReplayClient::new(answers))
        .build();
    let settings = RoleSettings {
        role_name: "r".to_owned(),
        external_id: String::new(),
        partition: Partition::Commercial,
    };
    let role = MemberRole::new(&config, settings);
    let region = Region::parse("eu-west-2").unwrap();
    for number in 0..200 {
        let account = AccountId::parse(&format!("{number:012}")).unwrap();
        let member = role.assume(&account, &run("r1"), &[]).await.unwrap();
        let calling = Client::new(&member.config(&region, &CallCounter::default()));
        calling.assume_role().role_arn("arn").role_session_name("n").send().await.unwrap();
    }
    assert_eq!(loads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_session_is_reused_until_shortly_before_it_expires() {
    let later = "2099-01-01T00:00:00Z";
    let answers = vec![answer(later), answer("2001-01-01T00:00:00Z"), answer(later)];
    let (client, role) = role(answers);
    for _ in 0..3 {
        role.assume(&account(), &run("r1"), &[]).await.unwrap();
    }
    assert_eq!(client.actual_requests().count(), 1);
    // Another run has its own session, for the audit trail; this one expires at once.
    role.assume(&account(), &run("r2"), &[]).await.unwrap();
    role.assume(&account(), &run("r2"), &[]).await.unwrap();
    assert_eq!(client.actual_requests().count(), 3);
}
