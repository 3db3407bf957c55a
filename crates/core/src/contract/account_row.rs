//! A row of `accounts.csv`: an account of the organization, and why it is or is not in the run.

use serde::{Deserialize, Serialize};

use crate::model::account::Account;
use crate::model::id::AccountId;

/// An account of the organization, as the run saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// The account id, 12 digits.
    pub account_id: AccountId,
    /// Its name; a cell that a spreadsheet would run begins with an apostrophe.
    pub account_name: String,
    /// `ACTIVE`, or another state of the Organizations API.
    pub state: String,
    /// Whether the run covers it.
    pub selected: bool,
    /// Why it does not; empty where it does.
    pub reason: String,
}

impl AccountRow {
    /// The columns of `accounts.csv`, in order.
    pub const COLUMNS: [&'static str; 5] =
        ["account_id", "account_name", "state", "selected", "reason"];

    /// The row of `account`; `reason` says why it is not selected, if it is not.
    #[must_use]
    pub fn new(account: &Account, reason: Option<&str>) -> Self {
        Self {
            account_id: account.id.clone(),
            account_name: account.name.clone(),
            state: account.state.clone(),
            selected: reason.is_none(),
            reason: reason.unwrap_or_default().to_owned(),
        }
    }

    /// The cells, in the order of [`Self::COLUMNS`].
    #[must_use]
    pub fn cells(&self) -> [&str; 5] {
        let selected = if self.selected { "true" } else { "false" };
        [self.account_id.as_str(), &self.account_name, &self.state, selected, &self.reason]
    }
}
