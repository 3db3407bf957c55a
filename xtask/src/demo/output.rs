//! What the demo prints: progress, the summary as a table, the first rows.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use org_operator_core::contract::summary::RunResult;
use org_operator_testkit::execution::{self, rows};
use org_operator_testkit::organization::{DemoOrganization, Kind};
use org_operator_testkit::{TestResult, paths, truth};

use super::kept_demo::KeptDemo;

/// Rows that are shown of a CSV.
const ROWS: usize = 6;
/// Wider cells are cut, in characters.
const WIDTH: usize = 22;

/// Prints the organization: one line per account.
pub(crate) fn print_organization(organization: &DemoOrganization) {
    let routes = truth::internet_routes(organization).len();
    let rules = truth::open_rules(organization).len();
    let count = organization.accounts.len();
    println!(
        "organization  {}: {count} member accounts, {routes} internet routes and {rules} open rules to find",
        organization.id
    );
    for account in &organization.accounts {
        let remark = match account.kind {
            Kind::Open => "",
            Kind::Closed => "  (closed)",
            Kind::NoRole => "  (no member role)",
            Kind::Restricted => "  (its role may not act in us-east-1)",
        };
        println!("              {}  {:<24} {}{remark}", account.id, account.unit, account.name);
    }
}

/// The progress of a run: one line that changes on a terminal, a line per change elsewhere.
pub(crate) struct ProgressLine {
    last: execution::Progress,
    terminal: bool,
}

impl ProgressLine {
    pub(crate) fn new() -> Self {
        Self { last: execution::Progress::default(), terminal: std::io::stdout().is_terminal() }
    }

    pub(crate) fn show(&mut self, now: execution::Progress, elapsed: Duration) {
        if now == self.last && !self.terminal {
            return;
        }
        self.last = now;
        let (finished, failed, elapsed) = (now.finished, now.failed, seconds(elapsed));
        let line = format!("{finished} targets finished, {failed} failed, {elapsed}");
        if self.terminal {
            print!("\r              {line}   ");
            let _ = std::io::stdout().flush();
        } else {
            println!("              {line}");
        }
    }

    pub(crate) fn end(&self, elapsed: Duration) {
        let start = if self.terminal { "\r" } else { "" };
        println!("{start}              ended after {}                    ", seconds(elapsed));
    }
}

/// Seconds with one digit.
fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// Prints the result of a run whose artifacts are in `folder`.
pub(crate) fn print_result(operation: &str, result: &RunResult, folder: &Path) -> TestResult<()> {
    let RunResult { status, targets, succeeded, skipped, failed, records, .. } = result;
    let counts = [targets, succeeded, skipped, failed, records].map(u64::to_string);
    let cells = [status.to_string()].into_iter().chain(counts).collect();
    let names = ["Status", "Targets", "Succeeded", "Skipped", "Failed", "Records"];
    println!();
    print_table(&names.map(str::to_owned), &[cells]);
    for failure in failures(folder)? {
        println!("  {failure}");
    }
    println!();
    print_first_rows(folder, operation)?;
    print_files(folder)
}

/// The coverage's failures, one line per account and error.
fn failures(folder: &Path) -> TestResult<Vec<String>> {
    let coverage = rows(&std::fs::read(folder.join("coverage.csv"))?)?;
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for row in coverage.iter().filter(|row| row[3] == "FAILED") {
        let failure = format!("FAILED {} {} ({})", row[4], row[0], row[1]);
        match lines.last_mut() {
            Some((last, regions)) if *last == failure => regions.push(row[2].clone()),
            _ => lines.push((failure, vec![row[2].clone()])),
        }
    }
    let line =
        |(failure, regions): (String, Vec<String>)| format!("{failure} in {}", regions.join(", "));
    Ok(lines.into_iter().map(line).collect())
}

fn print_first_rows(folder: &Path, operation: &str) -> TestResult<()> {
    let name = format!("{operation}.csv");
    let bytes = std::fs::read(folder.join(&name))?;
    let all = rows(&bytes)?;
    let shown = &all[..ROWS.min(all.len())];
    println!("first {} of {} rows of {name}:", shown.len(), all.len());
    print_table(&csv_header(&bytes), shown);
    Ok(())
}

fn csv_header(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().next().unwrap_or_default().split(',').map(str::to_owned).collect()
}

fn print_files(folder: &Path) -> TestResult<()> {
    let shown = folder.strip_prefix(paths::root()).unwrap_or(folder);
    println!("\nartifacts in {}:", shown.display());
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        println!("  {:>6} bytes  {}", entry.metadata()?.len(), entry.file_name().display());
    }
    Ok(())
}

fn print_table(header: &[String], rows: &[Vec<String>]) {
    let lines: Vec<Vec<String>> =
        std::iter::once(header).chain(rows.iter().map(Vec::as_slice)).map(shortened).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
    let widths: Vec<usize> = (0..header.len()).map(|column| width(column).unwrap_or(0)).collect();
    for line in &lines {
        let padded = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        println!("  {}", padded.collect::<Vec<_>>().join("  ").trim_end());
    }
}

fn shortened(row: &[String]) -> Vec<String> {
    let cut = |cell: &String| match cell.char_indices().nth(WIDTH) {
        None => cell.clone(),
        Some(_) => cell.chars().take(WIDTH - 1).chain(['…']).collect(),
    };
    row.iter().map(cut).collect()
}

/// Prints what to type next in a kept demo.
pub(crate) fn print_next_steps(kept: &KeptDemo, account: &str, region: &str) {
    println!(
        "\nthe emulator stays: start another execution with your own input,\n\
         \n  make demo-run INPUT=statemachine/examples/default.json\n\
         \nor ask it by the command as from your own machine,\n\
         \n  eval \"$(make -s demo-env)\"    # for an hour; then once more\n  \
         org-operator check\n  \
         org-operator run --regions ap-southeast-2,eu-west-1,us-east-1\n\
         \nor with the AWS CLI,\n\
         \n  export AWS_ENDPOINT_URL={} AWS_ACCESS_KEY_ID={account} AWS_SECRET_ACCESS_KEY=test AWS_REGION={region}\n  \
         aws stepfunctions start-execution --state-machine-arn {} --input '{{}}'\n\
         \nand end it with\n\
         \n  make demo-stop",
        kept.endpoint, kept.state_machine
    );
}
