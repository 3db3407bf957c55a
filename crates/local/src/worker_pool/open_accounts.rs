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

    /// Takes away a work item of `account`, which has ended; says whether it was the account's last.
    pub(crate) fn end_item(&mut self, account: &AccountId) -> bool {
        match self.0.get_mut(account) {
            Some(open) if *open > 1 => {
                *open -= 1;
                false
            }
            _ => {
                self.0.remove(account);
                true
            }
        }
    }
}
