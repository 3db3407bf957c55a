//! A suite run on stdout: a line per operation, in the form that was asked for. The operations' records
//! are in their files.

use std::path::Path;

use org_operator_core::artifact::SUMMARY;
use org_operator_core::artifact::suite_index::{HEADS, numbers};
use org_operator_core::contract::summary::{OperationResult, Summary};
use org_operator_core::report::csv_table::Table;
use serde_json::Value;

use crate::commands::run::args::Format;
use crate::error::CliError;
use crate::output::columns::aligned;
use crate::output::printer::{self, Printer};

const WHAT: &str = "the operations' results cannot be printed";

/// Prints the results of the suite run in `folder`, by its summary.
pub(crate) fn print(
    printer: Printer,
    folder: &Path,
    format: Option<Format>,
) -> Result<(), CliError> {
    let path = folder.join(SUMMARY.name);
    let bytes = std::fs::read(path).map_err(|e| CliError::local(WHAT, &e))?;
    let summary: Summary =
        serde_json::from_slice(&bytes).map_err(|e| CliError::internal(WHAT, &e))?;
    let operations = &summary.operations;
    let text = match format {
        Some(Format::Jsonl) => lines(operations)?,
        Some(Format::Json) => array(operations)?,
        Some(Format::Table) => table(operations),
        None if printer.data_is_seen() => table(operations),
        Some(Format::Csv) | None => csv(operations)?,
    };
    printer::data(text.as_bytes())
}

fn row(operation: &OperationResult) -> Vec<String> {
    let own = [operation.operation.clone(), operation.result.status.to_string()];
    own.into_iter().chain(numbers(&operation.result)).collect()
}

fn heads() -> Vec<&'static str> {
    ["operation", "status"].into_iter().chain(HEADS).collect()
}

fn table(operations: &[OperationResult]) -> String {
    let head = heads().into_iter().map(str::to_owned).collect();
    aligned(&std::iter::once(head).chain(operations.iter().map(row)).collect::<Vec<_>>())
}

fn csv(operations: &[OperationResult]) -> Result<String, CliError> {
    let broken = |e| CliError::of(WHAT, &e, None);
    let mut table = Table::new(heads()).map_err(broken)?;
    for operation in operations {
        table.row(row(operation).iter().map(String::as_str)).map_err(broken)?;
    }
    let bytes = table.take().map_err(broken)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn array(operations: &[OperationResult]) -> Result<String, CliError> {
    let text = serde_json::to_string_pretty(operations);
    text.map(|text| text + "\n").map_err(|e| CliError::internal(WHAT, &e))
}

fn lines(operations: &[OperationResult]) -> Result<String, CliError> {
    let line = |operation: &OperationResult| serde_json::to_value(operation);
    let values: Result<Vec<Value>, _> = operations.iter().map(line).collect();
    let values = values.map_err(|e| CliError::internal(WHAT, &e))?;
    let text = |value: &Value| format!("{value}\n");
    Ok(values.iter().map(text).collect())
}
