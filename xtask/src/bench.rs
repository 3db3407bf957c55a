//! `make bench`: measures, prints one table and writes it to docs/benchmarks.md. Each part measures and
//! returns rows; whether a figure is good is not decided here: the table has the goal beside it.

mod command;
mod cpu_quota;
mod dynamic;
mod folders;
mod instant_ports;
mod measurement;
mod process;
mod projection;
mod runtime_api;
mod simulated_export;
mod simulation_process;
mod start;
mod steps;
mod suite;
mod table;
mod throttled_worker;
mod tls_front;

use std::process::Command;

use clap::Subcommand;
use org_operator_aws::SystemClock;
use org_operator_core::ports::Clock;
use org_operator_testkit::{TestResult, paths};
use serde::de::DeserializeOwned;

use steps::StepFigures;
use table::Part;

/// One step alone, in a process of its own: peak memory is a process's. Without one, all parts.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Step {
    /// Export a million records
    Export,
    /// Plan 10,000 accounts
    Plan,
    /// Export the run that a simulation holds
    SimulatedExport {
        /// Where the simulation listens
        endpoint: String,
    },
    /// Fill a simulation with a finished run, and export it
    FilledExport,
    /// The worker with a share of a CPU
    Throttled,
    /// The dynamic client beside the typed one
    Dynamic,
    /// Every operation of the catalogue at once
    Suite,
}

/// Runs one step and prints its figures as JSON, or all parts.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(step: Option<Step>) -> TestResult<()> {
    let _folders = folders::begin()?;
    match step {
        Some(Step::Export) => println!("{}", serde_json::to_string(&steps::export().await?)?),
        Some(Step::FilledExport) => println!("{}", filled_export().await?.plain()),
        Some(Step::Throttled) => println!("{}", apart(throttled_worker::part)?.plain()),
        Some(Step::Dynamic) => println!("{}", dynamic::part()?.plain()),
        Some(Step::Suite) => {
            for part in suite::parts()? {
                println!("{}", part.plain());
            }
        }
        Some(Step::Plan) => println!("{}", serde_json::to_string(&steps::plan().await?)?),
        Some(Step::SimulatedExport { endpoint }) => {
            println!("{}", serde_json::to_string(&simulated_export::export(&endpoint).await?)?);
        }
        None => {
            let averages = std::fs::read_to_string("/proc/loadavg")?;
            let load = averages.split_whitespace().next().unwrap_or_default();
            write(&all().await?, load)?;
        }
    }
    Ok(())
}

async fn all() -> TestResult<Vec<Part>> {
    let mut parts = Vec::new();
    for measure in
        [command::fixed, command::growth, command::quotas, command::organization, start::part]
    {
        parts.push(printed(measure()?));
    }
    let (plan, export): (StepFigures, StepFigures) = (alone(&["plan"])?, alone(&["export"])?);
    parts.push(printed(steps::part(plan, export)));
    parts.push(printed(filled_export().await?));
    parts.push(printed(projection::part(export.per_second).await?));
    parts.push(printed(apart(throttled_worker::part)?));
    parts.push(printed(dynamic::part()?));
    parts.extend(suite::parts()?.into_iter().map(printed));
    Ok(parts)
}

async fn filled_export() -> TestResult<Part> {
    let simulation = simulated_export::filled().await?;
    let figures = alone(&["simulated-export", &simulation.description.endpoint])?;
    Ok(simulated_export::part(figures))
}

/// Measures in a thread of its own, where another runtime may block.
fn apart(measure: fn() -> TestResult<Part>) -> TestResult<Part> {
    let measuring = std::thread::spawn(move || measure().map_err(|error| error.to_string()));
    let measured = measuring.join().map_err(|_| "the measurement panicked")?;
    Ok(measured?)
}

fn printed(part: Part) -> Part {
    println!("{}", part.plain());
    part
}

/// The figures of a step that runs in a process of its own.
fn alone<T: DeserializeOwned>(step: &[&str]) -> TestResult<T> {
    let output = Command::new(std::env::current_exe()?).arg("bench").args(step).output()?;
    serde_json::from_slice(&output.stdout)
        .map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned().into())
}

fn write(parts: &[Part], load: &str) -> TestResult<()> {
    let sections: Vec<String> = parts.iter().map(Part::markdown).collect();
    let page = format!("{}\n{}{NOTES}{INPUTS}", head(load)?, sections.join("\n"));
    std::fs::write(paths::file("docs/benchmarks.md"), page)?;
    println!("written to docs/benchmarks.md");
    Ok(())
}

fn head(load: &str) -> TestResult<String> {
    let now = SystemClock.now().to_string();
    let cores = std::thread::available_parallelism()?;
    let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line =
        processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = line.map_or("unknown", |(_, model)| model);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes = memory.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok());
    Ok(format!(
        "# Benchmarks\n\nWritten by `make bench` on {} on {cores} cores ({model}, {} GB), release profile, with a load of \
         {load} before it.\nThe command and the simulated AWS are processes of their own and share the cores.\n",
        &now[..10],
        kilobytes.unwrap_or(0) / 1_000_000
    ))
}

const NOTES: &str = "
What the figures are not: a run on AWS. The simulated AWS answers after the latency it was given, without TLS, on loopback. Wall
times include listing the accounts, which the product paces to 8 pages of 20 a second as AWS's quota requires, one page after the
other; accounts that are known are worked in meanwhile. The width of a run is what the simulated AWS sees: the calls that arrive in
a second times what each takes. CPU is the command's own, user and system; the simulated AWS's is not in it, and takes as much of
the cores. In (k) the simulated AWS has quotas of EC2, Organizations, Account Management and STS only: what any other service would
throttle is not seen.
";

const INPUTS: &str = "
The projection's inputs are named in its rows. Its export is the step alone; what the ledger's own latency adds is in (g).
";
