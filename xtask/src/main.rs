//! The programs of this repository's developers, behind `make`: the demo, the benchmarks, and the
//! files that are generated from the code. Nothing here is part of the product.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "programs for a person to read")]

mod analytics;
mod bench;
mod demo;
mod operation_docs;
mod policies;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
use org_operator_testkit::TestResult;

/// The allocator of what is measured.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[derive(Debug, Parser)]
#[command(name = "xtask", about = "What developers of this repository run, behind `make`")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run the pipeline on an emulator, from an empty machine to a CSV
    Demo {
        #[command(subcommand)]
        command: Option<demo::Command>,
    },
    /// Measure the command, the functions and the steps, and write docs/benchmarks.md
    Bench {
        #[command(subcommand)]
        step: Option<bench::Step>,
    },
    /// Write the operations' IAM actions into the member role's policy
    Policies,
    /// Write the saved queries and the tables of the template for SQL
    Analytics,
    /// Write the lists of operations and their pages
    OperationDocs,
}

fn main() -> ExitCode {
    let (name, result) = match Arguments::parse().task {
        Task::Demo { command } => ("demo", demo::run(command)),
        Task::Bench { step } => ("bench", bench::run(step)),
        Task::Policies => ("policies", policies::run()),
        Task::Analytics => ("analytics", analytics::run()),
        Task::OperationDocs => ("operation-docs", operation_docs::run()),
    };
    exit_code(name, result)
}

fn exit_code(task: &str, result: TestResult<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{task}: {error}");
            ExitCode::FAILURE
        }
    }
}
