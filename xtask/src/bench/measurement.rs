//! One run of the real command against the simulated AWS: wall time, CPU, memory and calls.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use aws_sim::CallCount;
use org_operator_testkit::{TestResult, paths};

use super::folders;
use super::process::{Usage, program, run};
use super::simulation_process::SimulationProcess;
use super::suite::{self, OfOperation};

/// The Regions that are enabled in every account.
const REGIONS: u32 = 17;

/// The question of `internet-routes` as a file, under a name of its own: the catalogue's is taken.
pub(crate) const FILE: &str = "routes.toml";
const ROUTES_AS_A_FILE: &str =
    include_str!("../../../crates/definition/tests/files/internet-routes.toml");
const NAMES: [&str; 2] = ["name = \"internet-routes\"", "name = \"routes-as-a-file\""];

/// The recorded answers to the calls of the catalogue's files.
const ANSWERS: &str = "crates/operations/tests/answers";

/// What the command is run over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) accounts: u32,
    pub(crate) latency: Duration,
    /// Targets at once, or the default, which adapts.
    pub(crate) concurrency: Option<u32>,
    /// Whether AWS's quotas are enforced.
    pub(crate) quotas: bool,
    /// The command itself.
    pub(crate) command: &'static [&'static str],
    /// Further options of the command.
    pub(crate) options: &'static [&'static str],
    /// The share of targets, from 0 to 1, in which calls of the catalogue are answered with what
    /// recordings found; where there is none, only the simulation's own services answer.
    pub(crate) recordings: Option<&'static str>,
}

impl Load {
    /// A load with default settings, at 50 ms a call and without quotas.
    pub(crate) fn of(accounts: u32) -> Self {
        let latency = Duration::from_millis(50);
        Self {
            accounts,
            latency,
            concurrency: None,
            quotas: false,
            command: &["run"],
            options: &[],
            recordings: None,
        }
    }

    fn simulation(&self) -> TestResult<SimulationProcess> {
        let (accounts, latency) = (self.accounts.to_string(), self.latency.as_millis().to_string());
        let mut options = vec!["--accounts", &accounts, "--latency-ms", &latency];
        options.extend(self.quotas.then_some("--quotas"));
        let answers = paths::file(ANSWERS).display().to_string();
        if let Some(share) = self.recordings {
            options.extend(["--answers", answers.as_str(), "--in-use", share]);
        }
        SimulationProcess::start(&options)
    }

    fn command(&self, simulation: &SimulationProcess, folder: &Path) -> TestResult<Command> {
        let described = &simulation.description;
        let mut command = Command::new(program("org-operator")?);
        command.current_dir(folder).env_clear().env("PATH", "").env("HOME", folder);
        command
            .env("AWS_ENDPOINT_URL", &described.endpoint)
            .env("AWS_ACCESS_KEY_ID", format!("AKIA{}", described.management_account))
            .env("AWS_SECRET_ACCESS_KEY", "simulated")
            .env("AWS_REGION", "eu-west-1")
            .env("ORG_OPERATOR_EXTERNAL_ID", &described.external_id)
            .args(self.command)
            .args(["--quiet", "--out", "runs"])
            .args(self.options)
            .stdout(Stdio::null())
            .stderr(Stdio::inherit());
        if !self.options.contains(&"--regions") {
            command.args(["--regions", &described.regions.join(",")]);
        }
        if let Some(concurrency) = self.concurrency {
            command.args(["--concurrency", &concurrency.to_string()]);
        }
        Ok(command)
    }

    /// Runs the command for the routes to internet gateways. A run whose rows are not those has no
    /// figures.
    pub(crate) fn measure(self) -> TestResult<Measurement> {
        let measured = self.measure_any()?;
        let (rows, expected) = (measured.rows, measured.expected_rows);
        if rows == expected {
            Ok(measured)
        } else {
            Err(format!("{rows} rows of {expected}").into())
        }
    }

    /// Runs the command, whatever its rows are. A run that does not succeed has no figures.
    pub(crate) fn measure_any(self) -> TestResult<Measurement> {
        let simulation = self.simulation()?;
        let folder = folders::new()?;
        let [taken, own] = NAMES;
        std::fs::write(folder.join(FILE), ROUTES_AS_A_FILE.replacen(taken, own, 1))?;
        let usage = run(&mut self.command(&simulation, &folder)?)?;
        if !usage.status.success() {
            return Err(usage.status.to_string().into());
        }
        let operations = suite::operations(&folder)?;
        // A suite run has a CSV per operation, and its summary counts them.
        let rows = if operations.is_empty() { count_rows(&folder)? } else { 0 };
        Ok(Measurement {
            load: self,
            usage,
            report: simulation.report()?,
            rows,
            expected_rows: simulation.description.rows,
            operations,
        })
    }
}

/// A run of the command.
#[derive(Debug)]
pub(crate) struct Measurement {
    pub(crate) load: Load,
    pub(crate) usage: Usage,
    report: BTreeMap<String, CallCount>,
    rows: usize,
    expected_rows: usize,
    /// What a suite run says of each of its operations; empty where it was no suite run.
    pub(crate) operations: Vec<OfOperation>,
}

/// The rows of the run's CSV, counted by a CSV reader.
fn count_rows(folder: &Path) -> TestResult<usize> {
    for operation in std::fs::read_dir(folder.join("runs"))?.flatten() {
        let csv = Path::new(&operation.file_name()).with_extension("csv");
        for run in std::fs::read_dir(operation.path())?.flatten() {
            let path = run.path().join(&csv);
            if path.is_file() {
                return Ok(csv::Reader::from_path(path)?
                    .records()
                    .collect::<Result<Vec<_>, _>>()?
                    .len());
            }
        }
    }
    Err("the run left no rows".into())
}

impl Measurement {
    pub(crate) fn targets(&self) -> u32 {
        self.load.accounts * REGIONS
    }

    /// The calls of one operation, such as `Sts.AssumeRole`.
    pub(crate) fn calls(&self, operation: &str) -> u64 {
        self.report.get(operation).map_or(0, |count| count.calls)
    }

    pub(crate) fn all_calls(&self) -> u64 {
        self.report.values().map(|count| count.calls).sum()
    }

    /// The most calls of one operation within a second.
    pub(crate) fn peak(&self, operation: &str) -> u64 {
        self.report.get(operation).map_or(0, |count| count.peak)
    }

    /// Targets at once in each second, from the calls that arrived in it and what each takes.
    pub(crate) fn widths(&self) -> Vec<f64> {
        let latency = self.load.latency.as_secs_f64();
        let seconds = self.report.get("Ec2.DescribeRouteTables").map(|count| &count.per_second);
        let calls = seconds.into_iter().flat_map(|seconds| seconds.values());
        calls.map(|calls| real(*calls) * latency).collect()
    }

    /// The fixed concurrency, or the width that the run reached by itself.
    pub(crate) fn width(&self) -> f64 {
        let reached = || self.widths().into_iter().fold(1.0, f64::max);
        self.load.concurrency.map_or_else(reached, f64::from)
    }

    /// Calls x latency / width, in seconds.
    pub(crate) fn ideal(&self) -> f64 {
        real(self.all_calls()) * self.load.latency.as_secs_f64() / self.width()
    }

    /// The calls that were throttled.
    pub(crate) fn throttled_calls(&self) -> u64 {
        self.report.values().map(|count| count.throttled).sum()
    }

    /// The operation with the largest share of throttled calls, and that share in percent.
    pub(crate) fn worst_throttled(&self) -> (String, f64) {
        let shares = self.report.iter().map(|(name, count)| {
            (name.clone(), real(count.throttled) / real(count.calls).max(1.0) * 100.0)
        });
        shares.max_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap_or_default()
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
}

/// A count as a floating-point number.
#[expect(clippy::cast_precision_loss, reason = "counts below 2^52")]
pub(crate) fn real(number: u64) -> f64 {
    number as f64
}
