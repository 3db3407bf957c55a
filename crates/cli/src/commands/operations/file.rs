//! Operation files: checking them, and writing one to begin with.

use std::path::PathBuf;

use org_operator_definition::{infer, to_toml};
use org_operator_operations::DefinedOperation;
use org_operator_operations::Operation;
use serde_json::Value;

use super::{pretty, show};
use crate::error::CliError;
use crate::exit::Exit;
use crate::operation_file;
use crate::output::printer;

/// Checks each file; the faults of all are told before the command ends.
pub(super) fn check(files: &[PathBuf], json: bool) -> Result<Exit, CliError> {
    let (mut right, mut exit) = (Vec::new(), Exit::Complete);
    for path in files {
        match operation_file::checked(path) {
            Ok(checked) => right.push((path, DefinedOperation::new(checked))),
            Err(error) => {
                printer::error(&error);
                exit = error.exit;
            }
        }
    }
    if json {
        let described = right.iter().map(|(_, operation)| show::described(operation.spec()));
        printer::data(pretty(&described.collect::<Value>()).as_bytes())?;
        return Ok(exit);
    }
    for (path, operation) in right {
        let spec = operation.spec();
        let line = format!(
            "{}: {} has {} columns and needs {}\n",
            path.display(),
            spec.name,
            spec.columns.len(),
            spec.actions.join(", ")
        );
        printer::data(line.as_bytes())?;
    }
    Ok(exit)
}

/// The text of a file that asks `call` of `service`.
pub(super) fn new(service: &str, call: &str) -> Result<String, CliError> {
    let definition = infer(service, call).map_err(|faults| {
        let summary = format!("there is no file for {service} {call}");
        let hint = "`org-operator operations find WORD` finds services and calls";
        CliError::usage(&summary, faults.to_string(), hint)
    })?;
    Ok(to_toml(&definition))
}
