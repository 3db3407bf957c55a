//! The `org-operator` command as a library: what `main` calls.
//!
//! The steps of a run are crates of their own, and so is the engine that runs them on one machine.
//! Here are options, connections, output and exit codes.

mod args;
mod command_line;
mod commands;
mod connection;
mod deployment;
mod error;
mod exceptions_file;
mod exit;
mod local_run;
mod operation_file;
mod output;
mod planner;
mod request;

use std::process::ExitCode;

use clap::Parser;

use command_line::Cli;
use error::CliError;
use exit::Exit;
use output::printer::{self, Printer};

/// Parses the command line, runs its command and returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    if let Some(exit) = commands::completions::answer() {
        return exit.into();
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return printer::usage(&error).into(),
    };
    init_logging();
    let printer = Printer::new(cli.quiet);
    let exit = run(cli, printer).unwrap_or_else(|error| {
        printer::error(&error);
        error.exit
    });
    exit.into()
}

fn run(cli: Cli, printer: Printer) -> Result<Exit, CliError> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = built.map_err(|e| CliError::local("the program cannot start", &e))?;
    let result = runtime.block_on(commands::run(cli, printer));
    // Calls that nobody waits for any more must not delay the exit.
    runtime.shutdown_background();
    result
}

/// Logs only where `RUST_LOG` is set: people read the progress and the errors.
fn init_logging() {
    if std::env::var_os("RUST_LOG").is_none() {
        return;
    }
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
