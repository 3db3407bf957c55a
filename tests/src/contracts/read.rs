//! Files and documents by today's types: each is read, written again and compared, so that whatever
//! a type no longer knows is named.

use org_operator_core::contract::account_row::AccountRow;
use org_operator_core::contract::coverage_row::CoverageRow;
use org_operator_core::contract::handler_output::HandlerOutput;
use org_operator_core::contract::journal::JournalLine;
use org_operator_core::contract::latest::Latest;
use org_operator_core::contract::ledger_item::{FailureAttributes, LedgerItem};
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::contract::record_row::{ChangeRow, RecordRow, columns_with};
use org_operator_core::contract::summary::Summary;
use org_operator_core::contract::table_line::CoverageLine;
use org_operator_core::contract::work_item::{WorkItem, WorkerResult};
use org_operator_core::exceptions::{EXPECTED, Exceptions};
use org_operator_core::input::request::FanoutEvent;
use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::Column;
use org_operator_core::report::sql_table::column_names;
use org_operator_core::{RunId, WorkerEvent};
use org_operator_fanout::read_exceptions;
use org_operator_operations::catalogue;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is wrong with a file, in words that begin with the place in it.
pub type Faults = Vec<String>;

/// Reads a file by the type that its name tells.
#[must_use]
pub fn faults(path: &str, bytes: &[u8]) -> Faults {
    let faults = read(path, bytes).unwrap_or_else(|fault| vec![fault]);
    faults.into_iter().map(|fault| format!("{path}: {fault}")).collect()
}

fn read(path: &str, bytes: &[u8]) -> Result<Faults, String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "request.json" => request(bytes),
        "fanout-event.json" => json::<FanoutEvent>(bytes),
        "worker-event.json" => json::<WorkerEvent>(bytes),
        "worker-output.json" => json::<WorkerResult>(bytes),
        "result-handler-output.json" => json::<HandlerOutput>(bytes),
        "plan.json" => json::<RunPlan>(bytes),
        "summary.json" => json::<Summary>(bytes),
        "exceptions.json" => json::<Exceptions>(bytes),
        "exceptions.toml" => exceptions(bytes),
        "latest.json" => json::<Latest>(bytes),
        "manifest.json" => json::<Vec<WorkItem>>(bytes),
        "ledger-items.json" => items(bytes),
        "accounts.csv" => csv::<AccountRow>(bytes, |row| {
            pairs(&AccountRow::COLUMNS, row.cells().iter().map(ToString::to_string))
        }),
        "coverage.csv" => csv::<CoverageRow>(bytes, |row| {
            pairs(&CoverageRow::COLUMNS, row.cells().iter().map(ToString::to_string))
        }),
        _ if name.starts_with("resume-") => json::<Vec<WorkItem>>(bytes),
        _ if folder == "journal" => lines(bytes, journal_line),
        _ if folder.starts_with("tables/coverage/") => lines(bytes, coverage_line),
        _ => operations_file(path, name, bytes),
    }
}

/// A file whose columns are those of an operation.
fn operations_file(path: &str, name: &str, bytes: &[u8]) -> Result<Faults, String> {
    let of_path = |name: &&str| path.contains(&format!("/{name}/"));
    let operation = catalogue().names().find(of_path).ok_or("of no operation")?;
    let found = catalogue().resolve(operation, None, &Map::new()).map_err(text)?;
    let beside = ["unit_path", "email", "tag:team", EXPECTED].map(|name| Column::new(name, ""));
    let columns = columns_with(found.spec(), &beside);
    match name.strip_prefix(operation).unwrap_or(name) {
        _ if path.starts_with("tables/") => {
            lines(bytes, |line| table_line(&column_names(&columns), line))
        }
        ".jsonl" => lines(bytes, |line| record_line(&columns, line)),
        ".csv" => records(bytes, |header, row| {
            let row = RecordRow::parse_csv(&columns, header, row)?;
            Ok(pairs(&columns, row.texts().map(str::to_owned)))
        }),
        "changes.csv" => records(bytes, |header, row| {
            let row = ChangeRow::parse_csv(&columns, header, row)?;
            let all: Vec<String> =
                std::iter::once(ChangeRow::COLUMN.to_owned()).chain(columns.clone()).collect();
            Ok(pairs(&all, row.texts().map(str::to_owned)))
        }),
        _ => Err("no type reads it".to_owned()),
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// A document that is read and written by `T`.
fn json<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<Faults, String> {
    let document: T = serde_json::from_slice(bytes).map_err(text)?;
    let before: Value = serde_json::from_slice(bytes).map_err(text)?;
    let after = serde_json::to_value(&document).map_err(text)?;
    let mut lost = Vec::new();
    compare(&before, &after, "", &mut lost);
    Ok(lost)
}

/// The exceptions that people write: nothing in them is wrong.
fn exceptions(bytes: &[u8]) -> Result<Faults, String> {
    let toml = std::str::from_utf8(bytes).map_err(text)?;
    let mut violations = Violations::default();
    read_exceptions("file", toml, &mut violations);
    Ok(violations.listed().iter().map(ToString::to_string).collect())
}

/// A bare request; fields that say nothing need not be written again.
fn request(bytes: &[u8]) -> Result<Faults, String> {
    let event: FanoutEvent = serde_json::from_slice(bytes).map_err(text)?;
    let before: Value = serde_json::from_slice(bytes).map_err(text)?;
    let after = serde_json::to_value(&event.request).map_err(text)?;
    let mut lost = Vec::new();
    compare(&without_neutral(before), &after, "", &mut lost);
    Ok(lost)
}

fn without_neutral(value: Value) -> Value {
    let Value::Object(fields) = value else { return value };
    let fields = fields.into_iter().map(|(name, value)| (name, without_neutral(value)));
    let says = |value: &Value| {
        *value != Value::Bool(false) && value.as_object().is_none_or(|fields| !fields.is_empty())
    };
    Value::Object(fields.filter(|(_, value)| says(value)).collect())
}

/// Notes each value of `before` that is not the same in `after`.
fn compare(before: &Value, after: &Value, path: &str, lost: &mut Faults) {
    match (before, after) {
        (Value::Object(fields), Value::Object(_)) => {
            for (name, value) in fields {
                compare(value, &after[name], &format!("{path}.{name}"), lost);
            }
        }
        (Value::Array(values), Value::Array(others)) if values.len() == others.len() => {
            for (i, (value, other)) in values.iter().zip(others).enumerate() {
                compare(value, other, &format!("{path}[{i}]"), lost);
            }
        }
        _ if before == after => {}
        _ => lost.push(format!("{}: {before} became {after}", path.trim_start_matches('.'))),
    }
}

/// A CSV file with columns of its own.
fn csv<T: DeserializeOwned>(
    bytes: &[u8],
    cells: impl Fn(&T) -> Vec<(String, String)>,
) -> Result<Faults, String> {
    records(bytes, |header, row| {
        let row: T = row.deserialize(Some(header)).map_err(text)?;
        Ok(cells(&row))
    })
}

fn pairs(
    columns: &[impl AsRef<str>],
    cells: impl Iterator<Item = String>,
) -> Vec<(String, String)> {
    columns.iter().map(|column| column.as_ref().to_owned()).zip(cells).collect()
}

/// Compares each row with what a type makes of it, column by column.
fn records(
    bytes: &[u8],
    read: impl Fn(&csv::StringRecord, &csv::StringRecord) -> Result<Vec<(String, String)>, String>,
) -> Result<Faults, String> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().map_err(text)?.clone();
    let mut lost = Vec::new();
    for (number, row) in (1..).zip(reader.records()) {
        let row = row.map_err(text)?;
        let after = read(&header, &row).map_err(|fault| format!("row {number}: {fault}"))?;
        for (column, cell) in header.iter().zip(&row) {
            if !after.iter().any(|(name, after)| name == column && after == cell) {
                lost.push(format!("row {number}: {column}: {cell:?} is lost"));
            }
        }
    }
    Ok(lost)
}

/// Compares each line of JSON Lines with what `read` makes of it.
fn lines(bytes: &[u8], read: impl Fn(&[u8]) -> Result<Value, String>) -> Result<Faults, String> {
    let mut lost = Vec::new();
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    for (number, line) in (1..).zip(lines) {
        let after = read(line).map_err(|fault| format!("line {number}: {fault}"))?;
        let before = serde_json::from_slice(line).map_err(text)?;
        compare(&before, &after, &format!("line {number}"), &mut lost);
    }
    Ok(lost)
}

fn record_line(columns: &[String], line: &[u8]) -> Result<Value, String> {
    let row = RecordRow::parse_line(columns, line)?;
    let mut again = Vec::new();
    row.write_line(columns, &mut again).map_err(text)?;
    serde_json::from_slice(&again).map_err(text)
}

/// A line of a table of records: it has the run besides the record.
fn table_line(columns: &[String], line: &[u8]) -> Result<Value, String> {
    let before: Value = serde_json::from_slice(line).map_err(text)?;
    let run_id = RunId::deserialize(&before["run_id"]).map_err(text)?;
    let mut after = record_line(columns, line)?;
    after["run_id"] = run_id.as_str().into();
    Ok(after)
}

fn coverage_line(line: &[u8]) -> Result<Value, String> {
    let line: CoverageLine<'_> = serde_json::from_slice(line).map_err(text)?;
    serde_json::to_value(line).map_err(text)
}

fn journal_line(line: &[u8]) -> Result<Value, String> {
    JournalLine::parse(line).ok_or("no entry of the ledger")?;
    let line: JournalLine = serde_json::from_slice(line).map_err(text)?;
    serde_json::to_value(line).map_err(text)
}

/// Items of DynamoDB: their plain values are the contract's.
fn items(bytes: &[u8]) -> Result<Faults, String> {
    let items: Vec<Value> = serde_json::from_slice(bytes).map_err(text)?;
    let mut lost = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let before = plain(item);
        let read = LedgerItem::deserialize(&before).map_err(|e| format!("[{number}]: {e}"))?;
        let mut after = serde_json::to_value(read).map_err(text)?;
        if before.get("Kind").is_some() {
            // What is there for people who read the table only.
            let failure = FailureAttributes::deserialize(&before).map_err(text)?;
            let failure = serde_json::to_value(failure).map_err(text)?;
            for (name, value) in failure.as_object().into_iter().flatten() {
                after[name] = value.clone();
            }
        }
        compare(&before, &after, &format!("[{number}]"), &mut lost);
    }
    Ok(lost)
}

/// The value of an item in DynamoDB's JSON without the types.
fn plain(item: &Value) -> Value {
    let value = |typed: &Value| match typed.as_object().into_iter().flatten().next() {
        Some((kind, value)) if kind == "N" => {
            value.as_str().and_then(|number| serde_json::from_str(number).ok()).unwrap_or_default()
        }
        Some((kind, value)) if kind == "L" => {
            value.as_array().into_iter().flatten().map(|element| element["S"].clone()).collect()
        }
        Some((_, value)) => value.clone(),
        None => Value::Null,
    };
    let fields = item.as_object().into_iter().flatten();
    Value::Object(fields.map(|(name, typed)| (name.clone(), value(typed))).collect())
}
