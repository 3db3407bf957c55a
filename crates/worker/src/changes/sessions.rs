//! The sessions of a run's accounts: each is asked for once at a time, and a refusal is not asked again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use org_operator_aws::Member;
use org_operator_core::{AccountId, Error, RunId};

use crate::Members;

/// Why an account cannot be entered, once that is known.
type Refusal = Arc<tokio::sync::Mutex<Option<Error>>>;

/// Enters accounts with a session that allows the run's actions only.
pub(super) struct Sessions<'a, M> {
    members: &'a M,
    run: &'a RunId,
    actions: Vec<String>,
    refusals: Mutex<BTreeMap<AccountId, Refusal>>,
}

impl<'a, M: Members> Sessions<'a, M> {
    pub(super) fn new(members: &'a M, run: &'a RunId, actions: Vec<String>) -> Self {
        Self { members, run, actions, refusals: Mutex::default() }
    }

    /// The session in `account`. Several targets of an account begin at once: one of them asks STS, and
    /// the others find its session kept.
    pub(super) async fn enter(&self, account: &AccountId) -> Result<Member, Error> {
        let refusal = self.refusal(account);
        let mut known = refusal.lock().await;
        if let Some(error) = &*known {
            return Err(error.clone());
        }
        let assumed = self.members.assume(account, self.run, &self.actions).await;
        *known = assumed.as_ref().err().filter(|e| !e.kind().is_retryable()).cloned();
        assumed
    }

    fn refusal(&self, account: &AccountId) -> Refusal {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(refusals.entry(account.clone()).or_default())
    }
}
