//! What a work item's outcomes add up to: the step's counts, or the error that makes the state
//! machine try again.

use org_operator_core::{AccountId, Error, Outcome, Verdict};
use serde::Serialize;

/// The worker's output: the work item's targets by status, over all attempts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct WorkerResult {
    /// The account of the work item.
    pub account_id: AccountId,
    /// Number of targets that succeeded.
    pub succeeded: u64,
    /// Number of targets that cannot be asked: a Region that is off, a policy that forbids it.
    pub skipped: u64,
    /// Number of targets that failed for good.
    pub failed: u64,
}

impl WorkerResult {
    /// Counts `outcomes` by status.
    ///
    /// # Errors
    /// The first failure that is worth another attempt, with account and Region in its message.
    pub(crate) fn of<'a>(
        account: &AccountId,
        outcomes: impl Iterator<Item = &'a Outcome>,
    ) -> Result<Self, Error> {
        let mut counts = Self { account_id: account.clone(), succeeded: 0, skipped: 0, failed: 0 };
        let mut retryable = None;
        for outcome in outcomes {
            *counts.counter(&outcome.verdict) += 1;
            retryable = retryable.or_else(|| retryable_error(account, outcome));
        }
        retryable.map_or(Ok(counts), Err)
    }

    fn counter(&mut self, verdict: &Verdict) -> &mut u64 {
        match verdict {
            Verdict::Succeeded => &mut self.succeeded,
            Verdict::Skipped(..) => &mut self.skipped,
            Verdict::Failed(..) => &mut self.failed,
        }
    }
}

fn retryable_error(account: &AccountId, outcome: &Outcome) -> Option<Error> {
    match &outcome.verdict {
        Verdict::Failed(kind, message) if kind.is_retryable() => {
            Some(Error::new(*kind, format!("{account} {}: {message}", outcome.region)))
        }
        _ => None,
    }
}
