//! `org-operator operations`: what can be asked. No AWS call is made.

pub(crate) mod args;

use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::{Access, Spec};
use org_operator_operations::{CATALOGUE, Operation, find};
use serde_json::{Value, json};

use crate::error::CliError;
use crate::exit::Exit;
use crate::output::columns::aligned;
use crate::output::printer;
use args::{OperationsArgs, OperationsCommand};

/// Prints the catalogue, or one operation of it.
pub(crate) fn run(args: &OperationsArgs) -> Result<Exit, CliError> {
    let text = match &args.show {
        None if args.json => pretty(&all().map(described).collect()),
        None => aligned(&listed(all())),
        Some(OperationsCommand::Show { name }) => {
            let spec = named(name)?;
            if args.json { pretty(&described(spec)) } else { shown(spec) }
        }
    };
    printer::data(text.as_bytes())?;
    Ok(Exit::Complete)
}

fn all() -> impl Iterator<Item = &'static Spec> {
    CATALOGUE.iter().map(|operation| operation.spec())
}

fn named(name: &str) -> Result<&'static Spec, CliError> {
    let mut violations = Violations::default();
    let found = find(CATALOGUE, name, &mut violations).map(Operation::spec);
    violations.into_result("name", found).map_err(|e| {
        let remedy = "`org-operator operations` lists them";
        CliError::usage(&format!("there is no operation `{name}`"), e.message(), remedy)
    })
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn access(spec: &Spec) -> &'static str {
    match spec.access {
        Access::ReadOnly => "reads only",
        Access::Mutating => "changes things",
    }
}

fn listed(specs: impl Iterator<Item = &'static Spec>) -> Vec<Vec<String>> {
    specs.map(|spec| [spec.name, access(spec), spec.summary].map(str::to_owned).to_vec()).collect()
}

fn shown(spec: &Spec) -> String {
    let columns = spec.columns.iter().map(|column| {
        let key = if spec.key.contains(&column.name) { "key" } else { "" };
        [" ", column.name, key, column.meaning].map(str::to_owned).to_vec()
    });
    let columns = aligned(&columns.collect::<Vec<_>>());
    format!(
        "{}: {} ({})\n\ncolumns, after account_id, account_name and region:\n{columns}\n\
         parameters: none\nIAM actions: {}\n",
        spec.name,
        spec.summary,
        access(spec),
        spec.actions.join(", ")
    )
}

fn described(spec: &Spec) -> Value {
    let column = |column: &org_operator_core::model::spec::Column| json!({"Name": column.name, "Meaning": column.meaning});
    json!({
        "Name": spec.name,
        "Summary": spec.summary,
        "ReadOnly": spec.access == Access::ReadOnly,
        "Actions": spec.actions,
        "Columns": spec.columns.iter().map(column).collect::<Value>(),
        "Key": spec.key,
        "Parameters": [],
    })
}
