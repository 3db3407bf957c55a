//! A plan's own files, beside the records of the run that made it.

use org_operator_changes::read_plan;
use org_operator_core::RunId;
use org_operator_core::artifact::Folder;
use org_operator_core::ports::Artifacts;
use org_operator_testkit::memory::{MemoryArtifacts, MemoryLedger};
use serde_json::json;

use crate::ResultHandler;

fn record(rule: u32, action: &str) -> String {
    let before = json!({"GroupId": "sg-1", "Port": rule}).to_string();
    let record = json!({
        "account_id": "111111111111", "account_name": "=shop", "region": "eu-west-1",
        "rule_id": format!("sgr-{rule}"), "action": action, "reason": "open", "before": before,
        "after": "", "inverse": r#"{"Key":"k","Action":"open"}"#,
    });
    format!("{record}\n")
}

#[tokio::test]
async fn a_plans_files_have_a_row_per_record_of_the_run() {
    let (ledger, artifacts) = (MemoryLedger::new(), MemoryArtifacts::default());
    let handler = ResultHandler::new(ledger, artifacts.clone(), "runs".to_owned());
    let run = RunId::parse("r1").unwrap();
    let folder = Folder::new("runs", "close-open-ingress", &run);
    // More than one chunk of them.
    let records: String =
        (0..600).map(|n| record(n, if n == 7 { "skip" } else { "close" })).collect();
    let key = "runs/close-open-ingress/r1/close-open-ingress.jsonl";
    artifacts.put(key, records.into_bytes()).await.unwrap();
    handler.plan(&run, &folder, "rule_id").await.unwrap();
    let lines = artifacts.text("runs/close-open-ingress/r1/plan.jsonl");
    let rows = read_plan("plan.jsonl", lines.as_bytes()).unwrap();
    assert_eq!(rows.len(), 600);
    assert_eq!(rows.iter().filter(|row| row.is_change()).count(), 599);
    let table = artifacts.text("runs/close-open-ingress/r1/plan.csv");
    assert_eq!(table.lines().count(), 601);
    assert!(table.contains("'=shop,eu-west-1,sgr-599,close,open,"), "{}", &table[..300]);
}

#[tokio::test]
async fn a_run_without_records_has_an_empty_plan() {
    let (ledger, artifacts) = (MemoryLedger::new(), MemoryArtifacts::default());
    let handler = ResultHandler::new(ledger, artifacts.clone(), "runs".to_owned());
    let run = RunId::parse("r1").unwrap();
    let folder = Folder::new("runs", "close-open-ingress", &run);
    artifacts.put(&folder.key("close-open-ingress.jsonl"), Vec::new()).await.unwrap();
    handler.plan(&run, &folder, "rule_id").await.unwrap();
    let rows = artifacts.all().get("runs/close-open-ingress/r1/plan.jsonl").cloned();
    assert_eq!(rows, Some(Vec::new()), "an empty plan is a plan");
}
