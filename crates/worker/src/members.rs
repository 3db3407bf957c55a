//! Access to member accounts as the worker needs it; assuming the role is the AWS crate's part.

use std::future::Future;

use org_operator_aws::{CallCounter, Member, MemberRole};
use org_operator_core::model::account_regions::AccountRegions;
use org_operator_core::outcome::classification::{Call, classify};
use org_operator_core::{AccountId, Error, RunId};
use org_operator_operations::regions;

/// Gives access to member accounts.
pub trait Members: Sync {
    /// A session in `account` that serves all its Regions and allows `actions` only.
    fn assume(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[String],
    ) -> impl Future<Output = Result<Member, Error>> + Send;

    /// Which Regions are on in the account of `member`; `calls` counts the requests. Members that
    /// cannot be asked name no Region.
    fn regions(
        &self,
        _member: &Member,
        _calls: &CallCounter,
    ) -> impl Future<Output = Result<AccountRegions, Error>> + Send {
        async { Ok(AccountRegions::default()) }
    }

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

    async fn regions(&self, member: &Member, calls: &CallCounter) -> Result<AccountRegions, Error> {
        let mut refusal = Error::internal("the session has no Region to ask");
        for region in member.inquiry_regions() {
            match regions::describe(&member.config(&region, calls)).await {
                Ok(described) => return Ok(described),
                Err(failure) => refusal = classify(Call::Operation, &failure).certainly(),
            }
            if refusal.kind().is_retryable() {
                break;
            }
        }
        Err(refusal)
    }

    fn evict(&self, account: &AccountId, run: &RunId) {
        Self::evict(self, account, run);
    }
}
