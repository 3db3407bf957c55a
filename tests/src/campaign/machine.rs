//! The state machine's patience: the retriers of its states, read from the ASL file.

use std::time::Duration;

use org_operator_testkit::{TestResult, paths};
use serde_json::Value;

/// The retriers of the three steps.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Of the state `Fanout`.
    pub fanout: Vec<Retrier>,
    /// Of the state `Worker` in the map.
    pub worker: Vec<Retrier>,
    /// Of the state `RecordFailure` in the map.
    pub record_failure: Vec<Retrier>,
    /// Of the state `ResultHandler`.
    pub result_handler: Vec<Retrier>,
}

/// A retrier, with the defaults of the Amazon States Language.
#[derive(Debug, Clone)]
pub struct Retrier {
    errors: Vec<String>,
    interval: f64,
    attempts: u32,
    rate: f64,
    most: f64,
}

/// A step that was given up: the error's name and its cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The name, as `ErrorEquals` sees it.
    pub error: String,
    /// The cause.
    pub cause: String,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.error, self.cause)
    }
}

impl std::error::Error for Failed {}

impl Machine {
    /// The repository's state machine.
    ///
    /// # Errors
    /// Where the file cannot be read, or a state has no retrier.
    pub fn read() -> TestResult<Self> {
        let text = std::fs::read(paths::file("statemachine/org-operator.asl.json"))?;
        let machine: Value = serde_json::from_slice(&text)?;
        let states = &machine["States"];
        let children = &states["WorkersMap"]["ItemProcessor"]["States"];
        Ok(Self {
            fanout: retriers(&states["Fanout"])?,
            worker: retriers(&children["Worker"])?,
            record_failure: retriers(&children["RecordFailure"])?,
            result_handler: retriers(&states["ResultHandler"])?,
        })
    }
}

fn retriers(state: &Value) -> TestResult<Vec<Retrier>> {
    let retriers = state["Retry"].as_array().ok_or("a state without Retry")?;
    Ok(retriers.iter().map(Retrier::read).collect())
}

impl Retrier {
    fn read(value: &Value) -> Self {
        let errors = value["ErrorEquals"].as_array().into_iter().flatten();
        let attempts = value["MaxAttempts"].as_u64().unwrap_or(3);
        Self {
            errors: errors.filter_map(Value::as_str).map(str::to_owned).collect(),
            interval: value["IntervalSeconds"].as_f64().unwrap_or(1.0),
            attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            rate: value["BackoffRate"].as_f64().unwrap_or(2.0),
            most: value["MaxDelaySeconds"].as_f64().unwrap_or(f64::INFINITY),
        }
    }

    /// Invocations in vain after which the state machine gives up.
    #[must_use]
    pub fn tries(&self) -> usize {
        self.attempts as usize + 1
    }

    /// `States.TaskFailed` matches everything but a timeout.
    #[must_use]
    pub fn matches(&self, error: &str) -> bool {
        self.errors.iter().any(|name| match name.as_str() {
            "States.ALL" => true,
            "States.TaskFailed" => error != "States.Timeout",
            name => name == error,
        })
    }

    /// The wait before the `n`-th retry, counted from 0, with full jitter.
    fn wait(&self, n: u32) -> Duration {
        let most = (self.interval * self.rate.powf(f64::from(n))).min(self.most);
        Duration::from_secs_f64(most * fastrand::f64())
    }
}

/// Tries until it succeeds or no retrier is left for the error, each with a count of its own.
///
/// # Errors
/// The last failure.
pub async fn patiently<T>(
    retriers: &[Retrier],
    mut attempt: impl AsyncFnMut(u32) -> Result<T, Failed>,
) -> Result<T, Failed> {
    let mut used = vec![0; retriers.len()];
    for number in 0.. {
        let failed = match attempt(number).await {
            Ok(done) => return Ok(done),
            Err(failed) => failed,
        };
        let first = retriers.iter().position(|retrier| retrier.matches(&failed.error));
        let Some(retrier) = first.filter(|&i| used[i] < retriers[i].attempts) else {
            return Err(failed);
        };
        tokio::time::sleep(retriers[retrier].wait(used[retrier])).await;
        used[retrier] += 1;
    }
    Err(Failed { error: "States.Runtime".to_owned(), cause: "no attempt was left".to_owned() })
}
