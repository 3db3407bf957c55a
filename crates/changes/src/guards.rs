//! The guards of a run that changes something: how much at most, when to stop, whom never to touch.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use org_operator_core::model::limit::Limit;
use org_operator_core::{AccountId, Region, UnitId};
use serde::{Deserialize, Serialize};

use crate::decide::Seen;
use crate::plan::PlanRow;

/// What limits a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Guards {
    /// The most changes, in number or as a share of the plan's rows; more stop the run before its
    /// first one.
    pub max_changes: Option<Limit>,
    /// The most targets that may fail, in number or as a share of them; once there are more, every
    /// row that is left is HELD.
    pub max_failures: Option<Limit>,
    /// The accounts that a run begins with; the others are HELD until it is resumed.
    pub canary: Option<u32>,
    /// The oldest plan that may be applied, in hours.
    pub plan_max_age_hours: u32,
    /// Whom no run touches.
    pub protected: Protected,
}

impl Guards {
    /// Hours after which a plan is too old unless a run says otherwise.
    pub const PLAN_MAX_AGE_HOURS: u32 = 24;

    /// The guards of a run that goes on: its own, and what is protected by now.
    #[must_use]
    pub fn resumed(&self, now: &Protected) -> Self {
        let mut guards = self.clone();
        guards.protected.accounts.extend(now.accounts.iter().cloned());
        guards.protected.units.extend(now.units.iter().cloned());
        guards.protected.tag_keys.extend(now.tag_keys.iter().cloned());
        // What was checked before the first change is not checked against what is left.
        guards.max_changes = None;
        guards
    }
}

/// What no run touches, whatever its plan says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Protected {
    /// Accounts by id.
    pub accounts: BTreeSet<AccountId>,
    /// Units whose accounts are protected, at any depth.
    pub units: BTreeSet<UnitId>,
    /// Tag keys: a resource that has one, or that belongs to one, is protected.
    pub tag_keys: BTreeSet<String>,
}

/// What stops a row before anything is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// More targets failed than the run allows.
    Failures {
        /// The targets that failed.
        failed: u64,
        /// How many may.
        allowed: u64,
    },
    /// The account is not among the first ones.
    Canary(u32),
    /// The account is protected by its id.
    Account,
    /// The account is in a protected unit.
    Unit(UnitId),
    /// The resource, or what it belongs to, has a protected tag.
    Tag(String),
    /// The account is not ACTIVE any more; its state.
    NotActive(String),
    /// A person stopped the run.
    Stopped,
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failures { failed, allowed } => {
                write!(f, "MaxFailures: {failed} targets failed, {allowed} may")
            }
            Self::Canary(accounts) => {
                write!(
                    f,
                    "Canary: the run stops after the first {accounts} accounts until it is resumed"
                )
            }
            Self::Account => f.write_str("the account is protected"),
            Self::Unit(unit) => write!(f, "the account is in the protected unit {unit}"),
            Self::Tag(key) => write!(f, "protected by the tag {key}"),
            Self::NotActive(state) => write!(f, "the account is {state}"),
            Self::Stopped => f.write_str("the run was stopped"),
        }
    }
}

impl Protected {
    /// What protects an account that is in `units`.
    #[must_use]
    pub fn account(&self, id: &AccountId, units: &BTreeSet<UnitId>) -> Option<Hold> {
        if self.accounts.contains(id) {
            return Some(Hold::Account);
        }
        self.units.intersection(units).next().cloned().map(Hold::Unit)
    }

    /// What protects a resource as it was read.
    #[must_use]
    pub fn resource(&self, seen: &Seen) -> Option<Hold> {
        self.tag_keys.intersection(&seen.tags).next().cloned().map(Hold::Tag)
    }
}

/// The accounts that a run begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canary {
    size: u32,
    first: BTreeSet<AccountId>,
}

impl Canary {
    /// The first `size` accounts that the plan changes, by id.
    #[must_use]
    pub fn of(rows: &[PlanRow], size: u32) -> Self {
        let changed = rows.iter().filter(|row| row.is_change());
        let all: BTreeSet<&AccountId> = changed.map(|row| &row.key.account_id).collect();
        let most = usize::try_from(size).unwrap_or(usize::MAX);
        Self { size, first: all.into_iter().take(most).cloned().collect() }
    }

    /// What stops the rows of `account`.
    #[must_use]
    pub fn hold(&self, account: &AccountId) -> Option<Hold> {
        (!self.first.contains(account)).then_some(Hold::Canary(self.size))
    }
}

/// The targets that failed so far; every worker asks before each row.
#[derive(Debug, Clone, Default)]
pub struct FailedTargets {
    targets: u64,
    most: Option<Limit>,
    failed: BTreeMap<(AccountId, Region), u64>,
}

impl FailedTargets {
    /// None of `targets` failed yet; at most `most` of them may.
    #[must_use]
    pub fn new(targets: u64, most: Option<Limit>) -> Self {
        Self { targets, most, failed: BTreeMap::new() }
    }

    /// Counts a row that failed; further ones of its target do not count.
    pub fn note(&mut self, account: &AccountId, region: &Region) {
        *self.failed.entry((account.clone(), region.clone())).or_default() += 1;
    }

    /// What stops every row that is left.
    #[must_use]
    pub fn hold(&self) -> Option<Hold> {
        let (allowed, failed) = (self.most?.of(self.targets), self.failed.len() as u64);
        (failed > allowed).then_some(Hold::Failures { failed, allowed })
    }
}
