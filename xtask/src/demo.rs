//! `make demo` and its kin: the real pipeline on an emulator, from an empty machine to a CSV.

mod environment;
mod execution;
mod invoke;
mod kept_demo;
mod output;
mod pipeline;

use clap::Subcommand;
use org_operator_testkit::TestResult;
use tokio::signal::unix::{SignalKind, signal};

/// What to do with the demo; without a command it runs and ends.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run, and leave the emulator running
    Keep,
    /// Start another execution in a kept demo
    Run {
        /// The file with the execution's input
        file: String,
    },
    /// Print the environment in which org-operator works with a kept demo
    Env,
    /// End a kept demo
    Stop,
    /// Invoke one function on this machine, through cargo-lambda
    Invoke {
        /// The function: fanout, worker or result-handler
        function: String,
        /// The file with the event
        event: String,
    },
}

/// Runs a command of the demo; an interruption ends everything that it has started.
#[tokio::main]
pub(crate) async fn run(command: Option<Command>) -> TestResult<()> {
    tokio::select! {
        result = dispatch(command) => result,
        () = interrupted() => Err("interrupted; everything that was started has been ended".into()),
    }
}

async fn dispatch(command: Option<Command>) -> TestResult<()> {
    match command {
        None => pipeline::run(false).await,
        Some(Command::Keep) => pipeline::run(true).await,
        Some(Command::Run { file }) => execution::run_again(&file).await,
        Some(Command::Env) => environment::print().await,
        Some(Command::Stop) => kept_demo::stop(),
        Some(Command::Invoke { function, event }) => invoke::invoke(&function, &event).await,
    }
}

/// Waits for Ctrl-C or SIGTERM.
async fn interrupted() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => (),
        _ = terminate.recv() => (),
    }
}
