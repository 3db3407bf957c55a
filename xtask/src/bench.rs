//! `make bench`: measures, prints one table and writes it to docs/benchmarks.md. Each part measures and
//! returns rows; whether a figure is good is not decided here: the table has the goal beside it.

mod command;
mod cpu_quota;
mod instant_ports;
mod measurement;
mod process;
mod projection;
mod runtime_api;
mod simulation_process;
mod start;
mod steps;
mod table;
mod throttled_worker;
mod tls_front;

use std::process::Command;

use clap::Subcommand;
use org_operator_aws::SystemClock;
use org_operator_core::ports::Clock;
use org_operator_testkit::{TestResult, paths};

use steps::StepFigures;
use table::Part;

/// One step alone, in a process of its own: peak memory is a process's. Without one, all parts.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Step {
    /// Export a million records
    Export,
    /// Plan 10,000 accounts
    Plan,
    /// The worker with a share of a CPU
    Throttled,
}

/// Runs one step and prints its figures as JSON, or all parts.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(step: Option<Step>) -> TestResult<()> {
    match step {
        Some(Step::Export) => println!("{}", serde_json::to_string(&steps::export().await?)?),
        Some(Step::Throttled) => println!("{}", apart(throttled_worker::part)?.plain()),
        Some(Step::Plan) => println!("{}", serde_json::to_string(&steps::plan().await?)?),
        None => {
            let load = std::fs::read_to_string("/proc/loadavg")?;
            let load = load.split_whitespace().next().unwrap_or_default();
            write(&all().await?, load)?;
        }
    }
    Ok(())
}

async fn all() -> TestResult<Vec<Part>> {
    let mut parts = Vec::new();
    for measure in [command::thousand, command::growth, command::quotas, start::part] {
        parts.push(printed(measure()?));
    }
    let (plan, export) = (alone("plan")?, alone("export")?);
    parts.push(printed(steps::part(plan, export)));
    parts.push(printed(projection::part(export.per_second).await?));
    parts.push(printed(apart(throttled_worker::part)?));
    Ok(parts)
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
fn alone(step: &str) -> TestResult<StepFigures> {
    let output = Command::new(std::env::current_exe()?).args(["bench", step]).output()?;
    serde_json::from_slice(&output.stdout)
        .map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned().into())
}

fn write(parts: &[Part], load: &str) -> TestResult<()> {
    let sections: Vec<String> = parts.iter().map(Part::markdown).collect();
    let missed = if parts.iter().any(Part::misses_wall_time) { MISSED } else { "" };
    let page = format!("{}\n{}{NOTES}{missed}{INPUTS}", head(load)?, sections.join("\n"));
    std::fs::write(paths::file("docs/benchmarks.md"), page)?;
    println!("written to docs/benchmarks.md");
    Ok(())
}

fn head(load: &str) -> TestResult<String> {
    let now = SystemClock.now().to_string();
    let cores = std::thread::available_parallelism()?;
    let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown", |(_, model)| model);
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
other, and the organization has closed accounts beside the 1,000: 6 s pass before the first account is called, however many are
called at once afterwards. CPU is the command's own, user and system; the simulated AWS's is not in it.
";

const MISSED: &str = "
Where the wall time misses its goal, listing is why. Reaching it would take calling the first accounts while the others are still
being listed. But then a run begins before it is known that its request fits the organization, and without a manifest to check its
coverage against; so it stays.
";

const INPUTS: &str = "
The projection's inputs are named in its rows. Its export is the step alone: on AWS the ledger is read with its own latency, 16
accounts ahead, which at 10 ms a query adds 31 s for 50,000 accounts.
";
