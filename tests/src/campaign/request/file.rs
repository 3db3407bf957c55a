//! The operations that are written in Rust, as files: a request may bring them, and must get the same
//! rows.

use org_operator_definition::json_of_toml;
use serde_json::{Value, json};

const INTERNET_ROUTES: &str =
    include_str!("../../../../crates/definition/tests/files/internet-routes.toml");
const PUBLIC_IPS: &str = include_str!("../../../../crates/definition/tests/files/public-ips.toml");

/// The name of the file's operation: the catalogue's own is taken.
pub(super) fn name(question: &str) -> &'static str {
    if question == "public-ips" { "public-ips-file" } else { "internet-routes-file" }
}

/// The file's content, as a request's `Definition` has it. It pages through listings, and that of
/// the public addresses joins two.
#[must_use]
pub fn definition(question: &str) -> Value {
    let text = if question == "public-ips" { PUBLIC_IPS } else { INTERNET_ROUTES };
    let mut definition = json_of_toml(text).unwrap_or_else(|faults| unreachable!("{faults}"));
    definition["name"] = json!(name(question));
    definition
}
