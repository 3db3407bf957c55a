//! `org-operator ask`: one read-only call of AWS in every selected account and Region, as a run whose
//! operation is made of the call's model and the options.

pub(crate) mod args;

use org_operator_definition::{Faults, Overrides, to_json};
use org_operator_operations::raw_definition;
use serde_json::{Map, Value};

use crate::args::AwsArgs;
use crate::commands;
use crate::commands::change::args::ChangeArgs;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer::Printer;
use args::AskArgs;

/// Asks, as a run does.
pub(crate) async fn run(aws: &AwsArgs, args: &AskArgs, printer: Printer) -> Result<Exit, CliError> {
    let mut asked = args.run.clone();
    asked.select.definition = Some(definition(args)?);
    asked.raw = args.raw;
    commands::run::run(aws, &asked, &ChangeArgs::default(), printer).await
}

/// The operation that the command line makes, in which nothing is wrong.
fn definition(args: &AskArgs) -> Result<Map<String, Value>, CliError> {
    let made =
        if args.raw { raw_definition(&args.service, &args.call, &args.input) } else { rows(args) };
    made.map_err(|faults| {
        let summary = format!("{} {} cannot be asked like this", args.service, args.call);
        let hint = "`org-operator operations find WORD` finds services and calls";
        CliError::usage(&summary, faults.to_string(), hint)
    })
}

/// The rows and columns that the model and the options say.
fn rows(args: &AskArgs) -> Result<Map<String, Value>, Faults> {
    let overrides = Overrides {
        inputs: args.input.clone(),
        rows: args.rows.clone(),
        columns: args.column.clone(),
        keep: args.keep.clone(),
        key: args.key.clone(),
    };
    let checked = overrides.ask(&args.service, &args.call)?;
    Ok(object(to_json(checked.definition())?))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
