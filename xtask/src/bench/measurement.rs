//! One run of the real command against the simulated AWS: wall time, CPU, memory and calls.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use org_operator_testkit::TestResult;
use serde_json::Value;

use super::process::{Usage, program, run};
use super::simulation_process::SimulationProcess;

/// The Regions that are enabled in every account.
const REGIONS: u32 = 17;
const LATENCY: Duration = Duration::from_millis(50);

/// A run of the command.
#[derive(Debug)]
pub(crate) struct Measurement {
    pub(crate) accounts: u32,
    pub(crate) concurrency: u32,
    pub(crate) usage: Usage,
    pub(crate) report: Value,
    rows: u64,
    expected_rows: u64,
}

/// Runs the command over `accounts` accounts, against a simulation with further `options`. A run
/// whose result is not the expected one has no figures.
pub(crate) fn measure(
    accounts: u32,
    concurrency: u32,
    options: &[&str],
) -> TestResult<Measurement> {
    let (number, latency) = (accounts.to_string(), LATENCY.as_millis().to_string());
    let fixed = ["--accounts", &number, "--latency-ms", &latency];
    let simulation = SimulationProcess::start(&[&fixed, options].concat())?;
    let folder = tempfile::tempdir()?;
    let usage = run(&mut command(&simulation, folder.path(), concurrency)?)?;
    let measurement = Measurement {
        accounts,
        concurrency,
        usage,
        report: simulation.report()?,
        rows: count_rows(folder.path())?,
        expected_rows: simulation.description["Rows"].as_u64().unwrap_or(0),
    };
    measurement.checked()
}

fn command(simulation: &SimulationProcess, folder: &Path, concurrency: u32) -> TestResult<Command> {
    let mut command = Command::new(program("org-operator")?);
    command.current_dir(folder).env_clear().env("PATH", "").env("HOME", folder);
    command
        .env("AWS_ENDPOINT_URL", simulation.text("Endpoint"))
        .env("AWS_ACCESS_KEY_ID", format!("AKIA{}", simulation.text("ManagementAccount")))
        .env("AWS_SECRET_ACCESS_KEY", "simulated")
        .env("AWS_REGION", "eu-west-1")
        .env("ORG_OPERATOR_EXTERNAL_ID", simulation.text("ExternalId"))
        .args(["run", "--quiet", "--out", "runs", "--concurrency", &concurrency.to_string()])
        .args(["--regions", &simulation.regions().join(",")])
        .stdout(Stdio::null())
        .stderr(Stdio::inherit());
    Ok(command)
}

/// The rows of the run's CSV, counted by a CSV reader.
fn count_rows(folder: &Path) -> TestResult<u64> {
    for run in std::fs::read_dir(folder.join("runs/internet-routes"))?.flatten() {
        let path = run.path().join("internet-routes.csv");
        if path.is_file() {
            let mut reader = csv::Reader::from_path(path)?;
            let rows = reader.records().collect::<Result<Vec<_>, _>>()?;
            return Ok(rows.len() as u64);
        }
    }
    Err("the run left no rows".into())
}

impl Measurement {
    pub(crate) fn targets(&self) -> u32 {
        self.accounts * REGIONS
    }

    /// The calls of one operation, such as `Sts.AssumeRole`.
    pub(crate) fn calls(&self, operation: &str) -> u64 {
        self.report[operation]["calls"].as_u64().unwrap_or(0)
    }

    pub(crate) fn all_calls(&self) -> u64 {
        self.sum("calls")
    }

    /// The sum of a count over all operations.
    pub(crate) fn sum(&self, count: &str) -> u64 {
        let counts = self.report.as_object().into_iter().flat_map(|report| report.values());
        counts.filter_map(|counts| counts[count].as_u64()).sum()
    }

    /// Calls x latency / concurrency, in seconds.
    pub(crate) fn ideal(&self) -> f64 {
        real(self.all_calls()) * LATENCY.as_secs_f64() / f64::from(self.concurrency)
    }

    /// The seconds that listing the accounts takes at AWS's own quota: 8 pages a second after a burst
    /// of 12 (Organizations user guide, "Quotas and service limits").
    pub(crate) fn listing(&self) -> f64 {
        let pages = real(self.calls("Organizations.ListAccounts"));
        (pages - 12.0).max(0.0) / 8.0
    }

    /// The seconds that no program could beat under the quotas, even one that works while it lists.
    pub(crate) fn bound(&self) -> f64 {
        self.listing().max(self.ideal())
    }

    /// CPU time per target in milliseconds.
    pub(crate) fn cpu_per_target(&self) -> f64 {
        self.usage.cpu.as_secs_f64() * 1_000.0 / f64::from(self.targets())
    }

    fn checked(self) -> TestResult<Self> {
        let (rows, expected_rows) = (self.rows, self.expected_rows);
        let correct = self.usage.status.success() && rows == expected_rows;
        let wrong = || format!("{}: {rows} rows of {expected_rows}", self.usage.status);
        if correct { Ok(self) } else { Err(wrong().into()) }
    }
}

/// A count as a floating-point number.
#[expect(clippy::cast_precision_loss, reason = "counts below 2^52")]
pub(crate) fn real(number: u64) -> f64 {
    number as f64
}
