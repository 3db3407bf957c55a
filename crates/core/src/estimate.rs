//! What a run takes before it is started: minutes and dollars, on one machine and deployed, and
//! which quota is the first to bind. Pure arithmetic over [`Limits`]; asking who is in the
//! organization is others' business.
//!
//! A model, not a promise: it knows neither retries nor how busy AWS is.

use crate::limits::Limits;

/// Transitions of the parent execution, whatever the number of accounts.
const PARENT_TRANSITIONS: f64 = 7.0;
/// A child: its start, and its one state.
const CHILD_TRANSITIONS: f64 = 2.0;
/// Requests that write the artifacts.
const PUTS: f64 = 12.0;
/// Bytes of an outcome and of a record in the ledger, for read units of 4 KiB.
const ENTRY_BYTES: f64 = 400.0;
const READ_UNIT_BYTES: f64 = 4_096.0;

/// What a run is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Workload {
    /// Accounts of the organization, selected or not: they are all listed.
    pub listed: u64,
    /// Accounts in the run.
    pub accounts: u64,
    /// Targets in the run.
    pub targets: u64,
    /// Work items in the run.
    pub work_items: u64,
    /// The operation's calls per target.
    pub calls_per_target: f64,
    /// Records per target.
    pub records_per_target: f64,
    /// Seconds that one call takes.
    pub call_seconds: f64,
    /// Seconds that a deployed worker takes for one work item.
    pub item_seconds: f64,
    /// A deployed worker's memory.
    pub memory_mb: f64,
    /// Work items at once, deployed.
    pub max_concurrency: u32,
    /// Targets at once on one machine.
    pub concurrency: u32,
    /// Rows a second that the export writes.
    pub export_rows: f64,
}

impl Workload {
    /// A workload with what is assumed for everything that is not about the
    /// organization: a call of 0.25 s, a worker of 512 MB that takes a second and the calls of one
    /// Region, 10,000 rows a second.
    #[must_use]
    pub fn new(listed: u64, accounts: u64, targets: u64, work_items: u64) -> Self {
        let call_seconds = 0.25;
        Self {
            listed,
            accounts,
            targets,
            work_items,
            calls_per_target: 1.0,
            records_per_target: 1.0,
            call_seconds,
            item_seconds: 1.0 + call_seconds,
            memory_mb: 512.0,
            max_concurrency: 50,
            concurrency: 64,
            export_rows: 10_000.0,
        }
    }
}

/// What one way of running takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// Seconds by part, in the order in which they pass.
    pub seconds: Vec<(&'static str, f64)>,
    /// Dollars by part.
    pub dollars: Vec<(&'static str, f64)>,
}

impl Cost {
    /// All seconds.
    #[must_use]
    pub fn total_seconds(&self) -> f64 {
        self.seconds.iter().map(|(_, seconds)| seconds).sum()
    }

    /// All dollars.
    #[must_use]
    pub fn total_dollars(&self) -> f64 {
        self.dollars.iter().map(|(_, dollars)| dollars).sum()
    }
}

/// What a run takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Calls of AWS's APIs: listing, entering, asking.
    pub calls: f64,
    /// From one machine.
    pub local: Cost,
    /// By the deployed state machine.
    pub deployed: Cost,
    /// The quota that binds first, and the work items a second that it allows.
    pub bound_by: (&'static str, f64),
    /// The `MaxConcurrency` above which nothing gets faster.
    pub recommended: u32,
    /// Why this one.
    pub reason: String,
}

/// What `work` takes.
#[must_use]
pub fn estimate(work: &Workload, limits: &Limits) -> Estimate {
    let bound_by = bound_by(work, limits);
    let (recommended, reason) = recommended(work, limits, bound_by);
    let pages = pages(work, limits);
    let calls = pages + count(work.accounts) + count(work.targets) * work.calls_per_target;
    Estimate {
        calls,
        local: local(work, limits),
        deployed: deployed(work, limits, bound_by.1),
        bound_by,
        recommended,
        reason,
    }
}

fn pages(work: &Workload, limits: &Limits) -> f64 {
    (count(work.listed) / limits.accounts_page).ceil().max(1.0)
}

fn listing(work: &Workload, limits: &Limits) -> f64 {
    let pages = pages(work, limits);
    let paced = (pages - limits.list_burst).max(0.0) / limits.list_rate;
    // Below the burst each page still takes its call.
    paced.max(pages.min(limits.list_burst) * work.call_seconds)
}

fn exporting(work: &Workload) -> f64 {
    count(work.targets) * (1.0 + work.records_per_target) / work.export_rows
}

fn local(work: &Workload, limits: &Limits) -> Cost {
    let calls = count(work.targets) * work.calls_per_target + count(work.accounts);
    let asking = calls * work.call_seconds / f64::from(work.concurrency);
    let entering = count(work.accounts) / limits.assume_rate;
    Cost {
        seconds: vec![
            ("listing the accounts", listing(work, limits)),
            ("asking", asking.max(entering).max(work.call_seconds)),
            ("writing the files", exporting(work)),
        ],
        dollars: vec![("API calls", 0.0)],
    }
}

/// Work items a second that each quota allows; the smallest binds.
fn bound_by(work: &Workload, limits: &Limits) -> (&'static str, f64) {
    let writes = count(work.targets) * (1.0 + work.records_per_target) / items(work);
    let assumes = 1.0;
    let usable = limits.lambda_concurrency - limits.lambda_unreserved;
    let quotas = [
        ("Step Functions starts 100 children a second", limits.children_rate),
        ("STS allows 600 AssumeRole calls a second", limits.assume_rate / assumes),
        ("Lambda's concurrency, less what is left to others", usable / work.item_seconds),
        ("DynamoDB's writes a second of a new table", limits.ledger_writes / writes.max(1.0)),
    ];
    quotas.into_iter().fold(("", f64::INFINITY), |a, b| if b.1 < a.1 { b } else { a })
}

fn recommended(work: &Workload, limits: &Limits, bound: (&'static str, f64)) -> (u32, String) {
    let usable = limits.lambda_concurrency - limits.lambda_unreserved;
    let busy = (bound.1 * work.item_seconds).ceil().clamp(1.0, usable);
    let all = items(work);
    let (number, why) = if all <= busy {
        (all, "every work item at once stays below every quota".to_owned())
    } else {
        let (name, rate) = bound;
        let seconds = work.item_seconds;
        let why = format!(
            "{name}: {rate:.0} work items a second of {seconds:.1} s keep {busy:.0} workers busy, \
             and more would wait"
        );
        (busy, why)
    };
    (whole(number), why)
}

fn deployed(work: &Workload, limits: &Limits, bound: f64) -> Cost {
    let usable = limits.lambda_concurrency - limits.lambda_unreserved;
    let at_once = f64::from(work.max_concurrency).min(usable);
    let rate = bound.min(at_once / work.item_seconds);
    Cost {
        seconds: vec![
            ("listing the accounts", listing(work, limits)),
            ("the workers", items(work) / rate + work.item_seconds),
            ("writing the artifacts", exporting(work)),
        ],
        dollars: dollars(work, limits),
    }
}

fn dollars(work: &Workload, limits: &Limits) -> Vec<(&'static str, f64)> {
    let items = items(work);
    let entries = count(work.targets) * (1.0 + work.records_per_target);
    let per_account = entries / count(work.accounts).max(1.0) * ENTRY_BYTES / READ_UNIT_BYTES;
    // A worker asks for what is known first: one read unit at the least.
    let reads = count(work.accounts) * per_account.ceil().max(1.0) + items;
    let seconds = items * work.item_seconds + listing(work, limits) + exporting(work);
    let transitions = PARENT_TRANSITIONS + items * CHILD_TRANSITIONS;
    vec![
        ("state transitions", transitions * limits.per_transition),
        ("Lambda time", seconds * work.memory_mb / 1_024.0 * limits.per_gigabyte_second),
        ("Lambda requests", (items + 2.0) * limits.per_invocation),
        ("ledger", entries * limits.per_write + reads * limits.per_read),
        ("artifacts", PUTS * limits.per_put),
    ]
}

fn items(work: &Workload) -> f64 {
    count(work.work_items).max(1.0)
}

#[expect(clippy::cast_precision_loss, reason = "counts of accounts and targets are below 2^52")]
fn count(number: u64) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of workers: at least 1, at most Lambda's concurrency"
)]
fn whole(number: f64) -> u32 {
    number.clamp(1.0, 10_000.0) as u32
}

#[cfg(test)]
mod tests;
