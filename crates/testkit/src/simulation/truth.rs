//! The true answer of a run over the simulated organization, from the seed alone: nothing here
//! asks the product.

use super::addresses::addresses;
use super::network::{Table, tables};
use super::world::{ALWAYS_ON, Access, Account, Entry, World};

/// A row of a CSV file.
pub type Row = Vec<String>;

/// What must become of a target, as status and error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    /// `SUCCEEDED`, `SKIPPED` or `FAILED`.
    pub status: &'static str,
    /// The error kind, or nothing.
    pub error: &'static str,
}

const SUCCEEDED: Fate = Fate { status: "SUCCEEDED", error: "" };

/// What must become of `region` in `account`, where the run asks it in all of the organization's
/// Regions.
#[must_use]
pub fn fate(world: &World, account: &Account, region: &str) -> Fate {
    fate_among(world, account, region, &world.shape.regions)
}

/// What must become of `region` in `account`, where the run asks it in `regions`.
#[must_use]
pub fn fate_among(world: &World, account: &Account, region: &str, regions: &[String]) -> Fate {
    match account.entry {
        // The policy that denies `AssumeRole` is the operation account's own.
        Entry::NoRole | Entry::Policy => {
            return Fate { status: "FAILED", error: "AssumeRoleDenied" };
        }
        Entry::Open => {}
    }
    match world.access(&account.id, region) {
        Access::On => SUCCEEDED,
        Access::Off => Fate { status: "SKIPPED", error: "RegionDisabled" },
        Access::Policy => Fate { status: "SKIPPED", error: "DeniedByPolicy" },
        // EC2's short text means a policy only where the same role succeeds in another Region.
        Access::ShortPolicy if answers_somewhere(world, account, regions) => {
            Fate { status: "SKIPPED", error: "DeniedByPolicy" }
        }
        Access::ShortPolicy | Access::NoPermission => {
            Fate { status: "FAILED", error: "AccessDenied" }
        }
    }
}

/// Whether any of `regions` answers in `account`.
#[must_use]
pub fn answers_somewhere(world: &World, account: &Account, regions: &[String]) -> bool {
    regions.iter().any(|region| world.access(&account.id, region) == Access::On)
}

/// Whether `region` is on in an account.
#[must_use]
pub fn is_enabled(world: &World, account: &str, region: &str) -> bool {
    ALWAYS_ON.contains(&region) || world.access(account, region) != Access::Off
}

/// The rows of an operation for one target, sorted as they are in its file, whatever its fate.
#[must_use]
pub fn rows_of(world: &World, operation: &str, account: &Account, region: &str) -> Vec<Row> {
    match operation {
        "public-ips" => public_ips(world, account, region),
        _ => routes(world, account, region),
    }
}

fn public_ips(world: &World, account: &Account, region: &str) -> Vec<Row> {
    let mut rows = addresses(world, &account.id, region).rows;
    rows.sort();
    let target = [account.id.as_str(), &account.name, region].map(str::to_owned);
    rows.into_iter().map(|row| [target.to_vec(), row].concat()).collect()
}

/// The rows of `internet-routes.csv` for one target, sorted as they are there, whatever its fate.
#[must_use]
pub fn routes(world: &World, account: &Account, region: &str) -> Vec<Row> {
    let own = |table: &Table| table.owner == account.id;
    let mut rows: Vec<Row> = tables(world, &account.id, region)
        .iter()
        .filter(|table| own(table))
        .flat_map(|table| rows(account, region, table))
        .collect();
    rows.sort_by_key(|row| [4, 7].map(|column| row[column].clone()));
    rows
}

fn rows(account: &Account, region: &str, table: &Table) -> Vec<Row> {
    let mut subnets = table.subnets.clone();
    subnets.sort();
    let routes = table.routes.iter().filter(|r| r.gateway().is_some_and(|g| g.starts_with("igw-")));
    let row = |route: &super::network::Route| {
        let cells = [
            account.id.as_str(),
            &account.name,
            region,
            &table.vpc,
            &table.id,
            if table.main { "true" } else { "false" },
            &subnets.join(";"),
            route.destination.text(),
            &route.target.1,
            route.state,
            route.origin,
        ];
        cells.map(str::to_owned).to_vec()
    };
    routes.map(row).collect()
}

/// A cell as it must stand in a CSV file: none begins like a formula.
#[must_use]
pub fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

/// How many rows a run over the whole organization must find.
#[must_use]
pub fn count(world: &World) -> usize {
    let active = world.accounts.iter().filter(|account| account.is_active());
    let of_account = |account: &Account| -> usize {
        let regions = world.shape.regions.iter();
        let there = regions.filter(|region| fate(world, account, region) == SUCCEEDED);
        there.map(|region| routes(world, account, region).len()).sum()
    };
    active.map(of_account).sum()
}
