//! The result handler over a ledger and artifacts in memory.

use std::sync::LazyLock;

use futures_util::future::BoxFuture;
use org_operator_core::contract::ledger::{
    Entry, LedgerPartition, LedgerRecord, WorkerFailure, outcome_key, record_key,
};
use org_operator_core::contract::summary::Status;
use org_operator_core::model::spec::Spec;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{AccountId, ErrorKind, Outcome, Record, Region, RunId, Verdict};
use org_operator_operations::{OperationFailure, Rows, Target};
use org_operator_testkit::memory::{MemoryArtifacts, MemoryLedger};
use serde_json::{Value, json};

use super::*;

mod beside;
mod changes;
mod exceptions;
mod tables;

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let spec = Spec::read_only("fake", "", []);
    spec.with_columns(&[("thing", "")], &["thing"])
});

struct Fake;

impl Operation for Fake {
    fn probe<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        Box::pin(async { Ok(()) })
    }

    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn run<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(async { Ok(Rows::new()) })
    }
}

/// The catalogue of the fake operation only.
fn catalogue_of_fake() -> &'static Catalogue {
    let operation: Arc<dyn Operation> = Arc::new(Fake);
    Box::leak(Box::new(Catalogue::of([operation])))
}

struct Run {
    handler: ResultHandler<MemoryLedger, MemoryArtifacts>,
}

impl Run {
    /// A run whose manifest holds `items`: account, name, Regions.
    async fn of(items: &[(&str, &str, &[&str])]) -> Self {
        let item = |(id, name, regions): &(&str, &str, &[&str])| json!({"AccountId": id, "AccountName": name, "Regions": regions, "UnitPath": "r-ab12"});
        let manifest = Value::from(items.iter().map(item).collect::<Vec<_>>());
        let artifacts = MemoryArtifacts::default();
        artifacts.put("p/fake/r1/manifest.json", manifest.to_string().into_bytes()).await.unwrap();
        let (ledger, results_prefix) = (MemoryLedger::new(), "p".to_owned());
        let catalogue = catalogue_of_fake();
        let (origin, partition) = (Origin::Deployment, Partition::UsGov);
        let portal = None;
        let handler = ResultHandler {
            ledger,
            artifacts,
            results_prefix,
            catalogue,
            partition,
            origin,
            portal,
        };
        Self { handler }
    }

    fn partition(account: &str) -> LedgerPartition {
        LedgerPartition {
            run: RunId::parse("r1").unwrap(),
            operation: None,
            account: AccountId::parse(account).unwrap(),
        }
    }

    fn outcome(&self, account: &str, region: &str, verdict: Verdict, records: u64) {
        let region = Region::parse(region).unwrap();
        let (started_at, ended_at) =
            (Timestamp::from_epoch_millis(1_000), Timestamp::from_epoch_millis(3_500));
        let attempt = "good".to_owned();
        let outcome = Outcome {
            region: region.clone(),
            verdict,
            attempts: 1,
            started_at,
            ended_at,
            records,
            calls: 1,
            attempt,
            unexplained: false,
        };
        self.handler.ledger.put(
            &Self::partition(account),
            outcome_key(&region),
            Entry::Outcome(outcome),
        );
    }

    fn record(&self, account: &str, region: &str, thing: &str, attempt: &str) {
        let region = Region::parse(region).unwrap();
        let record = Record { key: thing.to_owned(), cells: vec![thing.to_owned()] };
        let key = record_key(&region, thing);
        let entry = LedgerRecord { region, attempt: attempt.to_owned(), record };
        self.handler.ledger.put(&Self::partition(account), key, Entry::Record(entry));
    }

    async fn result(&self) -> RunResult {
        let event = json!({"RunId": "r1", "Operation": "fake"});
        self.handler.run(&ResultEvent::parse(&event).unwrap()).await.unwrap().result
    }

    fn artifact(&self, name: &str) -> String {
        self.handler.artifacts.text(&format!("p/fake/r1/{name}"))
    }
}

const ONE: &str = "111111111111";
const TWO: &str = "222222222222";

#[tokio::test]
async fn records_are_written_sorted_by_account_region_and_key() {
    let run =
        Run::of(&[(TWO, "=two", &["eu-west-1"]), (ONE, "one", &["eu-west-1", "us-east-1"])]).await;
    for (account, region) in [(TWO, "eu-west-1"), (ONE, "us-east-1"), (ONE, "eu-west-1")] {
        run.outcome(account, region, Verdict::Succeeded, 2);
        run.record(account, region, "b", "good");
        run.record(account, region, "@a", "good");
    }
    let result = run.result().await;
    assert_eq!((result.status, result.targets, result.records), (Status::Complete, 3, 6));
    let expected = "account_id,account_name,region,thing\n\
        111111111111,one,eu-west-1,'@a\n111111111111,one,eu-west-1,b\n\
        111111111111,one,us-east-1,'@a\n111111111111,one,us-east-1,b\n\
        222222222222,'=two,eu-west-1,'@a\n222222222222,'=two,eu-west-1,b\n";
    assert_eq!(run.artifact("fake.csv"), expected);
}

/// More than are held back.
const MANY: u64 = 20_001;

#[tokio::test]
async fn a_large_target_is_written_completely_or_fails_without_rows() {
    for missing in [0, 1] {
        let mut run = Run::of(&[(ONE, "one", &["eu-west-1", "us-east-1"])]).await;
        run.handler.ledger.page = 3_000;
        run.outcome(ONE, "eu-west-1", Verdict::Succeeded, MANY + missing);
        run.outcome(ONE, "us-east-1", Verdict::Succeeded, 1);
        for number in 0..MANY {
            run.record(ONE, "eu-west-1", &number.to_string(), "good");
        }
        run.record(ONE, "eu-west-1", "another attempt's", "bad");
        run.record(ONE, "us-east-1", "a", "good");
        let result = run.result().await;
        let written = if missing == 0 { MANY + 1 } else { 1 };
        assert_eq!((result.failed, result.records), (missing, written));
        assert_eq!(run.artifact("fake.csv").lines().count() as u64, 1 + written);
        let message = format!("the ledger has {MANY} of the {} records", MANY + 1);
        assert_eq!(run.artifact("coverage.csv").contains(&message), missing == 1);
    }
}

#[tokio::test]
async fn a_target_without_an_outcome_is_failed_in_the_coverage() {
    let run = Run::of(&[(ONE, "one", &["eu-west-1", "us-east-1"])]).await;
    run.outcome(ONE, "eu-west-1", Verdict::of(ErrorKind::RegionDisabled, "off"), 0);
    let failure = WorkerFailure {
        first_region: Region::parse("eu-west-1").unwrap(),
        error: "Runtime.ExitError".to_owned(),
        cause: "killed".to_owned(),
    };
    let entry = Entry::WorkerFailure(failure);
    run.handler.ledger.put(&Run::partition(ONE), "worker-failure#eu-west-1".to_owned(), entry);
    let result = run.result().await;
    assert_eq!((result.status, result.skipped, result.failed), (Status::Partial, 1, 1));
    let coverage = run.artifact("coverage.csv");
    let expected = "account_id,account_name,region,status,error,message,records,attempts,started_at,ended_at,unit_path,expected\n\
        111111111111,one,eu-west-1,SKIPPED,RegionDisabled,off,0,1,1970-01-01T00:00:01.000Z,1970-01-01T00:00:03.500Z,r-ab12,\n\
        111111111111,one,us-east-1,FAILED,NoOutcome,WorkerCrashed: Runtime.ExitError: killed,0,0,,,r-ab12,\n";
    assert_eq!(coverage, expected);
    let summary: Value = serde_json::from_str(&run.artifact("summary.json")).unwrap();
    assert_eq!(summary["Errors"], json!({"NoOutcome": 1, "RegionDisabled": 1}));
    assert_eq!(summary["DurationMs"], 2_500);
    assert_eq!(summary["FirstFailures"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_dead_attempts_records_count_for_nothing() {
    let run = Run::of(&[(ONE, "one", &["eu-west-1", "us-east-1"])]).await;
    run.outcome(ONE, "eu-west-1", Verdict::Succeeded, 1);
    run.record(ONE, "eu-west-1", "kept", "good");
    run.record(ONE, "eu-west-1", "stale", "dead");
    run.record(ONE, "us-east-1", "uncommitted", "dead");
    let result = run.result().await;
    assert_eq!((result.records, result.succeeded, result.failed), (1, 1, 1));
    assert!(!run.artifact("fake.csv").contains("stale"));
    assert!(!run.artifact("fake.csv").contains("uncommitted"));
}

#[tokio::test]
async fn a_success_whose_records_are_not_all_there_is_failed() {
    let run = Run::of(&[(ONE, "one", &["eu-west-1", "us-east-1"])]).await;
    run.outcome(ONE, "eu-west-1", Verdict::Succeeded, 2);
    run.record(ONE, "eu-west-1", "only", "good");
    run.outcome(ONE, "us-east-1", Verdict::Succeeded, 1);
    run.record(ONE, "us-east-1", "whole", "good");
    let result = run.result().await;
    assert_eq!((result.succeeded, result.failed, result.records), (1, 1, 1));
    assert!(!run.artifact("fake.csv").contains("only"), "a failed target has no rows");
    assert!(run.artifact("coverage.csv").contains("the ledger has 1 of the 2 records"));
}

#[tokio::test]
async fn a_second_run_writes_the_same_bytes() {
    let run = Run::of(&[(ONE, "one", &["eu-west-1"]), (TWO, "two", &["eu-west-1"])]).await;
    for account in [ONE, TWO] {
        run.outcome(account, "eu-west-1", Verdict::Succeeded, 7);
        for thing in ["a", "b", "c", "d", "e", "f", "g"] {
            run.record(account, "eu-west-1", thing, "good");
        }
    }
    let first = (run.result().await, run.handler.artifacts.all());
    assert_eq!((run.result().await, run.handler.artifacts.all()), first);
}

#[tokio::test]
async fn a_manifest_that_is_missing_or_broken_is_an_error_that_names_it() {
    let run = Run::of(&[]).await;
    let event =
        |run: &str| ResultEvent::parse(&json!({"RunId": run, "Operation": "fake"})).unwrap();
    let missing = run.handler.run(&event("r2")).await.unwrap_err();
    assert!(
        missing.message().contains("no manifest at memory://p/fake/r2/manifest.json"),
        "{missing}"
    );
    run.handler.artifacts.put("p/fake/r1/manifest.json", b"[{}]".to_vec()).await.unwrap();
    let broken = run.handler.run(&event("r1")).await.unwrap_err();
    assert_eq!(broken.kind(), ErrorKind::InvalidRequest);
    assert!(broken.message().contains("is no manifest"), "{broken}");
}
