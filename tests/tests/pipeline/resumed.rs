//! Runs that are resumed.

use org_operator_testkit::organization::Kind;
use org_operator_testkit::{TestResult, truth};
use org_operator_tests::deployed::Deployed;
use serde_json::{Value, json};

#[tokio::test]
async fn a_run_is_resumed_where_it_failed_and_nowhere_else() -> TestResult<()> {
    let mut deployed = Deployed::new().await?;
    let first = deployed.run("run-1", "{}").await?;
    assert_eq!(first.ended.output["Status"], "PARTIAL");
    repair(&mut deployed).await?;
    let resume = json!({"ResumeRun": "run-1"}).to_string();
    let ended = deployed.pipeline.run("again", &resume, |_| ()).await?;
    assert_eq!(ended.error, "", "{}", ended.cause);
    assert_eq!(ended.output["RunId"], "run-1");
    assert_eq!(ended.output["Status"], "COMPLETE");
    let files = deployed.pipeline.artifacts("internet-routes", "run-1").await?;
    let rows = |name: &str| org_operator_testkit::execution::rows(&files[name]);
    assert_eq!(rows("internet-routes.csv")?, truth::internet_routes(&deployed.organization));
    // Each target of the demo is one page: one request each, and only the repaired four sent more.
    let summary: Value = serde_json::from_slice(&files["summary.json"])?;
    assert_eq!(summary["ApiCalls"], ended.output["Targets"]);
    // Attempts and times: what had an answer was not asked again.
    for (now, before) in rows("coverage.csv")?.iter().zip(first.rows("coverage.csv")?) {
        if before[3] == "SUCCEEDED" {
            assert_eq!(*now, before);
        } else {
            assert_eq!((now[3].as_str(), now[7].as_str()), ("SUCCEEDED", "2"), "{now:?}");
        }
    }
    let nothing = deployed.pipeline.run("third", &resume, |_| ()).await?;
    assert_eq!(nothing.error, "NoTargets", "{}", nothing.cause);
    assert!(nothing.cause.contains("nothing to resume"), "{}", nothing.cause);
    let unknown = json!({"ResumeRun": "run-9"}).to_string();
    let unknown = deployed.pipeline.run("fourth", &unknown, |_| ()).await?;
    assert!(unknown.cause.contains("ResumeRun: got \"run-9\""), "{}", unknown.cause);
    Ok(())
}

/// Gives the role-less account its role and takes the restricted one's restriction away.
async fn repair(deployed: &mut Deployed) -> TestResult<()> {
    let no_role = deployed.organization.account(Kind::NoRole)?.clone();
    deployed.deployment.give_role(&deployed.emulator, &no_role).await?;
    let restricted = deployed.organization.account(Kind::Restricted)?.clone();
    let iam = aws_sdk_iam::Client::new(&deployed.emulator.config(&restricted.id, "eu-west-1"));
    let policy = iam.delete_role_policy().role_name("operation-readonly");
    policy.policy_name("deny-region").send().await?;
    for account in &mut deployed.organization.accounts {
        if matches!(account.kind, Kind::NoRole | Kind::Restricted) {
            account.kind = Kind::Open;
        }
    }
    Ok(())
}

#[tokio::test]
async fn artifacts_that_were_never_written_are_written_by_a_resumed_run() -> TestResult<()> {
    let mut deployed = Deployed::new().await?;
    repair(&mut deployed).await?;
    deployed.run("run-1", "{}").await?;
    let s3 = aws_sdk_s3::Client::new(deployed.config());
    for name in ["summary.json", "coverage.csv", "internet-routes.csv"] {
        let key = format!("runs/internet-routes/run-1/{name}");
        s3.delete_object().bucket(&deployed.pipeline.bucket).key(key).send().await?;
    }
    let resume = json!({"ResumeRun": "run-1"}).to_string();
    let ended = deployed.pipeline.run("again", &resume, |_| ()).await?;
    assert_eq!(ended.error, "", "{}", ended.cause);
    let files = deployed.pipeline.artifacts("internet-routes", "run-1").await?;
    let rows = org_operator_testkit::execution::rows(&files["internet-routes.csv"])?;
    assert_eq!(rows, truth::internet_routes(&deployed.organization));
    Ok(())
}
