//! The real command against the simulated AWS: at fixed concurrency, with default settings from small
//! to large, and with AWS's quotas enforced.

use std::time::Duration;

use org_operator_testkit::TestResult;

use super::measurement::{Load, Measurement, real};
use super::table::{Part, Row};

const FAR: Duration = Duration::from_millis(200);

/// (a) 1,000 accounts x 17 Regions at 50 ms a call, at fixed concurrency.
pub(crate) fn fixed() -> TestResult<Part> {
    let mut rows = Vec::new();
    for concurrency in [20, 64] {
        let measured = Load { concurrency: Some(concurrency), ..Load::of(1_000) }.measure()?;
        let at = format!("{concurrency} targets at once: ");
        rows.push(wall_time(&at, &measured));
        rows.extend(costs(&at, &measured));
    }
    Ok(Part { title: "(a) 1,000 accounts x 17 Regions, 50 ms a call".to_owned(), rows })
}

/// Wall time against what no program could beat.
fn wall_time(at: &str, measured: &Measurement) -> Row {
    let (wall, bound) = (measured.usage.wall.as_secs_f64(), measured.bound());
    let ratio = wall / bound;
    Row::new(
        format!(
            "{at}wall time / the longer of ListAccounts at its quota and calls x latency / width"
        ),
        format!("{ratio:.2} ({wall:.1} s / {bound:.1} s)"),
    )
    .goal("<= 1.15", ratio <= 1.15)
}

/// What listing takes without its quota: each page's token is in the page before.
fn pages(at: &str, measured: &Measurement) -> Row {
    let (pages, latency) = (measured.calls("Organizations.ListAccounts"), measured.load.latency);
    let seconds = real(pages) * latency.as_secs_f64();
    Row::new(
        format!("{at}pages of ListAccounts, one after the other"),
        format!("{pages} x {} ms = {seconds:.1} s", latency.as_millis()),
    )
}

/// CPU, memory and calls.
fn costs(at: &str, measured: &Measurement) -> [Row; 4] {
    let (cpu, memory) = (measured.cpu_per_target(), megabytes(measured.usage.memory));
    let (assumed, accounts) = (measured.calls("Sts.AssumeRole"), measured.load.accounts);
    let per_account = |calls: u64| real(calls) / f64::from(accounts);
    [
        Row::new(format!("{at}CPU per target"), format!("{cpu:.2} ms"))
            .goal("<= 0.20 ms", cpu <= 0.20),
        Row::new(format!("{at}peak memory"), format!("{memory:.0} MB"))
            .goal("<= 100 MB", memory <= 100.0),
        Row::new(
            format!("{at}calls per account"),
            format!("{:.2}", per_account(measured.all_calls())),
        ),
        Row::new(format!("{at}AssumeRole per account"), format!("{}", per_account(assumed)))
            .goal("exactly 1", assumed == u64::from(accounts)),
    ]
}

/// (b) Default settings from 100 to 10,000 accounts.
pub(crate) fn growth() -> TestResult<Part> {
    let mut rows = Vec::new();
    let mut previous: Option<Measurement> = None;
    for (accounts, goal, seconds) in
        [(100, "", 0.0), (1_000, "<= 10 s", 10.0), (10_000, "<= 100 s", 100.0)]
    {
        let measured = Load::of(accounts).measure()?;
        rows.extend(adaptive(&measured, goal, seconds));
        // What a process needs for itself hides in the first one.
        let smaller = previous.filter(|previous| previous.load.accounts >= 1_000);
        rows.extend(smaller.map(|smaller| memory_per_target(&smaller, &measured)));
        previous = Some(measured);
    }
    let far = Load { latency: FAR, ..Load::of(1_000) }.measure()?;
    rows.extend(adaptive(&far, "<= 15 s", 15.0));
    Ok(Part { title: "(b) Default settings: the command finds its width".to_owned(), rows })
}

/// A run with default settings; its wall time has a goal where `goal` is not empty.
fn adaptive(measured: &Measurement, goal: &'static str, seconds: f64) -> Vec<Row> {
    let Load { accounts, latency, .. } = measured.load;
    let at = format!("{accounts} accounts x 17 Regions at {} ms: ", latency.as_millis());
    let wall = measured.usage.wall.as_secs_f64();
    let row = Row::new(format!("{at}wall time"), format!("{wall:.1} s"));
    let row = if goal.is_empty() { row } else { row.goal(goal, wall <= seconds) };
    let mut rows = vec![row, wall_time(&at, measured), pages(&at, measured)];
    rows.extend(costs(&at, measured).into_iter().take(2));
    rows.push(Row::new(format!("{at}targets at once, second by second"), widths(measured)));
    rows
}

/// At most twelve widths, evenly over the run.
fn widths(measured: &Measurement) -> String {
    let widths = measured.widths();
    let step = widths.len().div_ceil(12).max(1);
    let shown: Vec<String> =
        widths.iter().step_by(step).map(|width| format!("{width:.0}")).collect();
    shown.join(", ")
}

fn memory_per_target(smaller: &Measurement, larger: &Measurement) -> Row {
    let growth = real(larger.usage.memory.saturating_sub(smaller.usage.memory));
    let bytes = growth / f64::from(larger.targets() - smaller.targets());
    let (from, to) = (smaller.load.accounts, larger.load.accounts);
    let what = format!("memory per further target, {from} to {to} accounts");
    Row::new(what, format!("{bytes:.0} bytes")).goal("< 1 KB", bytes < 1_024.0)
}

/// (c) Default settings with AWS's quotas enforced.
pub(crate) fn quotas() -> TestResult<Part> {
    let mut rows = Vec::new();
    for (accounts, latency) in [(1_000, FAR), (10_000, Load::of(1).latency)] {
        let measured = Load { latency, quotas: true, ..Load::of(accounts) }.measure()?;
        let at = format!("{accounts} accounts at {} ms: ", latency.as_millis());
        rows.push(wall_time(&at, &measured));
        rows.push(throttled(&at, &measured));
        for (operation, quota) in
            [("Organizations.ListAccounts", "burst 12, then 8"), ("Sts.AssumeRole", "quota 600")]
        {
            let peak = measured.peak(operation);
            rows.push(Row::new(
                format!("{at}most {operation} calls in one second"),
                format!("{peak} ({quota})"),
            ));
        }
    }
    Ok(Part { title: "(c) Default settings with AWS's quotas on".to_owned(), rows })
}

/// The operation that AWS throttles most.
fn throttled(at: &str, measured: &Measurement) -> Row {
    let (operation, share) = measured.worst_throttled();
    Row::new(
        format!("{at}worst operation's throttled share"),
        if share > 0.0 { format!("{share:.2} % ({operation})") } else { "0 %".to_owned() },
    )
    .goal("< 1 %", share < 1.0)
}

/// (d) Loads in which tags, units and enabled Regions are what takes the time.
pub(crate) fn organization() -> TestResult<Part> {
    const LOADS: [(&str, &str, &[&str]); 3] = [
        (
            "tags",
            "Organizations.ListTagsForResource",
            &["--tag", "team=payments", "--tag", "team=data", "--tag", "team=network"],
        ),
        ("units", "Organizations.ListAccountsForParent", &["--ou", "r-simu"]),
        ("enabled Regions", "Account.ListRegions", &["--regions", "enabled"]),
    ];
    let mut rows = Vec::new();
    for (what, operation, options) in LOADS {
        let measured = Load { quotas: true, options, ..Load::of(200) }.measure()?;
        let (wall, calls) = (measured.usage.wall.as_secs_f64(), measured.calls(operation));
        let at = format!("200 accounts by {what}: ");
        rows.push(Row::new(
            format!("{at}wall time, {operation} calls"),
            format!("{wall:.1} s, {calls}"),
        ));
        rows.push(throttled(&at, &measured));
    }
    let title =
        "(d) With AWS's quotas on, where the request asks the organization for more".to_owned();
    Ok(Part { title, rows })
}

fn megabytes(bytes: u64) -> f64 {
    real(bytes) / 1_000_000.0
}
