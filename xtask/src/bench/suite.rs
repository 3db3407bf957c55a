//! Every operation of the catalogue at once, by the real command, over a simulated AWS that answers each of
//! their calls.

use std::path::Path;

use org_operator_testkit::TestResult;
use serde::Deserialize;

use super::measurement::{Load, Measurement, real};
use super::table::{Part, Row};

/// What a suite run says of one of its operations.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OfOperation {
    #[expect(dead_code, reason = "for the message of a figure that is refused")]
    operation: String,
    targets: u64,
    succeeded: u64,
    skipped: u64,
    records: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    operations: Vec<OfOperation>,
}

/// The operations of the suite run in `folder`; none where the run was no suite run.
pub(crate) fn operations(folder: &Path) -> TestResult<Vec<OfOperation>> {
    let Ok(mut suites) = std::fs::read_dir(folder.join("runs/suites")) else {
        return Ok(Vec::new());
    };
    let runs = suites.find_map(|entry| entry.ok().filter(|run| run.path().is_dir()));
    let run = runs.ok_or("no suite run")?.path();
    let summary: Summary = serde_json::from_slice(&std::fs::read(run.join("summary.json"))?)?;
    Ok(summary.operations)
}

/// (k) `--suite all` over 200 accounts x 17 Regions, with AWS's quotas on: where most Regions are empty,
/// as they are in most organizations, and where every one has something to each question.
pub(crate) fn parts() -> TestResult<Vec<Part>> {
    Ok(vec![
        part("3 of 17 Regions in use", "0.18")?,
        part("every Region in use by every service", "1")?,
    ])
}

fn part(organization: &str, in_use: &'static str) -> TestResult<Part> {
    let options = &["--suite", "all", "--param", "Keys=[\"owner\"]"];
    let load = Load { quotas: true, recordings: Some(in_use), options, ..Load::of(200) };
    let measured = load.measure_any()?;
    for of in &measured.operations {
        if of.succeeded + of.skipped < of.targets || of.records == 0 {
            return Err(format!("not answered: {of:?}").into());
        }
    }
    let title = format!(
        "(k) `--suite all`, 200 accounts x 17 Regions, 50 ms a call, with AWS's quotas on, {organization}"
    );
    Ok(Part { title, rows: rows(&measured) })
}

fn rows(measured: &Measurement) -> Vec<Row> {
    let sum = |of: fn(&OfOperation) -> u64| measured.operations.iter().map(of).sum::<u64>();
    let (targets, records) = (sum(|of| of.targets), sum(|of| of.records));
    let cpu = measured.usage.cpu.as_secs_f64() * 1_000.0;
    let (of_target, of_call) = (cpu / real(targets), cpu / real(measured.all_calls()));
    let megabytes = real(measured.usage.memory) / 1_000_000.0;
    let assumed = real(measured.calls("Sts.AssumeRole")) / f64::from(measured.load.accounts);
    let throttled = measured.throttled_calls();
    vec![
        Row::new(
            "operations, (target, operation) pairs, calls, records",
            format!(
                "{}, {targets}, {}, {records}",
                measured.operations.len(),
                measured.all_calls()
            ),
        ),
        Row::new("wall time", format!("{:.1} s", measured.usage.wall.as_secs_f64())),
        Row::new("CPU per (target, operation)", format!("{of_target:.2} ms"))
            .goal("<= 0.30 ms", of_target <= 0.3),
        Row::new("CPU per call", format!("{of_call:.2} ms")),
        Row::new("peak memory", format!("{megabytes:.0} MB")).goal("< 150 MB", megabytes < 150.0),
        Row::new(
            "AssumeRole per account, as few as its session policies need",
            format!("{assumed}"),
        ),
        Row::new("throttled calls", throttled.to_string()).goal("0", throttled == 0),
    ]
}
