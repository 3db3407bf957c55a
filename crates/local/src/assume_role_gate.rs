//! Single flight for `AssumeRole`: one call per account, however many work items and attempts ask for
//! it at the same time, and never more calls at once than the pool has permits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use org_operator_aws::{CallCounter, Member};
use org_operator_core::model::account_regions::AccountRegions;
use org_operator_core::{AccountId, Error, RunId};
use org_operator_worker::Members;
use tokio::sync::{Mutex as AsyncMutex, Semaphore};

/// Serializes the calls for one account, and holds its refusal once one is final.
type Flight = Arc<AsyncMutex<Option<Error>>>;

/// Members whose calls go through single flight.
#[derive(Debug)]
pub struct AssumeRoleGate<M> {
    members: M,
    permits: Arc<Semaphore>,
    flights: Mutex<HashMap<AccountId, Flight>>,
}

impl<M: Members> AssumeRoleGate<M> {
    /// A gate to `members`, which must cache its sessions; `permits` limits the calls at once.
    pub fn new(members: M, permits: Arc<Semaphore>) -> Self {
        Self { members, permits, flights: Mutex::default() }
    }

    /// Frees what is held for `account`, which `run` asks nothing more in.
    pub fn forget(&self, account: &AccountId, run: &RunId) {
        self.members.evict(account, run);
        self.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(account);
    }

    fn flight(&self, account: &AccountId) -> Flight {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        flights.entry(account.clone()).or_default().clone()
    }
}

impl<M: Members> Members for AssumeRoleGate<M> {
    async fn assume(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[String],
    ) -> Result<Member, Error> {
        let flight = self.flight(account);
        let mut refusal = flight.lock().await;
        if let Some(error) = &*refusal {
            return Err(error.clone());
        }
        let _permit = self.permits.acquire().await;
        let assumed = self.members.assume(account, run, actions).await;
        if let Err(error) = &assumed
            && !error.kind().is_retryable()
        {
            *refusal = Some(error.clone());
        }
        assumed
    }

    async fn regions(&self, member: &Member, calls: &CallCounter) -> Result<AccountRegions, Error> {
        self.members.regions(member, calls).await
    }

    fn evict(&self, account: &AccountId, run: &RunId) {
        self.members.evict(account, run);
    }
}
