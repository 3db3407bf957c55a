//! The files of plans and of what became of them.

use std::collections::BTreeMap;

use org_operator_core::RunId;
use org_operator_core::artifact::Folder;
use org_operator_core::artifact::sink::Origin;
use org_operator_core::model::region::Partition;
use serde_json::json;

use super::*;
use crate::{
    AppliedRow, ChangeRun, Counts, Ended, Ending, Guards, Journal, Outcome, Place, Protected,
    Settled, planned, read_plan, undo, write_plan, write_plan_table,
};

fn applied() -> Settled {
    Settled {
        outcome: Outcome::Applied,
        before: open_rule(1),
        after: Value::Null,
        id: None,
        request_id: Some("r-1".to_owned()),
        error: None,
        message: String::new(),
        open: false,
    }
}

#[test]
fn a_plan_reads_back_and_its_table_is_safe() {
    let mut rows = vec![row(1, 1), row(2, 2)];
    rows[1].account_name = "=1+1".to_owned();
    let bytes = write_plan(&rows).unwrap();
    assert_eq!(read_plan("plan.jsonl", &bytes).unwrap(), rows);
    let table = String::from_utf8(write_plan_table(&rows).unwrap()).unwrap();
    assert!(table.contains("'=1+1,eu-west-1,sgr-2,close,open to the world"), "{table}");
}

#[test]
fn a_row_that_stands_twice_and_a_line_that_is_none_are_refused_together() {
    let mut bytes = write_plan(&[row(1, 1), row(1, 1)]).unwrap();
    bytes.extend(b"{\"AccountId\":\"12\"}\n");
    let refused = read_plan("plan.jsonl", &bytes).unwrap_err().to_string();
    assert!(refused.contains("line 2: got sgr-1 again"), "{refused}");
    assert!(refused.contains("line 3"), "{refused}");
}

#[test]
fn the_records_of_a_run_become_the_rows_of_its_plan() {
    let record = json!({
        "account_id": "000000000001", "account_name": "shop", "region": "eu-west-1", "rule_id": "sgr-1",
        "action": "close", "reason": "open to the world", "before": open_rule(1).to_string(), "after": "",
        "inverse": json!({"Key": "sg-1/1", "Action": "open"}).to_string(),
    });
    let rows = planned("rule_id", record.to_string().as_bytes()).unwrap();
    assert_eq!(rows, [row(1, 1)]);
    let broken = planned("group", record.to_string().as_bytes()).unwrap_err();
    assert_eq!(broken.kind(), ErrorKind::Internal);
}

#[test]
fn undo_has_the_applied_rows_backwards_and_undoing_it_leads_forward_again() {
    let (first, second) = (row(1, 1), row(1, 2));
    let (done, held) = (applied(), Settled { outcome: Outcome::Held, ..applied() });
    let rows =
        [AppliedRow { row: &first, settled: &done }, AppliedRow { row: &second, settled: &held }];
    let back = undo(&rows);
    assert_eq!(back.len(), 1);
    assert_eq!((back[0].key.key.as_str(), back[0].action.as_str()), ("sg-1/1", "open"));
    assert_eq!((&back[0].before, &back[0].after), (&Value::Null, &open_rule(1)));
    let reopened = Settled { id: Some("sgr-9".to_owned()), ..applied() };
    let forward = undo(&[AppliedRow { row: &back[0], settled: &reopened }]);
    assert_eq!((forward[0].key.key.as_str(), forward[0].action.as_str()), ("sgr-9", "close"));
    assert_eq!(forward[0].before, open_rule(1));
}

#[test]
fn applied_csv_has_a_row_per_change_and_the_counts_agree() {
    let (planned_row, settled) = (row(1, 1), applied());
    let rows = [AppliedRow { row: &planned_row, settled: &settled }];
    let table = String::from_utf8(AppliedRow::table("close-open-ingress", &rows).unwrap()).unwrap();
    let header = "account_id,account_name,region,key,action,outcome,before,after,id,request_id,error,message\n";
    assert!(table.contains(header), "{table}");
    assert!(table.contains("sgr-1,close,APPLIED,"), "{table}");
    assert!(table.ends_with(",,,r-1,,\n"), "{table}");
    assert_eq!(Counts::of(&rows).get(Outcome::Applied), 1);
    assert_eq!(Counts::of(&rows).get(Outcome::Failed), 0);
}

fn change_run() -> ChangeRun {
    let guards = Guards {
        max_changes: None,
        max_failures: None,
        canary: None,
        plan_max_age_hours: 24,
        protected: Protected::default(),
    };
    ChangeRun {
        run_id: RunId::parse("apply-1").unwrap(),
        operation: "close-open-ingress".to_owned(),
        source: RunId::parse("plan-1").unwrap(),
        is_undo: false,
        made_at: at(0),
        started_at: at(1),
        guards,
    }
}

#[test]
fn the_files_by_which_a_run_has_ended_are_written_last() {
    let (run, unit_paths) = (change_run(), BTreeMap::new());
    let folder = Folder::new("runs", &run.operation, &run.run_id);
    let (origin, partition) = (Origin::Local, Partition::Commercial);
    let ending =
        Ending { unit_paths: &unit_paths, ended_at: at(2), origin, partition, portal: None };
    let place = Place { folder: &folder, uri: &|key| format!("s3://b/{key}") };
    // A run without a row has all files, too.
    let ended = Ended::of(&run, &[], &Journal::default(), &ending, place).unwrap();
    let keys: Vec<&str> = ended.files.iter().map(|(key, _)| key.as_str()).collect();
    let own = |name: &str| format!("runs/close-open-ingress/apply-1/{name}");
    assert_eq!(keys[keys.len() - 2..], [own("applied.json"), own("summary.json")]);
    let mut listed = ended.summary.result.artifacts.clone();
    let mut written: Vec<String> = keys.iter().map(|key| format!("s3://b/{key}")).collect();
    listed.sort();
    written.sort();
    assert_eq!(listed, written);
}
