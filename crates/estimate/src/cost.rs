//! Seconds and dollars of both ways of running.

use super::phases::{Phase, seconds};
use super::quotas::usable;
use super::{Cost, Workload, calls_in_accounts, count, items};
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

/// The cost of a run from one machine.
pub(super) fn local(work: &Workload, limits: &Limits, phases: &[Phase]) -> Cost {
    let asking = calls_in_accounts(work) * work.call_seconds / f64::from(work.concurrency);
    let entering = count(work.accounts) / limits.assume_rate;
    let own = [
        ("asking", asking.max(entering).max(work.call_seconds)),
        ("writing the files", exporting(work)),
    ];
    Cost { seconds: before(phases).chain(own).collect(), dollars: vec![("API calls", 0.0)] }
}

/// By the deployed state machine, where quotas allow `bound` work items a second.
pub(super) fn deployed(work: &Workload, limits: &Limits, phases: &[Phase], bound: f64) -> Cost {
    let at_once = f64::from(work.max_concurrency).min(usable(limits));
    let rate = bound.min(at_once / work.item_seconds);
    let own = [
        ("the workers", items(work) / rate + work.item_seconds),
        ("writing the artifacts", exporting(work)),
    ];
    let seconds_before = seconds(phases);
    Cost {
        seconds: before(phases).chain(own).collect(),
        dollars: dollars(work, limits, seconds_before),
    }
}

fn before(phases: &[Phase]) -> impl Iterator<Item = (&'static str, f64)> {
    phases.iter().map(|phase| (phase.name, phase.seconds()))
}

fn exporting(work: &Workload) -> f64 {
    count(work.targets) * (1.0 + work.records_per_target) / work.export_rows
}

fn dollars(work: &Workload, limits: &Limits, fanout: f64) -> Vec<(&'static str, f64)> {
    let workers = items(work);
    let entries = count(work.targets) * (1.0 + work.records_per_target);
    let per_account = entries / count(work.accounts).max(1.0) * ENTRY_BYTES / READ_UNIT_BYTES;
    // A worker asks for what is known first: one read unit at the least.
    let reads = count(work.accounts) * per_account.ceil().max(1.0) + workers;
    let seconds = workers * work.item_seconds + fanout + exporting(work);
    let transitions = PARENT_TRANSITIONS + workers * CHILD_TRANSITIONS;
    vec![
        ("state transitions", transitions * limits.per_transition),
        ("Lambda time", seconds * work.memory_mb / 1_024.0 * limits.per_gigabyte_second),
        ("Lambda requests", (workers + 2.0) * limits.per_invocation),
        ("ledger", entries * limits.per_write + reads * limits.per_read),
        ("artifacts", PUTS * limits.per_put),
    ]
}
