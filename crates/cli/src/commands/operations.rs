//! `org-operator operations`: what can be asked. No AWS call is made.

pub(crate) mod args;
mod file;
mod find;
mod list;
mod show;

use std::sync::Arc;

use org_operator_core::model::spec::{Access, Spec};
use org_operator_operations::{Operation, catalogue};
use serde_json::Value;

use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer;
use args::{OperationsArgs, OperationsCommand};

/// Does what the options say with the operations of the catalogue, or with a file.
pub(crate) fn run(args: &OperationsArgs) -> Result<Exit, CliError> {
    let json = args.json;
    let text = match &args.command {
        None => list::text(args)?,
        Some(OperationsCommand::Show { name }) => show::text(name, json)?,
        Some(OperationsCommand::Check { files }) => return file::check(files, json),
        Some(OperationsCommand::New { service, call }) => file::new(service, call)?,
        Some(OperationsCommand::Find { word }) => find::text(word, json)?,
    };
    printer::data(text.as_bytes())?;
    Ok(Exit::Complete)
}

fn all() -> Result<Vec<Arc<dyn Operation>>, CliError> {
    let read = catalogue().operations();
    read.map_err(|e| CliError::of("the catalogue cannot be read", &e, None))
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
