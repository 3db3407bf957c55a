//! The conditions that a simulation runs under: latency, faults and quotas, for the calls that a
//! pattern matches.

use std::time::Duration;

use crate::call::{Call, Service};
use crate::fault::Fault;
use crate::rng::keyed;

/// A pattern of calls; a field that is `None` matches every call.
#[derive(Debug, Clone, Default)]
pub struct CallPattern {
    /// The service that is called.
    pub service: Option<Service>,
    /// The operation, such as `DescribeRouteTables`.
    pub operation: Option<&'static str>,
    /// The account that the call is about.
    pub account: Option<String>,
    /// The Region that the request was signed for.
    pub region: Option<String>,
}

impl CallPattern {
    /// Every call of one operation of a service.
    #[must_use]
    pub fn operation(service: Service, operation: &'static str) -> Self {
        Self { service: Some(service), operation: Some(operation), ..Self::default() }
    }

    /// Whether the pattern matches `call`.
    #[must_use]
    pub fn matches(&self, call: &Call) -> bool {
        self.service.is_none_or(|service| service == call.service)
            && self.operation.is_none_or(|operation| operation == call.operation)
            && self.account.as_ref().is_none_or(|account| *account == call.account)
            && self.region.as_ref().is_none_or(|region| *region == call.region)
    }
}

/// How long calls take.
#[derive(Debug, Clone, Copy)]
pub enum Latency {
    /// The same for every call.
    Fixed(Duration),
    /// Mostly `typical`; one trip in `one_in`, to AWS or back, takes half of `slow`.
    Tail {
        /// What most calls take.
        typical: Duration,
        /// What a call takes that is slow both ways.
        slow: Duration,
        /// How rare a slow trip is.
        one_in: u32,
    },
}

impl Latency {
    /// Whether the latency differs from call to call.
    #[must_use]
    pub fn varies(self) -> bool {
        matches!(self, Self::Tail { .. })
    }

    /// The trips to AWS and back of the `n`-th call equal to `call`. A fixed latency is all on the
    /// way back: what is late by the same time arrives at the same pace.
    #[must_use]
    pub fn trips(self, seed: u64, call: &Call, n: u64) -> (Duration, Duration) {
        match self {
            Self::Fixed(latency) => (Duration::ZERO, latency),
            Self::Tail { typical, slow, one_in } => {
                let mut rng = keyed((seed, "latency", call, n));
                let mut trip = || {
                    if rng.u32(0..one_in.max(1)) == 0 { slow / 2 } else { typical / 2 }
                };
                (trip(), trip())
            }
        }
    }
}

/// When a fault happens, counted over calls that are equal.
#[derive(Debug, Clone, Copy)]
pub enum When {
    /// At every call that matches.
    Always,
    /// At the n-th call, counted from 1.
    Nth(u64),
    /// At the first n calls.
    First(u64),
    /// At a random share of calls, from 0 to 1.
    Share(f64),
}

/// A fault with the calls that it happens to.
#[derive(Debug, Clone)]
pub struct FaultRule {
    /// The calls that the rule is for.
    pub calls: CallPattern,
    /// At which of these calls the fault happens.
    pub when: When,
    /// What happens to the calls.
    pub fault: Fault,
}

impl FaultRule {
    /// Whether the fault happens to the `n`-th call equal to `call`. Chance depends on the seed, the
    /// rule's position and the call only, not on the order in which calls arrive.
    #[must_use]
    pub fn applies(&self, seed: u64, position: usize, call: &Call, n: u64) -> bool {
        self.calls.matches(call)
            && match self.when {
                When::Always => true,
                When::Nth(nth) => n == nth,
                When::First(first) => n <= first,
                When::Share(share) => keyed((seed, "fault", position, call, n)).f64() < share,
            }
    }
}

/// Everything that can be set about a simulation's calls. The default is a fast AWS without faults
/// and quotas.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    /// Latencies; the first pattern that matches a call decides.
    pub latency: Vec<(CallPattern, Latency)>,
    /// Faults; the first rule that applies to a call decides.
    pub faults: Vec<FaultRule>,
    /// Whether AWS's own request quotas are enforced.
    pub quotas: bool,
    /// Entries in a page of a DynamoDB query; `None` is AWS's own limit of 1 MB.
    pub ledger_page: Option<usize>,
}

impl Conditions {
    /// Every call takes `latency`, and nothing fails.
    #[must_use]
    pub fn with_latency(latency: Duration) -> Self {
        let latency = vec![(CallPattern::default(), Latency::Fixed(latency))];
        Self { latency, ..Self::default() }
    }
}
