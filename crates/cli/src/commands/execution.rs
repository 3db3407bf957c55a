//! `org-operator start` and `org-operator status`: an execution of the deployed state machine.

use org_operator_aws::SystemClock;
use org_operator_core::RunId;
use org_operator_core::ports::Clock;
use serde_json::{Value, json};

use crate::args::{AwsArgs, StartArgs, StatusArgs};
use crate::commands::follow::follow;
use crate::commands::state_machine::Machine;
use crate::connect::Connection;
use crate::error::CliError;
use crate::exit::Exit;
use crate::printer::{self, Printer};
use crate::request;
use org_operator_local::run_id;

/// Starts a run, and follows it if asked to.
pub(crate) async fn start(
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
    let machine = Machine::new(&connection, &args.machine.state_machine_arn)?;
    let started = machine.start(&name, &Value::Object(request)).await;
    started.map_err(|e| connection.failed("the run did not start", &e))?;
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

/// Tells how a run is, once or until it ends.
pub(crate) async fn status(
    aws: &AwsArgs,
    args: &StatusArgs,
    printer: Printer,
) -> Result<Exit, CliError> {
    let connection = Connection::open(aws).await?;
    let machine = Machine::new(&connection, &args.machine.state_machine_arn)?;
    if args.follow {
        return follow(&connection, &machine, &args.run, printer, args.json).await;
    }
    let now = machine.execution(&args.run).await;
    let now = now.map_err(|e| connection.failed("the run cannot be found", &e))?;
    printer::data(format!("{}\n", now.told(&args.run, args.json)).as_bytes())?;
    Ok(now.exit())
}
