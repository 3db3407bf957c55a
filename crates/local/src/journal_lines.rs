//! A journal's lines: one JSON object per entry of the ledger. Files are the journal's business.

use org_operator_core::contract::ledger::{
    Entry, Key, LedgerRecord, WorkerFailure, outcome_key, record_key,
};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{Error, ErrorKind, Outcome, Record, Verdict};
use serde::{Deserialize, Serialize};

/// A line: the entry's sort key, and one of the three.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    entry: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<OutcomeLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    record: Option<RecordLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<FailureLine>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OutcomeLine {
    status: String,
    error: Option<String>,
    message: String,
    attempts: u32,
    started_at: String,
    ended_at: String,
    records: u64,
    calls: u64,
    attempt: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RecordLine {
    attempt: String,
    cells: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FailureLine {
    error: String,
    cause: String,
}

/// Adds an outcome's line to `lines`.
pub(crate) fn outcome(lines: &mut Vec<u8>, outcome: &Outcome) -> Result<(), Error> {
    let error = outcome.verdict.error();
    let line = OutcomeLine {
        status: outcome.verdict.status().to_owned(),
        error: error.map(|(kind, _)| kind.name().to_owned()),
        message: error.map_or_else(String::new, |(_, message)| message.to_owned()),
        attempts: outcome.attempts,
        started_at: outcome.started_at.to_string(),
        ended_at: outcome.ended_at.to_string(),
        records: outcome.records,
        calls: outcome.calls,
        attempt: outcome.attempt.clone(),
    };
    let entry = outcome_key(&outcome.region);
    push(lines, &Line { entry, outcome: Some(line), ..Line::default() })
}

/// Adds a record's line.
pub(crate) fn record(lines: &mut Vec<u8>, record: &LedgerRecord) -> Result<(), Error> {
    let LedgerRecord { region, attempt, record } = record;
    let line = RecordLine { attempt: attempt.clone(), cells: record.cells.clone() };
    let entry = record_key(region, &record.key);
    push(lines, &Line { entry, record: Some(line), ..Line::default() })
}

/// Adds the line of a work item that was given up.
pub(crate) fn failure(lines: &mut Vec<u8>, failure: &WorkerFailure) -> Result<(), Error> {
    let WorkerFailure { first_region, error, cause } = failure.clone();
    let entry = format!("worker-failure#{first_region}");
    push(lines, &Line { entry, failure: Some(FailureLine { error, cause }), ..Line::default() })
}

fn push(lines: &mut Vec<u8>, line: &Line) -> Result<(), Error> {
    let written = serde_json::to_writer(&mut *lines, line);
    written.map_err(|e| Error::new(ErrorKind::OperationFailed, e.to_string()))?;
    lines.push(b'\n');
    Ok(())
}

/// The entry of a line with its sort key, or `None` where the line is none of ours: one that was
/// cut when a process died is no JSON any more.
pub(crate) fn parse(line: &[u8]) -> Option<(String, Entry)> {
    let line: Line = serde_json::from_slice(line).ok()?;
    let entry = match (Key::parse(&line.entry)?, line.outcome, line.record, line.failure) {
        (Key::Outcome(region), Some(outcome), None, None) => {
            let kind = match &outcome.error {
                Some(name) => Some(name.parse().ok()?),
                None => None,
            };
            Entry::Outcome(Outcome {
                region,
                verdict: Verdict::parse(&outcome.status, kind, &outcome.message)?,
                attempts: outcome.attempts,
                started_at: Timestamp::parse(&outcome.started_at)?,
                ended_at: Timestamp::parse(&outcome.ended_at)?,
                records: outcome.records,
                calls: outcome.calls,
                attempt: outcome.attempt,
            })
        }
        (Key::Record(region, key), None, Some(record), None) => Entry::Record(LedgerRecord {
            region,
            attempt: record.attempt,
            record: Record { key, cells: record.cells },
        }),
        (Key::WorkerFailure(first_region), None, None, Some(failure)) => {
            let FailureLine { error, cause } = failure;
            Entry::WorkerFailure(WorkerFailure { first_region, error, cause })
        }
        _ => return None,
    };
    Some((line.entry, entry))
}

/// Whether the line is an outcome's, without reading it.
pub(crate) fn is_outcome(line: &[u8]) -> bool {
    line.starts_with(b"{\"Entry\":\"outcome#")
}
