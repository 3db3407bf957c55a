//! The commands of `org-operator`, each with its options, its work and its output.

pub(crate) mod accounts;
pub(crate) mod approval;
pub(crate) mod ask;
pub(crate) mod athena_table;
pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod fetch;
pub(crate) mod operations;
pub(crate) mod plan;
pub(crate) mod profiles;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod start;
pub(crate) mod status;

use crate::command_line::{Cli, Command};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer::Printer;

/// Runs the command of the command line.
pub(crate) async fn run(cli: Cli, printer: Printer) -> Result<Exit, CliError> {
    let Cli { aws, command, .. } = cli;
    match command {
        Command::Run(command) => change::run(&aws, &command, printer).await,
        Command::Ask(args) => ask::run(&aws, &args, printer).await,
        Command::Plan(args) => plan::run(&aws, &args).await,
        Command::Accounts(args) => accounts::run(&aws, &args, printer).await,
        Command::Operations(args) => operations::run(&args),
        Command::Start(args) => start::run(&aws, &args, printer).await,
        Command::Status(args) => status::run(&aws, &args, printer).await,
        Command::Approve(args) => approval::approve(&aws, &args, printer).await,
        Command::Reject(args) => approval::reject(&aws, &args, printer).await,
        Command::Fetch(args) => fetch::run(&aws, &args, printer).await,
        Command::Runs(args) => runs::run(&aws, &args).await,
        Command::Diff(args) => diff::run(&args, printer).await,
        Command::Report(args) => report::run(&args).await,
        Command::Check(args) => check::run(&aws, &args, printer).await,
        Command::AthenaTable(args) => athena_table::run(&args),
        Command::Profiles(args) => profiles::run(&aws, &args, printer).await,
        Command::Completions(args) => completions::run(&args),
    }
}
