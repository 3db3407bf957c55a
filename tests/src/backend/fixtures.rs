//! What the behaviours need, made in an emulator through AWS's own APIs.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use org_operator_testkit::TestResult;
use org_operator_testkit::identity::MANAGEMENT;
use serde_json::json;

use super::fixture::{Fixture, TABLE};
use super::{HOME, Kind, config, network, organization, role_arn, session};

const ROLE: &str = "operation-readonly";
const EXTERNAL_ID: &str = "behaviour-external-id";
const BUCKET: &str = "behaviour-results";

/// Makes all of it.
pub(super) async fn make(kind: Kind, endpoint: &str) -> TestResult<Fixture> {
    let operation = config(endpoint, MANAGEMENT, HOME);
    let (organization, accounts) = organization::make(kind, &operation, MANAGEMENT).await?;
    let inside = inside(kind, endpoint, &operation, &accounts[0]).await?;
    make_role(&inside).await?;
    make_table(&operation).await?;
    make_bucket(&operation).await?;
    Ok(Fixture {
        organization,
        management: MANAGEMENT.to_owned(),
        member: accounts[0].clone(),
        without_role: accounts[1].clone(),
        role: ROLE.to_owned(),
        external_id: EXTERNAL_ID.to_owned(),
        region: HOME.to_owned(),
        other_region: "us-east-1".to_owned(),
        always_on: "us-east-1".to_owned(),
        off: "af-south-1".to_owned(),
        routes: network::make(&inside).await?,
        bucket: BUCKET.to_owned(),
    })
}

/// The configuration that fills a member account: ministack takes the account for a key, moto asks
/// nobody who assumes a role.
async fn inside(
    kind: Kind,
    endpoint: &str,
    operation: &SdkConfig,
    account: &str,
) -> TestResult<SdkConfig> {
    if kind == Kind::Ministack {
        return Ok(config(endpoint, account, HOME));
    }
    let call = aws_sdk_sts::Client::new(operation).assume_role();
    let call = call.role_arn(role_arn(account, "OrganizationAccountAccessRole"));
    session(endpoint, HOME, call.role_session_name("filling").send().await?.credentials())
}

async fn make_role(inside: &SdkConfig) -> TestResult<()> {
    let iam = aws_sdk_iam::Client::new(inside);
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{MANAGEMENT}:root")},
        "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
    }]});
    let create = iam.create_role().role_name(ROLE).assume_role_policy_document(trust.to_string());
    create.send().await?;
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}]});
    let put = iam.put_role_policy().role_name(ROLE).policy_name("describe");
    put.policy_document(policy.to_string()).send().await?;
    Ok(())
}

async fn make_table(operation: &SdkConfig) -> TestResult<()> {
    let keys = [("Run", KeyType::Hash), ("Entry", KeyType::Range)];
    let mut create = aws_sdk_dynamodb::Client::new(operation).create_table().table_name(TABLE);
    for (name, kind) in keys {
        let text = ScalarAttributeType::S;
        let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(text);
        let key = KeySchemaElement::builder().attribute_name(name).key_type(kind);
        create = create.attribute_definitions(attribute.build()?).key_schema(key.build()?);
    }
    create.billing_mode(BillingMode::PayPerRequest).send().await?;
    Ok(())
}

async fn make_bucket(operation: &SdkConfig) -> TestResult<()> {
    let place = BucketLocationConstraint::from(HOME);
    let place = CreateBucketConfiguration::builder().location_constraint(place).build();
    let create = aws_sdk_s3::Client::new(operation).create_bucket().bucket(BUCKET);
    create.create_bucket_configuration(place).send().await?;
    Ok(())
}
