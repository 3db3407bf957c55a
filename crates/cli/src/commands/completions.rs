//! `org-operator completions`: what a shell asks this program while a person types. The script only
//! passes the words on, so services, calls and operations are those of the installed version.

pub(crate) mod args;
pub(crate) mod values;

use std::env;

use clap::CommandFactory;
use clap_complete::CompleteEnv;
use clap_complete::env::Shells;

use crate::command_line::Cli;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer;
use args::CompletionsArgs;

/// Names the shell that asks; set by the script only.
const VARIABLE: &str = "ORG_OPERATOR_COMPLETE";
const PROGRAM: &str = "org-operator";

/// Prints the completion script of a shell.
pub(crate) fn run(args: &CompletionsArgs) -> Result<Exit, CliError> {
    let (name, shells) = (args.shell.to_string(), Shells::builtins());
    let shell = shells
        .completer(&name)
        .ok_or_else(|| CliError::internal("no completions", &format!("no script for {name}")))?;
    let mut script = Vec::new();
    shell
        .write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script)
        .map_err(|error| CliError::local("the script cannot be written", &error))?;
    printer::data(&script)?;
    Ok(Exit::Complete)
}

/// Answers a shell that asks what may follow the words so far; nothing where no shell asks.
pub(crate) fn answer() -> Option<Exit> {
    let answered = CompleteEnv::with_factory(Cli::command)
        .var(VARIABLE)
        .bin(PROGRAM)
        .completer(PROGRAM)
        .try_complete(env::args_os(), env::current_dir().ok().as_deref());
    match answered {
        Ok(true) => Some(Exit::Complete),
        Ok(false) => None,
        Err(error) => Some(printer::usage(&error)),
    }
}
