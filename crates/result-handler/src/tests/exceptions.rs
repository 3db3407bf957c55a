//! A run with exceptions: everything stays in its files, and what is expected is counted apart.

use super::*;

async fn expecting(run: &Run, exceptions: Value) {
    let text = json!({"Day": "2026-06-01", "Exceptions": exceptions}).to_string();
    run.handler.artifacts.put("p/fake/r1/exceptions.json", text.into_bytes()).await.unwrap();
}

fn refusal(account: &str, reason: &str, expires: &str) -> Value {
    json!({
        "Account": account, "Region": "*", "Error": "AccessDenied", "Reason": reason,
        "Expires": expires,
    })
}

async fn summary(run: &Run) -> Value {
    run.result().await;
    serde_json::from_str(&run.artifact("summary.json")).unwrap()
}

#[tokio::test]
async fn an_expected_failure_stays_failed_and_is_counted_apart() {
    let run =
        Run::of(&[(ONE, "one", &["eu-west-1", "us-east-1"]), (TWO, "two", &["eu-west-1"])]).await;
    let denied = Verdict::of(ErrorKind::AccessDenied, "no");
    run.outcome(ONE, "eu-west-1", denied.clone(), 0);
    run.outcome(ONE, "us-east-1", Verdict::of(ErrorKind::Throttled, "later"), 0);
    run.outcome(TWO, "eu-west-1", denied, 0);
    expecting(&run, json!([refusal(ONE, "=by contract", "2026-06-01")])).await;
    let summary = summary(&run).await;
    assert_eq!((&summary["Status"], &summary["Failed"]), (&json!("PARTIAL"), &json!(3)));
    assert_eq!(summary["ExpectedFailures"], 1);
    let failures: Vec<&str> =
        summary["FirstFailures"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(failures[0].contains("us-east-1: Throttled") && failures[1].contains(TWO));
    assert!(failures[2].ends_with("AccessDenied: no (expected: =by contract)"), "{failures:?}");
    let coverage = run.artifact("coverage.csv");
    let line = |wanted: &str| coverage.lines().find(|line| line.contains(wanted)).unwrap();
    assert!(line("one,eu-west-1,FAILED,AccessDenied").ends_with(",r-ab12,'=by contract"));
    assert!(line("one,us-east-1,FAILED,Throttled").ends_with(",r-ab12,"));
    assert_eq!(coverage.lines().count(), 4, "no row is left out");
}

#[tokio::test]
async fn an_expired_exception_expects_nothing_and_is_told() {
    let run = Run::of(&[(ONE, "one", &["eu-west-1"])]).await;
    run.outcome(ONE, "eu-west-1", Verdict::of(ErrorKind::AccessDenied, "no"), 0);
    let unused = refusal(TWO, "unused", "2026-01-01");
    expecting(&run, json!([refusal("*", "the move", "2026-05-31"), unused])).await;
    let summary = summary(&run).await;
    assert_eq!((&summary["ExpectedFailures"], &summary["Failed"]), (&json!(0), &json!(1)));
    let expired = json!(["* * AccessDenied, until 2026-05-31: the move"]);
    assert_eq!(summary["ExpiredExceptions"], expired);
    let failure = summary["FirstFailures"][0].as_str().unwrap();
    assert!(failure.ends_with(" (expected until 2026-05-31: the move)"), "{failure}");
}

#[tokio::test]
async fn an_expected_record_is_a_row_with_its_reason_in_every_file() {
    let run = Run::of(&[(ONE, "one", &["eu-west-1"])]).await;
    run.outcome(ONE, "eu-west-1", Verdict::Succeeded, 2);
    run.record(ONE, "eu-west-1", "vendor-1", "good");
    run.record(ONE, "eu-west-1", "other", "good");
    let known = json!({
        "Account": ONE, "Region": "eu-west-1", "Operation": "fake", "Record": "vendor-*",
        "Reason": "the vendor", "Expires": "2027-01-01",
    });
    expecting(&run, json!([known])).await;
    let summary = summary(&run).await;
    assert_eq!((&summary["Status"], &summary["Records"]), (&json!("COMPLETE"), &json!(2)));
    assert_eq!(summary["ExpectedRecords"], 1);
    let rows = "account_id,account_name,region,thing,expected\n\
        111111111111,one,eu-west-1,other,\n111111111111,one,eu-west-1,vendor-1,the vendor\n";
    assert_eq!(run.artifact("fake.csv"), rows);
    assert!(run.artifact("fake.jsonl").contains(r#""thing":"vendor-1","expected":"the vendor""#));
}

#[tokio::test]
async fn a_new_record_that_is_expected_comes_after_the_changes_that_are_not() {
    let run = Run::of(&[(ONE, "one", &["eu-west-1"])]).await;
    run.outcome(ONE, "eu-west-1", Verdict::Succeeded, 0);
    run.result().await;
    let earlier = run.handler.artifacts.all();
    for (path, bytes) in earlier {
        let moved = path.replace("/r1/", "/r0/");
        run.handler.artifacts.put(&moved, bytes).await.unwrap();
    }
    let latest = json!({"RunId": "r1", "PreviousRunId": "r0"}).to_string();
    run.handler.artifacts.put("p/fake/latest.json", latest.clone().into_bytes()).await.unwrap();
    let summary_text = run
        .artifact("summary.json")
        .replace("\"PreviousRunId\": null", "\"PreviousRunId\": \"r0\"");
    run.handler.artifacts.put("p/fake/r1/summary.json", summary_text.into_bytes()).await.unwrap();
    run.outcome(ONE, "eu-west-1", Verdict::Succeeded, 2);
    run.record(ONE, "eu-west-1", "a-vendor", "good");
    run.record(ONE, "eu-west-1", "b", "good");
    let known = json!({
        "Account": "*", "Region": "*", "Operation": "fake", "Record": "*-vendor",
        "Reason": "the vendor", "Expires": "2027-01-01",
    });
    expecting(&run, json!([known])).await;
    let summary = summary(&run).await;
    assert_eq!((&summary["Added"], &summary["ExpectedAdded"]), (&json!(2), &json!(1)));
    let changes = summary["FirstChanges"].as_array().unwrap();
    assert!(changes[0].as_str().unwrap().ends_with("eu-west-1: b"), "{changes:?}");
    assert!(changes[1].as_str().unwrap().ends_with("a-vendor (expected: the vendor)"));
    assert!(run.artifact("changes.csv").contains("a-vendor,the vendor\n"));
}

#[tokio::test]
async fn exceptions_that_cannot_be_read_are_an_error_that_names_the_file() {
    let run = Run::of(&[(ONE, "one", &["eu-west-1"])]).await;
    expecting(&run, json!([{"Account": "1"}])).await;
    let event = ResultEvent::parse(&json!({"RunId": "r1", "Operation": "fake"})).unwrap();
    let error = run.handler.run(&event).await.unwrap_err();
    assert!(error.message().contains("p/fake/r1/exceptions.json has no exceptions"), "{error}");
}
