//! The whole pipeline on the emulator: packaged functions, the templates as they are, IAM on. This
//! file has the results of runs that go well; requests, resumed runs and failures have files of their own.

mod definitions;
mod exceptions;
mod failures;
mod links;
mod requests;
mod resumed;
mod suites;

use org_operator_testkit::network::Layout;
use org_operator_testkit::organization::Kind;
use org_operator_testkit::{TestResult, network, truth};
use org_operator_tests::deployed::Deployed;
use serde_json::{Value, json};

#[tokio::test]
async fn csv_and_coverage_are_exactly_what_the_organization_has() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let answer = deployed.run("run-1", "{}").await?;
    assert_eq!(answer.ended.error, "", "{}", answer.ended.cause);
    let expected = truth::internet_routes(&deployed.organization);
    assert!(expected.len() > 20);
    assert_eq!(answer.rows("internet-routes.csv")?, expected);
    let coverage = truth::coverage(&deployed.organization);
    assert_eq!(answer.coverage()?, coverage);
    let failed = coverage.iter().filter(|row| row[2] == "FAILED").count();
    let output = &answer.ended.output;
    assert_eq!(output["Status"], "PARTIAL");
    assert_eq!(output["Targets"], coverage.len());
    assert_eq!(output["Failed"], failed);
    assert_eq!(output["Records"], expected.len());
    assert!(output.to_string().len() < 1024, "the output is over 1 KB: {output}");
    let summary: Value = serde_json::from_slice(&answer.files["summary.json"])?;
    assert_eq!(summary["Errors"], json!({"AccessDenied": 1, "AssumeRoleDenied": 3}));
    let closed = &deployed.organization.account(Kind::Closed)?.id;
    let accounts = answer.rows("accounts.csv")?;
    assert_eq!(accounts.len(), deployed.organization.accounts.len() + 1, "members and management");
    let row =
        accounts.iter().find(|row| row[0] == *closed).ok_or("no row for the closed account")?;
    // The emulator says of no account in which unit it is.
    assert_eq!(row[2..], ["SUSPENDED", "false", "the account is not active", ""]);
    Ok(())
}

#[tokio::test]
async fn another_operation_runs_through_the_same_pipeline() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let account = &deployed.organization.accounts[3];
    let ec2 = aws_sdk_ec2::Client::new(&deployed.emulator.config(&account.id, "eu-west-1"));
    let made = ec2.allocate_address().domain("vpc".into()).send().await?;
    let request = json!({"Operation": "public-ips", "Accounts": {"Include": [account.id]}});
    let ended = deployed.pipeline.run("run-1", &request.to_string(), |_| ()).await?;
    assert_eq!(ended.output["Status"], "COMPLETE", "{}", ended.cause);
    let files = deployed.pipeline.artifacts("public-ips", "run-1").await?;
    let rows = org_operator_testkit::execution::rows(&files["public-ips.csv"])?;
    let found: Vec<(&str, &str)> =
        rows.iter().map(|row| (row[2].as_str(), row[3].as_str())).collect();
    assert_eq!(found, [("eu-west-1", made.public_ip().unwrap_or_default())]);
    Ok(())
}

#[tokio::test]
async fn a_second_run_says_what_changed() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let first = deployed.run("run-1", "{}").await?;
    assert_eq!(first.ended.output["Added"], Value::Null);
    let account = &deployed.organization.accounts[1];
    let config = deployed.emulator.config(&account.id, "eu-west-1");
    let made = network::make(&config, Layout::MainToInternet).await?;
    let second = deployed.run("run-2", "{}").await?;
    assert_eq!(
        (&second.ended.output["Added"], &second.ended.output["Removed"]),
        (&json!(1), &json!(0))
    );
    let target = ["added", &account.id, &account.name, "eu-west-1"].map(str::to_owned);
    assert_eq!(second.rows("changes.csv")?, [[&target[..], &made[0].0].concat()]);
    Ok(())
}
