//! RegionExecutor: the member role once, then the operation in each Region, never beyond the time left.
//! Nothing is written here.

use std::future::Future;

use org_operator_aws::{CallCounter, Member};
use org_operator_core::Outcome;
use org_operator_core::model::record::keyed;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::outcome::classification::{Call, Classification, classify};
use org_operator_core::{AccountId, Error, ErrorKind, Record, Region};
use org_operator_operations::{Operation, Target};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::{Attempt, Members};

/// What came of one Region.
pub(crate) enum Answer {
    /// The operation's records, not yet written.
    Records(Vec<Record>),
    /// A success that is in the ledger.
    Written(Outcome),
    /// A failure whose meaning may depend on the other Regions.
    Failed(Classification),
}

/// A target that is being asked.
pub(crate) struct Begun {
    pub(crate) region: Region,
    pub(crate) started_at: Timestamp,
    pub(crate) calls: CallCounter,
}

impl Begun {
    pub(crate) fn new(region: Region, started_at: Timestamp) -> Self {
        Self { region, started_at, calls: CallCounter::default() }
    }
}

/// A target with what came of it.
pub(crate) struct Answered {
    pub(crate) begun: Begun,
    pub(crate) answer: Answer,
}

impl Answered {
    /// The same failure for every Region: the account could not be entered.
    pub(crate) fn all(regions: Vec<Region>, started_at: Timestamp, error: &Error) -> Vec<Self> {
        let answered = |region| {
            let answer = Answer::Failed(Classification::certain(error.clone()));
            Self { begun: Begun::new(region, started_at), answer }
        };
        regions.into_iter().map(answered).collect()
    }
}

/// How to ask.
pub(crate) struct RegionExecutor<'a, M> {
    operation: &'static dyn Operation,
    members: &'a M,
    attempt: &'a Attempt,
    permits: Option<&'a Semaphore>,
    deadline: Instant,
}

impl<'a, M: Members> RegionExecutor<'a, M> {
    pub(crate) fn new(
        operation: &'static dyn Operation,
        members: &'a M,
        attempt: &'a Attempt,
        permits: Option<&'a Semaphore>,
    ) -> Self {
        let deadline = Instant::now() + attempt.time_left;
        Self { operation, members, attempt, permits, deadline }
    }

    /// The account's access, or `None` where no Region is due: no call is made for nothing.
    pub(crate) async fn member(
        &self,
        account: &AccountId,
        due: &[Region],
    ) -> Result<Option<Member>, Error> {
        if due.is_empty() {
            return Ok(None);
        }
        let actions = self.operation.spec().actions;
        let assuming = self.members.assume(account, &self.attempt.run, actions);
        in_time(self.deadline, assuming).await.unwrap_or_else(Err).map(Some)
    }

    /// The operation's answer in one Region.
    pub(crate) async fn region(
        &self,
        member: &Member,
        account: &AccountId,
        begun: &Begun,
        permit: Permit<'_>,
    ) -> Answer {
        let config = member.config(&begun.region, &begun.calls);
        let target = Target { account: account.clone(), region: begun.region.clone(), config };
        match in_time(permit.deadline, self.operation.run(&target)).await {
            Err(late) => Answer::Failed(Classification::certain(late)),
            Ok(Err(failure)) => {
                if failure.is_expired() {
                    self.members.evict(account, &self.attempt.run);
                }
                let actions = self.operation.spec().actions;
                Answer::Failed(classify(Call::Operation, &failure).naming(member.role(), actions))
            }
            Ok(Ok(rows)) => match keyed(self.operation.spec(), rows) {
                Ok(records) => Answer::Records(records),
                Err(error) => Answer::Failed(Classification::certain(error)),
            },
        }
    }

    /// Waits for a Region's permit. Without permits every Region has one at once, and all have the
    /// same deadline; else a Region's time begins now, however long it waited.
    pub(crate) async fn permit(&self) -> Permit<'a> {
        let Some(permits) = self.permits else {
            return Permit { deadline: self.deadline, _permit: None };
        };
        // Turns are never closed; a closed semaphore would only mean that nobody waits.
        let permit = permits.acquire().await.ok();
        Permit { deadline: Instant::now() + self.attempt.time_left, _permit: permit }
    }
}

/// A Region's permit: it ends when this is dropped.
pub(crate) struct Permit<'a> {
    deadline: Instant,
    _permit: Option<SemaphorePermit<'a>>,
}

async fn in_time<T>(deadline: Instant, work: impl Future<Output = T>) -> Result<T, Error> {
    let late = "the invocation's time is used up; what is left is tried in another one";
    let done = tokio::time::timeout_at(deadline, work).await;
    done.map_err(|_| Error::new(ErrorKind::DeadlineExceeded, late))
}
