//! What a run over the demo organization must find, computed from what was made and from nothing
//! that the product says.

use crate::organization::{DemoOrganization, Kind, REGIONS, RESTRICTED_REGION};

/// A row of a CSV file.
pub type Row = Vec<String>;

/// The rows that `internet-routes.csv` must have, sorted as it is.
#[must_use]
pub fn internet_routes(organization: &DemoOrganization) -> Vec<Row> {
    let mut rows = Vec::new();
    for account in &organization.accounts {
        for (region, routes) in &account.routes {
            if expected(account.kind, region).0 == "SUCCEEDED" {
                let target = [account.id.clone(), as_cell(&account.name), (*region).to_owned()];
                rows.extend(routes.iter().map(|route| [&target[..], &route.0].concat()));
            }
        }
    }
    // Account, Region, then the key: route table and destination.
    rows.sort_by_key(|row| [0, 2, 4, 7].map(|column| row[column].clone()));
    rows
}

/// The rules that `open-security-groups` must find, sorted: account, Region, and what
/// [`crate::leftovers::OPEN_COLUMNS`] names.
#[must_use]
pub fn open_rules(organization: &DemoOrganization) -> Vec<Row> {
    let mut rows = Vec::new();
    for account in &organization.accounts {
        for (region, rules) in &account.open_rules {
            if expected(account.kind, region).0 == "SUCCEEDED" {
                let target = [account.id.clone(), (*region).to_owned()];
                rows.extend(rules.iter().map(|rule| [&target[..], rule].concat()));
            }
        }
    }
    rows.sort();
    rows
}

/// The coverage: account, Region, status and error of every target, sorted as `coverage.csv` is.
#[must_use]
pub fn coverage(organization: &DemoOrganization) -> Vec<[String; 4]> {
    let mut rows = Vec::new();
    for account in organization.accounts.iter().filter(|account| account.kind != Kind::Closed) {
        for region in REGIONS {
            let (status, error) = expected(account.kind, region);
            rows.push([&account.id, region, status, error].map(str::to_owned));
        }
    }
    rows.sort();
    rows
}

fn expected(kind: Kind, region: &str) -> (&'static str, &'static str) {
    match kind {
        Kind::Restricted if region == RESTRICTED_REGION => ("FAILED", "AccessDenied"),
        Kind::Open | Kind::Restricted => ("SUCCEEDED", ""),
        Kind::NoRole => ("FAILED", "AssumeRoleDenied"),
        Kind::Closed => ("", ""),
    }
}

/// A name as it must stand in a CSV: no cell begins like a formula.
fn as_cell(name: &str) -> String {
    let formula = name.starts_with(['=', '+', '-', '@']);
    if formula { format!("'{name}") } else { name.to_owned() }
}
