//! The executor: assumes the member role once, then runs the operation in each Region within the
//! attempt's time. Nothing is written to the ledger here.

use std::future::Future;
use std::sync::Arc;

use org_operator_aws::{CallCounter, Member};
use org_operator_core::error::CallFailure;
use org_operator_core::model::account_regions::{AccountRegions, RegionStatus};
use org_operator_core::model::record::keyed;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::outcome::classification::{Classification, classify_operation};
use org_operator_core::{Error, ErrorKind, Record, Region};
use org_operator_operations::{OperationFailure, Rows, Target};
use tokio::sync::SemaphorePermit;
use tokio::time::Instant;

use crate::asked::Asked;
use crate::attempt::{Executed, RegionAttempt};
use crate::members::Members;
use crate::visit::Visit;

/// Runs one operation in the Regions of one account.
pub(crate) struct RegionExecutor<'a, M> {
    asked: &'a Asked,
    /// What it shares with the account's other operations.
    pub(crate) visit: &'a Visit<'a, M>,
    deadline: Instant,
}

impl<'a, M: Members> RegionExecutor<'a, M> {
    /// An executor whose deadline is the visit's.
    pub(crate) fn new(asked: &'a Asked, visit: &'a Visit<'a, M>) -> Self {
        Self { asked, visit, deadline: visit.deadline() }
    }

    /// Assumes the member role with a session that allows the operation's actions, and those of the
    /// operations of the run that share it.
    pub(crate) async fn assume_role(&self) -> Result<Member, Error> {
        let assuming = self.visit.assume(&self.asked.operation.spec().name);
        before(self.deadline, Box::pin(assuming)).await?
    }

    /// Waits for a permit. Without a limit there is none to wait for, and every Region shares the
    /// attempt's deadline; with one, a Region's deadline starts when its permit is granted.
    pub(crate) async fn acquire_permit(&self) -> Permit<'a> {
        let Some(permits) = &self.visit.shared.permits else {
            return Permit { deadline: self.deadline, _permit: None };
        };
        // The semaphore is never closed; if it were, there would be no limit to wait for.
        let permit = permits.acquire().await.ok();
        Permit { deadline: Instant::now() + self.visit.time_left(), _permit: permit }
    }

    /// Asks the account which of its Regions are on.
    pub(crate) async fn regions(
        &self,
        member: &Member,
        calls: &CallCounter,
    ) -> Result<AccountRegions, Error> {
        let permit = self.acquire_permit().await;
        before(permit.deadline, Box::pin(self.visit.members.regions(member, calls))).await?
    }

    /// Runs the operation in one Region and returns its records, keyed but not yet written. A Region
    /// of which AWS says that it is off is not asked.
    pub(crate) async fn execute(
        &self,
        member: &Member,
        attempt: RegionAttempt,
        status: Option<RegionStatus>,
        permit: Permit<'_>,
    ) -> Executed<Vec<Record>> {
        let result = match status {
            Some(RegionStatus::Off) => Err(off(&attempt.region)),
            Some(RegionStatus::On) => {
                let asked = self.ask(member, &attempt, permit).await;
                asked.map_err(Classification::where_region_is_on)
            }
            None => self.ask(member, &attempt, permit).await,
        };
        Executed { attempt, result }
    }

    async fn ask(
        &self,
        member: &Member,
        attempt: &RegionAttempt,
        permit: Permit<'_>,
    ) -> Result<Vec<Record>, Classification> {
        let (region, calls) = (&attempt.region, &attempt.calls);
        let target = self.target(member, region, calls, attempt.started_at);
        match before(permit.deadline, self.asked.operation.run(&target)).await {
            Err(late) => Err(Classification::certain(late)),
            Ok(Err(failure)) => Err(self.classify(member, failure)),
            Ok(Ok(rows)) => self.keyed(rows),
        }
    }

    /// Whether the role may still do in `region` what the operation does; any failure is a no.
    pub(crate) async fn is_allowed(
        &self,
        region: &Region,
        calls: &CallCounter,
        now: Timestamp,
    ) -> bool {
        let Ok(member) = self.assume_role().await else { return false };
        let permit = self.acquire_permit().await;
        let target = self.target(&member, region, calls, now);
        matches!(before(permit.deadline, self.asked.operation.probe(&target)).await, Ok(Ok(())))
    }

    fn target(
        &self,
        member: &Member,
        region: &Region,
        calls: &CallCounter,
        now: Timestamp,
    ) -> Target {
        Target {
            run: self.visit.attempt.run.clone(),
            account: self.visit.account.clone(),
            region: member.signing_region(region),
            config: member.config(region, calls),
            now,
            parameters: Arc::clone(&self.asked.parameters),
            shared: self.visit.shared.clone(),
        }
    }

    fn classify(&self, member: &Member, failure: OperationFailure) -> Classification {
        if failure.call().is_some_and(CallFailure::is_expired) {
            self.visit.members.evict(self.visit.account, &self.visit.attempt.run);
        }
        let actions = &self.asked.operation.spec().actions;
        classify_operation(failure).naming(member.role(), actions)
    }

    fn keyed(&self, rows: Rows) -> Result<Vec<Record>, Classification> {
        keyed(self.asked.operation.spec(), rows).map_err(Classification::certain)
    }
}

/// The right to run in one Region until the deadline; dropping it releases the limit's permit.
pub(crate) struct Permit<'a> {
    deadline: Instant,
    _permit: Option<SemaphorePermit<'a>>,
}

fn off(region: &Region) -> Classification {
    let said = format!("ec2:DescribeRegions: {region} is not-opted-in in this account; not asked");
    Classification::certain(Error::new(ErrorKind::RegionDisabled, said))
}

async fn before<T>(deadline: Instant, work: impl Future<Output = T>) -> Result<T, Error> {
    let late = "the invocation's time is used up; what is left is tried in another one";
    let finished = tokio::time::timeout_at(deadline, work).await;
    finished.map_err(|_| Error::new(ErrorKind::DeadlineExceeded, late))
}
