//! The organization that a seed generates: units, accounts, and what each target allows. Networks
//! are generated when they are asked for ([`super::network`]), so that size costs no memory.

use std::collections::BTreeMap;

use super::random;

/// The role that workers assume, and what its trust policy asks for.
pub const ROLE: &str = "operation-readonly";
/// The external id of the roles.
pub const EXTERNAL_ID: &str = "simulated-external-id";
/// The organization.
pub const ORGANIZATION: &str = "o-simulation";
/// The management account's name.
pub const MANAGEMENT: &str = "Management";
/// The organization's root.
pub const ROOT: &str = "r-simu";

/// How large and how troubled an organization is.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Active member accounts.
    pub accounts: usize,
    /// Member accounts that are not active, on top of these.
    pub inactive: usize,
    /// Organizational units.
    pub units: usize,
    /// The Regions of a run.
    pub regions: Vec<String>,
    /// The most route tables in a Region of an account.
    pub tables: usize,
    /// Whether accounts say in which units they are, as AWS's do and emulators' do not.
    pub paths: bool,
    /// The share of accounts and of targets that something is wrong with, from 0 to 1.
    pub trouble: f64,
}

impl Shape {
    /// An organization in which nothing is wrong.
    #[must_use]
    pub fn calm(accounts: usize, regions: &[&str]) -> Self {
        let regions = regions.iter().map(|&region| region.to_owned()).collect();
        Self {
            accounts,
            inactive: 0,
            units: 1 + accounts / 50,
            regions,
            tables: 3,
            paths: true,
            trouble: 0.0,
        }
    }
}

/// Whether the member role can be assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// It can.
    Open,
    /// There is no such role, or it trusts another: STS tells the two by nothing.
    NoRole,
    /// A service control policy denies it.
    Policy,
}

/// What a Region of an account says to the member role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It answers.
    On,
    /// The Region is off in the account.
    Off,
    /// A service control policy denies, and the message says so.
    Policy,
    /// A service control policy denies, and EC2 does not say why.
    ShortPolicy,
    /// The role lacks the permission, and the message says so.
    NoPermission,
}

/// A member account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its 12 digits.
    pub id: String,
    /// Its name, as people name accounts.
    pub name: String,
    /// Its state; `ACTIVE` for those that a run asks.
    pub state: &'static str,
    /// The number of its unit.
    pub unit: usize,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Whether its member role can be assumed.
    pub entry: Entry,
}

impl Account {
    /// Whether it is active.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == "ACTIVE"
    }
}

/// The organization.
#[derive(Debug)]
pub struct World {
    /// What it was generated from.
    pub seed: u64,
    /// Its size and troubles.
    pub shape: Shape,
    /// The member accounts, in the order of their ids.
    pub accounts: Vec<Account>,
    /// The parent of each unit, by number: another unit or the root.
    pub parents: Vec<Option<usize>>,
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

const STATES: [&str; 4] = ["SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"];

impl World {
    /// The organization of `seed`.
    #[must_use]
    pub fn new(seed: u64, shape: Shape) -> Self {
        let parent = |unit| random((seed, "unit", unit)).usize(0..=unit).checked_sub(1);
        let parents = (0..shape.units).map(parent).collect();
        let all = shape.accounts + shape.inactive;
        let mut accounts: Vec<Account> = (0..all).map(|n| account(seed, &shape, n)).collect();
        // The inactive ones are spread between the others.
        let mut rng = random((seed, "inactive"));
        let mut left = shape.inactive;
        while left > 0 {
            let account = &mut accounts[rng.usize(0..all)];
            if account.is_active() {
                account.state = STATES[rng.usize(0..STATES.len())];
                left -= 1;
            }
        }
        Self { seed, shape, accounts, parents }
    }

    /// The management account, which is the operation account too.
    #[must_use]
    pub fn management(&self) -> String {
        id(self.seed, 0)
    }

    /// The number of an account, from its id.
    #[must_use]
    pub fn number(&self, id: &str) -> Option<usize> {
        self.accounts.binary_search_by(|account| account.id.as_str().cmp(id)).ok()
    }

    /// The id of a unit.
    #[must_use]
    pub fn unit_id(unit: usize) -> String {
        format!("ou-simu-{unit:08}")
    }

    /// The number of a unit, from its id; the root is none.
    #[must_use]
    pub fn unit_number(&self, id: &str) -> Option<usize> {
        let number = id.strip_prefix("ou-simu-")?.parse().ok()?;
        (number < self.parents.len()).then_some(number)
    }

    /// The path of a unit as `Account.Paths` shows it, with a slash at its end.
    #[must_use]
    pub fn path(&self, unit: usize) -> String {
        let above = match self.parents[unit] {
            Some(parent) => self.path(parent),
            None => format!("{ORGANIZATION}/{ROOT}/"),
        };
        format!("{above}{}/", Self::unit_id(unit))
    }

    /// Whether `unit` is `above` or anywhere below it; every unit is below the root, which is none.
    #[must_use]
    pub fn is_below(&self, unit: Option<usize>, above: Option<usize>) -> bool {
        unit == above || unit.is_some_and(|unit| self.is_below(self.parents[unit], above))
    }

    /// What `region` of an account says.
    #[must_use]
    pub fn access(&self, account: &str, region: &str) -> Access {
        let mut rng = random((self.seed, "access", account, region));
        if rng.f64() >= self.shape.trouble {
            return Access::On;
        }
        let optional = !ALWAYS_ON.contains(&region);
        match rng.u8(0..5) {
            0 | 1 if optional => Access::Off,
            0 | 2 => Access::Policy,
            3 => Access::ShortPolicy,
            _ => Access::NoPermission,
        }
    }
}

/// The Regions that cannot be switched off (AWS Account Management guide, read 2026-11-22).
pub const ALWAYS_ON: [&str; 17] = [
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

fn account(seed: u64, shape: &Shape, number: usize) -> Account {
    let mut rng = random((seed, "account", number));
    let entry = match rng.f64() < shape.trouble {
        true if rng.bool() => Entry::NoRole,
        true => Entry::Policy,
        false => Entry::Open,
    };
    let teams = ["payments", "data", "network"];
    let tag = ("team".to_owned(), teams[rng.usize(0..teams.len())].to_owned());
    Account {
        id: id(seed, number + 1),
        name: format!("{} {number}", NAMES[rng.usize(0..NAMES.len())]),
        state: "ACTIVE",
        unit: rng.usize(0..shape.units),
        tags: BTreeMap::from([tag]),
        entry,
    }
}
