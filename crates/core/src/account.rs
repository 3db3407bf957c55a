//! An account of the organization, as Organizations describes it.

use crate::id::AccountId;

/// An account with what selection asks about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The 12 digits.
    pub id: AccountId,
    /// The name people gave it: any text at all.
    pub name: String,
    /// `State` as AWS writes it, or `Status` where the answer has no `State`: AWS retired `Status`
    /// on 2026-09-09 (Organizations API reference, `Account`).
    pub state: String,
    /// The management account's id, which stands in every account's ARN.
    pub management_account: Option<AccountId>,
}

impl Account {
    /// Whether the account can be worked in.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == "ACTIVE"
    }

    /// Whether this is the organization's management account.
    #[must_use]
    pub fn is_management(&self) -> bool {
        self.management_account.as_ref() == Some(&self.id)
    }
}

/// The management account's id in an account's ARN,
/// `arn:aws:organizations::MANAGEMENT:account/o-…/ID`.
#[must_use]
pub fn management_account(arn: &str) -> Option<AccountId> {
    arn.split(':').nth(4).and_then(AccountId::parse)
}

/// The state to go by: `State`, else `Status`; an answer with neither is `UNKNOWN`, never active.
#[must_use]
pub fn state_of(state: Option<&str>, status: Option<&str>) -> String {
    state.or(status).unwrap_or("UNKNOWN").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_wins_over_the_retired_status() {
        assert_eq!(state_of(Some("SUSPENDED"), Some("ACTIVE")), "SUSPENDED");
        assert_eq!(state_of(None, Some("ACTIVE")), "ACTIVE");
        assert_eq!(state_of(None, None), "UNKNOWN");
    }

    #[test]
    fn the_management_account_stands_in_the_arn_of_every_partition() {
        for partition in ["aws", "aws-us-gov", "aws-cn"] {
            let arn =
                format!("arn:{partition}:organizations::000000000001:account/o-a/000000000002");
            assert_eq!(management_account(&arn), AccountId::parse("000000000001"));
        }
        assert_eq!(management_account("nonsense"), None);
    }
}
