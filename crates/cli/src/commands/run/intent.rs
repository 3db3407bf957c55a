//! What `org-operator run` is asked for: a new run, or one to go on with.

use std::path::Path;

use org_operator_core::RunId;
use org_operator_core::artifact::{Folder, PLAN};
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::input::request::DEFAULT_OPERATION;
use serde_json::{Map, Value, json};

use crate::commands::run::args::RunArgs;
use crate::error::CliError;
use crate::request;
use org_operator_local::engine::{WORKER, most_accounts, operation_of};

/// The field of a request that names the run to go on with.
const RESUME: &str = "ResumeRun";

/// What is asked for: the fanout's event, and where it goes on if it does.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The fanout's event, as it is sent.
    pub(super) event: Value,
    /// Operation and id of the run to go on with.
    pub(super) resumed: Option<(String, RunId)>,
}

impl Wanted {
    /// Reads the options and the request file; a new run is called `execution`.
    pub(super) fn of(args: &RunArgs, execution: &RunId) -> Result<Self, CliError> {
        let mut request = request::build(&args.select)?;
        let resumed = match named(args.resume.as_deref(), &request)? {
            Some(run) => Some(resumed(args, &run, &mut request)?),
            None => None,
        };
        Ok(Self { event: json!({ "RunId": execution, "Request": request }), resumed })
    }

    /// The one operation that is asked for by name.
    pub(super) fn operation(&self) -> Option<&str> {
        self.event["Request"]["Operation"].as_str()
    }
}

/// The run to go on with, by `--resume` or by the request file. A file's that is no text is the
/// fanout's to refuse.
fn named(option: Option<&str>, request: &Map<String, Value>) -> Result<Option<String>, CliError> {
    let file = request.get(RESUME).filter(|run| !run.is_null());
    match (option, file) {
        (Some(option), Some(file)) if file.as_str() != Some(option) => {
            let why = format!("--resume names {option}, and the request file's {RESUME} {file}");
            Err(CliError::usage("the run cannot be resumed", why, "name one run"))
        }
        (option, file) => Ok(option.or(file.and_then(Value::as_str)).map(str::to_owned)),
    }
}

fn resumed(
    args: &RunArgs,
    run: &str,
    request: &mut Map<String, Value>,
) -> Result<(String, RunId), CliError> {
    let what = format!("run {run} cannot be resumed");
    let remedy = "look into the folder of the runs, and name it by --out where it is another one";
    let id = RunId::parse(run)
        .ok_or_else(|| CliError::usage(&what, format!("it is not {}", RunId::ALLOWED), remedy))?;
    let operation = request.get("Operation").and_then(Value::as_str);
    let operation = operation_of(&args.out, &id, operation).ok_or_else(|| {
        CliError::usage(&what, format!("{} has no run of this name", args.out.display()), remedy)
    })?;
    refuse_deployed(&what, &args.out, &operation, &id)?;
    request.insert("Operation".to_owned(), json!(operation));
    request.insert(RESUME.to_owned(), json!(id));
    let at_once = request.entry("MaxConcurrency").or_insert(Value::Null);
    if at_once.is_null() {
        *at_once = json!(most_accounts(args.concurrency));
    }
    Ok((operation, id))
}

/// A run that was fetched has its ledger elsewhere: here all of it would be asked again, and what
/// was fetched overwritten.
fn refuse_deployed(what: &str, out: &Path, operation: &str, run: &RunId) -> Result<(), CliError> {
    let path = out.join(Folder::new("", operation, run).artifact(&PLAN));
    let bytes = std::fs::read(path).unwrap_or_default();
    match serde_json::from_slice::<RunPlan>(&bytes) {
        Ok(plan) if plan.worker_function != WORKER => {
            let which = match operation {
                DEFAULT_OPERATION => String::new(),
                _ => format!(" --operation {operation}"),
            };
            let remedy =
                format!("go on with it there: org-operator start --resume-run {run}{which}");
            Err(CliError::usage(what, "it was fetched; it belongs to a deployment", &remedy))
        }
        // A plan that is missing or broken is the fanout's to refuse.
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "intent/tests.rs"]
mod tests;
