//! What a simulation was called for: calls per operation, their peak rate, the throttled share, the
//! faults that were injected, and the access keys that calls were signed with.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::call::{Call, Service};
use crate::fault::Fault;

/// The counts of one operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallCount {
    /// All calls, throttled ones included.
    pub calls: u64,
    /// Calls that were answered with the service's throttling error.
    pub throttled: u64,
    /// The most calls within one second.
    pub peak: u64,
    /// The calls in each second since the simulation began.
    #[serde(rename = "perSecond")]
    pub per_second: BTreeMap<u64, u64>,
}

/// A fault that happened to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InjectedFault {
    /// The call that was hit.
    pub call: Call,
    /// What happened to the call.
    pub fault: Fault,
    /// The number of the invocation that made the call, where [`INVOCATION`] names one.
    pub invocation: Option<u64>,
}

tokio::task_local! {
    /// The number of the invocation that is calling, so that a fault can be traced to it.
    pub static INVOCATION: u64;
}

/// The counters of one simulation.
#[derive(Debug)]
pub struct Meter {
    start: Instant,
    counters: Mutex<Counters>,
}

#[derive(Debug, Default)]
struct Counters {
    counts: BTreeMap<(Service, String), CallCount>,
    equal_calls: HashMap<Call, u64>,
    faults: Vec<InjectedFault>,
    access_keys: BTreeSet<(Service, String)>,
}

impl Default for Meter {
    fn default() -> Self {
        Self { start: Instant::now(), counters: Mutex::default() }
    }
}

impl Meter {
    /// Counts a call that has arrived.
    pub(crate) fn count(&self, call: &Call) {
        let now = self.start.elapsed().as_secs();
        let mut counters = self.lock();
        let key = (call.service, call.operation.clone());
        let count = counters.counts.entry(key).or_default();
        count.calls += 1;
        let in_second = count.per_second.entry(now).or_default();
        *in_second += 1;
        count.peak = count.peak.max(*in_second);
    }

    /// The position of `call` among the calls equal to it, from 1. Only needed where chance is at
    /// work: there are as many different calls as targets.
    pub(crate) fn number(&self, call: &Call) -> u64 {
        let mut counters = self.lock();
        let number = counters.equal_calls.entry(call.clone()).or_default();
        *number += 1;
        *number
    }

    /// Restarts the numbering of equal calls at 1.
    pub(crate) fn restart_numbering(&self) {
        self.lock().equal_calls.clear();
    }

    /// Records the access key that a call of a service was signed with.
    pub(crate) fn record_access_key(&self, service: Service, key: &str) {
        self.lock().access_keys.insert((service, key.to_owned()));
    }

    /// Records that `fault` happened to `call`.
    pub(crate) fn record_fault(&self, call: &Call, fault: Fault) {
        let mut counters = self.lock();
        let key = (call.service, call.operation.clone());
        if fault == Fault::Throttled {
            counters.counts.entry(key).or_default().throttled += 1;
        }
        let invocation = INVOCATION.try_with(|number| *number).ok();
        counters.faults.push(InjectedFault { call: call.clone(), fault, invocation });
    }

    /// The counts by service and operation.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<(Service, String), CallCount> {
        self.lock().counts.clone()
    }

    /// How often an operation was called, in any service.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u64 {
        let counts = self.counts();
        counts.iter().filter(|((_, name), _)| name == operation).map(|(_, c)| c.calls).sum()
    }

    /// The access keys that calls of a service were signed with.
    #[must_use]
    pub fn access_keys(&self, service: Service) -> BTreeSet<String> {
        let counters = self.lock();
        let keys = counters.access_keys.iter().filter(|(signed, _)| *signed == service);
        keys.map(|(_, key)| key.clone()).collect()
    }

    /// Every fault that happened, in order.
    #[must_use]
    pub fn faults(&self) -> Vec<InjectedFault> {
        self.lock().faults.clone()
    }

    /// The counts by `Service.Operation`.
    #[must_use]
    pub fn report(&self) -> BTreeMap<String, CallCount> {
        let entry = |((service, operation), count): ((Service, String), CallCount)| {
            (format!("{service:?}.{operation}"), count)
        };
        self.counts().into_iter().map(entry).collect()
    }

    /// Sets every counter back to zero.
    pub fn reset(&self) {
        *self.lock() = Counters::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Counters> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
