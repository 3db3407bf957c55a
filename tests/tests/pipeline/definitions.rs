//! Requests that bring an operation of their own, and operations that run once per account, through
//! the deployed pipeline.

use org_operator_testkit::execution::rows;
use org_operator_testkit::organization::Kind;
use org_operator_testkit::{TestResult, truth};
use org_operator_tests::campaign::request::file;
use org_operator_tests::deployed::Deployed;
use serde_json::{Value, json};

const NAME: &str = "internet-routes-file";

#[tokio::test]
async fn a_definition_gives_the_rows_of_the_operation_in_rust() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let request = json!({"Definition": file::definition("internet-routes")}).to_string();
    let refused = deployed.pipeline.run("run-1", &request, |_| ()).await?;
    assert_eq!(refused.error, "InvalidRequest");
    assert!(refused.cause.contains("AllowDefinitions=false"), "{}", refused.cause);
    deployed.deployment.allow_definitions(&deployed.emulator).await?;
    let ended = deployed.pipeline.run("run-2", &request, |_| ()).await?;
    assert_eq!(ended.error, "", "{}", ended.cause);
    let files = deployed.pipeline.artifacts(NAME, "run-2").await?;
    let found = rows(&files[&format!("{NAME}.csv")])?;
    assert_eq!(found, truth::internet_routes(&deployed.organization));
    let stored: Value = serde_json::from_slice(&files["operation.json"])?;
    assert_eq!(stored, file::definition("internet-routes"));
    Ok(())
}

#[tokio::test]
async fn an_operation_that_runs_once_per_account_covers_each_account_once() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let ended =
        deployed.pipeline.run("run-1", r#"{"Operation": "iam-role-trusts"}"#, |_| ()).await?;
    assert_eq!(ended.error, "", "{}", ended.cause);
    let files = deployed.pipeline.artifacts("iam-role-trusts", "run-1").await?;
    let coverage = rows(&files["coverage.csv"])?;
    let accounts = deployed.organization.accounts.iter();
    assert_eq!(coverage.len(), accounts.filter(|account| account.kind != Kind::Closed).count());
    assert!(coverage.iter().all(|row| row[2] == "global"), "{coverage:?}");
    Ok(())
}
