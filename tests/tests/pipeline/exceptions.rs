//! The deployment's exceptions, `runs/exceptions.toml` in its bucket: what is expected raises no alarm,
//! and what has expired raises one again.

use org_operator_testkit::TestResult;
use org_operator_testkit::execution::rows;
use org_operator_tests::deployed::Deployed;
use org_operator_tests::invoked;
use serde_json::{Value, json};

const REASON: &str = "being sold";

/// Puts exceptions into the bucket for every failure that the demo's organization has.
async fn expect_failures(deployed: &Deployed, until: &str) -> TestResult<()> {
    let exception = |error: &str| {
        format!(
            "[[exception]]\naccount = \"*\"\nregion = \"*\"\nerror = \"{error}\"\n\
             reason = \"{REASON}\"\nexpires = {until}\n"
        )
    };
    let text = ["AccessDenied", "AssumeRoleDenied"].map(exception).concat();
    let put = aws_sdk_s3::Client::new(deployed.config()).put_object();
    let put = put.bucket(&deployed.pipeline.bucket).key("runs/exceptions.toml");
    put.body(text.into_bytes().into()).send().await?;
    Ok(())
}

/// What a run's files say of its failures: each one's reason, the summary, and the metric that
/// `RunPartialAlarm` watches.
async fn told(deployed: &Deployed, run: &str) -> TestResult<(Vec<String>, Value, u64)> {
    let ended = deployed.pipeline.run(run, "{}", |_| ()).await?;
    assert_eq!(ended.error, "", "{}", ended.cause);
    // A failure that is expected is a failure still.
    assert_eq!(ended.output["Status"], "PARTIAL");
    let files = deployed.pipeline.artifacts("internet-routes", run).await?;
    let coverage = rows(&files["coverage.csv"])?;
    let failed = coverage.iter().filter(|row| row[3] == "FAILED");
    let reasons = failed.filter_map(|row| row.last().cloned()).collect();
    let plan = serde_json::from_slice(&files["plan.json"])?;
    let printed = invoked::result_handler(deployed, &plan, &[]).await?;
    let metrics = printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let counted = metrics.filter_map(|line| line["PartialRuns"].as_u64()).collect::<Vec<_>>();
    let [alarming] = counted[..] else { return Err(format!("{counted:?}: {printed}").into()) };
    Ok((reasons, serde_json::from_slice(&files["summary.json"])?, alarming))
}

#[tokio::test]
async fn an_expected_failure_raises_no_alarm_until_its_exception_expires() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    expect_failures(&deployed, "2999-12-31").await?;
    let (reasons, summary, alarming) = told(&deployed, "run-1").await?;
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason == REASON), "{reasons:?}");
    assert_eq!(summary["ExpectedFailures"], reasons.len());
    assert_eq!((&summary["ExpiredExceptions"], alarming), (&json!([]), 0));
    expect_failures(&deployed, "2026-01-01").await?;
    let (since, expired, rings) = told(&deployed, "run-2").await?;
    assert_eq!(since, vec![String::new(); reasons.len()]);
    assert_eq!((&expired["ExpectedFailures"], rings), (&json!(0), 1));
    let named = expired["ExpiredExceptions"].to_string();
    assert!(named.contains(REASON) && named.contains("2026-01-01"), "{named}");
    Ok(())
}

#[tokio::test]
async fn exceptions_that_cannot_be_read_end_the_run_before_any_worker_starts() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    expect_failures(&deployed, "\"soon\"").await?;
    let refused = deployed.pipeline.run("run-1", "{}", |_| ()).await?;
    assert_eq!(refused.error, "InvalidRequest", "{}", refused.cause);
    assert!(refused.cause.contains("exceptions.toml"), "{}", refused.cause);
    assert!(refused.cause.contains("expires"), "{}", refused.cause);
    assert_eq!(deployed.written().await?.0, 0);
    Ok(())
}
