//! Several operations at once through the deployed pipeline.

use org_operator_testkit::execution::rows;
use org_operator_testkit::{TestResult, truth};
use org_operator_tests::deployed::Deployed;
use serde_json::{Value, json};

const TWO: [&str; 2] = ["iam-role-trusts", "internet-routes"];

#[tokio::test]
async fn a_suite_run_gives_each_operations_answer_and_one_over_all() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let alone = deployed.run("run-1", "{}").await?;
    let request = json!({"Operations": TWO}).to_string();
    let ended = deployed.pipeline.run("run-2", &request, |_| ()).await?;
    assert_eq!(ended.error, "", "{}", ended.cause);
    assert_eq!(ended.output["Status"], "PARTIAL");
    assert!(ended.output.to_string().len() < 1024, "{}", ended.output);
    let routes = deployed.pipeline.artifacts("suites/run-2", "internet-routes").await?;
    let expected = truth::internet_routes(&deployed.organization);
    assert_eq!(rows(&routes["internet-routes.csv"])?, expected);
    // The same targets as by itself, and the run before is that one.
    let statuses = |rows: Vec<Vec<String>>| -> Vec<Vec<String>> {
        rows.into_iter().map(|row| row[..5].to_vec()).collect()
    };
    assert_eq!(statuses(rows(&routes["coverage.csv"])?), statuses(alone.rows("coverage.csv")?));
    let own: Value = serde_json::from_slice(&routes["summary.json"])?;
    assert_eq!((&own["PreviousRunId"], &own["Added"]), (&json!("run-1"), &json!(0)));
    let roles = deployed.pipeline.artifacts("suites/run-2", "iam-role-trusts").await?;
    let once = rows(&roles["coverage.csv"])?;
    assert!(once.iter().all(|row| row[2] == "global"), "{once:?}");
    let suite = deployed.pipeline.artifacts("suites", "run-2").await?;
    let summary: Value = serde_json::from_slice(&suite["summary.json"])?;
    let names = summary["Operations"].as_array().map(|all| all.iter().map(|o| &o["Operation"]));
    assert_eq!(
        names.map(Iterator::collect::<Vec<_>>),
        Some(TWO.map(|n| json!(n)).iter().collect())
    );
    let targets = once.len() + rows(&routes["coverage.csv"])?.len();
    assert_eq!(ended.output["Targets"], targets);
    Ok(())
}

#[tokio::test]
async fn a_suite_run_is_resumed_and_what_is_wrong_with_one_is_told() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let request = json!({"Operations": TWO}).to_string();
    let first = deployed.pipeline.run("run-1", &request, |_| ()).await?;
    let resume = json!({"ResumeRun": "run-1", "Operation": "suites"}).to_string();
    let again = deployed.pipeline.run("again", &resume, |_| ()).await?;
    assert_eq!(again.error, "", "{}", again.cause);
    assert_eq!(
        (&again.output["RunId"], &again.output["Failed"]),
        (&json!("run-1"), &first.output["Failed"])
    );
    let routes = deployed.pipeline.artifacts("suites/run-1", "internet-routes").await?;
    for row in rows(&routes["coverage.csv"])? {
        let attempts = if row[3] == "SUCCEEDED" { "1" } else { "2" };
        assert_eq!(row[7], attempts, "{row:?}");
    }
    let wrong = json!({"Operations": ["vpc"], "Suite": "all"}).to_string();
    let refused = deployed.pipeline.run("wrong", &wrong, |_| ()).await?;
    assert_eq!(refused.error, "InvalidRequest");
    assert!(refused.cause.contains("Operations: got a value beside Suite"), "{}", refused.cause);
    Ok(())
}
