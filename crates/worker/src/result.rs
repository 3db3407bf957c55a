//! What a work item's outcomes add up to: the step's counts, or the error that makes the state
//! machine try again.

use org_operator_core::{AccountId, Error, Outcome, Verdict, WorkerResult};

/// Outcomes by status. They are counted as each operation ends, because an account of a suite run has
/// many and many accounts are open.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    succeeded: u64,
    skipped: u64,
    failed: u64,
    /// The first failure that is worth another attempt.
    retryable: Option<Error>,
}

impl Counts {
    /// The number of `outcomes`.
    pub(crate) fn of<'a>(
        account: &AccountId,
        outcomes: impl IntoIterator<Item = &'a Outcome>,
    ) -> Self {
        let counted = |counts: Self, outcome| counts.with(account, outcome);
        outcomes.into_iter().fold(Self::default(), counted)
    }

    /// These and `later` ones.
    pub(crate) fn plus(self, later: Self) -> Self {
        Self {
            succeeded: self.succeeded + later.succeeded,
            skipped: self.skipped + later.skipped,
            failed: self.failed + later.failed,
            retryable: self.retryable.or(later.retryable),
        }
    }

    /// The step's counts.
    ///
    /// # Errors
    /// The first failure that is worth another attempt, with account and Region in its message.
    pub(crate) fn result(self, account: &AccountId) -> Result<WorkerResult, Error> {
        let Self { succeeded, skipped, failed, retryable } = self;
        let counts = WorkerResult { account_id: account.clone(), succeeded, skipped, failed };
        retryable.map_or(Ok(counts), Err)
    }

    fn with(mut self, account: &AccountId, outcome: &Outcome) -> Self {
        match &outcome.verdict {
            Verdict::Succeeded => self.succeeded += 1,
            Verdict::Skipped(..) => self.skipped += 1,
            Verdict::Failed(..) => self.failed += 1,
        }
        self.retryable = self.retryable.or_else(|| retryable_error(account, outcome));
        self
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
