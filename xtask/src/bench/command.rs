//! The real command against the simulated AWS, from small to large, and with AWS's quotas enforced.

use org_operator_testkit::TestResult;

use super::measurement::{Measurement, measure, real};
use super::table::{Part, Row};

/// The concurrency that the goal for wall time is judged at; more is shown beside it.
const JUDGED: u32 = 20;

/// (a) 1,000 accounts x 17 Regions at 50 ms a call.
pub(crate) fn thousand() -> TestResult<Part> {
    let mut rows = Vec::new();
    for concurrency in [JUDGED, 64] {
        let measurement = measure(1_000, concurrency, &[])?;
        rows.extend(times(&measurement));
        rows.extend(costs(&measurement));
    }
    Ok(Part { title: "(a) 1,000 accounts x 17 Regions, 50 ms a call".to_owned(), rows })
}

/// Wall time against what it could be.
fn times(measured: &Measurement) -> [Row; 2] {
    let at = format!("{} targets at once: ", measured.concurrency);
    let (wall, ideal) = (measured.usage.wall.as_secs_f64(), measured.ideal());
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
fn costs(measured: &Measurement) -> [Row; 4] {
    let at = format!("{} targets at once: ", measured.concurrency);
    let (cpu, memory) = (measured.cpu_per_target(), megabytes(measured.usage.memory));
    let (assumed, accounts) = (measured.calls("Sts.AssumeRole"), measured.accounts);
    let per_account = |calls: u64| real(calls) / f64::from(accounts);
    [
        Row::new(format!("{at}CPU per target"), format!("{cpu:.2} ms")).goal("<= 1 ms", cpu <= 1.0),
        Row::new(format!("{at}peak memory"), format!("{memory:.0} MB"))
            .goal("< 100 MB", memory < 100.0),
        Row::new(
            format!("{at}calls per account"),
            format!("{:.2}", per_account(measured.all_calls())),
        ),
        Row::new(format!("{at}AssumeRole per account"), format!("{}", per_account(assumed)))
            .goal("exactly 1", assumed == u64::from(accounts)),
    ]
}

/// (b) The same from 100 to 10,000 accounts.
pub(crate) fn growth() -> TestResult<Part> {
    let mut rows = Vec::new();
    let mut previous: Option<Measurement> = None;
    for accounts in [100, 1_000, 3_000, 10_000] {
        let measured = measure(accounts, 64, &[])?;
        rows.push(size(&measured));
        // What a process needs for itself hides in the first one.
        let smaller = previous.filter(|previous| previous.accounts >= 1_000);
        rows.extend(smaller.map(|smaller| memory_per_target(&smaller, &measured)));
        previous = Some(measured);
    }
    let title = "(b) The same from 100 to 10,000 accounts, 64 targets at once".to_owned();
    Ok(Part { title, rows })
}

fn size(measured: &Measurement) -> Row {
    Row::new(
        format!("{} accounts, {} targets", measured.accounts, measured.targets()),
        format!(
            "{:.1} s wall, {:.2} ms CPU per target, {:.0} MB",
            measured.usage.wall.as_secs_f64(),
            measured.cpu_per_target(),
            megabytes(measured.usage.memory)
        ),
    )
}

fn memory_per_target(smaller: &Measurement, larger: &Measurement) -> Row {
    let growth = real(larger.usage.memory.saturating_sub(smaller.usage.memory));
    let bytes = growth / f64::from(larger.targets() - smaller.targets());
    let (from, to) = (smaller.accounts, larger.accounts);
    let what = format!("memory per further target, {from} to {to} accounts");
    Row::new(what, format!("{bytes:.0} bytes")).goal("< 1 KB", bytes < 1_024.0)
}

/// (c) With AWS's quotas enforced.
pub(crate) fn quotas() -> TestResult<Part> {
    let measured = measure(1_000, 64, &["--quotas"])?;
    let share = real(measured.sum("throttled")) / real(measured.all_calls()) * 100.0;
    let (bound, wall) = (measured.bound(), measured.usage.wall.as_secs_f64());
    let peak = |operation: &str| &measured.report[operation]["peak"];
    let rows = vec![
        Row::new("throttled calls", format!("{share:.2} %")).goal("< 1 %", share < 1.0),
        Row::new(
            "wall time / bound (the longer of ListAccounts at its quota and calls x latency / concurrency)",
            format!("{:.2} ({wall:.1} s / {bound:.1} s)", wall / bound),
        ),
        Row::new(
            "most ListAccounts calls in one second",
            format!("{} (burst 12, then 8)", peak("Organizations.ListAccounts")),
        ),
        Row::new(
            "most AssumeRole calls in one second",
            format!("{} (quota 600)", peak("Sts.AssumeRole")),
        ),
    ];
    let title = "(c) 1,000 accounts with AWS's quotas on, 64 targets at once".to_owned();
    Ok(Part { title, rows })
}

fn megabytes(bytes: u64) -> f64 {
    real(bytes) / 1_000_000.0
}
