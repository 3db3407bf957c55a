//! Works off the rows of a run: some targets at the same time, the rows of a target one after another.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_aws::{CallCounter, SystemClock};
use org_operator_changes::{
    Canary, ChangeRun, Event, FailedTargets, Hold, Line, Outcome, PlanRow, RowRun, Settled, Step,
};
use org_operator_core::ports::Clock;
use org_operator_core::{AccountId, Error};
use org_operator_operations::change::entry_problem;
use org_operator_operations::{Change, Target};
use org_operator_worker::Members;

use super::JournalFile;
use super::folder::by_target;
use crate::retry::jittered;

/// Targets that are worked in at the same time.
const TARGETS_AT_ONCE: usize = 8;
/// The longest first wait after a throttle or a lost reply; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Works off the rows of one run.
pub struct Applying<'a, M> {
    change: &'a dyn Change,
    members: &'a M,
    run: &'a ChangeRun,
    rows: &'a [PlanRow],
    actions: Vec<String>,
    canary: Option<Canary>,
    holds: BTreeMap<AccountId, Hold>,
    failed: Mutex<FailedTargets>,
    journal: JournalFile,
    stopped: AtomicBool,
    done: AtomicU64,
}

impl<'a, M: Members> Applying<'a, M> {
    /// Over the rows of `run`, which `change` knows how to make; `holds` are the accounts that nothing
    /// is done in.
    ///
    /// # Errors
    /// `InvalidRequest` where a row has an action that the operation does not know.
    pub fn new(
        change: &'a dyn Change,
        members: &'a M,
        run: &'a ChangeRun,
        rows: &'a [PlanRow],
        holds: BTreeMap<AccountId, Hold>,
        journal: JournalFile,
    ) -> Result<Self, Error> {
        let words = rows.iter().map(|row| row.action.as_str()).collect();
        let actions = change.actions(&words).ok_or_else(|| {
            Error::invalid(format!("{}: the plan has an unknown action", run.source))
        })?;
        let canary = run.guards.canary.map(|accounts| Canary::of(rows, accounts));
        let targets = by_target(rows).len() as u64;
        let failed = Mutex::new(FailedTargets::new(targets, run.guards.max_failures));
        let (stopped, done) = (AtomicBool::new(false), AtomicU64::new(0));
        Ok(Self {
            change,
            members,
            run,
            rows,
            actions,
            canary,
            holds,
            failed,
            journal,
            stopped,
            done,
        })
    }

    /// The same without the canary: a person has resumed the run.
    #[must_use]
    pub fn beyond_canary(self) -> Self {
        Self { canary: None, ..self }
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

    /// The journal, once the rows are worked off.
    #[must_use]
    pub fn into_journal(self) -> JournalFile {
        self.journal
    }

    /// Gives every row an outcome.
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
                let settled = self.row(row).await?;
                if settled.outcome == Outcome::Failed {
                    self.failed().note(&row.key.account_id, &row.key.region);
                }
                self.write(row, Some(settled))?;
            }
            self.done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn row(&self, row: &PlanRow) -> Result<Settled, Error> {
        let mut way = RowRun::new(row, self.journal.of(&row.key).open);
        if let Some(hold) = self.hold(row) {
            way.hold(&hold);
        }
        loop {
            let event = match way.step() {
                Step::Done(settled) => return Ok(*settled),
                Step::Read => self.read(row).await,
                Step::Begin => self.begin(row, &way)?,
                Step::Change => self.make(row).await,
                Step::Wait(tries) => {
                    tokio::time::sleep(jittered(FIRST_WAIT * 2u32.pow(tries.min(5)))).await;
                    Event::Waited
                }
            };
            way.take(event);
        }
    }

    /// What stops a row whatever its state is.
    fn hold(&self, row: &PlanRow) -> Option<Hold> {
        let account = &row.key.account_id;
        if self.stopped.load(Ordering::Relaxed) {
            return Some(Hold::Stopped);
        }
        let held = self.holds.get(account).cloned();
        let canary = || self.canary.as_ref().and_then(|canary| canary.hold(account));
        held.or_else(canary).or_else(|| self.failed().hold())
    }

    async fn read(&self, row: &PlanRow) -> Event {
        let entered = match self.enter(row).await {
            Ok(target) => self.change.read(&target, row).await,
            Err(error) => Err(entry_problem(&error)),
        };
        entered.map_or_else(Event::Unread, Event::Seen)
    }

    /// Asks the guards, and writes the intent down: only then may the change be sent.
    fn begin(&self, row: &PlanRow, way: &RowRun<'_>) -> Result<Event, Error> {
        let tagged = way.seen().and_then(|seen| self.run.guards.protected.resource(seen));
        if let Some(hold) = self.hold(row).or(tagged) {
            return Ok(Event::Held(hold));
        }
        self.write(row, None)?;
        Ok(Event::Begun)
    }

    async fn make(&self, row: &PlanRow) -> Event {
        let made = match self.enter(row).await {
            Ok(target) => self.change.change(&target, row).await,
            Err(error) => Err(entry_problem(&error)),
        };
        made.map_or_else(Event::NotMade, Event::Made)
    }

    async fn enter(&self, row: &PlanRow) -> Result<Target, Error> {
        let (account, region) = (&row.key.account_id, &row.key.region);
        let member = self.members.assume(account, &self.run.run_id, &self.actions).await?;
        Ok(Target {
            account: account.clone(),
            region: member.signing_region(region),
            config: member.config(region, &CallCounter::default()),
            now: SystemClock.now(),
            parameters: Arc::default(),
        })
    }

    fn write(&self, row: &PlanRow, settled: Option<Settled>) -> Result<(), Error> {
        self.journal.append(Line { at: SystemClock.now(), key: row.key.clone(), settled })
    }

    fn failed(&self) -> MutexGuard<'_, FailedTargets> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
