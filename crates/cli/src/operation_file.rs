//! Operation files on this machine: reading one, with what is wrong with it. What a file means is the
//! definition crate's.

use std::path::Path;

use org_operator_definition::{Checked, Faults, json_of_toml, read_toml};
use serde_json::{Map, Value};

use crate::error::CliError;

const HINT: &str = "`org-operator operations new SERVICE CALL` writes a file to begin with";

/// The definition of the file at `path`, in which nothing is wrong.
pub(crate) fn read(path: &Path) -> Result<Map<String, Value>, CliError> {
    let toml = text(path)?;
    let read = read_toml(&toml).and_then(|_| json_of_toml(&toml));
    let definition = read.map_err(|faults| faulty(path, &faults))?;
    definition.as_object().cloned().ok_or_else(|| {
        CliError::internal(format!("{} cannot be read", path.display()), &"no table")
    })
}

/// The operation of the file at `path`.
pub(crate) fn checked(path: &Path) -> Result<Checked, CliError> {
    read_toml(&text(path)?).map_err(|faults| faulty(path, &faults))
}

/// Every fault of the file, one below the other.
fn faulty(path: &Path, faults: &Faults) -> CliError {
    let number = faults.len();
    let plural = if number == 1 { "" } else { "s" };
    let summary = format!("{} has {number} fault{plural}", path.display());
    CliError::usage(&summary, faults.to_string(), HINT)
}

fn text(path: &Path) -> Result<String, CliError> {
    let summary = format!("the operation file {} cannot be read", path.display());
    std::fs::read_to_string(path).map_err(|e| CliError::usage(&summary, e.to_string(), HINT))
}
