//! Access to member accounts as the worker needs it.

use std::future::Future;

use org_operator_aws::{Member, MemberRole};
use org_operator_core::{AccountId, Error, RunId};

/// Gives access to a member account.
pub trait Members: Sync {
    /// One access for all Regions of `account`, that allows `actions` only.
    fn assume(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[&str],
    ) -> impl Future<Output = Result<Member, Error>> + Send;

    /// Uses what was kept of `account` no more: AWS says that it has expired, whatever STS said.
    fn evict(&self, account: &AccountId, run: &RunId);
}

impl Members for MemberRole {
    async fn assume(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[&str],
    ) -> Result<Member, Error> {
        Self::assume(self, account, run, actions).await
    }

    fn evict(&self, account: &AccountId, run: &RunId) {
        Self::evict(self, account, run);
    }
}
