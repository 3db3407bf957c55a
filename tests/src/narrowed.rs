//! The member role without one of the actions that its sessions are asked for: as if somebody had taken it
//! away from the role.

use org_operator_aws::{CallCounter, Member, MemberRole};
use org_operator_core::model::account_regions::AccountRegions;
use org_operator_core::{AccountId, Error, RunId};
use org_operator_worker::Members;

/// The member role, which lacks an action.
#[derive(Debug, Clone)]
pub struct Narrowed {
    /// The role as it is.
    pub role: MemberRole,
    /// The action that it lacks; `None` for the role as it is.
    pub without: Option<String>,
}

impl Members for Narrowed {
    async fn assume(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[String],
    ) -> Result<Member, Error> {
        let is_left = |action: &&String| self.without.as_ref() != Some(*action);
        let left: Vec<String> = actions.iter().filter(is_left).cloned().collect();
        self.role.assume(account, run, &left).await
    }

    async fn regions(&self, member: &Member, calls: &CallCounter) -> Result<AccountRegions, Error> {
        Members::regions(&self.role, member, calls).await
    }

    fn evict(&self, account: &AccountId, run: &RunId) {
        self.role.evict(account, run);
    }
}
