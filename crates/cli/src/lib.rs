//! The `org-operator` command as a library: what `main` calls.
//!
//! The three steps of a run are other crates'; here is what surrounds them on one machine: options,
//! progress, a directory in the place of S3, a journal in the place of DynamoDB, exit codes.

mod args;
mod command_line;
mod commands;
mod connection;
mod deployment;
mod error;
mod exit;
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

/// Reads the command line, does what it says, and gives the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(said) => return printer::usage(&said),
    };
    log_if_asked();
    let printer = Printer::new(cli.quiet);
    let ended = start(cli, printer);
    let exit = ended.unwrap_or_else(|error| {
        printer::error(&error);
        error.exit
    });
    exit.into()
}

fn start(cli: Cli, printer: Printer) -> Result<Exit, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| CliError::local("the program cannot start", &e))?;
    let ended = runtime.block_on(commands::run(cli, printer));
    // What is still under way (a call that nobody waits for any more) must not hold the exit.
    runtime.shutdown_background();
    ended
}

/// Logs are for who asks for them by `RUST_LOG`: a person reads the progress and the errors.
fn log_if_asked() {
    if std::env::var_os("RUST_LOG").is_none() {
        return;
    }
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
