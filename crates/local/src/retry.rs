//! The retry policy for work items. It is the state machine's, so that a local run ends as a deployed
//! one would. The waiting itself is the pool's part.

use std::time::Duration;

use org_operator_core::{Error, ErrorKind};

/// A retrier of the state machine: exponential backoff with full jitter, up to [`MAX_WAIT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Retrier {
    attempts: u32,
    first: Duration,
}

/// For the error kinds that are retryable.
const RETRYABLE: Retrier = Retrier { attempts: 4, first: Duration::from_secs(5) };
/// For a worker that crashed.
const CRASH: Retrier = Retrier { attempts: 2, first: Duration::from_secs(2) };
/// The longest wait before an attempt.
const MAX_WAIT: Duration = Duration::from_mins(1);

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AttemptError {
    /// The worker returned an error.
    Returned(Error),
    /// The worker panicked with this message.
    Crashed(String),
}

impl AttemptError {
    /// The error's name and cause as the state machine would record them.
    pub(crate) fn recorded(&self) -> (String, String) {
        let (name, message) = match self {
            Self::Returned(error) => (error.kind().name(), error.message()),
            Self::Crashed(message) => (ErrorKind::WorkerCrashed.name(), message.as_str()),
        };
        let cause = serde_json::json!({ "errorType": name, "errorMessage": message });
        (name.to_owned(), cause.to_string())
    }
}

/// How many attempts each retrier has used for a work item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Retries {
    retryable: u32,
    crashes: u32,
}

impl Retries {
    /// The longest wait before the next attempt, or `None` where there is none.
    pub(crate) fn next(&mut self, failed: &AttemptError) -> Option<Duration> {
        let (retrier, used) = match failed {
            AttemptError::Returned(error) if error.kind().is_retryable() => {
                (RETRYABLE, &mut self.retryable)
            }
            AttemptError::Returned(_) => return None,
            AttemptError::Crashed(_) => (CRASH, &mut self.crashes),
        };
        if *used >= retrier.attempts {
            return None;
        }
        let wait = retrier.first * 2u32.pow(*used);
        *used += 1;
        Some(wait.min(MAX_WAIT))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const MACHINE: &str = include_str!("../../../statemachine/org-operator.asl.json");

    fn waits(failed: &AttemptError) -> Vec<u64> {
        let mut retries = Retries::default();
        std::iter::from_fn(|| retries.next(failed)).map(|wait| wait.as_secs()).collect()
    }

    #[test]
    fn retriers_equal_the_state_machines() {
        let machine: Value = serde_json::from_str(MACHINE).unwrap();
        let worker = &machine["States"]["WorkersMap"]["ItemProcessor"]["States"]["Worker"];
        let retrier = |name: &str| {
            let retriers = worker["Retry"].as_array().unwrap().iter();
            let has = |r: &&Value| r["ErrorEquals"].as_array().unwrap().contains(&name.into());
            retriers.clone().find(has).unwrap().clone()
        };
        for (retrier_here, name) in [(RETRYABLE, "Throttled"), (CRASH, "Lambda.Unknown")] {
            let in_machine = retrier(name);
            assert_eq!(in_machine["MaxAttempts"], retrier_here.attempts, "{name}");
            assert_eq!(in_machine["IntervalSeconds"], retrier_here.first.as_secs(), "{name}");
            assert_eq!(in_machine["BackoffRate"], 2, "{name}");
            assert_eq!(in_machine["MaxDelaySeconds"], MAX_WAIT.as_secs(), "{name}");
            assert_eq!(in_machine["JitterStrategy"], "FULL", "{name}");
        }
        for kind in ErrorKind::ALL {
            let returned = AttemptError::Returned(Error::new(*kind, "x"));
            let listed = retrier("Throttled")["ErrorEquals"].as_array().unwrap().clone();
            assert_eq!(
                waits(&returned).is_empty(),
                !listed.contains(&kind.name().into()),
                "{kind}"
            );
        }
    }

    #[test]
    fn waits_double_and_crashes_have_their_own_count() {
        let throttled = AttemptError::Returned(Error::new(ErrorKind::Throttled, "x"));
        assert_eq!(waits(&throttled), [5, 10, 20, 40]);
        assert_eq!(waits(&AttemptError::Crashed("boom".to_owned())), [2, 4]);
    }
}
