//! What is asked before the first worker starts, each thing at its service's own rate.

use super::{Workload, count};
use crate::limits::Limits;

/// Accounts that are asked about at once (the fanout).
const AT_ONCE: f64 = 10.0;

/// Something that is asked of AWS, call by call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Phase {
    /// What is done, as a participle.
    pub(super) name: &'static str,
    /// The quota in words.
    pub(super) quota: &'static str,
    /// How many calls it makes.
    pub(super) calls: f64,
    /// Calls a second that the quota refills.
    pub(super) rate: f64,
    /// Calls that are free of the rate.
    burst: f64,
    /// Seconds of a call, over those at once.
    each: f64,
}

impl Phase {
    /// Seconds that it takes.
    pub(super) fn seconds(&self) -> f64 {
        // Below the burst each call still takes its time.
        self.waited().max(self.calls.min(self.burst) * self.each)
    }

    /// Whether calls have to wait for the rate.
    pub(super) fn binds(&self) -> bool {
        self.waited() > 0.0
    }

    fn waited(&self) -> f64 {
        (self.calls - self.burst).max(0.0) / self.rate
    }
}

/// All phases, in the order in which they pass; those that `work` needs.
pub(super) fn phases(work: &Workload, limits: &Limits) -> Vec<Phase> {
    let accounts = Phase {
        name: "listing the accounts",
        quota: "Organizations allows 8 ListAccounts calls a second",
        calls: (count(work.listed) / limits.accounts_page).ceil().max(1.0),
        rate: limits.list_rate,
        burst: limits.list_burst,
        each: work.call_seconds,
    };
    let tags = Phase {
        name: "reading their tags",
        quota: "Organizations allows 10 ListTagsForResource calls a second",
        calls: count(work.tagged),
        rate: limits.tags_rate,
        burst: limits.tags_burst,
        each: work.call_seconds / AT_ONCE,
    };
    let regions = Phase {
        name: "asking for their Regions",
        quota: "Account Management allows 5 ListRegions calls a second",
        calls: count(work.enabled),
        rate: limits.regions_rate,
        burst: limits.regions_burst,
        each: work.call_seconds / AT_ONCE,
    };
    let units = Phase {
        name: "naming their units",
        quota: "Organizations allows 5 ListOrganizationalUnitsForParent calls a second",
        calls: count(work.parents),
        rate: limits.units_rate,
        burst: limits.units_burst,
        each: work.call_seconds / AT_ONCE,
    };
    [accounts, tags, regions, units].into_iter().filter(|phase| phase.calls > 0.0).collect()
}

/// The seconds of all phases together.
pub(super) fn seconds(phases: &[Phase]) -> f64 {
    phases.iter().map(Phase::seconds).sum()
}

/// What to say where the deployed Fanout, which does all of this, would be ended before.
pub(super) fn warning(phases: &[Phase], limits: &Limits) -> Option<String> {
    let (seconds, most) = (seconds(phases), limits.lambda_seconds);
    (seconds > most).then(|| {
        format!(
            "deployed, Fanout would take {:.0} minutes before the first worker starts, and Lambda ends \
             it after {:.0}: run this from one machine, or select fewer accounts at a time",
            seconds / 60.0,
            most / 60.0
        )
    })
}
