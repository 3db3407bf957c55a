//! Access to member accounts as the worker needs it; assuming the role is the AWS crate's part.

use std::future::Future;

use org_operator_aws::{Member, MemberRole};
use org_operator_core::{AccountId, Error, RunId};

/// Gives access to member accounts.
pub trait Members: Sync {
    /// A session in `account` that serves all its Regions and allows `actions` only.
    fn assume(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[String],
    ) -> impl Future<Output = Result<Member, Error>> + Send;

    /// Evicts the cached session of `account`: AWS treats it as expired, whatever STS promised.
    fn evict(&self, account: &AccountId, run: &RunId);
}

impl Members for MemberRole {
    async fn assume(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[String],
    ) -> Result<Member, Error> {
        Self::assume(self, account, run, actions).await
    }

    fn evict(&self, account: &AccountId, run: &RunId) {
        Self::evict(self, account, run);
    }
}
