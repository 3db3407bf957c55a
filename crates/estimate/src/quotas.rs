//! Which quota is the first to bind, and how many workers are worth having.

use super::phases::Phase;
use super::{Workload, count, items};
use crate::limits::Limits;

/// A quota in words, with the work items a second that it allows.
pub(super) type Bound = (&'static str, f64);

/// Of the quotas that hold while workers work, the one that allows the fewest work items a second.
pub(super) fn of_workers(work: &Workload, limits: &Limits) -> Bound {
    let writes = count(work.targets) * (1.0 + work.records_per_target) / items(work);
    let quotas = [
        ("Step Functions starts 100 children a second", limits.children_rate),
        ("STS allows 600 AssumeRole calls a second", limits.assume_rate),
        ("Lambda's concurrency, less what is left to others", usable(limits) / work.item_seconds),
        ("DynamoDB's writes a second of a new table", limits.ledger_writes / writes.max(1.0)),
    ];
    quotas.into_iter().fold(("", f64::INFINITY), least)
}

/// Of these, of `MaxConcurrency` and of what is asked before, the first to bind: before the workers
/// begin, the rate at which accounts are asked about is that at which their work items come to be.
pub(super) fn first(work: &Workload, workers: Bound, phases: &[Phase]) -> Bound {
    let (all, at_once) = (items(work), f64::from(work.max_concurrency));
    let binding = phases.iter().filter(|phase| phase.binds());
    let before = binding.map(|phase| (phase.quota, phase.rate * all / phase.calls));
    // Where every work item is begun at once it holds nobody up.
    let own = (at_once < all).then_some(("MaxConcurrency", at_once / work.item_seconds));
    before.chain(own).fold(workers, least)
}

fn least(a: Bound, b: Bound) -> Bound {
    if b.1 < a.1 { b } else { a }
}

/// Lambda executions that a run may have at once.
pub(super) fn usable(limits: &Limits) -> f64 {
    limits.lambda_concurrency - limits.lambda_unreserved
}

/// The `MaxConcurrency` above which nothing gets faster, and why.
pub(super) fn recommended(work: &Workload, limits: &Limits, bound: Bound) -> (u32, String) {
    let busy = (bound.1 * work.item_seconds).ceil().clamp(1.0, usable(limits));
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

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of workers: at least 1, at most Lambda's concurrency"
)]
fn whole(number: f64) -> u32 {
    number.clamp(1.0, 10_000.0) as u32
}
