//! The way into member accounts: one `AssumeRole` per account and run, however many work items and
//! attempts there are, and never more calls at once than there are permits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use org_operator_aws::Member;
use org_operator_core::{AccountId, Error, RunId};
use org_operator_worker::Members;
use tokio::sync::{Mutex as Permit, Semaphore};

/// An account's own permit, with the refusal that is the last word on it.
type Account = Arc<Permit<Option<Error>>>;

/// The gate.
#[derive(Debug)]
pub struct AssumeRoleGate<M> {
    members: M,
    permits: Arc<Semaphore>,
    accounts: Mutex<HashMap<AccountId, Account>>,
}

impl<M: Members> AssumeRoleGate<M> {
    /// The gate to `members`, which keeps the sessions that it made.
    pub fn new(members: M, permits: Arc<Semaphore>) -> Self {
        Self { members, permits, accounts: Mutex::default() }
    }

    fn account(&self, account: &AccountId) -> Account {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.entry(account.clone()).or_default().clone()
    }
}

impl<M: Members> Members for AssumeRoleGate<M> {
    async fn assume(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[&str],
    ) -> Result<Member, Error> {
        let own = self.account(account);
        let mut refused = own.lock().await;
        if let Some(error) = &*refused {
            return Err(error.clone());
        }
        let _turn = self.permits.acquire().await;
        let entered = self.members.assume(account, run, actions).await;
        if let Err(error) = &entered
            && !error.kind().is_retryable()
        {
            *refused = Some(error.clone());
        }
        entered
    }

    fn evict(&self, account: &AccountId, run: &RunId) {
        self.members.evict(account, run);
    }
}
