//! `org-operator completions`: what a shell must know to complete the command line.

pub(crate) mod args;

use clap::CommandFactory;

use crate::command_line::Cli;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer;
use args::CompletionsArgs;

/// Prints the completion script of a shell.
pub(crate) fn run(args: &CompletionsArgs) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "org-operator", &mut script);
    printer::data(&script)?;
    Ok(Exit::Complete)
}
