//! Two runs of one operation: which changes are written.

use super::*;

/// Writes the run `id` of one account: what its Regions answered, with their records.
async fn earlier_run(run: &Run, id: &str, regions: &[(&str, Verdict, &[&str])]) -> RunResult {
    let names: Vec<&str> = regions.iter().map(|(region, ..)| *region).collect();
    let manifest =
        json!([{"AccountId": ONE, "AccountName": "a \"quoted\"\nname", "Regions": names}]);
    let key = format!("p/fake/{id}/manifest.json");
    run.handler.artifacts.put(&key, manifest.to_string().into_bytes()).await.unwrap();
    for (region, verdict, things) in regions {
        let partition = LedgerPartition {
            run: RunId::parse(id).unwrap(),
            operation: None,
            account: AccountId::parse(ONE).unwrap(),
        };
        let region = Region::parse(region).unwrap();
        run.handler.ledger.put_target(&partition, &region, verdict.clone(), things);
    }
    let event = json!({"RunId": id, "Operation": "fake"});
    run.handler.run(&ResultEvent::parse(&event).unwrap()).await.unwrap().result
}

#[tokio::test]
async fn changes_are_those_of_targets_that_succeeded_in_both_runs() {
    let run = Run::of(&[]).await;
    let ok = Verdict::Succeeded;
    let failed = Verdict::of(ErrorKind::AccessDenied, "a, \"b\"\nc");
    let first: [(&str, Verdict, &[&str]); 3] = [
        ("eu-west-1", ok.clone(), &["kept", "gone"]),
        ("eu-west-2", failed.clone(), &[]),
        ("eu-west-3", ok.clone(), &["unknown now"]),
    ];
    let result = earlier_run(&run, "a", &first).await;
    assert_eq!((result.added, result.removed), (None, None));
    let second: [(&str, Verdict, &[&str]); 3] = [
        ("eu-west-1", ok.clone(), &["=new", "kept"]),
        ("eu-west-2", ok.clone(), &["unknown before"]),
        ("eu-west-3", failed, &[]),
    ];
    let result = earlier_run(&run, "b", &second).await;
    assert_eq!((result.added, result.removed), (Some(1), Some(1)));
    let changes = run.handler.artifacts.text("p/fake/b/changes.csv");
    let expected = "change,account_id,account_name,region,thing\n\
        added,111111111111,\"a \"\"quoted\"\"\nname\",eu-west-1,'=new\n\
        removed,111111111111,\"a \"\"quoted\"\"\nname\",eu-west-1,gone\n";
    assert_eq!(changes, expected);
    let summary: Value =
        serde_json::from_str(&run.handler.artifacts.text("p/fake/b/summary.json")).unwrap();
    let told =
        |kind: &str, cell: &str| format!("{kind} {ONE} (a \"quoted\"\nname) eu-west-1: {cell}");
    assert_eq!(summary["FirstChanges"], json!([told("added", "=new"), told("removed", "gone")]));
    let lines = run.handler.artifacts.text("p/fake/b/fake.jsonl");
    let line = r#"{"account_id":"111111111111","account_name":"a \"quoted\"\nname","region":"eu-west-1","thing":"=new"}"#;
    assert_eq!(lines.lines().next(), Some(line));
    let latest: Value =
        serde_json::from_str(&run.handler.artifacts.text("p/fake/latest.json")).unwrap();
    assert_eq!(latest, json!({"RunId": "b", "PreviousRunId": "a"}));
}

#[tokio::test]
async fn a_run_that_is_written_again_is_compared_with_the_same_run() {
    let run = Run::of(&[]).await;
    let x: [(&str, Verdict, &[&str]); 1] = [("eu-west-1", Verdict::Succeeded, &["x"])];
    let y: [(&str, Verdict, &[&str]); 1] = [("eu-west-1", Verdict::Succeeded, &["y"])];
    earlier_run(&run, "a", &x).await;
    earlier_run(&run, "b", &y).await;
    let before = run.handler.artifacts.all();
    let again = earlier_run(&run, "b", &y).await;
    assert_eq!((again.added, again.removed), (Some(1), Some(1)));
    assert_eq!(run.handler.artifacts.all(), before);
}

#[tokio::test]
async fn a_run_before_whose_files_are_gone_is_not_compared_with() {
    let run = Run::of(&[]).await;
    let latest = br#"{"RunId": "long-gone", "PreviousRunId": null}"#.to_vec();
    run.handler.artifacts.put("p/fake/latest.json", latest).await.unwrap();
    let result = earlier_run(&run, "b", &[("eu-west-1", Verdict::Succeeded, &["y"])]).await;
    assert_eq!((result.added, result.removed), (None, None));
}
