//! What was asked: calls per operation, their peak rate, the throttled share, the faults that struck,
//! and with which access keys.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use tokio::time::Instant;

use super::call::{Call, Service};
use super::faults::Fault;

/// What was counted of one operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Calls.
    pub calls: u64,
    /// Of these, throttled ones.
    pub throttled: u64,
    /// The most calls in one second.
    pub peak: u64,
    #[serde(skip)]
    second: (u64, u64),
}

/// A fault that struck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Struck {
    /// The call.
    pub call: Call,
    /// What happened to it.
    pub fault: Fault,
    /// The invocation that made the call, where one is named ([`ASKING`]).
    pub by: Option<u64>,
}

tokio::task_local! {
    /// The number of the invocation that asks: only what struck its own calls can excuse it.
    pub static ASKING: u64;
}

/// The counters.
#[derive(Debug)]
pub struct Meter {
    start: Instant,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    counts: BTreeMap<(Service, String), Count>,
    alike: HashMap<Call, u64>,
    struck: Vec<Struck>,
    keys: BTreeSet<(Service, String)>,
}

impl Default for Meter {
    fn default() -> Self {
        Self { start: Instant::now(), state: Mutex::default() }
    }
}

impl Meter {
    /// Counts `call`, which has come.
    pub(crate) fn count(&self, call: &Call) {
        let now = self.start.elapsed().as_secs();
        let mut state = self.lock();
        let key = (call.service, call.operation.clone());
        let count = state.counts.entry(key).or_default();
        count.calls += 1;
        let (second, calls) = count.second;
        count.second = if second == now { (second, calls + 1) } else { (now, 1) };
        count.peak = count.peak.max(count.second.1);
    }

    /// The how many-th one like it a call is that sets out. Only asked where chance is at work: there
    /// are as many kinds of calls as targets.
    pub(crate) fn number(&self, call: &Call) -> u64 {
        let mut state = self.lock();
        let alike = state.alike.entry(call.clone()).or_default();
        *alike += 1;
        *alike
    }

    /// From now on, calls that are alike are counted from 1 again.
    pub(crate) fn begin_anew(&self) {
        self.lock().alike.clear();
    }

    /// Notes which access key a call of a service was signed with.
    pub(crate) fn signed(&self, service: Service, key: &str) {
        self.lock().keys.insert((service, key.to_owned()));
    }

    /// Notes that `fault` struck `call`.
    pub(crate) fn strike(&self, call: &Call, fault: Fault) {
        let mut state = self.lock();
        let key = (call.service, call.operation.clone());
        if fault == Fault::Throttled {
            state.counts.entry(key).or_default().throttled += 1;
        }
        let by = ASKING.try_with(|number| *number).ok();
        state.struck.push(Struck { call: call.clone(), fault, by });
    }

    /// The counts by service and operation.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<(Service, String), Count> {
        self.lock().counts.clone()
    }

    /// How often an operation was called.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u64 {
        let counts = self.counts();
        counts.iter().filter(|((_, name), _)| name == operation).map(|(_, c)| c.calls).sum()
    }

    /// The access keys that calls of a service were signed with.
    #[must_use]
    pub fn keys(&self, service: Service) -> BTreeSet<String> {
        let state = self.lock();
        let keys = state.keys.iter().filter(|(signed, _)| *signed == service);
        keys.map(|(_, key)| key.clone()).collect()
    }

    /// Every fault that struck, in order.
    #[must_use]
    pub fn struck(&self) -> Vec<Struck> {
        self.lock().struck.clone()
    }

    /// The counts as JSON, by operation.
    #[must_use]
    pub fn report(&self) -> serde_json::Value {
        let name = |((service, operation), count): ((Service, String), Count)| {
            (format!("{service:?}.{operation}"), serde_json::json!(count))
        };
        serde_json::Value::Object(self.counts().into_iter().map(name).collect())
    }

    /// Forgets everything.
    pub fn reset(&self) {
        *self.lock() = State::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
