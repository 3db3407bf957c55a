//! The real command against the simulated AWS, each in a process of its own: wall time, CPU, memory
//! and calls, from small to large, and with AWS's quotas on.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use org_operator_testkit::TestResult;
use serde_json::Value;

use super::process::{Took, program, run};
use super::table::{Part, Row};

/// The Regions that are on in every account.
const REGIONS: u32 = 17;
const LATENCY: Duration = Duration::from_millis(50);

/// A simulated AWS in a process of its own, ended when this is dropped.
#[derive(Debug)]
pub struct Simulated {
    child: Child,
    facts: Value,
}

impl Drop for Simulated {
    fn drop(&mut self) {
        // It ends with its input; where it does not, by its id.
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Simulated {
    /// One with these options.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start(options: &[&str]) -> TestResult<Self> {
        let mut command = Command::new(program("simulation")?);
        command.args(options).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().ok_or("no stdout")?;
        BufReader::new(stdout).read_line(&mut line)?;
        Ok(Self { facts: serde_json::from_str(&line)?, child })
    }

    /// What was asked of it, by operation.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn report(&self) -> TestResult<Value> {
        let address = self.text("Endpoint").trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(&address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(b"GET /_simulation/report HTTP/1.1\r\nconnection: close\r\n\r\n")?;
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            if let Some(text) = line.strip_prefix("content-length: ") {
                length = text.trim().parse()?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        Ok(serde_json::from_slice(&body)?)
    }

    /// A fact of its first line.
    #[must_use]
    pub fn text(&self, fact: &str) -> &str {
        self.facts[fact].as_str().unwrap_or_default()
    }
}

/// A run of the command.
#[derive(Debug)]
struct Measured {
    accounts: u32,
    concurrency: u32,
    took: Took,
    report: Value,
    rows: u64,
    true_rows: u64,
}

fn measure(accounts: u32, concurrency: u32, options: &[&str]) -> TestResult<Measured> {
    let (number, latency) = (accounts.to_string(), LATENCY.as_millis().to_string());
    let fixed = ["--accounts", &number, "--latency-ms", &latency];
    let simulated = Simulated::start(&[&fixed, options].concat())?;
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(program("org-operator")?);
    command.current_dir(folder.path()).env_clear().env("PATH", "").env("HOME", folder.path());
    command
        .env("AWS_ENDPOINT_URL", simulated.text("Endpoint"))
        .env("AWS_ACCESS_KEY_ID", format!("AKIA{}", simulated.text("ManagementAccount")))
        .env("AWS_SECRET_ACCESS_KEY", "simulated")
        .env("AWS_REGION", "eu-west-1")
        .env("ORG_OPERATOR_EXTERNAL_ID", simulated.text("ExternalId"))
        .args(["run", "--quiet", "--out", "runs", "--concurrency", &concurrency.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::inherit());
    let took = run(&mut command)?;
    let rows = rows(folder.path())?;
    Ok(Measured {
        accounts,
        concurrency,
        took,
        report: simulated.report()?,
        rows,
        true_rows: simulated.facts["Rows"].as_u64().unwrap_or(0),
    })
}

/// The rows of the run's CSV, as a reader of such files counts them.
fn rows(folder: &std::path::Path) -> TestResult<u64> {
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

impl Measured {
    fn targets(&self) -> u32 {
        self.accounts * REGIONS
    }

    fn calls(&self, operation: &str) -> u64 {
        self.report[operation]["calls"].as_u64().unwrap_or(0)
    }

    fn all_calls(&self) -> u64 {
        self.sum("calls")
    }

    fn sum(&self, what: &str) -> u64 {
        let counts = self.report.as_object().into_iter().flat_map(|report| report.values());
        counts.filter_map(|count| count[what].as_u64()).sum()
    }

    /// Calls x latency / concurrency.
    fn ideal(&self) -> f64 {
        real(self.all_calls()) * LATENCY.as_secs_f64() / f64::from(self.concurrency)
    }

    /// What listing the accounts takes at AWS's own quota: 8 pages a second after a burst of 12
    /// (Organizations user guide, "Quotas and service limits").
    fn listing(&self) -> f64 {
        let pages = real(self.calls("Organizations.ListAccounts"));
        (pages - 12.0).max(0.0) / 8.0
    }

    /// What no program could be faster than under the quotas, even one that asks while it lists.
    fn bound(&self) -> f64 {
        self.listing().max(self.ideal())
    }

    fn cpu_per_target(&self) -> f64 {
        self.took.cpu.as_secs_f64() * 1_000.0 / f64::from(self.targets())
    }

    /// A run whose answer is not the true one has no figures.
    fn checked(self) -> TestResult<Self> {
        let (rows, true_rows) = (self.rows, self.true_rows);
        let done = self.took.status.success() && rows == true_rows;
        let wrong = || format!("{}: {rows} rows of {true_rows}", self.took.status);
        if done { Ok(self) } else { Err(wrong().into()) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts below 2^52")]
fn real(number: u64) -> f64 {
    number as f64
}

fn megabytes(bytes: u64) -> f64 {
    real(bytes) / 1_000_000.0
}

/// The most targets at once that the goal for wall time is judged by; more are shown beside it.
const JUDGED: u32 = 20;

/// (a) 1,000 accounts x 17 Regions at 50 ms a call.
///
/// # Errors
/// Where a run fails or its answer is not the true one.
pub fn thousand() -> TestResult<Part> {
    let mut rows = Vec::new();
    for concurrency in [JUDGED, 64] {
        let measured = measure(1_000, concurrency, &[])?.checked()?;
        rows.extend(times(&measured));
        rows.extend(costs(&measured));
    }
    Ok(Part { title: "(a) 1,000 accounts x 17 Regions, 50 ms a call".to_owned(), rows })
}

/// Wall time against what it could be.
fn times(measured: &Measured) -> [Row; 2] {
    let at = format!("{} targets at once: ", measured.concurrency);
    let (wall, ideal) = (measured.took.wall.as_secs_f64(), measured.ideal());
    let ratio = wall / ideal;
    let row = Row::new(
        format!("{at}wall time / ideal (calls x latency / concurrency)"),
        format!("{ratio:.2} ({wall:.1} s / {ideal:.1} s)"),
    );
    let judged = measured.concurrency == JUDGED;
    let after = measured.listing() + measured.ideal();
    [
        if judged { row.goal("<= 1.15", ratio <= 1.15) } else { row },
        Row::new(
            format!("{at}wall time / (ListAccounts at its quota, and then the ideal)"),
            format!("{:.2} ({after:.1} s)", wall / after),
        ),
    ]
}

/// CPU, memory and calls.
fn costs(measured: &Measured) -> [Row; 4] {
    let at = format!("{} targets at once: ", measured.concurrency);
    let (cpu, memory) = (measured.cpu_per_target(), megabytes(measured.took.memory));
    let (entered, accounts) = (measured.calls("Sts.AssumeRole"), measured.accounts);
    let per_account = |calls: u64| real(calls) / f64::from(accounts);
    [
        Row::new(format!("{at}CPU per target"), format!("{cpu:.2} ms")).goal("<= 1 ms", cpu <= 1.0),
        Row::new(format!("{at}peak memory"), format!("{memory:.0} MB"))
            .goal("< 100 MB", memory < 100.0),
        Row::new(
            format!("{at}calls per account"),
            format!("{:.2}", per_account(measured.all_calls())),
        ),
        Row::new(format!("{at}AssumeRole per account"), format!("{}", per_account(entered)))
            .goal("exactly 1", entered == u64::from(accounts)),
    ]
}

/// (b) The same from 100 to 10,000 accounts.
///
/// # Errors
/// As [`thousand`].
pub fn growth() -> TestResult<Part> {
    let mut rows = Vec::new();
    let mut before: Option<Measured> = None;
    for accounts in [100, 1_000, 3_000, 10_000] {
        let measured = measure(accounts, 64, &[])?.checked()?;
        rows.push(Row::new(
            format!("{accounts} accounts, {} targets", measured.targets()),
            format!(
                "{:.1} s wall, {:.2} ms CPU per target, {:.0} MB",
                measured.took.wall.as_secs_f64(),
                measured.cpu_per_target(),
                megabytes(measured.took.memory)
            ),
        ));
        if let Some(before) = before.filter(|before| before.accounts >= 1_000) {
            let grown = real(measured.took.memory.saturating_sub(before.took.memory));
            let bytes = grown / f64::from(measured.targets() - before.targets());
            let what =
                format!("memory per further target, {} to {accounts} accounts", before.accounts);
            rows.push(Row::new(what, format!("{bytes:.0} bytes")).goal("< 1 KB", bytes < 1_024.0));
        }
        before = Some(measured);
    }
    Ok(Part {
        title: "(b) The same from 100 to 10,000 accounts, 64 targets at once".to_owned(),
        rows,
    })
}

/// (c) With AWS's quotas on.
///
/// # Errors
/// As [`thousand`].
pub fn quotas() -> TestResult<Part> {
    let measured = measure(1_000, 64, &["--quotas"])?.checked()?;
    let share = real(measured.sum("throttled")) / real(measured.all_calls()) * 100.0;
    let bound = measured.bound();
    let wall = measured.took.wall.as_secs_f64();
    let peak = &measured.report["Organizations.ListAccounts"]["peak"];
    let rows = vec![
        Row::new("throttled calls", format!("{share:.2} %")).goal("< 1 %", share < 1.0),
        Row::new(
            "wall time / bound (the longer of ListAccounts at its quota and calls x latency / concurrency)",
            format!("{:.2} ({wall:.1} s / {bound:.1} s)", wall / bound),
        ),
        Row::new("most ListAccounts calls in one second", format!("{peak} (burst 12, then 8)")),
        Row::new(
            "most AssumeRole calls in one second",
            format!("{} (quota 600)", measured.report["Sts.AssumeRole"]["peak"]),
        ),
    ];
    Ok(Part {
        title: "(c) 1,000 accounts with AWS's quotas on, 64 targets at once".to_owned(),
        rows,
    })
}
