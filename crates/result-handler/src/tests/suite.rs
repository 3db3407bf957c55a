//! Suite runs: each operation's own files, and the summary over all.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use org_operator_core::artifact::sink::Origin;
use org_operator_core::contract::ledger::{Entry, LedgerPartition, WorkerFailure};
use org_operator_core::contract::summary::Status;
use org_operator_core::model::region::Partition;
use org_operator_core::model::spec::{Scope, Spec};
use org_operator_core::{AccountId, Region, RunId, Verdict};
use org_operator_operations::{Catalogue, Operation, OperationFailure, Rows, Target};
use org_operator_testkit::memory::{MemoryArtifacts, MemoryLedger};
use serde_json::json;

use super::*;
use crate::unpacked::unpacked;

const ACCOUNT: &str = "111111111111";

struct Named(Spec);

impl Operation for Named {
    fn probe<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        Box::pin(async { Ok(()) })
    }

    fn spec(&self) -> &Spec {
        &self.0
    }

    fn run<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(async { Ok(Rows::new()) })
    }
}

fn named(name: &str, scope: Scope) -> Arc<dyn Operation> {
    let spec = Spec::read_only(name, "", []).with_columns(&[("thing", "")], &["thing"]);
    Arc::new(Named(Spec { scope, ..spec }))
}

type Handler = ResultHandler<MemoryLedger, MemoryArtifacts>;

fn handler() -> Handler {
    let operations = [named("fake", Scope::Regional), named("once", Scope::Global)];
    ResultHandler {
        ledger: MemoryLedger::new(),
        artifacts: MemoryArtifacts::default(),
        results_prefix: "p".to_owned(),
        catalogue: Box::leak(Box::new(Catalogue::of(operations))),
        partition: Partition::Commercial,
        origin: Origin::Deployment,
        portal: None,
    }
}

/// Puts the manifest of an operation's run into `folder`.
async fn manifest(handler: &Handler, folder: &str, regions: &[&str]) {
    let items = json!([{"AccountId": ACCOUNT, "AccountName": "<b>a</b>", "Regions": regions}]);
    let key = format!("p/{folder}/manifest.json");
    handler.artifacts.put(&key, items.to_string().into_bytes()).await.unwrap();
}

fn region(name: &str) -> Region {
    if name == "global" { Region::global() } else { Region::parse(name).unwrap() }
}

fn partition(run: &str, operation: Option<&str>) -> LedgerPartition {
    let (run, account) = (RunId::parse(run).unwrap(), AccountId::parse(ACCOUNT).unwrap());
    LedgerPartition { run, operation: operation.map(str::to_owned), account }
}

fn found(handler: &Handler, partition: &LedgerPartition, name: &str, things: &[&str]) {
    handler.ledger.put_target(partition, &region(name), Verdict::Succeeded, things);
}

async fn suite(handler: &Handler, run: &str, things: &[&str]) -> Summary {
    manifest(handler, &format!("suites/{run}/fake"), &["eu-west-1"]).await;
    manifest(handler, &format!("suites/{run}/once"), &["global"]).await;
    found(handler, &partition(run, Some("fake")), "eu-west-1", things);
    found(handler, &partition(run, Some("once")), "global", &["x"]);
    written(handler, run).await
}

async fn written(handler: &Handler, run: &str) -> Summary {
    let event = json!({"RunId": run, "Operation": "suites", "Operations": ["fake", "once"]});
    handler.run(&ResultEvent::parse(&event).unwrap()).await.unwrap()
}

async fn single(handler: &Handler, run: &str, things: &[&str]) -> Summary {
    manifest(handler, &format!("fake/{run}"), &["eu-west-1"]).await;
    found(handler, &partition(run, None), "eu-west-1", things);
    let event = json!({"RunId": run, "Operation": "fake"});
    handler.run(&ResultEvent::parse(&event).unwrap()).await.unwrap()
}

#[tokio::test]
async fn each_operation_has_its_files_and_the_summary_is_over_all() {
    let handler = handler();
    let all = suite(&handler, "r1", &["a", "b"]).await;
    assert_eq!(
        (all.result.status, all.result.targets, all.result.records),
        (Status::Complete, 2, 3)
    );
    let uris = all.result.artifacts.join(" ");
    assert!(uris.contains("p/suites/r1/index.html") && uris.contains("p/suites/r1/summary.json"));
    let files = handler.artifacts.all();
    for file in
        ["fake.csv", "fake.jsonl", "coverage.csv", "changes.csv", "report.html", "summary.json"]
    {
        assert!(files.contains_key(&format!("p/suites/r1/fake/{file}")), "{file}");
    }
    let read: Summary = serde_json::from_slice(&files["p/suites/r1/summary.json"]).unwrap();
    assert_eq!(read, all);
    let own: Summary = serde_json::from_slice(&files["p/suites/r1/once/summary.json"]).unwrap();
    assert_eq!((own.operation.as_str(), own.result.records), ("once", 1));
    let index = handler.artifacts.text("p/suites/r1/index.html");
    assert!(index.contains("<a href=\"once/report.html\">once</a>"), "{index}");
    let report = unpacked(&handler.artifacts.text("p/suites/r1/fake/report.html"));
    assert!(report.contains("--operation suites --resume-run r1"), "{report}");
}

#[tokio::test]
async fn writing_a_suite_run_again_writes_the_same() {
    let handler = handler();
    single(&handler, "r0", &["a"]).await;
    let first = suite(&handler, "r1", &["a", "b"]).await;
    let before = handler.artifacts.all();
    assert_eq!(written(&handler, "r1").await, first);
    assert_eq!(handler.artifacts.all(), before);
}

#[tokio::test]
async fn runs_of_an_operation_are_compared_wherever_they_lie() {
    let handler = handler();
    single(&handler, "r0", &["kept", "gone"]).await;
    let all = suite(&handler, "r1", &["kept", "new"]).await;
    let own = &all.operations[0];
    assert_eq!(own.previous_run_id, RunId::parse("r0"));
    assert_eq!((own.result.added, own.result.removed), (Some(1), Some(1)));
    assert_eq!(all.operations[1].result.added, None);
    assert_eq!((all.result.added, all.result.removed), (Some(1), Some(1)));
    let changes = handler.artifacts.text("p/suites/r1/fake/changes.csv");
    assert!(changes.contains("added,111111111111") && changes.contains("new"), "{changes}");
    let after = single(&handler, "r2", &["new"]).await;
    assert_eq!(after.previous_run_id, RunId::parse("r1"));
    assert_eq!((after.result.added, after.result.removed), (Some(0), Some(1)));
}

#[tokio::test]
async fn a_work_item_that_failed_is_the_reason_in_every_operation() {
    let handler = handler();
    manifest(&handler, "suites/r1/fake", &["eu-west-1", "us-east-1"]).await;
    manifest(&handler, "suites/r1/once", &["global"]).await;
    found(&handler, &partition("r1", Some("fake")), "eu-west-1", &[]);
    let failure = WorkerFailure {
        first_region: region("eu-west-1"),
        error: "Sandbox.Timedout".to_owned(),
        cause: "late".to_owned(),
    };
    let entry = Entry::WorkerFailure(failure);
    handler.ledger.put(&partition("r1", None), entry.sort_key(), entry);
    let all = written(&handler, "r1").await;
    assert_eq!((all.result.status, all.result.failed), (Status::Partial, 2));
    assert_eq!(all.errors["NoOutcome"], 2);
    for operation in ["fake", "once"] {
        let coverage = handler.artifacts.text(&format!("p/suites/r1/{operation}/coverage.csv"));
        assert!(coverage.contains("WorkerCrashed: Sandbox.Timedout: late"), "{coverage}");
    }
}

#[tokio::test]
async fn an_operation_that_is_gone_is_named() {
    let event = json!({"RunId": "r1", "Operation": "suites", "Operations": ["fake", "gone"]});
    let event = ResultEvent::parse(&event).unwrap();
    let refused = handler().run(&event).await.unwrap_err();
    assert!(refused.message().contains("Operations[1]: got \"gone\""), "{refused}");
}
