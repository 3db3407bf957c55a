//! What one invocation brings besides its event: an id and an end.

use std::time::{Duration, SystemTime};

use lambda_runtime::Context;
use org_operator_core::{Error, RunId};

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

    #[test]
    fn a_local_run_is_named_after_its_request() {
        assert_eq!(invocation(0).local_run_id(), RunId::parse("local-8f-1"));
    }
}
