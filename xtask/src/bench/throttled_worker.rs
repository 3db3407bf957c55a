//! (i) The worker with the CPU share of a memory size, against 20 Regions behind TLS: what a cold and a
//! warm start take, so that the default of `MemorySize` is a measured choice.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use org_operator_core::{Partition, Region};
use org_operator_testkit::TestResult;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::cpu_quota::CpuQuota;
use super::process::function;
use super::runtime_api::RuntimeApi;
use super::simulation_process::SimulationProcess;
use super::start::SETTINGS;
use super::table::{Part, Row};
use super::tls_front::TlsFront;

/// Regions of the work item, each with a connection of its own.
const REGIONS: usize = 20;
/// Runs of each share, of which the median is shown.
const RUNS: usize = 5;
/// A worker's connect timeout, TLS included; a handshake that takes longer fails the target.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Memory sizes with their share of one CPU, in thousandths: 1,769 MB are one CPU (Lambda developer
/// guide, "Configure Lambda function memory").
const SIZES: [(u32, u64); 2] = [(512, 290), (1_024, 580)];

/// What one process took.
#[derive(Debug, Clone, Copy)]
struct Times {
    /// From exec to the answer to the first event.
    cold: Duration,
    /// From the second event to its answer.
    warm: Duration,
    handshakes: u64,
}

/// (i) Cold and warm times under both shares.
pub(crate) fn part() -> TestResult<Part> {
    let (worker, deployed) = function("worker")?;
    let simulation =
        SimulationProcess::start(&["--accounts", "2", "--regions", "17", "--latency-ms", "20"])?;
    let runtime = Runtime::new()?;
    let (mut rows, mut kind) = (Vec::new(), "");
    for (memory, share) in SIZES {
        let mut times = Vec::new();
        for number in 0..RUNS {
            let (measured, held) = measure(&worker, &simulation, &runtime, share, number)?;
            times.push(measured);
            kind = held;
        }
        rows.extend(rows_of(memory, share, &times));
    }
    let profile = if deployed { "as deployed" } else { "release profile" };
    let title = format!(
        "(i) The worker ({profile}) with a share of a CPU, {REGIONS} Regions behind TLS, 20 ms a call ({kind})"
    );
    Ok(Part { title, rows })
}

fn rows_of(memory: u32, share: u64, times: &[Times]) -> [Row; 2] {
    let cold = median(times.iter().map(|times| times.cold));
    let warm = median(times.iter().map(|times| times.warm));
    let handshakes = times.iter().map(|times| times.handshakes).max().unwrap_or(0);
    let what =
        |start: &str| format!("{memory} MB, 0.{} vCPU: {start} (median of {RUNS})", share / 10);
    let figure = format!("{:.2} s, {handshakes} handshakes", cold.as_secs_f64());
    [
        Row::new(what("cold, exec to answer"), figure)
            .goal("less than the 5 s of a connect timeout", cold < CONNECT_TIMEOUT),
        Row::new(what("warm, event to answer"), format!("{:.2} s", warm.as_secs_f64())),
    ]
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut sorted: Vec<Duration> = times.collect();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn measure(
    worker: &Path,
    simulation: &SimulationProcess,
    runtime: &Runtime,
    share: u64,
    number: usize,
) -> TestResult<(Times, &'static str)> {
    let folder = tempfile::tempdir()?;
    let backend = simulation.description.endpoint.trim_start_matches("http://").to_owned();
    let front = runtime.block_on(TlsFront::listen(backend, folder.path()))?;
    let api = RuntimeApi::listen()?;
    let mut function = Started(start(worker, simulation, &front, &api)?);
    let begun = Instant::now();
    let quota = CpuQuota::limit(&function.0, share)?;
    let kind = quota.kind();
    let run = |start: &str| format!("{share}-{number}-{start}");
    let (answer, _) = api.invoke(&event(simulation, &run("cold")))?;
    let cold = begun.elapsed();
    succeeded(&answer)?;
    let handshakes = front.handshakes();
    let (answer, warm) = api.invoke(&event(simulation, &run("warm")))?;
    succeeded(&answer)?;
    function.end()?;
    drop(quota);
    Ok((Times { cold, warm, handshakes }, kind))
}

/// A function that is ended by its id, also where measuring fails.
struct Started(Child);

impl Started {
    fn end(&mut self) -> TestResult<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Ended already, where nothing failed.
        let _ = self.end();
    }
}

fn start(
    worker: &Path,
    simulation: &SimulationProcess,
    front: &TlsFront,
    api: &RuntimeApi,
) -> TestResult<Child> {
    let mut command = Command::new(worker);
    command.env_clear().envs(SETTINGS);
    command
        .env("AWS_ACCESS_KEY_ID", format!("AKIA{}", simulation.description.management_account))
        .env("AWS_ENDPOINT_URL", format!("https://localhost:{}", front.address.port()))
        .env("AWS_LAMBDA_RUNTIME_API", api.address()?.to_string())
        .env("EXTERNAL_ID", &simulation.description.external_id)
        .env("SSL_CERT_FILE", &front.certificate)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit());
    Ok(command.spawn()?)
}

/// A work item of 20 Regions: those that are always on, and some that may be off.
fn event(simulation: &SimulationProcess, run: &str) -> String {
    let always = Region::always_on(Partition::Commercial);
    let others = Region::all_known(Partition::Commercial).into_iter();
    let others = others.filter(|region| !region.is_always_on());
    let regions: Vec<String> =
        always.into_iter().chain(others).take(REGIONS).map(|r| r.as_str().to_owned()).collect();
    let account = simulation.description.accounts.first();
    json!({"AccountId": account, "AccountName": "n", "Regions": regions, "RunId": run}).to_string()
}

fn succeeded(answer: &str) -> TestResult<()> {
    let counts: Value = serde_json::from_str(answer)?;
    if counts["Succeeded"].as_u64() == Some(REGIONS as u64) {
        return Ok(());
    }
    Err(format!("not every Region succeeded: {answer}").into())
}
