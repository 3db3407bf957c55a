//! The worker step: one account, all its Regions, into the ledger.
//!
//! Order is the whole point here: earlier outcomes are read first, records are written before
//! their outcome, and every target of the work item has an outcome when the step ends, unless
//! the ledger itself fails. What a failure means is decided by `org_operator_core`.

mod execute;
mod members;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_core::contract::ledger::{LedgerPartition, LedgerRecord};
use org_operator_core::outcome::classification::{Classification, SiblingRegions};
use org_operator_core::ports::{Clock, LedgerWriter};
use org_operator_core::{
    AccountId, Error, Outcome, Record, Region, RunId, Verdict, WorkerEvent, WorkerResult,
};
use org_operator_operations::{CATALOGUE, Operation, resolve_in};
use tokio::sync::Semaphore;

use execute::{Answer, Answered, Begun, RegionExecutor};
pub use members::Members;

/// How long an earlier attempt's success tells what a refusal means: as long as one session of the
/// member role lasts. Of an older one nobody knows whether the role is still the same.
const EVIDENCE_SECONDS: i64 = 3_600;

/// Regions of an account that are asked, or written, at once.
const AT_ONCE: usize = 20;

/// The step with its ports.
pub struct Worker<M, L, C> {
    /// Access to member accounts.
    pub members: M,
    /// The ledger.
    pub ledger: L,
    /// The clock.
    pub clock: C,
    /// The operations to choose from.
    pub catalogue: &'static [&'static dyn Operation],
    /// Turns that a Region is asked in, where many work items of one process share them; a
    /// Region's time then begins with its permit.
    pub permits: Option<Arc<Semaphore>>,
}

/// One attempt at a work item.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Another one for each attempt; records and outcomes carry it.
    pub id: String,
    /// The run.
    pub run: RunId,
    /// When the ledger's entries expire, in seconds since 1970.
    pub expires_at: i64,
    /// How long asking may take.
    pub time_left: Duration,
}

impl<M, L, C> Worker<M, L, C> {
    /// The step over its ports, with the whole catalogue.
    pub fn new(members: M, ledger: L, clock: C) -> Self {
        Self { members, ledger, clock, catalogue: CATALOGUE, permits: None }
    }
}

impl<M: Members, L: LedgerWriter, C: Clock> Worker<M, L, C> {
    /// Does what is not yet final of the work item.
    ///
    /// # Errors
    /// `InvalidRequest` for an unknown operation or parameter; `Throttled`, `Transient` or
    /// `DeadlineExceeded` where a target failed with it, so that the state machine tries again
    /// (its outcome is in the ledger all the same); any kind where the ledger fails.
    pub async fn run(&self, event: &WorkerEvent, attempt: &Attempt) -> Result<WorkerResult, Error> {
        let operation = resolve_in(self.catalogue, &event.operation, &event.parameters)?;
        let partition =
            LedgerPartition { run: attempt.run.clone(), account: event.item.account_id.clone() };
        let earlier = self.ledger.outcomes(&partition).await?;
        let pages = Pages { worker: self, partition, attempt, earlier: by_region(earlier) };
        let due = pages.due(&event.item.regions);
        tracing::info!(
            RunId = %attempt.run, AccountId = %event.item.account_id, regions = due.len(),
            done_before = event.item.regions.len() - due.len(), "asking"
        );
        let outcomes = pages.work(operation, due).await?;
        let mut all = pages.earlier;
        all.extend(by_region(outcomes));
        result(&event.item.account_id, event.item.regions.iter().filter_map(|r| all.get(r)))
    }
}

/// What is written about one account in this attempt.
struct Pages<'a, M, L, C> {
    worker: &'a Worker<M, L, C>,
    partition: LedgerPartition,
    attempt: &'a Attempt,
    earlier: BTreeMap<Region, Outcome>,
}

impl<M: Members, L: LedgerWriter, C: Clock> Pages<'_, M, L, C> {
    fn due(&self, regions: &[Region]) -> Vec<Region> {
        let done = |region: &Region| self.earlier.get(region).is_some_and(|o| o.verdict.is_final());
        regions.iter().filter(|region| !done(region)).cloned().collect()
    }

    /// Asks the Regions and writes what comes: successes at once, failures when all have answered,
    /// because only then it is known what some of them mean.
    async fn work(
        &self,
        operation: &'static dyn Operation,
        due: Vec<Region>,
    ) -> Result<Vec<Outcome>, Error> {
        let started_at = self.worker.clock.now();
        let (members, permits) = (&self.worker.members, self.worker.permits.as_deref());
        let asking = RegionExecutor::new(operation, members, self.attempt, permits);
        let answers = match asking.member(&self.partition.account, &due).await {
            Ok(Some(member)) => {
                let ask = |region: Region| {
                    let (asking, member) = (&asking, &member);
                    async move {
                        let permit = asking.permit().await;
                        let begun = Begun::new(region, self.worker.clock.now());
                        let answer =
                            asking.region(member, &self.partition.account, &begun, permit).await;
                        self.write_success(Answered { begun, answer }).await
                    }
                };
                let answers = stream::iter(due).map(ask).buffer_unordered(AT_ONCE);
                answers.try_collect::<Vec<_>>().await?
            }
            Ok(None) => Vec::new(),
            Err(error) => Answered::all(due, started_at, &error),
        };
        self.write_failures(answers).await
    }

    async fn write_success(&self, answered: Answered) -> Result<Answered, Error> {
        let Answered { begun, answer } = answered;
        let answer = match answer {
            Answer::Records(records) => {
                let count = records.len() as u64;
                match self.write_records(&begun.region, records).await {
                    Ok(()) => {
                        let outcome = self.outcome(&begun, Verdict::Succeeded, count);
                        self.write_outcome(outcome).await.map(Answer::Written)?
                    }
                    // This target's alone: the account's other Regions have their own answers.
                    Err(error) => Answer::Failed(Classification::certain(error)),
                }
            }
            other => other,
        };
        Ok(Answered { begun, answer })
    }

    async fn write_records(&self, region: &Region, records: Vec<Record>) -> Result<(), Error> {
        let attempt = &self.attempt.id;
        let entry =
            |record| LedgerRecord { region: region.clone(), attempt: attempt.clone(), record };
        let entries: Vec<LedgerRecord> = records.into_iter().map(entry).collect();
        self.worker.ledger.put_records(&self.partition, &entries, self.attempt.expires_at).await
    }

    /// What the Regions say together: in this attempt, and in those just before it.
    fn elsewhere(&self, answers: &[Answered]) -> SiblingRegions {
        let since = self.worker.clock.now().epoch_seconds() - EVIDENCE_SECONDS;
        let fresh = |outcome: &Outcome| {
            outcome.verdict == Verdict::Succeeded && outcome.ended_at.epoch_seconds() >= since
        };
        let succeeded = self.earlier.values().any(fresh)
            || answers.iter().any(|a| matches!(&a.answer, Answer::Written(_)));
        let refused = answers.iter().any(|Answered { begun, answer }| {
            matches!(answer, Answer::Failed(f) if f.refuses_credentials(&begun.region))
        });
        SiblingRegions { succeeded, refused }
    }

    async fn write_failures(&self, answers: Vec<Answered>) -> Result<Vec<Outcome>, Error> {
        let elsewhere = self.elsewhere(&answers);
        if elsewhere.refused {
            self.worker.members.evict(&self.partition.account, &self.attempt.run);
        }
        let settled = answers.into_iter().map(|Answered { begun, answer }| async move {
            match answer {
                Answer::Written(outcome) => Ok(outcome),
                Answer::Failed(finding) => {
                    let error = finding.resolve(elsewhere, &begun.region);
                    let verdict = Verdict::of(error.kind(), error.message());
                    self.write_outcome(self.outcome(&begun, verdict, 0)).await
                }
                Answer::Records(_) => Err(Error::invalid("records were left unwritten")),
            }
        });
        stream::iter(settled).buffer_unordered(AT_ONCE).try_collect().await
    }

    fn outcome(&self, begun: &Begun, verdict: Verdict, records: u64) -> Outcome {
        let earlier = self.earlier.get(&begun.region);
        Outcome {
            region: begun.region.clone(),
            verdict,
            attempts: earlier.map_or(0, |outcome| outcome.attempts) + 1,
            started_at: begun.started_at,
            ended_at: self.worker.clock.now(),
            records,
            calls: begun.calls.count(),
            attempt: self.attempt.id.clone(),
        }
    }

    async fn write_outcome(&self, outcome: Outcome) -> Result<Outcome, Error> {
        if let Some((kind, message)) = outcome.verdict.error() {
            tracing::warn!(
                RunId = %self.attempt.run, AccountId = %self.partition.account,
                Region = %outcome.region, status = %outcome.verdict, %kind, "{message}"
            );
        }
        self.worker.ledger.put_outcome(&self.partition, &outcome, self.attempt.expires_at).await?;
        Ok(outcome)
    }
}

fn by_region(outcomes: Vec<Outcome>) -> BTreeMap<Region, Outcome> {
    outcomes.into_iter().map(|outcome| (outcome.region.clone(), outcome)).collect()
}

/// The counts, or the error that makes the state machine try again.
fn result<'a>(
    account: &AccountId,
    outcomes: impl Iterator<Item = &'a Outcome>,
) -> Result<WorkerResult, Error> {
    let mut result =
        WorkerResult { account_id: account.clone(), succeeded: 0, skipped: 0, failed: 0 };
    let mut again = None;
    for outcome in outcomes {
        match &outcome.verdict {
            Verdict::Succeeded => result.succeeded += 1,
            Verdict::Skipped(..) => result.skipped += 1,
            Verdict::Failed(kind, message) => {
                result.failed += 1;
                if kind.is_retryable() && again.is_none() {
                    let text = format!("{account} {}: {message}", outcome.region);
                    again = Some(Error::new(*kind, text));
                }
            }
        }
    }
    again.map_or(Ok(result), Err)
}

#[cfg(test)]
mod tests;
