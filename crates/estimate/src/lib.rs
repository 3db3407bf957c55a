//! What a run takes before it is started: minutes and dollars, on one machine and deployed, and
//! which quota is the first to bind. Pure arithmetic over [`Limits`]; asking who is in the
//! organization is others' business.
//!
//! A model, not a promise: it knows neither retries nor how busy AWS is.

mod cost;
pub mod limits;
mod phases;
mod quotas;

use crate::limits::Limits;

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
    /// Accounts whose tags are read, to select among them or to write them beside the records.
    pub tagged: u64,
    /// Roots and units whose units are listed, to name them in the accounts' paths.
    pub parents: u64,
    /// Accounts that are asked which Regions are on in them.
    pub enabled: u64,
    /// Work items that ask their account which Regions are on: those with an opt-in Region.
    pub inquiries: u64,
    /// The operation's calls per target.
    pub calls_per_target: f64,
    /// Records that a target has, on average.
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
            tagged: 0,
            parents: 0,
            enabled: 0,
            inquiries: 0,
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
    /// US dollars by part, at list prices.
    pub dollars: Vec<(&'static str, f64)>,
}

impl Cost {
    /// The seconds of all parts together.
    #[must_use]
    pub fn total_seconds(&self) -> f64 {
        self.seconds.iter().map(|(_, seconds)| seconds).sum()
    }

    /// The US dollars of all parts together.
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
    /// What a run from one machine takes.
    pub local: Cost,
    /// By the deployed state machine.
    pub deployed: Cost,
    /// The quota that binds first, and the work items a second that it allows.
    pub bound_by: (&'static str, f64),
    /// The `MaxConcurrency` above which nothing gets faster.
    pub recommended: u32,
    /// Why this one is recommended, in words.
    pub reason: String,
    /// What would go wrong.
    pub warnings: Vec<String>,
}

/// Time, cost and the first quota to bind for a run of `work`.
#[must_use]
pub fn estimate(work: &Workload, limits: &Limits) -> Estimate {
    let workers = quotas::of_workers(work, limits);
    let (recommended, reason) = quotas::recommended(work, limits, workers);
    let before = phases::phases(work, limits);
    let asked: f64 = before.iter().map(|phase| phase.calls).sum();
    Estimate {
        calls: asked + calls_in_accounts(work),
        local: cost::local(work, limits, &before),
        deployed: cost::deployed(work, limits, &before, workers.1),
        bound_by: quotas::first(work, workers, &before),
        recommended,
        reason,
        warnings: phases::warning(&before, limits).into_iter().collect(),
    }
}

/// Entering the accounts, asking them for their Regions, and the operation's calls.
fn calls_in_accounts(work: &Workload) -> f64 {
    count(work.accounts + work.inquiries) + count(work.targets) * work.calls_per_target
}

fn items(work: &Workload) -> f64 {
    count(work.work_items).max(1.0)
}

#[expect(clippy::cast_precision_loss, reason = "counts of accounts and targets are below 2^52")]
fn count(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests;
