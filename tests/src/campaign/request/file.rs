//! The operations that a request may bring as files: those that are written in Rust, which must give the
//! same rows, and one with a follow-up call per row.

use org_operator_definition::json_of_toml;
use serde_json::{Value, json};

const INTERNET_ROUTES: &str =
    include_str!("../../../../crates/definition/tests/files/internet-routes.toml");
const PUBLIC_IPS: &str = include_str!("../../../../crates/definition/tests/files/public-ips.toml");

const ROUTE_TABLE_VPCS: &str = include_str!("route-table-vpcs.toml");

/// The operation that asks each row's VPC; no operation of the catalogue does.
pub const FOLLOWED_UP: &str = "route-table-vpcs";

/// The name of the file's operation: the catalogue's own is taken.
pub(super) fn name(question: &str) -> &'static str {
    match question {
        FOLLOWED_UP => FOLLOWED_UP,
        "public-ips" => "public-ips-file",
        _ => "internet-routes-file",
    }
}

/// The file's content, as a request's `Definition` has it. All page through listings; that of the
/// public addresses joins two.
#[must_use]
pub fn definition(question: &str) -> Value {
    let text = match question {
        FOLLOWED_UP => ROUTE_TABLE_VPCS,
        "public-ips" => PUBLIC_IPS,
        _ => INTERNET_ROUTES,
    };
    let mut definition = json_of_toml(text).unwrap_or_else(|faults| unreachable!("{faults}"));
    definition["name"] = json!(name(question));
    definition
}

/// The names of the columns of the file's operation, in their order.
#[must_use]
pub fn columns(question: &str) -> Vec<String> {
    let definition = definition(question);
    let columns = definition["columns"].as_array().into_iter().flatten();
    columns.filter_map(|column| Some(column["name"].as_str()?.to_owned())).collect()
}
