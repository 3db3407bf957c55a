//! Resuming an earlier run.

use super::*;

fn finished(fanout: &TestFanout, account: &str, name: &str, verdict: org_operator_core::Verdict) {
    use org_operator_core::contract::ledger::LedgerPartition;
    let (run, account) = (RunId::parse("r1").unwrap(), AccountId::parse(account).unwrap());
    let partition = LedgerPartition { run, operation: None, account };
    fanout.ledger.put_target(&partition, &region(name), verdict, &[]);
}

#[tokio::test]
async fn a_resumed_run_has_only_failed_and_missing_targets() {
    use org_operator_core::Verdict;
    let mut fanout = fanout(Ok(organization()));
    planned(&fanout, &json!({})).await.unwrap();
    fanout.settings.worker_readonly = "worker of the next release".to_owned();
    finished(&fanout, "000000000002", "eu-west-1", Verdict::Succeeded);
    finished(&fanout, "000000000002", "us-east-1", Verdict::of(ErrorKind::RegionDisabled, ""));
    finished(&fanout, "000000000003", "us-east-1", Verdict::of(ErrorKind::AccessDenied, ""));
    let event = json!({"RunId": "again", "ResumeRun": "r1", "MaxConcurrency": 7});
    let plan = fanout.run(&event, None).await.unwrap();
    assert_eq!((plan.run_id.as_str(), plan.work_items, plan.targets), ("r1", 1, 2));
    assert_eq!(plan.max_concurrency, 7);
    assert_eq!(plan.worker_function, "worker of the next release");
    assert_eq!(plan.manifest.key, "runs/internet-routes/r1/resume-again.json");
    let left: Vec<WorkItem> =
        serde_json::from_str(&fanout.artifacts.text(&plan.manifest.key)).unwrap();
    assert_eq!(left[0].account_id.as_str(), "000000000003");
    assert_eq!(left[0].regions, [region("eu-west-1"), region("us-east-1")]);
}

#[tokio::test]
async fn resuming_reads_the_ledger_once_per_account() {
    let fanout = fanout(Ok(organization()));
    planned(&fanout, &json!({"RegionsPerWorkItem": 1})).await.unwrap();
    let event = json!({"RunId": "again", "ResumeRun": "r1"});
    let plan = fanout.run(&event, None).await.unwrap();
    assert_eq!((plan.work_items, plan.targets), (4, 4));
    assert_eq!(fanout.ledger.asked.load(std::sync::atomic::Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_complete_run_is_resumed_only_to_write_its_artifacts() {
    let fanout = fanout(Ok(organization()));
    planned(&fanout, &json!({"Accounts": {"Include": ["000000000002"]}})).await.unwrap();
    for name in ["eu-west-1", "us-east-1"] {
        finished(&fanout, "000000000002", name, org_operator_core::Verdict::Succeeded);
    }
    let event = json!({"RunId": "again", "ResumeRun": "r1"});
    let plan = fanout.run(&event, None).await.unwrap();
    assert_eq!((plan.work_items, plan.targets), (0, 0));
    let summary = |status: Status| {
        let mut summary = Tally::default().summary(plan.run_id.clone(), "", None, Vec::new());
        summary.result.status = status;
        document::pretty(&summary).unwrap()
    };
    let key = "runs/internet-routes/r1/summary.json";
    fanout.artifacts.put(key, summary(Status::Partial)).await.unwrap();
    assert_eq!(fanout.run(&event, None).await.unwrap().targets, 0, "the summary is out of date");
    fanout.artifacts.put(key, summary(Status::Complete)).await.unwrap();
    let error = fanout.run(&event, None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoTargets);
    assert!(error.message().contains("nothing to resume"), "{error}");
}

#[tokio::test]
async fn an_unknown_or_expired_run_cannot_be_resumed() {
    let mut fanout = fanout(Ok(organization()));
    let event = json!({"RunId": "again", "ResumeRun": "r1"});
    let unknown = fanout.run(&event, None).await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::InvalidRequest);
    assert!(unknown.message().contains("ResumeRun: got \"r1\""), "{unknown}");
    fanout.settings.ledger_retention_days = 0;
    planned(&fanout, &json!({})).await.unwrap();
    let expired = fanout.run(&event, None).await.unwrap_err();
    assert!(expired.message().contains("have not expired"), "{expired}");
}
