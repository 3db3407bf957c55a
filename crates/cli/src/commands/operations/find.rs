//! Finding what can be asked by a word: operations, services, calls.

use org_operator_definition::{Found, find};
use serde_json::{Value, json};

use super::{all, pretty};
use crate::error::CliError;
use crate::output::columns::aligned;

/// Everything that `word` is found in.
pub(super) fn text(word: &str, as_json: bool) -> Result<String, CliError> {
    let operations = all()?;
    let known = operations.iter().map(|operation| {
        let spec = operation.spec();
        (spec.name.as_str(), spec.summary.as_str())
    });
    let looked = find(word, known);
    let found = looked.map_err(|e| CliError::internal("the models cannot be read", &e))?;
    if found.is_empty() {
        let summary = format!("nothing is called `{word}`");
        let cause = "no operation, service or call has it in its name";
        return Err(CliError::usage(&summary, cause, "try a shorter word: `gateway`, `policy`"));
    }
    if as_json {
        return Ok(pretty(&found.iter().map(described).collect::<Value>()));
    }
    Ok(aligned(&found.iter().map(row).collect::<Vec<_>>()))
}

fn row(found: &Found) -> Vec<String> {
    match found {
        Found::Operation { name, summary } => {
            vec!["operation".to_owned(), name.clone(), summary.clone()]
        }
        Found::Service { name, calls } => {
            vec!["service".to_owned(), name.clone(), format!("{calls} calls")]
        }
        Found::Call { service, call, documentation } => {
            vec!["call".to_owned(), format!("{service} {call}"), documentation.clone()]
        }
    }
}

fn described(found: &Found) -> Value {
    match found {
        Found::Operation { name, summary } => json!({ "Operation": name, "Summary": summary }),
        Found::Service { name, calls } => json!({ "Service": name, "Calls": calls }),
        Found::Call { service, call, documentation } => {
            json!({ "Service": service, "Call": call, "Documentation": documentation })
        }
    }
}
