//! `make demo`: the real pipeline on an emulator, from an empty machine to a CSV.
//!
//! `demo` makes everything and ends it again, `demo keep` leaves the emulator running, `demo run
//! FILE` starts another execution in a kept one, `demo env` prints the environment in which the
//! command works with it, `demo stop` ends it, and `demo invoke FUNCTION
//! FILE` invokes one function on this machine through cargo-lambda.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a person to read")]

mod invoke;
mod kept;
mod person;
mod show;
mod story;

use std::process::ExitCode;

use org_operator_testkit::TestResult;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let told = tokio::select! {
        told = command(&arguments) => told,
        () = interrupted() => Err("interrupted; everything that was started has been ended".into()),
    };
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn command(arguments: &[String]) -> TestResult<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => story::tell(false).await,
        ["keep"] => story::tell(true).await,
        ["run", file] => story::another(file).await,
        ["env"] => person::tell().await,
        ["stop"] => kept::stop(),
        ["invoke", function, event] => invoke::invoke(function, event).await,
        _ => Err("usage: demo [keep | run FILE | env | stop | invoke FUNCTION FILE]".into()),
    }
}

/// Ctrl-C, or a polite end from outside.
async fn interrupted() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => (),
        _ = terminate.recv() => (),
    }
}
