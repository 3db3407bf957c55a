//! The organization that a seed generates: units, accounts, and what each target permits. Route tables
//! and addresses are generated when a call asks for them, so that size costs no memory.

mod account;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

pub use account::{MemberAccount, RegionAccess, RoleTrust};
pub use shape::Shape;

use crate::rng::keyed;

/// The role that workers assume in member accounts.
pub const MEMBER_ROLE: &str = "operation-readonly";
/// The role that changes are made with in member accounts; it has the same trust.
pub const ADMIN_ROLE: &str = "operation-admin";
/// The external id that the member roles require.
pub const EXTERNAL_ID: &str = "simulated-external-id";
/// The organization's id.
pub const ORGANIZATION_ID: &str = "o-simulation";
/// The management account's name.
pub const MANAGEMENT_NAME: &str = "Management";
/// The id of the organization's root.
pub const ROOT_ID: &str = "r-simu";

/// An organization that a seed and a shape generate.
#[derive(Debug)]
pub struct World {
    /// The seed that it was generated from.
    pub seed: u64,
    /// The parameters that it was generated with.
    pub shape: Shape,
    /// The member accounts, ordered by id.
    pub accounts: Vec<MemberAccount>,
    /// The parent of each unit, by the unit's index; `None` is the root.
    pub parents: Vec<Option<usize>>,
    /// Opt-in Regions that are off in every member account, beside those that the seed disables.
    pub off: BTreeSet<String>,
}

const NAMES: [&str; 10] = [
    "Payments, Production",
    "Data \"Lake\"",
    "=HYPERLINK(\"http://example.com\",\"open me\")",
    "Zürich Plattform",
    "東京 分析",
    "@shared; +tools",
    "-legacy\tteam",
    "Network Hub",
    "O'Brien & Sons <test>",
    "Audit",
];

const INACTIVE_STATES: [&str; 4] = ["SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"];

impl World {
    /// The organization of `seed`.
    #[must_use]
    pub fn new(seed: u64, shape: Shape) -> Self {
        let parent = |unit| keyed((seed, "unit", unit)).usize(0..=unit).checked_sub(1);
        let parents = (0..shape.units).map(parent).collect();
        let all = shape.accounts + shape.inactive;
        let mut accounts: Vec<MemberAccount> = (0..all).map(|n| account(seed, &shape, n)).collect();
        deactivate(&mut accounts, seed, shape.inactive);
        Self { seed, shape, accounts, parents, off: BTreeSet::new() }
    }

    /// The same organization, with every opt-in Region off in every member account.
    #[must_use]
    pub fn with_opt_in_regions_off(self) -> Self {
        let opt_in = |region: &&String| !DEFAULT_REGIONS.contains(&region.as_str());
        let off = self.shape.regions.iter().filter(opt_in).cloned().collect();
        Self { off, ..self }
    }

    /// The id of the management account, which is the operation account as well.
    #[must_use]
    pub fn management(&self) -> String {
        id(self.seed, 0)
    }

    /// The member account of an id, or `None` for any other id.
    #[must_use]
    pub fn account(&self, id: &str) -> Option<&MemberAccount> {
        let index = self.accounts.binary_search_by(|account| account.id.as_str().cmp(id));
        index.ok().map(|index| &self.accounts[index])
    }

    /// The id of the unit with an index.
    #[must_use]
    pub fn unit_id(unit: usize) -> String {
        format!("ou-simu-{unit:08}")
    }

    /// The index of the unit with an id, or `None` where the id is no unit's; the root is none.
    #[must_use]
    pub fn unit_index(&self, id: &str) -> Option<usize> {
        let index = id.strip_prefix("ou-simu-")?.parse().ok()?;
        (index < self.parents.len()).then_some(index)
    }

    /// The path of a unit as `Account.Paths` shows it, with a slash at its end.
    #[must_use]
    pub fn path(&self, unit: usize) -> String {
        let parent = match self.parents[unit] {
            Some(parent) => self.path(parent),
            None => format!("{ORGANIZATION_ID}/{ROOT_ID}/"),
        };
        format!("{parent}{}/", Self::unit_id(unit))
    }

    /// Whether `unit` is `ancestor` or anywhere below it; `None` is the root, which every unit is
    /// below.
    #[must_use]
    pub fn is_below(&self, unit: Option<usize>, ancestor: Option<usize>) -> bool {
        unit == ancestor || unit.is_some_and(|unit| self.is_below(self.parents[unit], ancestor))
    }

    /// What the member role may do in `region` of an account.
    #[must_use]
    pub fn region_access(&self, account: &str, region: &str) -> RegionAccess {
        if self.off.contains(region) {
            return RegionAccess::Disabled;
        }
        let mut rng = keyed((self.seed, "access", account, region));
        if rng.f64() >= self.shape.restricted {
            return RegionAccess::Allowed;
        }
        let opt_in = !DEFAULT_REGIONS.contains(&region);
        match rng.u8(0..5) {
            0 | 1 if opt_in => RegionAccess::Disabled,
            0 | 2 => RegionAccess::DeniedByPolicy,
            3 => RegionAccess::DeniedWithoutReason,
            _ => RegionAccess::MissingPermission,
        }
    }
}

/// The Regions that are enabled by default and cannot be disabled (AWS Account Management guide, read
/// 2026-11-22).
pub const DEFAULT_REGIONS: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

fn id(seed: u64, number: usize) -> String {
    format!("{:012}", 100_000_000_000 + (seed % 10_000) * 1_000_000 + number as u64)
}

fn account(seed: u64, shape: &Shape, number: usize) -> MemberAccount {
    let mut rng = keyed((seed, "account", number));
    let trust = match rng.f64() < shape.restricted {
        true if rng.bool() => RoleTrust::NoRole,
        true => RoleTrust::DeniedByPolicy,
        false => RoleTrust::Granted,
    };
    let teams = ["payments", "data", "network"];
    let tag = ("team".to_owned(), teams[rng.usize(0..teams.len())].to_owned());
    MemberAccount {
        id: id(seed, number + 1),
        name: format!("{} {number}", NAMES[rng.usize(0..NAMES.len())]),
        state: "ACTIVE",
        unit: rng.usize(0..shape.units),
        tags: BTreeMap::from([tag]),
        trust,
    }
}

/// Takes `count` accounts, spread between the others, out of the state `ACTIVE`.
fn deactivate(accounts: &mut [MemberAccount], seed: u64, count: usize) {
    let mut rng = keyed((seed, "inactive"));
    let mut remaining = count;
    while remaining > 0 {
        let account = &mut accounts[rng.usize(0..accounts.len())];
        if account.is_active() {
            account.state = INACTIVE_STATES[rng.usize(0..INACTIVE_STATES.len())];
            remaining -= 1;
        }
    }
}
