//! The files for SQL, which lie beside the runs.

use super::*;

const DAY: &str = "2026-11-22";
const RECORDS: &str = "tables/fake/dt=2026-11-22/r1.jsonl";
const COVERAGE: &str = "tables/coverage/dt=2026-11-22/fake-r1.jsonl";

/// A run of two Regions, of which one answers later only.
async fn half_a_run() -> Run {
    let run = Run::of(&[(ONE, "one", &["eu-west-1", "us-east-1"])]).await;
    run.outcome(ONE, "eu-west-1", Verdict::Succeeded, 1);
    run.record(ONE, "eu-west-1", "=a", "good");
    run
}

async fn written(run: &Run, event: &Value) -> RunResult {
    run.handler.run(&ResultEvent::parse(event).unwrap()).await.unwrap().result
}

fn event() -> Value {
    let planned_at = format!("{DAY}T23:59:59.999Z");
    json!({"RunId": "r1", "Operation": "fake", "PlannedAt": planned_at})
}

fn keys(run: &Run) -> Vec<String> {
    let all = run.handler.artifacts.all();
    all.into_keys().filter(|key| key.contains("tables/")).collect()
}

#[tokio::test]
async fn every_line_has_its_run_and_the_file_lies_under_the_day_of_the_plan() {
    let run = half_a_run().await;
    let result = written(&run, &event()).await;
    assert_eq!(keys(&run), [COVERAGE, RECORDS]);
    let record = format!(
        "{{\"run_id\":\"r1\",\"account_id\":\"{ONE}\",\"account_name\":\"one\",\
         \"region\":\"eu-west-1\",\"thing\":\"=a\"}}\n"
    );
    assert_eq!(run.handler.artifacts.text(RECORDS), record);
    let coverage = run.handler.artifacts.text(COVERAGE);
    let rows: Vec<Value> =
        coverage.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = rows.iter().map(|row| {
        ["run_id", "operation", "region", "status", "records", "started_at"]
            .map(|name| row[name].clone())
    });
    let started = "1970-01-01T00:00:01.000Z";
    let expected = [
        [
            json!("r1"),
            json!("fake"),
            json!("eu-west-1"),
            json!("SUCCEEDED"),
            json!(1),
            json!(started),
        ],
        [json!("r1"), json!("fake"), json!("us-east-1"), json!("FAILED"), json!(0), Value::Null],
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    let named = result.artifacts.iter().rev().take(2).rev();
    let uris = [RECORDS, COVERAGE].map(|key| format!("memory://{key}"));
    assert_eq!(named.collect::<Vec<_>>(), uris.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_resumed_run_writes_the_same_files_whole() {
    let run = half_a_run().await;
    written(&run, &event()).await;
    run.outcome(ONE, "us-east-1", Verdict::Succeeded, 1);
    run.record(ONE, "us-east-1", "b", "good");
    written(&run, &event()).await;
    assert_eq!(keys(&run), [COVERAGE, RECORDS]);
    assert_eq!(run.handler.artifacts.text(RECORDS).lines().count(), 2);
    let coverage = run.handler.artifacts.text(COVERAGE);
    assert_eq!((coverage.lines().count(), coverage.contains("FAILED")), (2, false));
}

#[tokio::test]
async fn the_day_is_the_stored_plans_where_the_event_has_none() {
    let run = half_a_run().await;
    let plan = json!({
        "RunId": "r1", "Operation": "fake", "Definition": null, "Parameters": {}, "Apply": false,
        "Manifest": {"Bucket": "b", "Key": "k"}, "WorkItems": 1, "Targets": 2, "MaxConcurrency": 1,
        "WorkerFunction": "w", "ExpiresAt": 1, "PlannedAt": format!("{DAY}T00:00:00.000Z"),
    });
    let key = "p/fake/r1/plan.json";
    run.handler.artifacts.put(key, plan.to_string().into_bytes()).await.unwrap();
    run.result().await;
    assert_eq!(keys(&run), [COVERAGE, RECORDS]);
    run.handler.artifacts.put(key, b"[]".to_vec()).await.unwrap();
    let bare = ResultEvent::parse(&json!({"RunId": "r1", "Operation": "fake"})).unwrap();
    let error = run.handler.run(&bare).await.unwrap_err();
    assert!(error.message().contains("plan.json is no plan"), "{error}");
}

#[tokio::test]
async fn a_run_without_records_has_an_empty_file_and_one_without_a_day_has_none() {
    let run = Run::of(&[(ONE, "one", &["eu-west-1"])]).await;
    let result = run.result().await;
    assert!(keys(&run).is_empty() && result.artifacts.iter().all(|uri| !uri.contains("tables/")));
    written(&run, &event()).await;
    assert_eq!(run.handler.artifacts.text(RECORDS), "");
    assert_eq!(run.handler.artifacts.text(COVERAGE).lines().count(), 1);
}
