//! When a work item is tried again: as the state machine does, because a run on one machine must
//! end like a deployed one. Waiting is the pool's business.

use std::time::Duration;

use org_operator_core::{Error, ErrorKind};

/// A retrier of the state machine: doubling, with full jitter, up to a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Retrier {
    attempts: u32,
    first: Duration,
}

/// Our own error kinds: worth another try.
const OURS: Retrier = Retrier { attempts: 4, first: Duration::from_secs(5) };
/// A crash.
const CRASH: Retrier = Retrier { attempts: 2, first: Duration::from_secs(2) };
const LONGEST: Duration = Duration::from_mins(1);

/// How an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failed {
    /// The worker said so.
    Said(Error),
    /// The worker panicked, with this message.
    Crashed(String),
}

impl Failed {
    /// The error's name and cause as the state machine would record them.
    pub(crate) fn recorded(&self) -> (String, String) {
        let (name, message) = match self {
            Self::Said(error) => (error.kind().name(), error.message()),
            Self::Crashed(message) => (ErrorKind::WorkerCrashed.name(), message.as_str()),
        };
        let cause = serde_json::json!({ "errorType": name, "errorMessage": message });
        (name.to_owned(), cause.to_string())
    }
}

/// How often a work item was tried again, by retrier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Retries {
    ours: u32,
    crashes: u32,
}

impl Retries {
    /// The longest wait before the next attempt, or `None` where there is none.
    pub(crate) fn next(&mut self, failed: &Failed) -> Option<Duration> {
        let (retrier, used) = match failed {
            Failed::Said(error) if error.kind().is_retryable() => (OURS, &mut self.ours),
            Failed::Said(_) => return None,
            Failed::Crashed(_) => (CRASH, &mut self.crashes),
        };
        if *used >= retrier.attempts {
            return None;
        }
        let wait = retrier.first * 2u32.pow(*used);
        *used += 1;
        Some(wait.min(LONGEST))
    }
}

/// FULL jitter: anything from nothing to `longest`.
pub(crate) fn jittered(longest: Duration) -> Duration {
    longest.mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const MACHINE: &str = include_str!("../../../statemachine/org-operator.asl.json");

    fn waits(failed: &Failed) -> Vec<u64> {
        let mut retries = Retries::default();
        std::iter::from_fn(|| retries.next(failed)).map(|wait| wait.as_secs()).collect()
    }

    #[test]
    fn retries_are_the_state_machines() {
        let machine: Value = serde_json::from_str(MACHINE).unwrap();
        let worker = &machine["States"]["WorkersMap"]["ItemProcessor"]["States"]["Worker"];
        let retrier = |name: &str| {
            let retriers = worker["Retry"].as_array().unwrap().iter();
            let has = |r: &&Value| r["ErrorEquals"].as_array().unwrap().contains(&name.into());
            retriers.clone().find(has).unwrap().clone()
        };
        for (ours, name) in [(OURS, "Throttled"), (CRASH, "Lambda.Unknown")] {
            let theirs = retrier(name);
            assert_eq!(theirs["MaxAttempts"], ours.attempts, "{name}");
            assert_eq!(theirs["IntervalSeconds"], ours.first.as_secs(), "{name}");
            assert_eq!(theirs["BackoffRate"], 2, "{name}");
            assert_eq!(theirs["MaxDelaySeconds"], LONGEST.as_secs(), "{name}");
            assert_eq!(theirs["JitterStrategy"], "FULL", "{name}");
        }
        for kind in ErrorKind::ALL {
            let said = Failed::Said(Error::new(*kind, "x"));
            let listed = retrier("Throttled")["ErrorEquals"].as_array().unwrap().clone();
            assert_eq!(waits(&said).is_empty(), !listed.contains(&kind.name().into()), "{kind}");
        }
    }

    #[test]
    fn waits_double_and_crashes_count_by_themselves() {
        let throttled = Failed::Said(Error::new(ErrorKind::Throttled, "x"));
        assert_eq!(waits(&throttled), [5, 10, 20, 40]);
        assert_eq!(waits(&Failed::Crashed("boom".to_owned())), [2, 4]);
        assert!(jittered(Duration::from_secs(5)) <= Duration::from_secs(5));
    }
}
