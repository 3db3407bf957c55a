//! What one invocation brings besides its event: an id and an end.

use std::future::Future;
use std::time::{Duration, SystemTime};

use lambda_runtime::Context;
use org_operator_core::{Error, ErrorKind, RunId};

/// Lambda's longest invocation (Lambda quotas), for a runtime that names no deadline.
const LONGEST: Duration = Duration::from_mins(15);
/// What is left of an invocation for writing down what was not done.
const RESERVE: Duration = Duration::from_secs(10);

/// One invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Lambda's request id, another one for each attempt.
    pub id: String,
    /// How long the work may take from now on.
    pub time_left: Duration,
}

impl Invocation {
    /// The invocation of `context` at `now`.
    ///
    /// `cargo lambda watch` sends no true deadline; one that has passed already is taken for none.
    #[must_use]
    pub fn new(context: &Context, now: SystemTime) -> Self {
        let left = context.deadline().duration_since(now).ok().filter(|left| !left.is_zero());
        let time_left = left.unwrap_or(LONGEST).saturating_sub(RESERVE);
        Self { id: context.request_id.clone(), time_left }
    }

    /// What comes of `work` while there is time; `what` is what does not fit where it ends. That is
    /// not tried again: another attempt would begin anew and take as long.
    ///
    /// # Errors
    /// Those of `work`, and `OperationFailed` where the time is used up.
    pub async fn in_time<T>(
        &self,
        what: &str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let late = || {
            let seconds = self.time_left.as_secs();
            let message = format!("{what} does not fit into one invocation of {seconds} s");
            Err(Error::new(ErrorKind::OperationFailed, message))
        };
        tokio::time::timeout(self.time_left, work).await.unwrap_or_else(|_| late())
    }

    /// A run id for an invocation that a person made: `local-<request id>`.
    #[must_use]
    pub fn local_run_id(&self) -> Option<RunId> {
        RunId::parse(&format!("local-{}", self.id))
    }
}

/// `run_id`, which only an invocation without an id of its own can lack.
///
/// # Errors
/// `InvalidRequest`, asking for a `RunId`.
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
    fn ten_seconds_are_kept_for_what_is_left() {
        assert_eq!(invocation(1_100_000).time_left, Duration::from_secs(90));
        assert_eq!(invocation(1_005_000).time_left, Duration::ZERO);
        assert_eq!(invocation(0).time_left, Duration::from_secs(890));
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_does_not_fit_is_given_up_with_what_it_was() {
        let short = invocation(1_100_000);
        let never = std::future::pending::<Result<(), Error>>();
        let error = short.in_time("planning", never).await.unwrap_err();
        assert_eq!(error.to_string(), "planning does not fit into one invocation of 90 s");
        assert!(!error.kind().is_retryable());
        assert_eq!(short.in_time("planning", async { Ok(7) }).await, Ok(7));
    }

    #[test]
    fn a_local_run_is_named_after_its_request() {
        assert_eq!(invocation(0).local_run_id(), RunId::parse("local-8f-1"));
    }
}
