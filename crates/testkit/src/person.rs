//! A person who works from the operation account with the command: member roles trust the worker's
//! role and no other, and Lambda alone may assume that one, so the account is let in first.

use aws_config::SdkConfig;
use serde_json::json;

use crate::TestResult;

/// What a person may do beside what the worker may: read the organization, start runs, fetch their
/// artifacts.
const ACTIONS: [&str; 6] =
    ["organizations:List*", "account:ListRegions", "states:*", "s3:*", "dynamodb:*", "sts:*"];

/// Environment variables with credentials of `role`, the worker's.
///
/// # Errors
/// What IAM or STS answered.
pub async fn credentials(config: &SdkConfig, role: &str) -> TestResult<[(String, String); 3]> {
    let account = role.split(':').nth(4).unwrap_or_default();
    let name = role.rsplit('/').next().unwrap_or(role);
    let statement = |principal: serde_json::Value| json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"});
    let trust = json!({"Version": "2012-10-17", "Statement": [
        statement(json!({"Service": "lambda.amazonaws.com"})),
        statement(json!({"AWS": format!("arn:aws:iam::{account}:root")})),
    ]});
    let iam = aws_sdk_iam::Client::new(config);
    let trusting =
        iam.update_assume_role_policy().role_name(name).policy_document(trust.to_string());
    trusting.send().await?;
    let sts = aws_sdk_sts::Client::new(config);
    let session = sts.assume_role().role_arn(role).role_session_name("person").send().await?;
    let given = session.credentials().ok_or("STS gave no credentials")?;
    Ok([
        ("AWS_ACCESS_KEY_ID".to_owned(), given.access_key_id().to_owned()),
        ("AWS_SECRET_ACCESS_KEY".to_owned(), given.secret_access_key().to_owned()),
        ("AWS_SESSION_TOKEN".to_owned(), given.session_token().to_owned()),
    ])
}

/// Allows `role`, the worker's, what the command needs beside what a worker does.
///
/// # Errors
/// What IAM answered.
pub async fn allow(config: &SdkConfig, role: &str) -> TestResult<()> {
    let allowed = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ACTIONS, "Resource": "*"},
    ]});
    let name = role.rsplit('/').next().unwrap_or(role);
    let put = aws_sdk_iam::Client::new(config).put_role_policy().role_name(name);
    put.policy_name("person").policy_document(allowed.to_string()).send().await?;
    Ok(())
}
