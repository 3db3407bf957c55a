//! One operation: everything that its declaration says.

use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::{Access, Column, Parameter, Scope, Spec};
use org_operator_operations::catalogue;
use serde_json::{Value, json};

use super::{access, pretty};
use crate::error::CliError;
use crate::output::columns::aligned;

/// The operation of the catalogue called `name`.
pub(super) fn text(name: &str, json: bool) -> Result<String, CliError> {
    let mut violations = Violations::default();
    let found = catalogue().find(name, &mut violations);
    let operation = violations.into_result("name", found).map_err(|e| {
        let remedy = "`org-operator operations` lists them";
        CliError::usage(&format!("there is no operation `{name}`"), e.message(), remedy)
    })?;
    let spec = operation.spec();
    Ok(if json { pretty(&described(spec)) } else { shown(spec) })
}

fn shown(spec: &Spec) -> String {
    let question = spec.documentation.question.as_ref().map(|text| format!("{text}\n"));
    let parts: [String; 6] = [
        format!("{}: {} ({})\n", spec.name, spec.summary, access(spec)),
        question.unwrap_or_default(),
        format!("\ncolumns, after account_id, account_name and region:\n{}", columns(spec)),
        format!("\nparameters: {}\n", parameters(spec)),
        format!("IAM actions: {}\n", spec.actions.join(", ")),
        not_seen(spec),
    ];
    parts.concat() + &example(spec)
}

fn columns(spec: &Spec) -> String {
    let rows = spec.columns.iter().map(|column| {
        let key = if spec.key.contains(&column.name) { "key" } else { "" };
        [" ", &column.name, key, &column.meaning].map(str::to_owned).to_vec()
    });
    aligned(&rows.collect::<Vec<_>>())
}

fn parameters(spec: &Spec) -> String {
    if spec.parameters.is_empty() {
        return "none".to_owned();
    }
    let rows = spec.parameters.iter().map(|parameter| {
        let default = match &parameter.default {
            Some(default) => format!("{}, {default} if not set", parameter.kind),
            None => format!("{}, must be set", parameter.kind),
        };
        vec![" ".to_owned(), parameter.name.clone(), default, parameter.meaning.clone()]
    });
    format!("\n{}", aligned(&rows.collect::<Vec<_>>()).trim_end())
}

fn not_seen(spec: &Spec) -> String {
    let sentences = spec.documentation.not_seen.iter();
    let lines: Vec<String> = sentences.map(|sentence| format!("  {sentence}\n")).collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("what it does not see:\n{}", lines.concat())
}

fn example(spec: &Spec) -> String {
    let cells = spec.columns.iter().zip(&spec.documentation.example);
    let rows: Vec<Vec<String>> = cells
        .map(|(column, cell)| vec![" ".to_owned(), column.name.clone(), cell.clone()])
        .collect();
    if rows.is_empty() {
        String::new()
    } else {
        format!("a row as an example:\n{}", aligned(&rows))
    }
}

/// The declaration as JSON.
pub(super) fn described(spec: &Spec) -> Value {
    let documentation = &spec.documentation;
    json!({
        "Name": spec.name,
        "Summary": spec.summary,
        "Question": documentation.question,
        "Suite": documentation.suite,
        "Services": spec.services,
        "Global": spec.scope == Scope::Global,
        "ReadOnly": spec.access == Access::ReadOnly,
        "Actions": spec.actions,
        "Columns": spec.columns.iter().map(column).collect::<Value>(),
        "Key": spec.key,
        "Parameters": spec.parameters.iter().map(parameter).collect::<Value>(),
        "NotSeen": documentation.not_seen,
        "Example": documentation.example,
    })
}

fn column(column: &Column) -> Value {
    json!({ "Name": column.name, "Meaning": column.meaning, "Computed": column.computed })
}

fn parameter(parameter: &Parameter) -> Value {
    json!({
        "Name": parameter.name,
        "Meaning": parameter.meaning,
        "Type": parameter.kind,
        "Default": parameter.default,
        "Allowed": parameter.allowed,
    })
}
