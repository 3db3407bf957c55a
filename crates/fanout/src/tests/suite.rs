//! Suite runs: what is planned for several operations at once, and what is left of them.

use std::collections::BTreeMap;

use org_operator_core::Verdict;
use org_operator_core::contract::ledger::LedgerPartition;
use org_operator_core::contract::plan::ResultEvent;
use org_operator_core::contract::summary::Status;
use org_operator_core::report::tally::Tally;
use org_operator_core::{AccountId, ErrorKind};
use serde_json::{Value, json};

use super::*;
use crate::suite::together;

const THREE: [&str; 3] = ["iam-role-trusts", "internet-routes", "vpcs"];

fn items(fanout: &TestFanout, key: &str) -> Vec<(String, Vec<String>)> {
    let read: Vec<WorkItem> = serde_json::from_str(&fanout.artifacts.text(key)).unwrap();
    let names = |item: &WorkItem| item.regions.iter().map(ToString::to_string).collect();
    read.iter().map(|item| (item.account_id.to_string(), names(item))).collect()
}

fn regions(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn each_account_is_in_one_work_item_with_the_regions_of_all_operations() {
    let fanout = fanout(Ok(organization()));
    let plan = planned(&fanout, &json!({"Operations": THREE})).await.unwrap();
    assert_eq!(
        (plan.operation.as_str(), plan.operations.as_slice()),
        ("suites", &THREE.map(str::to_owned)[..])
    );
    assert_eq!((plan.work_items, plan.targets), (2, 2 * (1 + 2 + 2)));
    assert_eq!(plan.manifest.key, "runs/suites/r1/manifest.json");
    let all = regions(&["eu-west-1", "us-east-1", "global"]);
    let expected = ["000000000002", "000000000003"].map(|id| (id.to_owned(), all.clone()));
    assert_eq!(items(&fanout, &plan.manifest.key), expected);
    assert!(serde_json::to_string(&plan).unwrap().len() < 1_024);
}

#[tokio::test]
async fn each_operation_has_the_files_of_a_run_of_its_own() {
    let (suite, single) = (fanout(Ok(organization())), fanout(Ok(organization())));
    let request = json!({
        "Regions": "ENABLED", "RegionsPerWorkItem": 1, "AccountColumns": ["email"],
    });
    let with = |field: &str, value: Value| {
        let mut request = request.clone();
        request[field] = value;
        request
    };
    planned(&suite, &with("Operations", json!(THREE))).await.unwrap();
    for name in THREE {
        planned(&single, &with("Operation", json!(name))).await.unwrap();
        for file in ["accounts.csv", "manifest.json"] {
            let own = suite.artifacts.text(&format!("runs/suites/r1/{name}/{file}"));
            let alone = single.artifacts.text(&format!("runs/{name}/r1/{file}"));
            assert_eq!(own, alone, "{name} {file}");
        }
        let plan = |fanout: &TestFanout, key: String| -> RunPlan {
            serde_json::from_str(&fanout.artifacts.text(&key)).unwrap()
        };
        let mut own = plan(&suite, format!("runs/suites/r1/{name}/plan.json"));
        let alone = plan(&single, format!("runs/{name}/r1/plan.json"));
        assert_eq!(own.manifest.key, format!("runs/suites/r1/{name}/manifest.json"));
        own.manifest = alone.manifest.clone();
        (own.expires_at, own.planned_at) = (alone.expires_at, alone.planned_at);
        assert_eq!(own, alone);
    }
}

#[tokio::test]
async fn what_is_asked_once_goes_with_an_accounts_first_work_item() {
    let fanout = fanout(Ok(organization()));
    let request = json!({"Operations": THREE, "Regions": "ENABLED", "RegionsPerWorkItem": 1});
    let plan = planned(&fanout, &request).await.unwrap();
    let expected = [
        ("000000000002".to_owned(), regions(&["eu-west-1", "global"])),
        ("000000000002".to_owned(), regions(&["me-south-1"])),
        ("000000000003".to_owned(), regions(&["eu-west-1", "global"])),
    ];
    assert_eq!(items(&fanout, &plan.manifest.key), expected);
    assert_eq!(plan.targets, 2 + 2 * 3);
    let once = json!({"RunId": "r2", "Operations": ["iam-role-trusts"], "Regions": "ENABLED"});
    let plan = fanout.run(&once, None).await.unwrap();
    assert_eq!((plan.work_items, plan.targets), (2, 2));
}

#[test]
fn an_account_without_a_region_is_still_asked_once() {
    let item = |account: &str, names: &[&str]| WorkItem {
        account_id: AccountId::parse(account).unwrap(),
        account_name: "n".to_owned(),
        regions: names.iter().map(|name| region(name)).collect(),
        unit_path: String::new(),
        account_columns: BTreeMap::new(),
    };
    let asked_once = |account: &str| {
        let mut own = item(account, &[]);
        own.regions.push(org_operator_core::Region::global());
        own
    };
    let (one, two) = ("111111111111", "222222222222");
    let joined = together(vec![item(two, &["eu-west-1"])], vec![asked_once(one), asked_once(two)]);
    let lengths: Vec<usize> = joined.iter().map(|item| item.regions.len()).collect();
    assert_eq!((joined[0].account_id.as_str(), lengths), (one, vec![1, 2]));
    assert_eq!(together(vec![item(two, &["eu-west-1"])], Vec::new()).len(), 1);
}

#[tokio::test]
async fn all_that_is_wrong_is_refused_together_and_nothing_is_written() {
    let fanout = fanout(Ok(organization()));
    let request = json!({
        "Operations": ["vpc", "s3-buckets", "s3-buckets"], "Regions": ["mars-1"], "Parameters": {"X": 1},
    });
    let refused = planned(&fanout, &request).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
    for part in ["Operations[0]: got \"vpc\"", "nearest: `vpcs`", "Operations[2]", "Regions[0]"] {
        assert!(refused.message().contains(part), "{part} is not in: {refused}");
    }
    let both = planned(&fanout, &json!({"Operation": "vpcs", "Suite": "all"})).await.unwrap_err();
    assert!(both.message().contains("Operation: got a value beside Suite"), "{both}");
    let alone = planned(&fanout, &json!({"Operation": "suites"})).await.unwrap_err();
    assert!(alone.message().contains("a list in Operations, or a Suite"), "{alone}");
    let beside = json!({"ResumeRun": "r1", "Operations": ["vpcs"]});
    let beside = planned(&fanout, &beside).await.unwrap_err();
    assert!(beside.message().contains("Operations: got"), "{beside}");
    assert!(fanout.artifacts.all().is_empty());
}

fn answered(fanout: &TestFanout, account: &str, operation: &str, name: &str, verdict: Verdict) {
    let (run, account) = (RunId::parse("r1").unwrap(), AccountId::parse(account).unwrap());
    let partition = LedgerPartition { run, operation: Some(operation.to_owned()), account };
    let region = if name == "global" { org_operator_core::Region::global() } else { region(name) };
    fanout.ledger.put_target(&partition, &region, verdict, &[]);
}

#[tokio::test]
async fn a_resumed_suite_run_has_only_what_some_operation_lacks() {
    let fanout = fanout(Ok(organization()));
    planned(&fanout, &json!({"Operations": THREE})).await.unwrap();
    for account in ["000000000002", "000000000003"] {
        answered(&fanout, account, "iam-role-trusts", "global", Verdict::Succeeded);
        for name in ["eu-west-1", "us-east-1"] {
            answered(&fanout, account, "internet-routes", name, Verdict::Succeeded);
            answered(&fanout, account, "vpcs", name, Verdict::Succeeded);
        }
    }
    let denied = || Verdict::of(ErrorKind::AccessDenied, "no");
    answered(&fanout, "000000000003", "vpcs", "us-east-1", denied());
    answered(&fanout, "000000000003", "iam-role-trusts", "global", denied());
    let event = json!({"RunId": "again", "Operation": "suites", "ResumeRun": "r1"});
    let plan = fanout.run(&event, None).await.unwrap();
    assert_eq!((plan.run_id.as_str(), plan.targets), ("r1", 2));
    assert_eq!(plan.operations, THREE);
    assert_eq!(plan.manifest.key, "runs/suites/r1/resume-again.json");
    let left = regions(&["us-east-1", "global"]);
    assert_eq!(items(&fanout, &plan.manifest.key), [("000000000003".to_owned(), left)]);
}

#[tokio::test]
async fn a_complete_suite_run_has_nothing_to_resume() {
    let fanout = fanout(Ok(organization()));
    planned(&fanout, &json!({"Operations": ["vpcs"], "Regions": ["eu-west-1"]})).await.unwrap();
    for account in ["000000000002", "000000000003"] {
        answered(&fanout, account, "vpcs", "eu-west-1", Verdict::Succeeded);
    }
    let event = json!({"RunId": "again", "Operation": "suites", "ResumeRun": "r1"});
    assert_eq!(fanout.run(&event, None).await.unwrap().targets, 0, "no summary yet");
    let mut summary = Tally::default().summary(RunId::parse("r1").unwrap(), "", None, Vec::new());
    summary.result.status = Status::Complete;
    let bytes = document::pretty(&summary).unwrap();
    fanout.artifacts.put("runs/suites/r1/summary.json", bytes).await.unwrap();
    let nothing = fanout.run(&event, None).await.unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::NoTargets);
}

#[tokio::test]
async fn the_result_handler_reads_the_plan_of_a_suite_run() {
    let fanout = fanout(Ok(organization()));
    let plan = planned(&fanout, &json!({"Suite": "cost"})).await.unwrap();
    let event = ResultEvent::parse(&serde_json::to_value(&plan).unwrap()).unwrap();
    assert_eq!((event.operation.as_str(), event.operations), ("suites", plan.operations));
}
