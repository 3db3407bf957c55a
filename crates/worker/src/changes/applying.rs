//! Works off the rows of a run: some targets at the same time, the rows of a target one after another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_aws::{CallCounter, SystemClock};
use org_operator_changes::{
    Canary, Event, Hold, Line, Outcome, PlanRow, Protected, RowRun, Settled, Step, by_target,
};
use org_operator_core::ports::Clock;
use org_operator_core::{AccountId, Error, RunId};
use org_operator_operations::change::entry_problem;
use org_operator_operations::{Change, Shared, Target};
use tokio::time::Instant;

use super::RowJournal;
use super::sessions::Sessions;
use crate::Members;

/// Targets that are worked in at the same time.
const TARGETS_AT_ONCE: usize = 8;
/// The longest first wait after a throttle or a lost reply; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// What stops rows before anything is done, beside too many failures.
#[derive(Debug, Clone, Default)]
pub struct RowGuards {
    /// The accounts that nothing is done in.
    pub holds: BTreeMap<AccountId, Hold>,
    /// The accounts that the run begins with; `None` once a person went on.
    pub canary: Option<Canary>,
    /// Whom no run touches.
    pub protected: Protected,
}

/// Works off the rows of one run.
pub struct Applying<'a, M, J> {
    change: &'a dyn Change,
    run: &'a RunId,
    sessions: Sessions<'a, M>,
    rows: &'a [PlanRow],
    guards: RowGuards,
    journal: J,
    clock: &'a dyn Clock,
    until: Option<Instant>,
    stopped: AtomicBool,
    late: AtomicBool,
    done: AtomicU64,
}

impl<'a, M: Members, J: RowJournal> Applying<'a, M, J> {
    /// Over the rows of `run`, which `change` knows how to make.
    ///
    /// # Errors
    /// `InvalidRequest` where a row has an action that the operation does not know.
    pub fn new(
        change: &'a dyn Change,
        members: &'a M,
        run: &'a RunId,
        rows: &'a [PlanRow],
        guards: RowGuards,
        journal: J,
    ) -> Result<Self, Error> {
        let changes = rows.iter().filter(|row| row.is_change());
        let words = changes.map(|row| row.action.as_str()).collect();
        let actions = change.actions(&words).ok_or_else(|| {
            Error::invalid(format!("{run}: the plan has an action that is not known here"))
        })?;
        Ok(Self {
            change,
            run,
            sessions: Sessions::new(members, run, actions),
            rows,
            guards,
            journal,
            clock: &SystemClock,
            until: None,
            stopped: AtomicBool::new(false),
            late: AtomicBool::new(false),
            done: AtomicU64::new(0),
        })
    }

    /// The same with another source of the time that is written down.
    #[must_use]
    pub fn clocked(self, clock: &'a dyn Clock) -> Self {
        Self { clock, ..self }
    }

    /// The same, which begins nothing more from `until` on: what is left has no outcome then.
    #[must_use]
    pub fn until(self, until: Instant) -> Self {
        Self { until: Some(until), ..self }
    }

    /// Holds every row that is not being changed just now.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Rows to change.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows.iter().filter(|row| row.is_change()).count() as u64
    }

    /// Rows that have an outcome by now.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Whether rows are left because the time was used up.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }

    /// The journal, once the rows are worked off.
    #[must_use]
    pub fn into_journal(self) -> J {
        self.journal
    }

    /// Gives every row an outcome, as far as the time allows.
    ///
    /// # Errors
    /// Where the journal cannot be written: nothing more is changed then.
    pub async fn all(&self) -> Result<(), Error> {
        let targets = stream::iter(by_target(self.rows)).map(|rows| self.target(rows));
        targets.buffer_unordered(TARGETS_AT_ONCE).try_collect().await
    }

    async fn target(&self, rows: Vec<&PlanRow>) -> Result<(), Error> {
        for row in rows {
            if !self.journal.of(&row.key).is_final() {
                let calls = CallCounter::default();
                let Some(settled) = self.row(row, &calls).await? else { return Ok(()) };
                if settled.outcome == Outcome::Failed {
                    self.journal.failed(&row.key.account_id, &row.key.region).await?;
                }
                self.write(row, Some(settled), &calls).await?;
            }
            self.done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// The outcome of a row; `None` where the time is used up. A change that was sent is always seen to
    /// its end. `calls` counts the requests that are not written down yet.
    async fn row(&self, row: &PlanRow, calls: &CallCounter) -> Result<Option<Settled>, Error> {
        let mut way = RowRun::new(row, self.journal.of(&row.key).open);
        if let Some(hold) = self.hold(row).await? {
            way.hold(&hold);
        }
        loop {
            let event = match way.step() {
                Step::Done(settled) => return Ok(Some(*settled)),
                Step::Change => self.make(row, calls).await,
                _ if self.time_is_up() => return Ok(None),
                Step::Read => self.read(row, calls).await,
                Step::Begin => self.begin(row, &way, calls).await?,
                Step::Wait(tries) => {
                    tokio::time::sleep(jittered(FIRST_WAIT * 2u32.pow(tries.min(5)))).await;
                    Event::Waited
                }
            };
            way.take(event);
        }
    }

    fn time_is_up(&self) -> bool {
        let is_up = self.until.is_some_and(|until| Instant::now() >= until);
        self.late.fetch_or(is_up, Ordering::Relaxed);
        is_up
    }

    /// What stops a row whatever its state is.
    async fn hold(&self, row: &PlanRow) -> Result<Option<Hold>, Error> {
        let (account, guards) = (&row.key.account_id, &self.guards);
        if self.stopped.load(Ordering::Relaxed) {
            return Ok(Some(Hold::Stopped));
        }
        let of_account = guards.holds.get(account).cloned();
        let canary = || guards.canary.as_ref().and_then(|canary| canary.hold(account));
        match of_account.or_else(canary) {
            Some(hold) => Ok(Some(hold)),
            // What failed is counted already: another try can only make it better.
            None if self.journal.of(&row.key).is_failed() => Ok(None),
            None => self.journal.failures().await,
        }
    }

    async fn read(&self, row: &PlanRow, calls: &CallCounter) -> Event {
        let entered = match self.enter(row, calls).await {
            Ok(target) => self.change.read(&target, row).await,
            Err(error) => Err(entry_problem(&error)),
        };
        entered.map_or_else(Event::Unread, Event::Seen)
    }

    /// Asks the guards, and writes the intent down: only then may the change be sent.
    async fn begin(
        &self,
        row: &PlanRow,
        way: &RowRun<'_>,
        calls: &CallCounter,
    ) -> Result<Event, Error> {
        let tagged = way.seen().and_then(|seen| self.guards.protected.resource(seen));
        if let Some(hold) = self.hold(row).await?.or(tagged) {
            return Ok(Event::Held(hold));
        }
        self.write(row, None, calls).await?;
        Ok(Event::Begun)
    }

    async fn make(&self, row: &PlanRow, calls: &CallCounter) -> Event {
        let made = match self.enter(row, calls).await {
            Ok(target) => self.change.change(&target, row).await,
            Err(error) => Err(entry_problem(&error)),
        };
        made.map_or_else(Event::NotMade, Event::Made)
    }

    async fn enter(&self, row: &PlanRow, calls: &CallCounter) -> Result<Target, Error> {
        let (account, region) = (&row.key.account_id, &row.key.region);
        let member = self.sessions.enter(account).await?;
        Ok(Target {
            run: self.run.clone(),
            account: account.clone(),
            region: member.signing_region(region),
            config: member.config(region, calls),
            now: self.clock.now(),
            parameters: Arc::default(),
            shared: Shared::default(),
        })
    }

    async fn write(
        &self,
        row: &PlanRow,
        settled: Option<Settled>,
        calls: &CallCounter,
    ) -> Result<(), Error> {
        let (at, key, calls) = (self.clock.now(), row.key.clone(), calls.take());
        self.journal.append(Line { at, key, settled, calls }).await
    }
}

/// Full jitter: a random wait of up to `longest`.
#[must_use]
pub fn jittered(longest: Duration) -> Duration {
    longest.mul_f64(fastrand::f64())
}
