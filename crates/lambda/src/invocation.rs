//! An invocation's id and time limit. Its event is the handler's part.

use std::future::Future;
use std::time::{Duration, SystemTime};

use lambda_runtime::Context;
use org_operator_core::{Error, ErrorKind, RunId};

/// Lambda's longest invocation (Lambda quotas), for a runtime that passes no deadline.
const MAX_DURATION: Duration = Duration::from_mins(15);
/// The time kept back for writing outcomes after the calls have ended.
const RESERVE: Duration = Duration::from_secs(10);

/// The id and the time limit of one invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Lambda's request id, which is unique per attempt.
    pub id: String,
    /// How long the handler's work may take.
    pub time_left: Duration,
}

impl Invocation {
    /// The invocation described by `context`, at the time `now`.
    ///
    /// `cargo lambda watch` sends a deadline that has passed already; it is ignored.
    #[must_use]
    pub fn new(context: &Context, now: SystemTime) -> Self {
        let until = context.deadline().duration_since(now).ok().filter(|time| !time.is_zero());
        let time_left = until.unwrap_or(MAX_DURATION).saturating_sub(RESERVE);
        Self { id: context.request_id.clone(), time_left }
    }

    /// Runs `work` within the time limit; `what` names the work in the error. Running out of time is
    /// not retryable here: another attempt would start from the beginning and take as long.
    ///
    /// # Errors
    /// Those of `work`, and `OperationFailed` where the time limit is reached.
    pub async fn in_time<T>(
        &self,
        what: &str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let timed_out = || {
            let seconds = self.time_left.as_secs();
            let message = format!("{what} does not fit into one invocation of {seconds} s");
            Err(Error::new(ErrorKind::OperationFailed, message))
        };
        tokio::time::timeout(self.time_left, work).await.unwrap_or_else(|_| timed_out())
    }

    /// The run id of an invocation whose event names no run: `local-<request id>`; `None` where the
    /// request id is no valid part of one.
    #[must_use]
    pub fn local_run_id(&self) -> Option<RunId> {
        RunId::parse(&format!("local-{}", self.id))
    }
}

/// Returns `run_id`; it is `None` only where neither the event nor the invocation has an id.
///
/// # Errors
/// `InvalidRequest` that asks for a `RunId`.
pub fn require_run_id(run_id: Option<RunId>) -> Result<RunId, Error> {
    run_id.ok_or_else(|| Error::invalid("RunId: got nothing, and the invocation has no id to use"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invocation(deadline: u64) -> Invocation {
        let mut context = Context::default();
        (context.deadline, context.request_id) = (deadline, "8f-1".to_owned());
        Invocation::new(&context, SystemTime::UNIX_EPOCH + Duration::from_secs(1_000))
    }

    #[test]
    fn ten_seconds_of_an_invocation_are_kept_in_reserve() {
        assert_eq!(invocation(1_100_000).time_left, Duration::from_secs(90));
        assert_eq!(invocation(1_005_000).time_left, Duration::ZERO);
        assert_eq!(invocation(0).time_left, Duration::from_secs(890));
    }

    #[tokio::test(start_paused = true)]
    async fn work_over_the_time_limit_fails_and_is_named() {
        let short = invocation(1_100_000);
        let never = std::future::pending::<Result<(), Error>>();
        let error = short.in_time("planning", never).await.unwrap_err();
        assert_eq!(error.to_string(), "planning does not fit into one invocation of 90 s");
        assert!(!error.kind().is_retryable());
        assert_eq!(short.in_time("planning", async { Ok(7) }).await, Ok(7));
    }

    #[test]
    fn a_local_run_id_contains_the_request_id() {
        assert_eq!(invocation(0).local_run_id(), RunId::parse("local-8f-1"));
    }
}
