//! `make bench`: prints one table and writes it to docs/benchmarks.md.
#![expect(clippy::print_stdout, reason = "a program for a person to read")]

use std::process::Command;

use org_operator_aws::SystemClock;
use org_operator_core::ports::Clock;
use org_operator_testkit::{TestResult, paths};
use org_operator_tests::bench::steps::{self, Step};
use org_operator_tests::bench::table::Part;
use org_operator_tests::bench::{command, projection, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> TestResult<()> {
    match std::env::args().nth(1).as_deref() {
        Some("export") => println!("{}", serde_json::to_string(&steps::export().await?)?),
        Some("plan") => println!("{}", serde_json::to_string(&steps::plan().await?)?),
        _ => {
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
        parts.push(told(measure()?));
    }
    let (plan, export) = (alone("plan")?, alone("export")?);
    parts.push(told(steps::part(plan, export)));
    parts.push(told(projection::part(export.per_second).await?));
    Ok(parts)
}

fn told(part: Part) -> Part {
    println!("{}", part.plain());
    part
}

/// A step in a process of its own.
fn alone(step: &str) -> TestResult<Step> {
    let ran = Command::new(std::env::current_exe()?).arg(step).output()?;
    serde_json::from_slice(&ran.stdout)
        .map_err(|_| String::from_utf8_lossy(&ran.stderr).into_owned().into())
}

fn write(parts: &[Part], load: &str) -> TestResult<()> {
    let sections: Vec<String> = parts.iter().map(Part::markdown).collect();
    let why = if parts.iter().any(Part::is_late) { MISSED } else { "" };
    let page = format!("{}\n{}{NOTES}{why}{INPUTS}", head(load)?, sections.join("\n"));
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
What the figures are not: a run on AWS. The simulated AWS answers after the latency it was told, without TLS, on loopback. Wall
times include listing the accounts, which the product paces to 8 pages of 20 a second as AWS's quota wants it, one page after the
other, and the organization has closed accounts beside the 1,000: 6 s pass before the first one is asked, however many are asked
at once afterwards. CPU is the command's own, user and system; the simulated AWS's is not in it.
";

const MISSED: &str = "
Where the wall time misses its goal, listing is why. It would take asking the first accounts while the others are still being
listed. But then a run begins before it is known that its request fits the organization, and without a manifest to hold its
coverage to; so it stays.
";

const INPUTS: &str = "
The projection's inputs are named in its rows. Its export is the step alone: on AWS the ledger is read with its own latency, 16
accounts ahead, which at 10 ms a query adds 31 s for 50,000 accounts.
";
