//! What a run over the generated organization must return, computed from the seed alone: nothing here
//! calls the product.

use crate::public_addresses::public_addresses;
use crate::route_tables::{Route, RouteTable, dns_hostnames, route_tables};
use crate::world::{DEFAULT_REGIONS, MemberAccount, RegionAccess, RoleTrust, World};

/// The cells of a row of a CSV file.
pub type Row = Vec<String>;

/// The outcome that a target must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedOutcome {
    /// `SUCCEEDED`, `SKIPPED` or `FAILED`.
    pub status: &'static str,
    /// The error kind, or nothing.
    pub error: &'static str,
}

const SUCCEEDED: ExpectedOutcome = ExpectedOutcome { status: "SUCCEEDED", error: "" };

/// The outcome of `region` in `account`, in a run over all of the organization's Regions.
#[must_use]
pub fn expected_outcome(world: &World, account: &MemberAccount, region: &str) -> ExpectedOutcome {
    expected_outcome_among(world, account, region, &world.shape.regions)
}

/// The outcome of `region` in `account`, in a run over `regions` of the account.
#[must_use]
pub fn expected_outcome_among(
    world: &World,
    account: &MemberAccount,
    region: &str,
    regions: &[String],
) -> ExpectedOutcome {
    // The policy that denies `AssumeRole` is the operation account's own.
    if account.trust != RoleTrust::Granted {
        return ExpectedOutcome { status: "FAILED", error: "AssumeRoleDenied" };
    }
    match world.region_access(&account.id, region) {
        RegionAccess::Allowed => SUCCEEDED,
        RegionAccess::Disabled => ExpectedOutcome { status: "SKIPPED", error: "RegionDisabled" },
        RegionAccess::DeniedByPolicy => {
            ExpectedOutcome { status: "SKIPPED", error: "DeniedByPolicy" }
        }
        // EC2's short text means a policy only where the same role succeeds in another Region.
        RegionAccess::DeniedWithoutReason if succeeds_in_any(world, account, regions) => {
            ExpectedOutcome { status: "SKIPPED", error: "DeniedByPolicy" }
        }
        RegionAccess::DeniedWithoutReason | RegionAccess::MissingPermission => {
            ExpectedOutcome { status: "FAILED", error: "AccessDenied" }
        }
    }
}

/// Whether calls are answered in any of `regions` of an account.
#[must_use]
pub fn succeeds_in_any(world: &World, account: &MemberAccount, regions: &[String]) -> bool {
    let allowed = |region: &String| world.region_access(&account.id, region);
    regions.iter().any(|region| allowed(region) == RegionAccess::Allowed)
}

/// Whether `region` is enabled in an account.
#[must_use]
pub fn is_enabled(world: &World, account: &str, region: &str) -> bool {
    DEFAULT_REGIONS.contains(&region)
        || world.region_access(account, region) != RegionAccess::Disabled
}

/// The rows of an operation for one target, sorted as in the operation's file, as if the target
/// succeeded.
#[must_use]
pub fn rows(world: &World, operation: &str, account: &MemberAccount, region: &str) -> Vec<Row> {
    match operation {
        "public-ips" => public_ip_rows(world, account, region),
        "route-table-vpcs" => route_table_vpc_rows(world, account, region),
        _ => internet_route_rows(world, account, region),
    }
}

fn public_ip_rows(world: &World, account: &MemberAccount, region: &str) -> Vec<Row> {
    of_target(account, region, public_addresses(world, &account.id, region).rows)
}

/// The rows of a target, sorted by their own cells, which come behind the target's.
fn of_target<const N: usize>(
    account: &MemberAccount,
    region: &str,
    mut rows: Vec<[String; N]>,
) -> Vec<Row> {
    rows.sort();
    let target = [account.id.as_str(), &account.name, region].map(str::to_owned);
    rows.into_iter().map(|row| [&target[..], &row].concat()).collect()
}

/// Of every route table, also of one that another account owns; the last cell is the answer of a call per row.
fn route_table_vpc_rows(world: &World, account: &MemberAccount, region: &str) -> Vec<Row> {
    let row = |table: &RouteTable| {
        let dns = dns_hostnames(world, &table.vpc).map_or_else(String::new, |on| on.to_string());
        [table.id.clone(), table.vpc.clone(), dns]
    };
    let rows = route_tables(world, &account.id, region).iter().map(row).collect();
    of_target(account, region, rows)
}

/// The rows of `internet-routes.csv` for one target, sorted as there, as if the target succeeded.
#[must_use]
pub fn internet_route_rows(world: &World, account: &MemberAccount, region: &str) -> Vec<Row> {
    let tables = route_tables(world, &account.id, region);
    let own = tables.iter().filter(|table| table.owner == account.id);
    let mut rows: Vec<Row> = own.flat_map(|table| rows_of_table(account, region, table)).collect();
    rows.sort_by_key(|row| [4, 7].map(|column| row[column].clone()));
    rows
}

fn rows_of_table(account: &MemberAccount, region: &str, table: &RouteTable) -> Vec<Row> {
    let mut subnets = table.subnets.clone();
    subnets.sort();
    let joined = subnets.join(";");
    let to_internet = |route: &&Route| route.gateway().is_some_and(|g| g.starts_with("igw-"));
    let row = |route: &Route| {
        let cells = [
            account.id.as_str(),
            &account.name,
            region,
            &table.vpc,
            &table.id,
            if table.main { "true" } else { "false" },
            &joined,
            route.destination.text(),
            &route.target.1,
            route.state,
            route.origin,
        ];
        cells.map(str::to_owned).to_vec()
    };
    table.routes.iter().filter(to_internet).map(row).collect()
}

/// A cell as it must be written to a CSV file: none begins like a formula.
#[must_use]
pub fn csv_cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

/// How many rows `internet-routes.csv` of a run over the whole organization must have.
#[must_use]
pub fn internet_route_count(world: &World) -> usize {
    let active = world.accounts.iter().filter(|account| account.is_active());
    let of_account = |account: &MemberAccount| -> usize {
        let succeeds = |region: &&String| expected_outcome(world, account, region) == SUCCEEDED;
        let regions = world.shape.regions.iter().filter(succeeds);
        regions.map(|region| internet_route_rows(world, account, region).len()).sum()
    };
    active.map(of_account).sum()
}
