//! The commands, one file each, and which one a command line means.

mod accounts;
mod columns;
mod looking;
mod operations;
mod plan;
mod records;
mod run;

use crate::args::{Cli, Command};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::trouble::Trouble;

/// Does what the command line says.
pub(crate) async fn run(cli: Cli, printer: Printer) -> Result<Exit, Trouble> {
    let Cli { aws, command, .. } = cli;
    match command {
        Command::Run(args) => run::run(&aws, &args, printer).await,
        Command::Plan(args) => plan::run(&aws, &args).await,
        Command::Accounts(args) => accounts::run(&aws, &args, printer).await,
        Command::Operations(args) => operations::run(&args),
    }
}
