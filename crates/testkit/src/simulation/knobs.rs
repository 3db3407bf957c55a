//! What a person can set: latency and faults, for the calls that a pattern matches.

use std::time::Duration;

use super::call::{Call, Service};
use super::faults::Fault;
use super::random;

/// Which calls are meant; what is absent matches all.
#[derive(Debug, Clone, Default)]
pub struct Pattern {
    /// The service.
    pub service: Option<Service>,
    /// The operation.
    pub operation: Option<&'static str>,
    /// The account.
    pub account: Option<String>,
    /// The Region.
    pub region: Option<String>,
}

impl Pattern {
    /// Every call of an operation of a service.
    #[must_use]
    pub fn operation(service: Service, operation: &'static str) -> Self {
        Self { service: Some(service), operation: Some(operation), ..Self::default() }
    }

    /// Whether `call` is meant.
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
    /// Always the same.
    Fixed(Duration),
    /// Mostly `typical`; one way in `one_in`, there or back, takes half of `slow`.
    Tail {
        /// What most calls take.
        typical: Duration,
        /// What a call takes that is slow both ways.
        slow: Duration,
        /// How rare a slow way is.
        one_in: u32,
    },
}

impl Latency {
    /// Whether it depends on the call.
    #[must_use]
    pub fn varies(self) -> bool {
        matches!(self, Self::Tail { .. })
    }

    /// The ways there and back of the `n`-th call like `call`. A fixed latency is all on the way
    /// back: what is late by the same comes at the same pace.
    #[must_use]
    pub fn of(self, seed: u64, call: &Call, n: u64) -> (Duration, Duration) {
        match self {
            Self::Fixed(latency) => (Duration::ZERO, latency),
            Self::Tail { typical, slow, one_in } => {
                let mut chance = random((seed, "latency", call, n));
                let mut way = || {
                    if chance.u32(0..one_in.max(1)) == 0 { slow / 2 } else { typical / 2 }
                };
                (way(), way())
            }
        }
    }
}

/// When a fault strikes, counted over the calls that are alike.
#[derive(Debug, Clone, Copy)]
pub enum When {
    /// At every call.
    Always,
    /// At the n-th call, counted from 1.
    Nth(u64),
    /// At the first n calls.
    First(u64),
    /// At a share of calls, from 0 to 1.
    Share(f64),
}

/// A fault with where and when.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Where.
    pub on: Pattern,
    /// When.
    pub when: When,
    /// What.
    pub fault: Fault,
}

impl Rule {
    /// Whether it strikes the `n`-th call like `call`. Chance depends on the seed, the rule's number
    /// and the call only, not on the order in which calls come.
    #[must_use]
    pub fn strikes(&self, seed: u64, number: usize, call: &Call, n: u64) -> bool {
        self.on.matches(call)
            && match self.when {
                When::Always => true,
                When::Nth(nth) => n == nth,
                When::First(first) => n <= first,
                When::Share(share) => random((seed, "fault", number, call, n)).f64() < share,
            }
    }
}

/// Everything that can be set.
#[derive(Debug, Clone, Default)]
pub struct Knobs {
    /// Latencies; the first that matches counts.
    pub latency: Vec<(Pattern, Latency)>,
    /// Faults; the first that strikes counts.
    pub faults: Vec<Rule>,
    /// Whether AWS's own request quotas hold.
    pub quotas: bool,
    /// Entries in a page of a DynamoDB query, or AWS's own 1 MB.
    pub ledger_page: Option<usize>,
}

impl Knobs {
    /// Every call takes as long.
    #[must_use]
    pub fn latency(latency: Duration) -> Self {
        let latency = vec![(Pattern::default(), Latency::Fixed(latency))];
        Self { latency, ..Self::default() }
    }
}
