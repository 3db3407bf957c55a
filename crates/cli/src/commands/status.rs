//! `org-operator status`: how far an execution of the deployed state machine is.

pub(crate) mod args;

use crate::args::AwsArgs;
use crate::connection::Connection;
use crate::deployment::follow::follow;
use crate::deployment::state_machine::StateMachine;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer::{self, Printer};
use args::StatusArgs;

/// Tells how a run is, once or until it ends.
pub(crate) async fn run(
    aws: &AwsArgs,
    args: &StatusArgs,
    printer: Printer,
) -> Result<Exit, CliError> {
    let connection = Connection::open(aws).await?;
    let machine = StateMachine::new(&connection, &args.machine.state_machine_arn)?;
    if args.follow {
        return follow(&connection, &machine, &args.run, printer, args.json).await;
    }
    let asked = machine.execution(&args.run).await;
    let now = asked.map_err(|e| connection.error("the run cannot be found", &e))?;
    printer::data(format!("{}\n", now.rendered(&args.run, args.json)).as_bytes())?;
    Ok(now.exit())
}
