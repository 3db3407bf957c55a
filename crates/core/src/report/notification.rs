//! The wording of the notification about a run that has ended: a subject and a short text.
//! Publishing it is the state machine's.

use std::fmt::Write;

use crate::contract::handler_output::{HandlerOutput, Notification};
use crate::contract::summary::{RunResult, Summary};
use crate::model::region::Region;
use crate::outcome::one_line;

/// SNS takes a subject of fewer than 100 characters (SNS API reference, `Publish`).
const SUBJECT_CHARS: usize = 99;
/// How many failures, and how many changes, the text has; the summary has more.
const LISTED: usize = 5;
/// Characters of a failure or a change; the rest is cut.
const LINE_CHARS: usize = 200;

impl From<Summary> for HandlerOutput {
    fn from(summary: Summary) -> Self {
        Self { notification: notification(&summary), result: summary.result }
    }
}

/// Subject and text about a run that has ended.
#[must_use]
pub fn notification(summary: &Summary) -> Notification {
    Notification { subject: subject(summary), message: message(summary) }
}

fn subject(summary: &Summary) -> String {
    let RunResult { status, targets, failed, records, added, removed, .. } = &summary.result;
    let changed = match (added, removed) {
        (Some(added), Some(removed)) => format!(" (+{added} -{removed})"),
        _ => String::new(),
    };
    let operation = &summary.operation;
    let text = format!(
        "{operation} {status}: {failed} of {targets} targets failed, {records} records{changed}"
    );
    let printable = |c: &char| c.is_ascii() && !c.is_ascii_control();
    text.chars().filter(printable).take(SUBJECT_CHARS).collect()
}

fn message(summary: &Summary) -> String {
    let RunResult { run_id, status, targets, succeeded, skipped, failed, artifacts, .. } =
        &summary.result;
    let operation = &summary.operation;
    let mut text = format!(
        "Run {run_id} of {operation} is {status}.\n\n\
         Targets (account and Region): {targets}; {succeeded} succeeded, {skipped} skipped, {failed} failed.\n"
    );
    text.push_str(&changes(summary));
    text.push_str(&errors(summary));
    text.push_str(&not_asked(summary));
    text.push_str(&listed("changes", &summary.first_changes));
    text.push_str(&listed("failures", &summary.first_failures));
    text.push_str("\nFiles:\n");
    for artifact in artifacts {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {artifact}");
    }
    text
}

fn changes(summary: &Summary) -> String {
    let RunResult { records, added, removed, .. } = &summary.result;
    match (&summary.previous_run_id, added, removed) {
        (Some(previous), Some(added), Some(removed)) => {
            format!("Records: {records}; since run {previous}: {added} added, {removed} removed.\n")
        }
        _ => format!("Records: {records}; there is no earlier run to compare with.\n"),
    }
}

fn errors(summary: &Summary) -> String {
    if summary.errors.is_empty() {
        return String::new();
    }
    let kinds = summary.errors.iter().map(|(kind, count)| format!("{kind} {count}"));
    format!("By error kind: {}.\n", kinds.collect::<Vec<_>>().join(", "))
}

fn not_asked(summary: &Summary) -> String {
    let regions: Vec<&str> = summary.regions_not_asked.iter().map(Region::as_str).collect();
    if regions.is_empty() {
        return String::new();
    }
    format!("Regions of the partition that were not asked: {}.\n", regions.join(", "))
}

/// The first lines of a list under its heading, or nothing.
fn listed(what: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut text = format!("\nThe first {what}:\n");
    for line in lines.iter().take(LISTED) {
        // Account names are people's text: kept on one line, and cut.
        let short: String = one_line(line).chars().take(LINE_CHARS).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {short}");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::contract::summary::Status;
    use crate::model::id::RunId;

    const CHANGE: &str = "added 111111111111 (Shop) eu-west-1: vpc-1 rtb-1 0.0.0.0/0 igw-1";

    fn summary(failed: u64, previous: Option<&str>, failures: Vec<String>) -> Summary {
        let result = RunResult {
            run_id: RunId::parse("run-7").unwrap(),
            status: if failed == 0 { Status::Complete } else { Status::Partial },
            targets: 33,
            succeeded: 33 - failed,
            skipped: 0,
            failed,
            records: 25,
            added: previous.map(|_| 3),
            removed: previous.map(|_| 1),
            artifacts: vec![
                "s3://results/runs/internet-routes/run-7/internet-routes.csv".to_owned(),
            ],
        };
        Summary {
            result,
            operation: "internet-routes".to_owned(),
            previous_run_id: previous.and_then(RunId::parse),
            accounts: 11,
            api_calls: 33,
            errors: (failed > 0)
                .then_some(("AccessDenied".to_owned(), failed))
                .into_iter()
                .collect(),
            first_failures: failures,
            first_changes: previous.map(|_| CHANGE.to_owned()).into_iter().collect(),
            regions_not_asked: Region::parse("eu-south-1").into_iter().collect(),
            started_at: None,
            ended_at: None,
            duration_ms: None,
        }
    }

    #[test]
    fn the_text_has_status_counts_changes_failures_and_artifacts() {
        let failure = "111111111111 (Shop) eu-west-1: AccessDenied: not allowed".to_owned();
        let sent = notification(&summary(4, Some("run-6"), vec![failure.clone()]));
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
        ] {
            assert!(sent.message.contains(part), "{part} is not in: {}", sent.message);
        }
    }

    #[test]
    fn a_complete_first_run_has_neither_changes_nor_failures() {
        let sent = notification(&summary(0, None, Vec::new()));
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
        let sent = notification(&summary);
        assert!(sent.subject.len() < 100 && sent.subject.is_ascii());
        assert!(!sent.subject.contains(['\r', '\n']));
        assert_eq!(sent.message.matches("Subject: b").count(), 2 * LISTED);
        assert!(!sent.message.contains("\nSubject"));
        assert!(sent.message.len() < 10_000, "{} bytes", sent.message.len());
    }
}
