//! A member account of the generated organization, and what it permits.

use std::collections::BTreeMap;

/// Whether the member role of an account can be assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleTrust {
    /// The role exists and trusts the caller.
    Granted,
    /// There is no such role, or it trusts another caller: STS reports both alike.
    NoRole,
    /// A service control policy denies `AssumeRole`.
    DeniedByPolicy,
}

/// What the member role may do in a Region of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionAccess {
    /// Calls are answered as asked.
    Allowed,
    /// The Region is disabled in the account.
    Disabled,
    /// A service control policy denies, and the message says so.
    DeniedByPolicy,
    /// A service control policy denies, and EC2's message does not say why.
    DeniedWithoutReason,
    /// The role lacks the permission, and the message says so.
    MissingPermission,
}

/// A member account of the organization.
#[derive(Debug, Clone)]
pub struct MemberAccount {
    /// The account id, 12 digits.
    pub id: String,
    /// The account's name, with the characters that real names have.
    pub name: String,
    /// The account's state; only `ACTIVE` accounts are part of a run.
    pub state: &'static str,
    /// The index of the account's organizational unit.
    pub unit: usize,
    /// The account's tags.
    pub tags: BTreeMap<String, String>,
    /// Whether the member role can be assumed.
    pub trust: RoleTrust,
}

impl MemberAccount {
    /// Whether the account's state is `ACTIVE`.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == "ACTIVE"
    }
}
