//! An account of the organization, as Organizations describes it.

use crate::model::id::{AccountId, UnitId};

/// An account with what selection asks about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account id, 12 digits.
    pub id: AccountId,
    /// The name people gave it: any text at all.
    pub name: String,
    /// `State` as AWS writes it, or `Status` where the answer has no `State`: AWS retired `Status`
    /// on 2026-09-09 (Organizations API reference, `Account`).
    pub state: String,
    /// The management account's id, which stands in every account's ARN.
    pub management_account: Option<AccountId>,
    /// The root and the organizational units that the account is in, outermost first; `None` where
    /// the answer does not say (`Paths` is younger than the call).
    pub units: Option<Vec<UnitId>>,
    /// The address of the account's root user: personal data, for files only where it is asked for.
    pub email: String,
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

    /// The ids of the root and of the units down to the account's own, `r-ab12/ou-ab12-11111111`;
    /// empty where the answer does not say. Their names are not in it.
    #[must_use]
    pub fn unit_ids(&self) -> String {
        let ids = self.units.iter().flatten().map(UnitId::as_str);
        ids.collect::<Vec<_>>().join("/")
    }
}

/// The management account's id in an account's ARN,
/// `arn:aws:organizations::MANAGEMENT:account/o-…/ID`.
#[must_use]
pub fn management_account(arn: &str) -> Option<AccountId> {
    arn.split(':').nth(4).and_then(AccountId::parse)
}

/// The root and the units in an account's `Paths`, `o-…/r-…/ou-…/ou-…/`, in their order; `None`
/// without any path.
#[must_use]
pub fn units_of<T: AsRef<str>>(paths: &[T]) -> Option<Vec<UnitId>> {
    let parts = paths.iter().flat_map(|path| path.as_ref().split('/'));
    Some(parts.filter_map(UnitId::parse).collect()).filter(|_| !paths.is_empty())
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
    fn paths_name_every_unit_above_an_account() {
        let units = units_of(&["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/"]).unwrap();
        let names: Vec<&str> = units.iter().map(UnitId::as_str).collect();
        assert_eq!(names, ["r-ab12", "ou-ab12-11111111", "ou-ab12-22222222"]);
        assert_eq!(units_of::<&str>(&[]), None);
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
