//! The attempt's side of the ledger: which targets are still pending, and how records and outcomes
//! are written. Running the operation is the executor's part.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_core::contract::ledger::{LedgerPartition, LedgerRecord};
use org_operator_core::outcome::classification::{Classification, SiblingRegions};
use org_operator_core::outcome::settlement::{denied_by_policy, explains, settle};
use org_operator_core::ports::{Clock, LedgerWriter};
use org_operator_core::{Error, Outcome, Record, Region, Verdict};

use crate::attempt::{Attempt, CONCURRENT_REGIONS, Executed, RegionAttempt};

/// What the account's other Regions show about the role's session.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    /// A Region in which the operation succeeded lately.
    pub(crate) success: Option<Region>,
    /// Whether a Region that cannot be disabled did not accept the session.
    pub(crate) refused: bool,
}

/// Writes one attempt at one account's targets.
pub(crate) struct AttemptWriter<'a, L, C> {
    ledger: &'a L,
    clock: &'a C,
    partition: LedgerPartition,
    attempt: &'a Attempt,
    earlier: BTreeMap<Region, Outcome>,
}

impl<'a, L: LedgerWriter, C: Clock> AttemptWriter<'a, L, C> {
    /// A writer that knows the outcomes of earlier attempts.
    ///
    /// # Errors
    /// What the ledger answered.
    pub(crate) async fn open(
        ledger: &'a L,
        clock: &'a C,
        partition: LedgerPartition,
        attempt: &'a Attempt,
    ) -> Result<Self, Error> {
        let mut outcomes = ledger.outcomes(&partition).await?;
        settle(&mut outcomes);
        Ok(Self { ledger, clock, partition, attempt, earlier: by_region(outcomes) })
    }

    /// Those of `regions` that have no final outcome yet.
    pub(crate) fn pending(&self, regions: &[Region]) -> Vec<Region> {
        let done = |region: &Region| self.earlier.get(region).is_some_and(|o| o.verdict.is_final());
        let pending: Vec<Region> = regions.iter().filter(|region| !done(region)).cloned().collect();
        tracing::info!(
            RunId = %self.attempt.run, AccountId = %self.partition.account, regions = pending.len(),
            done_before = regions.len() - pending.len(), "asking"
        );
        pending
    }

    /// Every outcome of the account, `newest` in the place of earlier ones.
    pub(crate) fn merged(self, newest: Vec<Outcome>) -> BTreeMap<Region, Outcome> {
        let mut outcomes = self.earlier;
        outcomes.extend(by_region(newest));
        outcomes
    }

    /// Writes a Region's records and then its outcome; a failure is passed on unwritten, because
    /// what it means is known only when every Region has finished.
    ///
    /// # Errors
    /// What the ledger answered when the outcome was written.
    pub(crate) async fn write_success(
        &self,
        executed: Executed<Vec<Record>>,
    ) -> Result<Executed<Outcome>, Error> {
        let Executed { attempt, result } = executed;
        let records = match result {
            Ok(records) => records,
            Err(failure) => return Ok(Executed { attempt, result: Err(failure) }),
        };
        let count = records.len() as u64;
        if let Err(error) = self.write_records(&attempt.region, records).await {
            // Only this target fails: the account's other Regions have their own records.
            return Ok(Executed { attempt, result: Err(Classification::certain(error)) });
        }
        let outcome = self.outcome(&attempt, Verdict::Succeeded, count);
        let written = self.write_outcome(outcome).await?;
        Ok(Executed { attempt, result: Ok(written) })
    }

    async fn write_records(&self, region: &Region, records: Vec<Record>) -> Result<(), Error> {
        let attempt = &self.attempt.id;
        let entry =
            |record| LedgerRecord { region: region.clone(), attempt: attempt.clone(), record };
        let entries: Vec<LedgerRecord> = records.into_iter().map(entry).collect();
        self.ledger.put_records(&self.partition, &entries, self.attempt.expires_at).await
    }

    /// Resolves each failure by what all Regions together show, and writes its outcome. Returns the
    /// outcomes of all Regions.
    ///
    /// # Errors
    /// What the ledger answered.
    pub(crate) async fn write_failures(
        &self,
        executed: Vec<Executed<Outcome>>,
        evidence: &Evidence,
    ) -> Result<Vec<Outcome>, Error> {
        let written = executed.into_iter().map(|Executed { attempt, result }| async move {
            match result {
                Ok(outcome) => Ok(outcome),
                Err(failure) => self.write_outcome(self.failed(&attempt, failure, evidence)).await,
            }
        });
        stream::iter(written).buffer_unordered(CONCURRENT_REGIONS).try_collect().await
    }

    fn failed(
        &self,
        attempt: &RegionAttempt,
        failure: Classification,
        evidence: &Evidence,
    ) -> Outcome {
        let (success, unexplained) = (evidence.success.as_ref(), failure.is_unexplained());
        let siblings = SiblingRegions { succeeded: success.is_some(), refused: evidence.refused };
        let error = failure.resolve(siblings, &attempt.region);
        let verdict = match success {
            Some(region) if unexplained => denied_by_policy(error.message(), region),
            _ => Verdict::of(error.kind(), error.message()),
        };
        Outcome { unexplained, ..self.outcome(attempt, verdict, 0) }
    }

    /// What this attempt, and the ones shortly before it, show of the account's credentials.
    pub(crate) fn evidence(&self, executed: &[Executed<Outcome>]) -> Evidence {
        let now = self.clock.now();
        let mut recent = self.successes().filter(|outcome| explains(outcome.ended_at, now));
        let fresh = executed.iter().find_map(|executed| executed.result.as_ref().ok());
        let success = fresh.or_else(|| recent.next()).map(|outcome| outcome.region.clone());
        let refused = executed.iter().any(|Executed { attempt, result }| {
            result.as_ref().is_err_and(|failure| failure.refuses_credentials(&attempt.region))
        });
        Evidence { success, refused }
    }

    /// A Region in which an earlier attempt succeeded, however long ago; one that no account can
    /// disable goes first.
    pub(crate) fn earlier_success(&self) -> Option<&Region> {
        let regions = self.successes().map(|outcome| &outcome.region);
        regions.min_by_key(|region| !region.is_always_on())
    }

    fn successes(&self) -> impl Iterator<Item = &Outcome> {
        self.earlier.values().filter(|outcome| outcome.verdict == Verdict::Succeeded)
    }

    fn outcome(&self, attempt: &RegionAttempt, verdict: Verdict, records: u64) -> Outcome {
        let earlier = self.earlier.get(&attempt.region);
        Outcome {
            region: attempt.region.clone(),
            verdict,
            attempts: earlier.map_or(0, |outcome| outcome.attempts) + 1,
            started_at: attempt.started_at,
            ended_at: self.clock.now(),
            records,
            calls: attempt.calls.count(),
            attempt: self.attempt.id.clone(),
            unexplained: false,
        }
    }

    async fn write_outcome(&self, outcome: Outcome) -> Result<Outcome, Error> {
        if let Some((kind, message)) = outcome.verdict.error() {
            tracing::warn!(
                RunId = %self.attempt.run, AccountId = %self.partition.account,
                Region = %outcome.region, status = %outcome.verdict, %kind, "{message}"
            );
        }
        self.ledger.put_outcome(&self.partition, &outcome, self.attempt.expires_at).await?;
        Ok(outcome)
    }
}

fn by_region(outcomes: Vec<Outcome>) -> BTreeMap<Region, Outcome> {
    outcomes.into_iter().map(|outcome| (outcome.region.clone(), outcome)).collect()
}
