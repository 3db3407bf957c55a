//! `org-operator start`: starts the deployed state machine.

pub(crate) mod args;

use org_operator_aws::SystemClock;
use org_operator_core::RunId;
use org_operator_core::ports::Clock;
use serde_json::{Value, json};

use crate::args::AwsArgs;
use crate::connection::Connection;
use crate::deployment::follow::follow;
use crate::deployment::state_machine::StateMachine;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer::{self, Printer};
use crate::request;
use args::StartArgs;
use org_operator_local::run_id;

/// Starts a run, and follows it if asked to.
pub(crate) async fn run(
    aws: &AwsArgs,
    args: &StartArgs,
    printer: Printer,
) -> Result<Exit, CliError> {
    let name = name(args.name.as_deref())?;
    let mut request = request::build(&args.select)?;
    if let Some(number) = args.max_concurrency {
        request.insert("MaxConcurrency".to_owned(), json!(number));
    }
    if let Some(run) = &args.resume_run {
        request.insert("ResumeRun".to_owned(), json!(run));
    }
    let connection = Connection::open(aws).await?;
    let machine = StateMachine::new(&connection, &args.machine.state_machine_arn)?;
    let started = machine.start(&name, &Value::Object(request)).await;
    started.map_err(|e| connection.error("the run did not start", &e))?;
    printer::data(format!("{name}\n").as_bytes())?;
    if !args.follow {
        printer.note(&format!("follow it by: org-operator status {name} --follow"));
        return Ok(Exit::Complete);
    }
    follow(&connection, &machine, &name, printer, false).await
}

fn name(given: Option<&str>) -> Result<String, CliError> {
    let id = match given {
        Some(name) => RunId::parse(name),
        None => run_id::new(SystemClock.now()),
    };
    let what = "the run cannot have this name";
    let named = id.map(|id| id.to_string());
    named.ok_or_else(|| CliError::usage(what, RunId::ALLOWED, "give another --name, or none"))
}
