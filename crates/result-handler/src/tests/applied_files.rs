//! The report of a run that applied a plan, and its lines for SQL.

use super::*;
use crate::unpacked::unpacked;

/// The day on which the run began, whenever it is written.
const DAY: &str = "2026-09-21";

fn lines(run: &Applied, table: &str) -> Vec<Value> {
    let key = format!("tables/{table}/dt={DAY}/close-open-ingress-apply-1.jsonl");
    let text = run.handler.artifacts.text(&key);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn cells<const N: usize>(line: &Value, names: [&str; N]) -> [String; N] {
    names.map(|name| line[name].as_str().unwrap_or_default().to_owned())
}

/// A run with one row of each account that is settled, and two that are not.
async fn half() -> (Applied, Summary) {
    let run = Applied::new(None).await;
    let refused = Settled {
        error: Some(ErrorKind::AccessDenied),
        message: "no ec2:Revoke".to_owned(),
        ..settled(Outcome::Failed)
    };
    run.wrote(0, &[None, Some(settled(Outcome::Applied))]).await;
    run.wrote(2, &[None, Some(refused)]).await;
    let summary = run.ended(&json!({})).await;
    (run, summary)
}

#[tokio::test]
async fn each_row_is_a_line_for_sql_beside_those_of_all_operations() {
    let (run, _) = half().await;
    let applied = lines(&run, "applied");
    let named = ["run_id", "operation", "account_id", "account_name", "key", "outcome", "error"];
    let told: Vec<_> = applied.iter().map(|line| cells(line, named)).collect();
    let of = |account, key, outcome, error| {
        ["apply-1", "close-open-ingress", account, "=shop", key, outcome, error].map(str::to_owned)
    };
    let expected = [
        of(ONE, "sgr-1", "APPLIED", ""),
        of(ONE, "sgr-2", "HELD", ""),
        of(TWO, "sgr-3", "FAILED", "AccessDenied"),
        of(TWO, "sgr-4", "HELD", ""),
    ];
    assert_eq!(told, expected);
    assert_eq!(applied[0]["before"], r#"{"Port":22}"#, "a state is JSON in a text");
    assert_eq!(applied[0]["request_id"], "r-1");
}

#[tokio::test]
async fn the_coverage_for_sql_has_the_columns_of_any_run() {
    let (run, _) = half().await;
    let covered = lines(&run, "coverage");
    let named = ["operation", "account_id", "region", "status", "error", "unit_path"];
    let told: Vec<_> = covered.iter().map(|line| cells(line, named)).collect();
    let of = |account, error| {
        ["close-open-ingress", account, "eu-west-1", "FAILED", error, "r-ab12"].map(str::to_owned)
    };
    assert_eq!(told, [of(ONE, "NoOutcome"), of(TWO, "AccessDenied")]);
    assert!(covered.iter().all(|line| line["records"] == 2 && line["expected"] == ""));
}

#[tokio::test]
async fn the_report_shows_the_rows_the_targets_and_how_to_go_on() {
    let (run, _) = half().await;
    let page = run.text("report.html");
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    let data = unpacked(&page);
    for shown in [
        r#"["APPLIED","HELD","FAILED","HELD"]"#,
        r#"["sgr-1","sgr-2","sgr-3","sgr-4"]"#,
        r#""levels":["key"]"#,
        "no ec2:Revoke",
        "--resume-run apply-1",
        r#"{\"PlanRun\":\"plan-1\"}"#,
        r#""Rows":{"APPLIED":1,"FAILED":1,"HELD":2}"#,
    ] {
        assert!(data.contains(shown), "`{shown}` is not in {data}");
    }
}

#[tokio::test]
async fn the_summary_names_files_that_are_there() {
    let (run, summary) = half().await;
    let all = run.handler.artifacts.all();
    for uri in &summary.result.artifacts {
        let key = uri.strip_prefix("memory://").unwrap();
        assert!(all.contains_key(key), "{key} is not there");
    }
    let ends = ["applied.csv", "report.html", "summary.json", "-apply-1.jsonl"];
    for end in ends {
        assert!(summary.result.artifacts.iter().any(|uri| uri.ends_with(end)), "{end}");
    }
    assert!(!all.keys().any(|key| key.starts_with("tables/close-open-ingress")));
}
