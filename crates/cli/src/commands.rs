//! The commands, one file each, and which one a command line means.

mod accounts;
mod bucket;
mod check;
mod columns;
mod completions;
mod diff;
mod execution;
mod fetch;
mod follow;
mod looking;
mod operations;
mod plan;
mod profile_files;
mod profile_lines;
mod profile_names;
mod profiles;
mod records;
mod run;
mod runs;
mod state_machine;

use crate::args::{Cli, Command};
use crate::error::CliError;
use crate::exit::Exit;
use crate::printer::Printer;

/// Does what the command line says.
pub(crate) async fn run(cli: Cli, printer: Printer) -> Result<Exit, CliError> {
    let Cli { aws, command, .. } = cli;
    match command {
        Command::Run(args) => run::run(&aws, &args, printer).await,
        Command::Plan(args) => plan::run(&aws, &args).await,
        Command::Accounts(args) => accounts::run(&aws, &args, printer).await,
        Command::Operations(args) => operations::run(&args),
        Command::Start(args) => execution::start(&aws, &args, printer).await,
        Command::Status(args) => execution::status(&aws, &args, printer).await,
        Command::Fetch(args) => fetch::run(&aws, &args, printer).await,
        Command::Runs(args) => runs::run(&aws, &args).await,
        Command::Diff(args) => diff::run(&args, printer).await,
        Command::Check(args) => check::run(&aws, &args, printer).await,
        Command::Profiles(args) => profiles::run(&aws, &args, printer).await,
        Command::Completions(args) => completions::run(&args),
    }
}
