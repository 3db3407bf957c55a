//! The limit on what runs at the same time: targets, and the accounts that they belong to. It is a
//! fixed number, or finds its width by what finishes; how is [`crate::width`]'s.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use org_operator_aws::AnswerCounter;
use org_operator_core::contract::ledger::{LedgerPartition, LedgerRecord};
use org_operator_core::ports::{LedgerWriter, Outcomes};
use org_operator_core::{Error, ErrorKind, Outcome, Verdict};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::progress::Progress;
use crate::width::{Finished, Width, Work};

/// Permits for targets and for accounts.
#[derive(Debug)]
pub struct Limit {
    /// A permit per target that is asked.
    pub targets: Arc<Semaphore>,
    /// A permit per account that is worked in. An account may wait for one slow Region: with as many
    /// accounts as targets no permit is idle, and with several operations in each with fewer.
    pub accounts: Arc<Semaphore>,
    most: Accounts,
    adaptive: Option<Mutex<Adaptive>>,
    progress: Arc<Progress>,
}

/// How many accounts are worked in at the same time. Each of them holds all of its targets.
#[derive(Debug, Clone, Copy)]
pub struct Accounts {
    /// The most, however many targets are asked at once.
    pub most: usize,
    /// The operations that are asked at the same time in each of them, at least 1.
    pub operations: usize,
}

impl Accounts {
    /// As many as keep `targets` permits in use where each operation uses one.
    fn at(self, targets: usize) -> usize {
        targets.div_ceil(self.operations.max(1)).min(self.most)
    }
}

#[derive(Debug)]
struct Adaptive {
    width: Width,
    began: Instant,
    /// The runtime's busy time at the beginning.
    busy: Duration,
    answers: AnswerCounter,
    /// Throttled answers that were taken into account.
    seen: u64,
}

impl Adaptive {
    /// What has been done since the beginning. The runtime's threads are the machine's cores: the
    /// share of their time in which they had something to do is that in which it was busy.
    fn work(&self) -> Work {
        let (time, answers) = (self.began.elapsed(), self.answers.all());
        Work { time, busy: busy_time().saturating_sub(self.busy), answers }
    }
}

/// How long each of the runtime's threads was busy until now, on average.
fn busy_time() -> Duration {
    let Ok(runtime) = Handle::try_current().map(|handle| handle.metrics()) else {
        return Duration::ZERO;
    };
    let threads = runtime.num_workers();
    let all: Duration = (0..threads).map(|thread| runtime.worker_total_busy_duration(thread)).sum();
    all / u32::try_from(threads).unwrap_or(1).max(1)
}

impl Limit {
    /// `targets` at once in so many `accounts`, for the whole run.
    #[must_use]
    pub fn fixed(targets: usize, accounts: Accounts, progress: Arc<Progress>) -> Self {
        Self::of(targets, accounts, None, progress)
    }

    /// As many at once as turns out to be worth it, in so many `accounts` and within `open_files`
    /// files; `answers` counts what widens and narrows it.
    #[must_use]
    pub fn adaptive(
        accounts: Accounts,
        open_files: Option<u64>,
        answers: AnswerCounter,
        progress: Arc<Progress>,
    ) -> Self {
        let width = Width::new(open_files);
        let now = width.now();
        let adaptive =
            Adaptive { width, began: Instant::now(), busy: busy_time(), answers, seen: 0 };
        Self::of(now, accounts, Some(Mutex::new(adaptive)), progress)
    }

    fn of(
        targets: usize,
        most: Accounts,
        adaptive: Option<Mutex<Adaptive>>,
        progress: Arc<Progress>,
    ) -> Self {
        progress.set_width(targets);
        let accounts = Arc::new(Semaphore::new(most.at(targets)));
        let targets = Arc::new(Semaphore::new(targets));
        Self { targets, accounts, most, adaptive, progress }
    }

    /// Takes into account that a target has an outcome.
    fn finished(&self, verdict: &Verdict) {
        let Some(adaptive) = &self.adaptive else { return };
        let idle = self.targets.available_permits() > 0;
        let mut state = adaptive.lock().unwrap_or_else(PoisonError::into_inner);
        let count = state.answers.throttled();
        let throttled = count > std::mem::replace(&mut state.seen, count)
            || verdict.error().is_some_and(|(kind, _)| kind == ErrorKind::Throttled);
        let (work, before) = (state.work(), state.width.now());
        let width = state.width.finished(Finished { work, throttled, idle });
        // Still locked: two changes at once must not be applied in another order.
        self.resize(before, width);
    }

    fn resize(&self, before: usize, width: usize) {
        if before != width {
            self.progress.set_width(width);
            resize(&self.targets, before, width);
            resize(&self.accounts, self.most.at(before), self.most.at(width));
        }
    }
}

fn resize(permits: &Arc<Semaphore>, before: usize, width: usize) {
    if width >= before {
        permits.add_permits(width - before);
        return;
    }
    // Permits in use come back one by one; whoever waits behind these gets the next ones.
    let gone = u32::try_from(before - width).unwrap_or(u32::MAX);
    let permits = Arc::clone(permits);
    tokio::spawn(async move {
        if let Ok(taken) = permits.acquire_many_owned(gone).await {
            taken.forget();
        }
    });
}

/// A ledger whose outcomes the limit counts.
#[derive(Debug)]
pub struct Observed<L> {
    /// The ledger itself.
    pub ledger: L,
    /// The limit that counts them.
    pub limit: Arc<Limit>,
}

impl<L: Outcomes> Outcomes for Observed<L> {
    async fn outcomes(&self, partition: &LedgerPartition) -> Result<Vec<Outcome>, Error> {
        self.ledger.outcomes(partition).await
    }
}

impl<L: LedgerWriter> LedgerWriter for Observed<L> {
    async fn put_records(
        &self,
        partition: &LedgerPartition,
        records: &[LedgerRecord],
        expires_at: i64,
    ) -> Result<(), Error> {
        self.ledger.put_records(partition, records, expires_at).await
    }

    async fn put_outcome(
        &self,
        partition: &LedgerPartition,
        outcome: &Outcome,
        expires_at: i64,
    ) -> Result<(), Error> {
        self.limit.finished(&outcome.verdict);
        self.ledger.put_outcome(partition, outcome, expires_at).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_narrower_width_takes_permits_as_they_come_back() {
        let permits = Arc::new(Semaphore::new(4));
        let held = permits.acquire_many(4).await.unwrap();
        resize(&permits, 4, 1);
        tokio::task::yield_now().await;
        drop(held);
        while permits.available_permits() != 1 {
            tokio::task::yield_now().await;
        }
        resize(&permits, 1, 3);
        assert_eq!(permits.available_permits(), 3);
    }

    #[tokio::test]
    async fn a_fixed_limit_stays_and_an_adaptive_one_widens_with_answers() {
        let progress = Arc::new(Progress::new(0));
        let most = |most| Accounts { most, operations: 1 };
        let fixed = Limit::fixed(5, most(3), Arc::clone(&progress));
        let answers = AnswerCounter::default();
        let adaptive = Limit::adaptive(most(100), None, answers, Arc::clone(&progress));
        let all = adaptive.targets.acquire_many(64).await.unwrap();
        for _ in 0..128 {
            fixed.finished(&Verdict::Succeeded);
            adaptive.finished(&Verdict::Succeeded);
        }
        drop(all);
        assert_eq!((fixed.targets.available_permits(), fixed.accounts.available_permits()), (5, 3));
        let (targets, accounts) = (&adaptive.targets, &adaptive.accounts);
        assert_eq!((targets.available_permits(), accounts.available_permits()), (128, 100));
        assert_eq!(progress.width(), 128);
    }

    #[tokio::test]
    async fn accounts_in_which_several_operations_are_asked_are_fewer_at_once() {
        let progress = Arc::new(Progress::new(0));
        let accounts = Accounts { most: 100, operations: 8 };
        let answers = AnswerCounter::default();
        let limit = Limit::adaptive(accounts, None, answers, Arc::clone(&progress));
        assert_eq!(limit.accounts.available_permits(), 8);
        let all = limit.targets.acquire_many(64).await.unwrap();
        for _ in 0..128 {
            limit.finished(&Verdict::Succeeded);
        }
        drop(all);
        assert_eq!((progress.width(), limit.accounts.available_permits()), (128, 16));
    }

    #[tokio::test]
    async fn throttled_outcomes_narrow_an_adaptive_limit() {
        let progress = Arc::new(Progress::new(0));
        let accounts = Accounts { most: 100, operations: 1 };
        let answers = AnswerCounter::default();
        let limit = Limit::adaptive(accounts, None, answers, Arc::clone(&progress));
        for _ in 0..128 {
            limit.finished(&Verdict::of(ErrorKind::Throttled, "slow down"));
        }
        assert_eq!(progress.width(), 45);
    }
}
