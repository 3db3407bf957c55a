//! The wording of the notification about a run that has ended: a subject and a short text.
//! Links that open without signing in are [`crate::report::shared_link`]'s; who publishes it is
//! decided by whether it has any.

use crate::artifact::REPORT_HTML;
use crate::artifact::suite_index::INDEX;
use crate::contract::handler_output::{HandlerOutput, Notification};
use crate::contract::summary::{OperationResult, RunResult, Summary, operations_in_words};
use crate::model::region::Region;
use crate::outcome::one_line;
use crate::report::console_link;

/// SNS takes a subject of fewer than 100 characters (SNS API reference, `Publish`).
const SUBJECT_CHARS: usize = 99;
/// How many failures, and how many changes, the text has; the summary has more.
const LISTED: usize = 5;
/// Characters of a failure or a change; the rest is cut.
const LINE_CHARS: usize = 200;

impl HandlerOutput {
    /// What is said about a run that has ended; `home` is the Region of the bucket with its files.
    #[must_use]
    pub fn new(summary: Summary, home: &Region) -> Self {
        let words = notification(&summary, home);
        Self { notification: Some(words), result: summary.result }
    }
}

/// Subject and text about a run that has ended; `home` is the Region of the bucket with its files.
#[must_use]
pub fn notification(summary: &Summary, home: &Region) -> Notification {
    Notification { subject: subject(summary), message: message(summary, home) }
}

fn subject(summary: &Summary) -> String {
    let RunResult { status, targets, failed, records, added, removed, .. } = &summary.result;
    let changed = match (added, removed) {
        (Some(added), Some(removed)) => format!(" (+{added} -{removed})"),
        _ => String::new(),
    };
    let expected = summary.result.expected_in_words().map(|words| format!(", {words}"));
    let known = expected.unwrap_or_default();
    let what = operations_in_words(&summary.operation, summary.operations.len());
    let found =
        if summary.rows.is_empty() { format!("{records} records{changed}") } else { rows(summary) };
    let text = format!("{what} {status}: {failed} of {targets} targets failed{known}, {found}");
    let printable = |c: &char| c.is_ascii() && !c.is_ascii_control();
    text.chars().filter(printable).take(SUBJECT_CHARS).collect()
}

fn message(summary: &Summary, home: &Region) -> String {
    let RunResult { run_id, status, failed, added, removed, artifacts, .. } = &summary.result;
    let what = operations_in_words(&summary.operation, summary.operations.len());
    let differing = added.unwrap_or(0) + removed.unwrap_or(0);
    let whose = if summary.operations.is_empty() { "" } else { "each operation's " };
    let files = ["changes.csv", "coverage.csv"].map(|file| format!("{whose}{file}"));
    let changes = ("changes", differing, files[0].as_str());
    let failures = ("failures", *failed, files[1].as_str());
    let mut text = format!("Run {run_id} of {what} is {status}.\n");
    text.push_str(&report(artifacts, home));
    text.push('\n');
    text.push_str(&counts(&summary.result));
    text.push_str(&rows_line(summary));
    text.push_str(&changes_since(summary));
    text.push_str(&errors(summary));
    text.push_str(&not_asked(summary));
    text.push_str(&operations(&summary.operations));
    text.push_str(&listed(changes, &summary.first_changes));
    text.push_str(&listed(failures, &summary.first_failures));
    text.push_str(&expired(summary));
    text.push_str("\nFiles:\n");
    text.extend(artifacts.iter().map(|artifact| format!("  {artifact}\n")));
    text
}

/// Where to look first: the report, or the page over several, in the console.
fn report(artifacts: &[String], home: &Region) -> String {
    let link = page(artifacts).and_then(|uri| console_link::object(uri, home));
    link.map(|link| format!("Report (sign in, then Open): {link}\n")).unwrap_or_default()
}

/// The report, or the page over several.
pub(crate) fn page(artifacts: &[String]) -> Option<&String> {
    let ends = [REPORT_HTML.name, INDEX].map(|name| format!("/{name}"));
    artifacts.iter().find(|uri| ends.iter().any(|end| uri.ends_with(end)))
}

fn counts(result: &RunResult) -> String {
    let RunResult { targets, succeeded, skipped, failed, .. } = result;
    let known = result.expected_in_brackets();
    format!(
        "Targets (account and Region): {targets}; {succeeded} succeeded, {skipped} skipped, \
         {failed} failed{known}.\n"
    )
}

/// A line about the rows of a run that applied a plan; nothing for others.
fn rows_line(summary: &Summary) -> String {
    if summary.rows.is_empty() {
        return String::new();
    }
    format!("Rows of the plan: {}.\n", rows(summary))
}

/// The rows of a run that applied a plan by outcome.
fn rows(summary: &Summary) -> String {
    let count = |(outcome, count): (&String, &u64)| format!("{count} {outcome}");
    summary.rows.iter().map(count).collect::<Vec<_>>().join(", ")
}

/// A line for each operation of a suite run.
fn operations(operations: &[OperationResult]) -> String {
    if operations.is_empty() {
        return String::new();
    }
    let line = |of: &OperationResult| {
        let RunResult { status, targets, failed, records, .. } = &of.result;
        let (operation, known) = (&of.operation, of.result.expected_in_brackets());
        format!("  {operation} {status}: {failed} of {targets} failed{known}, {records} records\n")
    };
    let lines: String = operations.iter().map(line).collect();
    format!("\nOperations:\n{lines}")
}

fn changes_since(summary: &Summary) -> String {
    let RunResult { records, added, removed, .. } = &summary.result;
    let among = |count: u64| match count {
        0 => String::new(),
        some => format!(" ({some} of them expected)"),
    };
    let expected = among(summary.expected_records);
    match (&summary.previous_run_id, added, removed) {
        (previous, Some(added), Some(removed)) => {
            let known = among(summary.expected_added);
            let since = previous.as_ref().map_or_else(
                || "each operation's run before".to_owned(),
                |run| format!("run {run}"),
            );
            format!(
                "Records: {records}{expected}; since {since}: {added} added{known}, {removed} \
                 removed.\n"
            )
        }
        _ => format!("Records: {records}{expected}; there is no earlier run to compare with.\n"),
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

/// The first lines of a list of `count`, how many more there are and in which file; or nothing.
fn listed((what, count, file): (&str, u64, &str), lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let shown = lines.iter().take(LISTED);
    let more = count.saturating_sub(shown.len() as u64);
    let mut text = format!("\nThe first {what}:\n");
    text.extend(shown.map(|line| short(line)));
    text.extend((more > 0).then(|| format!("  and {more} more in {file}\n")));
    text
}

/// The exceptions that have expired and would still be for something; or nothing.
fn expired(summary: &Summary) -> String {
    if summary.expired_exceptions.is_empty() {
        return String::new();
    }
    let lines = summary.expired_exceptions.iter().take(LISTED).map(|line| short(line));
    let heading = "\nExceptions that have expired, and what they are for is still there:\n";
    [heading.to_owned()].into_iter().chain(lines).collect()
}

/// A line of people's text, such as the names of accounts: kept on one line, and cut.
fn short(line: &str) -> String {
    let cut: String = one_line(line).chars().take(LINE_CHARS).collect();
    format!("  {cut}\n")
}

#[cfg(test)]
pub(crate) mod tests;
