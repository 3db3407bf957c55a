//! What a work item's outcomes add up to: the step's counts, or the error that makes the state
//! machine try again.

use org_operator_core::{AccountId, Error, Outcome, Verdict, WorkerResult};

/// The number of `outcomes` by status.
///
/// # Errors
/// The first failure that is worth another attempt, with account and Region in its message.
pub(crate) fn counted<'a>(
    account: &AccountId,
    outcomes: impl Iterator<Item = &'a Outcome>,
) -> Result<WorkerResult, Error> {
    let mut counts =
        WorkerResult { account_id: account.clone(), succeeded: 0, skipped: 0, failed: 0 };
    let mut retryable = None;
    for outcome in outcomes {
        *counter(&mut counts, &outcome.verdict) += 1;
        retryable = retryable.or_else(|| retryable_error(account, outcome));
    }
    retryable.map_or(Ok(counts), Err)
}

fn counter<'a>(counts: &'a mut WorkerResult, verdict: &Verdict) -> &'a mut u64 {
    match verdict {
        Verdict::Succeeded => &mut counts.succeeded,
        Verdict::Skipped(..) => &mut counts.skipped,
        Verdict::Failed(..) => &mut counts.failed,
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
