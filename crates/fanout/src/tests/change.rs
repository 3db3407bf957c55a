//! Runs that change something: what is refused with its field, what the workers get, and going on.

use std::collections::BTreeSet;

use org_operator_changes::book::{AccountBook, RowState, state_item};
use org_operator_changes::{AppliedRow, Counts};
use org_operator_changes::{
    ChangeResult, Inverse, Line, Outcome, PlanRow, RowKey, RowRecord, Settled, undo,
};
use org_operator_core::artifact::Folder;
use org_operator_core::contract::change_item::account_partition;
use org_operator_core::contract::summary::Status;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::report::tally::Tally;
use org_operator_core::{Region, WorkItem};
use serde_json::json;

use super::*;
use crate::tests::{TestFanout, fanout, id, organization, unit};

#[path = "change_bounds.rs"]
mod bounds;
#[path = "change_resume.rs"]
mod resume;

const OPERATION: &str = "close-open-ingress";

fn row(account: &str, region: &str, rule: &str, action: &str) -> PlanRow {
    PlanRow {
        key: RowKey {
            account_id: id(account),
            region: Region::parse(region).unwrap(),
            key: rule.to_owned(),
        },
        account_name: "two".to_owned(),
        action: action.to_owned(),
        before: json!({"Port": 22}),
        after: Value::Null,
        reason: "open".to_owned(),
        inverse: Some(Inverse { key: Some("k".to_owned()), action: "open".to_owned() }),
    }
}

fn rows() -> Vec<PlanRow> {
    vec![
        row("000000000002", "eu-west-1", "sgr-1", "close"),
        row("000000000002", "us-east-1", "sgr-2", "skip"),
        row("000000000003", "eu-west-1", "sgr-3", "close"),
        row("000000000003", "us-east-1", "sgr-4", "close"),
    ]
}

/// A fanout with an admin worker, and the plan `plan-1` of `rows`, made just now.
async fn planned_by(rows: &[PlanRow]) -> TestFanout {
    let mut fanout = fanout(Ok(organization()));
    fanout.settings.worker_admin = "admin".to_owned();
    put_plan(&fanout, "plan-1", rows, fanout.clock.now()).await;
    fanout
}

async fn put_plan(fanout: &TestFanout, run: &str, rows: &[PlanRow], at: Timestamp) {
    put_plan_of(fanout, (OPERATION, run), rows, at).await;
}

async fn put_plan_of(
    fanout: &TestFanout,
    (operation, run): (&str, &str),
    rows: &[PlanRow],
    at: Timestamp,
) {
    let run = RunId::parse(run).unwrap();
    let folder = fanout.folder(operation, &run);
    let mut summary = Tally::default().summary(run, operation, None, Vec::new());
    summary.started_at = Some(at);
    let files = [
        ("plan.json", b"{}".to_vec()),
        ("plan.jsonl", write_plan(rows).unwrap()),
        ("summary.json", document::pretty(&summary).unwrap()),
    ];
    for (name, bytes) in files {
        fanout.artifacts.put(&folder.key(name), bytes).await.unwrap();
    }
}

fn request(fields: &Value) -> Value {
    let mut request = json!({"Operation": OPERATION, "Apply": true, "PlanRun": "plan-1"});
    for (name, value) in fields.as_object().unwrap() {
        request[name] = value.clone();
    }
    json!({"RunId": "apply-1", "Request": request})
}

async fn refused(fanout: &TestFanout, fields: &Value) -> String {
    let before = fanout.artifacts.all();
    let error = fanout.deployed(&request(fields), None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!(fanout.artifacts.all(), before, "a refused request writes nothing");
    error.to_string()
}

async fn book(fanout: &TestFanout, account: &str) -> AccountBook {
    let partition = account_partition(&RunId::parse("apply-1").unwrap(), &id(account));
    let items = fanout.ledger.change_items(&partition, "", None).await.unwrap();
    AccountBook::read(&items).unwrap()
}

fn manifest(fanout: &TestFanout, plan: &RunPlan) -> Vec<(String, usize)> {
    let items: Vec<WorkItem> =
        serde_json::from_str(&fanout.artifacts.text(&plan.manifest.key)).unwrap();
    items.iter().map(|item| (item.account_id.to_string(), item.regions.len())).collect()
}

#[tokio::test]
async fn a_plan_is_handed_to_the_admin_worker_account_by_account() {
    let fanout = planned_by(&rows()).await;
    let plan = fanout.deployed(&request(&json!({})), None).await.unwrap();
    assert_eq!((plan.apply, plan.approval, plan.worker_function.as_str()), (true, true, "admin"));
    assert_eq!((plan.work_items, plan.targets), (2, 3));
    assert_eq!(plan.output()["Changes"], json!({"close": 3}), "for the person who approves");
    assert_eq!(plan.manifest.key, "runs/close-open-ingress/apply-1/manifest.json");
    let expected = [("000000000002".to_owned(), 1), ("000000000003".to_owned(), 2)];
    assert_eq!(manifest(&fanout, &plan), expected);
    let second = book(&fanout, "000000000003").await;
    assert_eq!(second.rows.keys().collect::<Vec<_>>(), [&2, &3], "numbers in the whole plan");
    assert_eq!(second.rows[&3], rows()[3]);
    assert_eq!(second.task.unwrap().hold, None);
    let change = fanout.artifacts.text("runs/close-open-ingress/apply-1/change.json");
    assert!(change.contains("\"Source\": \"plan-1\""), "{change}");
    // The state machine may ask twice.
    assert_eq!(fanout.deployed(&request(&json!({})), None).await.unwrap().targets, 3);
}

#[tokio::test]
async fn a_deployment_without_an_admin_worker_or_with_approval_says_so() {
    let mut fanout = planned_by(&rows()).await;
    let text = refused(&fanout, &json!({"Approval": false})).await;
    assert!(text.contains("Approval: got false, allowed: true"), "{text}");
    fanout.settings.worker_admin = String::new();
    let text = refused(&fanout, &json!({})).await;
    assert!(text.contains("Apply: got") && text.contains("EnableAdminOperations=true"), "{text}");
    let text = refused(&fanout, &json!({"Operation": "vpcs"})).await;
    let deployed = "close-open-ingress, inspector-activation, security-hub-controls, tag-resources";
    assert!(text.contains(&format!("Operation: got \"vpcs\", allowed: {deployed}")), "{text}");
    fanout.settings.worker_admin = "admin".to_owned();
    fanout.settings.changes.approval_optional = true;
    let event = request(&json!({"Approval": false}));
    assert!(!fanout.deployed(&event, None).await.unwrap().approval);
}

#[tokio::test]
async fn unknown_expired_foreign_and_too_large_plans_are_refused_with_their_fields() {
    let mut all = rows();
    all.push(row("000000000099", "eu-west-1", "sgr-9", "close"));
    let fanout = planned_by(&all).await;
    let old = Timestamp::from_epoch_millis(1_700_000_000_000);
    put_plan(&fanout, "plan-2", &all, old).await;
    let text = refused(
        &fanout,
        &json!({
            "PlanRun": "plan-2", "MaxChanges": 2, "Accounts": {"Include": ["000000000002"]},
        }),
    )
    .await;
    for part in [
        "PlanRun: got \"plan-2\", made at 2023-11-14T22:13:20.000Z",
        "PlanRun: got a plan with 000000000099, allowed: a plan of accounts that are in this",
        "Accounts.Include: got a plan with 000000000003, 000000000099",
        "MaxChanges: got 2, and the plan has 4 changes in 5 rows",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    let text = refused(&fanout, &json!({"PlanRun": "plan-3"})).await;
    assert!(
        text.contains("PlanRun: got \"plan-3\", allowed: a run of close-open-ingress"),
        "{text}"
    );
    let other = Folder::new("runs", "vpcs", &RunId::parse("plan-4").unwrap()).key("plan.json");
    fanout.artifacts.put(&other, b"{}".to_vec()).await.unwrap();
    let text = refused(&fanout, &json!({"PlanRun": "plan-4"})).await;
    assert!(text.contains("PlanRun: got \"plan-4\", a run of vpcs"), "{text}");
}

#[tokio::test]
async fn a_run_that_applied_is_no_plan_and_its_plan_is_not_applied_twice_at_once() {
    let fanout = planned_by(&rows()).await;
    fanout.deployed(&request(&json!({})), None).await.unwrap();
    let text = refused(&fanout, &json!({"PlanRun": "apply-1"})).await;
    assert!(text.contains("PlanRun: got \"apply-1\", which applied a plan"), "{text}");
    let mut second = request(&json!({}));
    second["RunId"] = json!("apply-2");
    let busy = fanout.deployed(&second, None).await.unwrap_err().to_string();
    assert!(busy.contains("PlanRun: got \"plan-1\", which apply-1 is applying"), "{busy}");
    ended(&fanout, &[]).await;
    assert!(fanout.deployed(&second, None).await.is_ok());
}

#[tokio::test]
async fn a_plan_without_changes_is_nothing_to_apply() {
    let fanout = planned_by(&rows()[1..2]).await;
    let error = fanout.deployed(&request(&json!({})), None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoTargets);
}

#[tokio::test]
async fn protected_accounts_and_units_and_those_behind_the_canary_get_no_worker() {
    let mut fanout = planned_by(&rows()).await;
    fanout.settings.changes.protected.units = [unit("ou-root-production")].into();
    fanout.settings.changes.protected.tag_keys = ["keep".to_owned()].into();
    let plan = fanout.deployed(&request(&json!({"MaxFailures": "50%"})), None).await.unwrap();
    assert_eq!(manifest(&fanout, &plan), [("000000000002".to_owned(), 1)]);
    assert_eq!(plan.manifest.key, "runs/close-open-ingress/apply-1/resume-apply-1.json");
    let whole = fanout.artifacts.text("runs/close-open-ingress/apply-1/manifest.json");
    assert!(whole.contains("000000000003"), "held targets are counted, too: {whole}");
    let held = book(&fanout, "000000000003").await;
    let reason = "the account is in the protected unit ou-root-production";
    assert_eq!(held.task.unwrap().hold.as_deref(), Some(reason));
    assert!(held.rows.is_empty());
    let task = book(&fanout, "000000000002").await.task.unwrap();
    assert_eq!(task.failures_allowed, Some(1), "of three targets");
    assert_eq!(task.protected_tag_keys, BTreeSet::from(["keep".to_owned()]));
    fanout.settings.changes.protected.units = [unit("ou-root-produktion")].into();
    let text = refused(&fanout, &json!({})).await;
    assert!(text.contains("ProtectedUnits: got \"ou-root-produktion\""), "{text}");
    fanout.settings.changes = ChangeSettings::default();
    let plan = fanout.deployed(&request(&json!({"Canary": 1})), None).await.unwrap();
    assert_eq!(manifest(&fanout, &plan), [("000000000002".to_owned(), 1)]);
}

fn settled(row: &PlanRow, outcome: Outcome) -> Settled {
    let held = Settled::held(row, String::new());
    Settled { outcome, after: row.after.clone(), ..held }
}

/// What workers left of the rows with these numbers.
async fn worked(fanout: &TestFanout, account: &str, outcomes: &[(u64, Outcome)]) {
    let partition = account_partition(&RunId::parse("apply-1").unwrap(), &id(account));
    for (number, outcome) in outcomes {
        let row = &rows()[usize::try_from(*number).unwrap()];
        let mut record = RowRecord::default();
        let (at, key) = (fanout.clock.now(), row.key.clone());
        record.take(Line { at, key, settled: Some(settled(row, *outcome)), calls: 1 });
        let item = state_item(*number, &RowState { stamp: "s".to_owned(), record }).unwrap();
        fanout.ledger.put_change_items(&partition, &[item], 9).await.unwrap();
    }
}

/// The files of a run that has ended, with these rows applied.
async fn ended(fanout: &TestFanout, applied: &[usize]) {
    let run = RunId::parse("apply-1").unwrap();
    let folder = fanout.folder(OPERATION, &run);
    let change = fanout.change_in(&folder).await.unwrap().unwrap();
    let all = rows();
    let done: Vec<Settled> = applied.iter().map(|n| settled(&all[*n], Outcome::Applied)).collect();
    let applied_rows = applied.iter().zip(&done);
    let applied_rows: Vec<AppliedRow<'_>> =
        applied_rows.map(|(n, settled)| AppliedRow { row: &all[*n], settled }).collect();
    let result = ChangeResult {
        run: change,
        status: Status::Partial,
        targets: 3,
        rows: Counts::of(&applied_rows),
        api_calls: 7,
        ended_at: fanout.clock.now(),
    };
    let undo = write_plan(&undo(&applied_rows)).unwrap();
    fanout.artifacts.put(&folder.key("undo.jsonl"), undo).await.unwrap();
    let bytes = document::pretty(&result).unwrap();
    fanout.artifacts.put(&folder.key("applied.json"), bytes).await.unwrap();
}

#[tokio::test]
async fn a_machine_does_not_apply_a_request() {
    let fanout = planned_by(&rows()).await;
    let error = fanout.run(&request(&json!({})), None).await.unwrap_err();
    assert!(error.message().contains("Apply: got true, allowed: nothing: here"), "{error}");
}
