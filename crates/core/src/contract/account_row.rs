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
    /// The path of its unit, as in the work item; empty where it is not known, and in files of
    /// earlier releases.
    #[serde(default)]
    pub unit_path: String,
}

impl AccountRow {
    /// The columns of `accounts.csv`, in order.
    pub const COLUMNS: [&'static str; 6] =
        ["account_id", "account_name", "state", "selected", "reason", "unit_path"];

    /// The row of `account` in the unit at `unit_path`; `reason` says why it is not selected, if it
    /// is not.
    #[must_use]
    pub fn new(account: &Account, reason: Option<&str>, unit_path: String) -> Self {
        Self {
            account_id: account.id.clone(),
            account_name: account.name.clone(),
            state: account.state.clone(),
            selected: reason.is_none(),
            reason: reason.unwrap_or_default().to_owned(),
            unit_path,
        }
    }

    /// The cells, in the order of [`Self::COLUMNS`].
    #[must_use]
    pub fn cells(&self) -> [&str; 6] {
        let selected = if self.selected { "true" } else { "false" };
        let (id, name) = (self.account_id.as_str(), self.account_name.as_str());
        [id, name, &self.state, selected, &self.reason, &self.unit_path]
    }
}
