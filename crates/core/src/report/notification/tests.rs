//! What a notification says about a run that has ended.

use std::collections::BTreeMap;

use super::*;
use crate::contract::summary::Status;
use crate::model::id::RunId;
use crate::report::suite;

const CHANGE: &str = "added 111111111111 (Shop) eu-west-1: vpc-1 rtb-1 0.0.0.0/0 igw-1";

fn notified(summary: &Summary) -> Notification {
    notification(summary, &Region::parse("eu-west-1").unwrap())
}

pub(crate) fn summary(failed: u64, previous: Option<&str>, failures: Vec<String>) -> Summary {
    let result = RunResult {
        run_id: RunId::parse("run-7").unwrap(),
        status: if failed == 0 { Status::Complete } else { Status::Partial },
        targets: 33,
        succeeded: 33 - failed,
        skipped: 0,
        failed,
        expected_failures: 0,
        records: 25,
        added: previous.map(|_| 3),
        removed: previous.map(|_| 1),
        artifacts: vec![
            "s3://results/runs/internet-routes/run-7/internet-routes.csv".to_owned(),
            "s3://results/runs/internet-routes/run-7/report.html".to_owned(),
        ],
    };
    Summary {
        result,
        operation: "internet-routes".to_owned(),
        previous_run_id: previous.and_then(RunId::parse),
        accounts: 11,
        accounts_left_out: BTreeMap::new(),
        api_calls: 33,
        expected_records: 0,
        expected_added: 0,
        expired_exceptions: Vec::new(),
        errors: (failed > 0).then_some(("AccessDenied".to_owned(), failed)).into_iter().collect(),
        first_failures: failures,
        first_changes: previous.map(|_| CHANGE.to_owned()).into_iter().collect(),
        regions_not_asked: Region::parse("eu-south-1").into_iter().collect(),
        started_at: None,
        ended_at: None,
        duration_ms: None,
        rows: BTreeMap::new(),
        operations: Vec::new(),
    }
}

#[test]
fn the_text_has_status_counts_changes_failures_and_artifacts() {
    let failure = "111111111111 (Shop) eu-west-1: AccessDenied: not allowed".to_owned();
    let sent = notified(&summary(4, Some("run-6"), vec![failure.clone()]));
    let subject = "internet-routes PARTIAL: 4 of 33 targets failed, 25 records (+3 -1)";
    assert_eq!(sent.subject, subject);
    for part in [
        "Run run-7 of internet-routes is PARTIAL.",
        "33; 29 succeeded, 0 skipped, 4 failed",
        "since run run-6: 3 added, 1 removed",
        CHANGE,
        "By error kind: AccessDenied 4.",
        &failure,
        "Regions of the partition that were not asked: eu-south-1.",
        "s3://results/runs/internet-routes/run-7/internet-routes.csv",
        "https://eu-west-1.console.aws.amazon.com/s3/object/results?region=eu-west-1&prefix=runs/internet-routes/run-7/report.html",
        "  and 3 more in changes.csv",
        "  and 3 more in coverage.csv",
    ] {
        assert!(sent.message.contains(part), "{part} is not in: {}", sent.message);
    }
}

#[test]
fn a_complete_first_run_has_neither_changes_nor_failures() {
    let sent = notified(&summary(0, None, Vec::new()));
    assert!(sent.subject.starts_with("internet-routes COMPLETE: 0 of 33"), "{}", sent.subject);
    assert!(sent.message.contains("no earlier run to compare with"), "{}", sent.message);
    assert!(!sent.message.contains("failures"), "{}", sent.message);
}

#[test]
fn hostile_names_stay_on_one_line_and_the_text_is_bounded() {
    let hostile = format!("1 (a\r\nSubject: b\u{7}{}) eu-west-1: X: y", "x".repeat(10_000));
    let mut summary = summary(33, Some("run-6"), vec![hostile.clone(); 10]);
    summary.first_changes = vec![hostile.replace('x', "東"); 10];
    summary.operation = "ö\r\nx".repeat(60);
    summary.errors = BTreeMap::from([("AccessDenied".to_owned(), 33)]);
    let sent = notified(&summary);
    assert!(sent.subject.len() < 100 && sent.subject.is_ascii());
    assert!(!sent.subject.contains(['\r', '\n']));
    assert_eq!(sent.message.matches("Subject: b").count(), 2 * LISTED);
    assert!(!sent.message.contains("\nSubject"));
    assert!(sent.message.len() < 10_000, "{} bytes", sent.message.len());
}

#[test]
fn subject_and_text_say_which_failures_are_expected() {
    let mut known = summary(4, Some("run-6"), Vec::new());
    known.result.expected_failures = 4;
    known.expected_records = 20;
    known.expected_added = 2;
    let sent = notified(&known);
    let subject =
        "internet-routes PARTIAL: 4 of 33 targets failed, all expected, 25 records (+3 -1)";
    assert_eq!(sent.subject, subject);
    for part in [
        "is PARTIAL.",
        "4 failed (all expected).",
        "Records: 25 (20 of them expected); since run run-6: 3 added (2 of them expected), 1 removed",
    ] {
        assert!(sent.message.contains(part), "{part} is not in: {}", sent.message);
    }
    known.result.expected_failures = 1;
    known.expired_exceptions = vec!["* * AccessDenied, until 2026-05-31: the\nmove".to_owned()];
    let partly = notified(&known);
    assert!(
        partly.subject.contains("4 of 33 targets failed, 1 of them expected, 25"),
        "{partly:?}"
    );
    let expired = "Exceptions that have expired, and what they are for is still there:\n  * * Acc";
    assert!(partly.message.contains(expired), "{}", partly.message);
}

#[test]
fn a_suite_run_has_one_text_with_a_line_for_each_operation() {
    let of = |operation: &str, failed| Summary {
        operation: operation.to_owned(),
        ..summary(failed, Some("run-6"), Vec::new())
    };
    let run = RunId::parse("run-7").unwrap();
    let index = vec!["s3://results/runs/suites/run-7/index.html".to_owned()];
    let all = suite::summary(run, &[of("vpcs", 0), of("s3-buckets", 2)], index);
    let sent = notified(&all);
    let subject = "2 operations PARTIAL: 2 of 66 targets failed, 50 records (+6 -2)";
    assert_eq!(sent.subject, subject);
    for part in [
        "Run run-7 of 2 operations is PARTIAL.",
        "prefix=runs/suites/run-7/index.html",
        "since each operation's run before: 6 added, 2 removed",
        "  s3-buckets PARTIAL: 2 of 33 failed, 25 records\n  vpcs COMPLETE: 0 of 33 failed",
        "  and 6 more in each operation's changes.csv",
    ] {
        assert!(sent.message.contains(part), "{part} is not in: {}", sent.message);
    }
}
