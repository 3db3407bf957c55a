//! Going on with a run that changes something, and taking it back.

use org_operator_core::contract::change_item::failures_partition;

use super::*;

fn resumption() -> Value {
    json!({"RunId": "again", "Request": {"Operation": OPERATION, "ResumeRun": "apply-1"}})
}

#[tokio::test]
async fn a_resumed_run_has_the_rows_that_are_left_and_no_canary() {
    let fanout = planned_by(&rows()).await;
    fanout.deployed(&request(&json!({"Canary": 1})), None).await.unwrap();
    worked(&fanout, "000000000002", &[(0, Outcome::Applied)]).await;
    worked(&fanout, "000000000003", &[(2, Outcome::Failed), (3, Outcome::Already)]).await;
    let plan = fanout.deployed(&resumption(), None).await.unwrap();
    assert_eq!((plan.run_id.as_str(), plan.apply, plan.approval), ("apply-1", true, true));
    assert_eq!(plan.manifest.key, "runs/close-open-ingress/apply-1/resume-again.json");
    assert_eq!(manifest(&fanout, &plan), [("000000000003".to_owned(), 1)]);
    assert_eq!(plan.output()["Changes"], json!({"close": 1}), "what is left");
    let task = book(&fanout, "000000000003").await.task.unwrap();
    assert_eq!((task.execution.as_str(), task.hold), ("again", None));
    let failures = failures_partition(&plan.run_id, &task.execution);
    let counted = fanout.ledger.change_items(&failures, "", None).await.unwrap();
    let counted: Vec<&str> = counted.iter().map(|item| item.entry.as_str()).collect();
    assert_eq!(counted, ["000000000003#eu-west-1"], "MaxFailures goes on counting");
}

#[tokio::test]
async fn a_run_without_a_row_left_is_nothing_to_resume_once_its_files_say_so() {
    let fanout = planned_by(&rows()).await;
    fanout.deployed(&request(&json!({})), None).await.unwrap();
    worked(&fanout, "000000000002", &[(0, Outcome::Applied)]).await;
    let both = [(2, Outcome::Applied), (3, Outcome::ChangedSincePlan)];
    worked(&fanout, "000000000003", &both).await;
    let plan = fanout.deployed(&resumption(), None).await.unwrap();
    assert_eq!((plan.work_items, plan.targets), (0, 0), "only the files are written anew");
    ended(&fanout, &[0, 2]).await;
    let error = fanout.deployed(&resumption(), None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoTargets);
}

#[tokio::test]
async fn what_a_run_applied_is_taken_back_as_a_plan() {
    let fanout = planned_by(&rows()).await;
    fanout.deployed(&request(&json!({})), None).await.unwrap();
    let undo = json!({"PlanRun": null, "Undo": "apply-1"});
    let mut event = request(&undo);
    event["RunId"] = json!("undo-1");
    let error = fanout.deployed(&event, None).await.unwrap_err().to_string();
    assert!(error.contains("Undo: got \"apply-1\", allowed: a run of"), "{error}");
    ended(&fanout, &[0]).await;
    let plan = fanout.deployed(&event, None).await.unwrap();
    assert_eq!((plan.work_items, plan.targets), (1, 1));
    assert_eq!(plan.output()["Changes"], json!({"open": 1}));
    let rows = fanout.artifacts.text("runs/close-open-ingress/undo-1/plan.jsonl");
    assert!(rows.contains("\"Action\":\"open\""), "{rows}");
}
