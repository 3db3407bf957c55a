//! Who may assume a member role: the worker's role with the external id, and nobody else. The
//! templates' own roles, on an emulator that enforces IAM.

use aws_config::SdkConfig;
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use org_operator_testkit::TestResult;
use org_operator_testkit::deployment::EXTERNAL_ID;
use org_operator_testkit::identity::{HOME_REGION, MANAGEMENT};
use org_operator_testkit::organization::Kind;
use org_operator_tests::deployed::Deployed;
use serde_json::json;

const WORKER: &str = "org-operator-worker-readonly";

/// Lets anyone take `role`, so that the test can act as it: on AWS only Lambda may. The role is
/// made where it is not there, and may assume every role.
async fn open(config: &SdkConfig, role: &str) -> TestResult<()> {
    let iam = aws_sdk_iam::Client::new(config);
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    })
    .to_string();
    if iam.get_role().role_name(role).send().await.is_ok() {
        iam.update_assume_role_policy().role_name(role).policy_document(trust).send().await?;
        return Ok(());
    }
    let create = iam.create_role().role_name(role).assume_role_policy_document(trust);
    create.send().await?;
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}],
    });
    let put = iam.put_role_policy().role_name(role).policy_name("assume-all");
    put.policy_document(policy.to_string()).send().await?;
    Ok(())
}

/// What STS answers `config` about `role` of `account`: the session, or the error's text.
async fn assume(
    config: &SdkConfig,
    account: &str,
    role: &str,
    external_id: Option<&str>,
) -> Result<SdkConfig, String> {
    let call = aws_sdk_sts::Client::new(config).assume_role().role_session_name("trust-test");
    let call = call.role_arn(format!("arn:aws:iam::{account}:role/{role}"));
    let answer = call.set_external_id(external_id.map(str::to_owned)).send().await;
    let answer = answer.map_err(|error| format!("{:?}", error.into_service_error()))?;
    let given = answer.credentials().ok_or("no credentials")?;
    let (key, secret) = (given.access_key_id(), given.secret_access_key());
    let token = Some(given.session_token().to_owned());
    let credentials = Credentials::new(key, secret, token, None, "trust test");
    let provider = SharedCredentialsProvider::new(credentials);
    Ok(config.to_builder().credentials_provider(provider).build())
}

#[tokio::test]
async fn a_member_role_is_for_the_workers_role_with_the_external_id_only() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let member = deployed.organization.accounts[0].id.as_str();
    let other = deployed.organization.accounts[1].id.as_str();
    let operation = deployed.config();
    let elsewhere = deployed.emulator.config(other, HOME_REGION);
    open(operation, WORKER).await?;
    open(operation, "another-role").await?;
    open(&elsewhere, WORKER).await?;
    let worker = assume(operation, MANAGEMENT, WORKER, None).await?;
    let another_role = assume(operation, MANAGEMENT, "another-role", None).await?;
    let another_account = assume(&elsewhere, other, WORKER, None).await?;

    // The one way in.
    assume(&worker, member, "operation-readonly", Some(EXTERNAL_ID)).await?;

    for (who, what, external_id) in [
        (&worker, "a missing external id", None),
        (&worker, "a wrong external id", Some("demo-external-id-3f7d")),
        (&another_role, "another role of the operation account", Some(EXTERNAL_ID)),
        (&another_account, "a role of that name in another account", Some(EXTERNAL_ID)),
        (operation, "the operation account itself", Some(EXTERNAL_ID)),
        (&elsewhere, "another account itself", Some(EXTERNAL_ID)),
    ] {
        match assume(who, member, "operation-readonly", external_id).await {
            Ok(_) => return Err(format!("{what} is taken").into()),
            Err(error) => assert!(error.contains("AccessDenied"), "{what}: {error}"),
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_member_role_is_for_the_worker_of_its_organization_only() -> TestResult<()> {
    let mut deployed = Deployed::new().await?;
    let account = deployed.organization.account(Kind::NoRole)?.clone();
    deployed.deployment.organization_id = "o-zzzzzzzzzz".to_owned();
    deployed.deployment.give_role(&deployed.emulator, &account).await?;
    open(deployed.config(), WORKER).await?;
    let worker = assume(deployed.config(), MANAGEMENT, WORKER, None).await?;
    let refused = assume(&worker, &account.id, "operation-readonly", Some(EXTERNAL_ID)).await;
    assert!(refused.is_err_and(|error| error.contains("AccessDenied")));
    Ok(())
}
