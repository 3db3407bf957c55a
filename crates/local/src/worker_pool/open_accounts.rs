//! Which accounts of a pool have work left. What is held for an account until then is the pool's.

use std::collections::HashMap;

use org_operator_core::{AccountId, WorkItem};

/// The accounts with work items that have not ended, and how many.
#[derive(Debug, Default)]
pub(crate) struct OpenAccounts(HashMap<AccountId, usize>);

impl OpenAccounts {
    /// Takes work items that are to be run.
    pub(crate) fn add(&mut self, items: &[WorkItem]) {
        for item in items {
            *self.0.entry(item.account_id.clone()).or_default() += 1;
        }
    }

    /// Whether the work item of `account` that has ended was its last one.
    pub(crate) fn is_done_with(&mut self, account: &AccountId) -> bool {
        let left = self.0.get(account).map_or(0, |open| open.saturating_sub(1));
        if left > 0 {
            self.0.insert(account.clone(), left);
        } else {
            self.0.remove(account);
        }
        left == 0
    }
}
