//! Deploying the product to the emulator: the packaged functions and the templates as they are.

use std::collections::HashMap;
use std::path::Path;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client as CloudFormation;
use aws_sdk_cloudformation::types::builders::ParameterBuilder;
use aws_sdk_cloudformation::types::{Capability, Parameter, StackStatus};
use aws_sdk_s3::Client as S3;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use crate::emulator::Emulator;
use crate::identity::{HOME_REGION, MANAGEMENT};
use crate::organization::{DemoAccount, DemoOrganization, Kind, REGIONS, RESTRICTED_REGION};
use crate::{TestResult, paths};

const STACK: &str = "org-operator";
const CODE_BUCKET: &str = "org-operator-code";
const CODE_PREFIX: &str = "demo";
/// The external id that the demo's member roles ask for.
pub const EXTERNAL_ID: &str = "demo-external-id-3f7c";
const PACKAGED: [&str; 4] =
    ["fanout.zip", "worker.zip", "result-handler.zip", "org-operator.asl.json"];

/// The product as its templates deploy it.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The outputs of `operator.yaml`.
    pub outputs: HashMap<String, String>,
    /// The organization that member roles trust.
    pub organization_id: String,
}

impl Deployment {
    /// Deploys `dist/` and both templates; every account but the role-less one gets its roles.
    ///
    /// # Errors
    /// Where `dist/` is not filled, or a stack fails.
    pub async fn make(emulator: &Emulator, organization: &DemoOrganization) -> TestResult<Self> {
        let config = emulator.config(MANAGEMENT, HOME_REGION);
        make_bucket(&config).await?;
        put_packages(&config, CODE_PREFIX, &[]).await?;
        let regions = REGIONS.join(",");
        let parameters = [
            ("CodeBucket", CODE_BUCKET),
            ("CodePrefix", CODE_PREFIX),
            ("OrganizationId", &organization.id),
            ("ExternalId", EXTERNAL_ID),
            ("TargetRegions", &regions),
        ];
        let outputs = deploy(&config, STACK, "operator.yaml", &parameters).await?;
        let deployment = Self { outputs, organization_id: organization.id.clone() };
        for account in organization.accounts.iter().filter(|account| account.kind != Kind::NoRole) {
            deployment.give_role(emulator, account).await?;
        }
        Ok(deployment)
    }

    /// An output of `operator.yaml`.
    ///
    /// # Errors
    /// Where the template has none of that name.
    pub fn output(&self, name: &str) -> TestResult<&str> {
        let output = self.outputs.get(name).map(String::as_str);
        output.ok_or_else(|| format!("operator.yaml has no output {name}").into())
    }

    /// Updates the stack to another release under `prefix`: the packages in `dist/`, but `replaced`
    /// in the place of those of the same name.
    ///
    /// # Errors
    /// Where the stack fails.
    pub async fn release(
        &self,
        emulator: &Emulator,
        prefix: &str,
        replaced: &[(&str, Vec<u8>)],
    ) -> TestResult<()> {
        let config = emulator.config(MANAGEMENT, HOME_REGION);
        put_packages(&config, prefix, replaced).await?;
        update(&config, "CodePrefix", prefix).await
    }

    /// Updates the stack so that requests may bring operations of their own.
    ///
    /// # Errors
    /// Where the stack fails.
    pub async fn allow_definitions(&self, emulator: &Emulator) -> TestResult<()> {
        update(&emulator.config(MANAGEMENT, HOME_REGION), "AllowDefinitions", "true").await
    }

    /// Deploys the member roles to an account, as the `StackSet` would.
    ///
    /// # Errors
    /// Where the stack fails.
    pub async fn give_role(&self, emulator: &Emulator, account: &DemoAccount) -> TestResult<()> {
        let config = emulator.config(&account.id, HOME_REGION);
        let parameters = [
            ("ReadOnlyWorkerRoleArn", self.output("ReadOnlyWorkerRoleArn")?),
            ("ExternalId", EXTERNAL_ID),
            ("OrganizationId", &self.organization_id),
        ];
        deploy(&config, "org-operator-member-roles", "member-roles.yaml", &parameters).await?;
        if account.kind == Kind::Restricted { restrict(&config).await } else { Ok(()) }
    }
}

/// Denies the member role one Region. AWS would do it by a service control policy, which the
/// emulator does not enforce.
async fn restrict(config: &SdkConfig) -> TestResult<()> {
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny", "Action": "ec2:*", "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestedRegion": RESTRICTED_REGION}},
        }],
    });
    let put = aws_sdk_iam::Client::new(config).put_role_policy().role_name("operation-readonly");
    put.policy_name("deny-region").policy_document(policy.to_string()).send().await?;
    Ok(())
}

/// A package that is older than its function's build would test yesterday's code.
fn refuse_stale(package: &Path) -> TestResult<()> {
    let here = std::env::current_exe()?;
    let folder = here.ancestors().find(|folder| folder.ends_with("debug"));
    let binary = folder.zip(package.file_stem()).map(|(folder, name)| folder.join(name));
    let modified = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    let pair = modified(package).zip(binary.as_deref().and_then(modified));
    match pair {
        Some((packaged, built)) if packaged < built => {
            Err(format!("{} is older than its build; type `make package-dev`", package.display())
                .into())
        }
        _ => Ok(()),
    }
}

async fn make_bucket(config: &SdkConfig) -> TestResult<()> {
    let s3 = S3::new(config);
    let region = BucketLocationConstraint::from(HOME_REGION);
    let location = CreateBucketConfiguration::builder().location_constraint(region).build();
    let create = s3.create_bucket().bucket(CODE_BUCKET).create_bucket_configuration(location);
    create.send().await?;
    Ok(())
}

async fn put_packages(
    config: &SdkConfig,
    prefix: &str,
    replaced: &[(&str, Vec<u8>)],
) -> TestResult<()> {
    let s3 = S3::new(config);
    for name in PACKAGED {
        let other = replaced.iter().find(|(replaced, _)| *replaced == name);
        let bytes = other.map_or_else(|| package(name), |(_, bytes)| Ok(bytes.clone()))?;
        let key = format!("{prefix}/{name}");
        let put = s3.put_object().bucket(CODE_BUCKET).key(key).body(ByteStream::from(bytes));
        put.send().await?;
    }
    Ok(())
}

/// A package as `make` made it.
fn package(name: &str) -> TestResult<Vec<u8>> {
    let path = paths::file("dist").join(name);
    refuse_stale(&path)?;
    let bytes = std::fs::read(&path);
    Ok(bytes.map_err(|e| format!("dist/{name}: {e}; type `make package-dev`"))?)
}

/// Creates a stack from a template of the repository and gives its outputs.
async fn deploy(
    config: &SdkConfig,
    stack: &str,
    template: &str,
    parameters: &[(&str, &str)],
) -> TestResult<HashMap<String, String>> {
    let client = CloudFormation::new(config);
    let body = std::fs::read_to_string(paths::file("cloudformation").join(template))?;
    let parameter = |(key, value): &(&str, &str)| {
        Parameter::builder().parameter_key(*key).parameter_value(*value).build()
    };
    client
        .create_stack()
        .stack_name(stack)
        .template_body(body)
        .set_parameters(Some(parameters.iter().map(parameter).collect()))
        .capabilities(Capability::CapabilityNamedIam)
        .send()
        .await?;
    finished(&client, stack).await
}

async fn finished(client: &CloudFormation, name: &str) -> TestResult<HashMap<String, String>> {
    loop {
        let answer = client.describe_stacks().stack_name(name).send().await?;
        let stack = answer.stacks().first().ok_or("the stack is gone")?;
        match stack.stack_status() {
            Some(
                StackStatus::CreateInProgress
                | StackStatus::UpdateInProgress
                | StackStatus::UpdateCompleteCleanupInProgress,
            ) => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            Some(StackStatus::CreateComplete | StackStatus::UpdateComplete) => {
                let pair = |output: &aws_sdk_cloudformation::types::Output| {
                    Some((output.output_key()?.to_owned(), output.output_value()?.to_owned()))
                };
                return Ok(stack.outputs().iter().filter_map(pair).collect());
            }
            status => {
                let reason = stack.stack_status_reason().unwrap_or("no reason given");
                return Err(format!("stack {name}: {status:?}: {reason}").into());
            }
        }
    }
}

/// Updates the stack of `operator.yaml` to another value of one parameter.
async fn update(config: &SdkConfig, changed: &str, value: &str) -> TestResult<()> {
    let names = ["CodeBucket", "CodePrefix", "OrganizationId", "ExternalId", "TargetRegions"];
    let kept = names
        .into_iter()
        .filter(|name| *name != changed)
        .map(|name| Parameter::builder().parameter_key(name).use_previous_value(true));
    let other = Parameter::builder().parameter_key(changed).parameter_value(value);
    let parameters = kept.chain([other]).map(ParameterBuilder::build);
    let client = CloudFormation::new(config);
    client
        .update_stack()
        .stack_name(STACK)
        .use_previous_template(true)
        .set_parameters(Some(parameters.collect()))
        .capabilities(Capability::CapabilityNamedIam)
        .send()
        .await?;
    finished(&client, STACK).await?;
    Ok(())
}
