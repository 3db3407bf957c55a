//! The environment in which the `org-operator` command works with a kept demo.

use std::collections::BTreeMap;

use org_operator_testkit::deployment::EXTERNAL_ID;
use org_operator_testkit::identity::HOME_REGION;
use org_operator_testkit::{TestResult, person};

use super::kept_demo::KeptDemo;

/// Prints what a shell must export, and nothing else, so that a shell can evaluate it.
pub(crate) async fn print() -> TestResult<()> {
    let kept = KeptDemo::load()?;
    if !kept.is_running() {
        return Err("the kept demo has ended: type `make demo DEMO_KEEP=1`".into());
    }
    for (name, value) in variables(&kept).await? {
        println!("export {name}={}", quoted(&value));
    }
    // The command is beside this program, wherever the target folder is.
    let here = std::env::current_exe()?;
    let folder = here.parent().ok_or("this program has no folder")?.display().to_string();
    println!("export PATH={}:\"$PATH\"", quoted(&folder));
    Ok(())
}

/// Credentials, endpoint and deployment, by the names of the variables.
async fn variables(kept: &KeptDemo) -> TestResult<BTreeMap<String, String>> {
    let lambda = aws_sdk_lambda::Client::new(&kept.config());
    let worker = lambda.get_function_configuration().function_name("org-operator-worker");
    let role = worker.send().await?.role.ok_or("the worker has no role")?;
    person::allow(&kept.config(), &role).await?;
    let known = [
        ("AWS_ENDPOINT_URL", kept.endpoint.as_str()),
        ("AWS_REGION", HOME_REGION),
        ("ORG_OPERATOR_EXTERNAL_ID", EXTERNAL_ID),
        ("ORG_OPERATOR_STATE_MACHINE_ARN", &kept.state_machine),
        ("ORG_OPERATOR_BUCKET", &kept.bucket),
        ("ORG_OPERATOR_TABLE", &kept.table),
    ];
    let mut variables: BTreeMap<String, String> =
        person::credentials(&kept.config(), &role).await?.into_iter().collect();
    variables.extend(known.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Ok(variables)
}

/// `text` as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
