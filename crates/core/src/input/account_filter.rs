//! Which accounts a request covers, as people write it. Whether they exist is checked against the
//! organization before a run starts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::input::parse::{self, Fields};
use crate::input::path::FieldPath;
use crate::input::violation::Violations;
use crate::model::id::{AccountId, UnitId};

const ACCOUNT_FIELDS: &[&str] = &[
    "Include",
    "Exclude",
    "OrganizationalUnits",
    "ExcludeOrganizationalUnits",
    "Tags",
    "IncludeManagementAccount",
];

/// Which of the active accounts a run covers.
///
/// The accounts that `include` or `units` name, or all where both are empty; of these, the ones with
/// every tag; minus the ones that `exclude` or `exclude_units` name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// Accounts to cover, by id.
    pub include: BTreeSet<AccountId>,
    /// Units whose accounts to cover, at any depth.
    pub units: BTreeSet<UnitId>,
    /// Tag keys, each with the values of which an account must have one.
    pub tags: BTreeMap<String, BTreeSet<String>>,
    /// Accounts to leave out, whatever else selects them.
    pub exclude: BTreeSet<AccountId>,
    /// Units whose accounts to leave out, at any depth, whatever else selects them.
    pub exclude_units: BTreeSet<UnitId>,
    /// Whether to cover the management account too.
    pub include_management: bool,
}

impl AccountFilter {
    /// Whether the request names accounts or units, which must be checked against the
    /// organization.
    #[must_use]
    pub fn names_any(&self) -> bool {
        !self.include.is_empty() || !self.exclude.is_empty() || self.named_units().next().is_some()
    }

    /// Every unit that the request names, to cover or to leave out.
    pub fn named_units(&self) -> impl Iterator<Item = &UnitId> {
        self.units.union(&self.exclude_units)
    }
}

/// Reads the filter, and notes what is wrong with it.
pub(super) fn read(
    path: &FieldPath,
    value: &Value,
    violations: &mut Violations,
) -> Option<AccountFilter> {
    let fields = Fields::open(path, value, ACCOUNT_FIELDS, violations)?;
    let management = fields.optional("IncludeManagementAccount", violations, parse::boolean);
    Some(AccountFilter {
        include: fields.set("Include", violations, parse::account_id),
        units: fields.set("OrganizationalUnits", violations, parse::unit_id),
        tags: fields.optional("Tags", violations, read_tags).unwrap_or_default(),
        exclude: fields.set("Exclude", violations, parse::account_id),
        exclude_units: fields.set("ExcludeOrganizationalUnits", violations, parse::unit_id),
        include_management: management.unwrap_or(false),
    })
}

/// Parses tags: `{"team": "payments"}`, or a list of values of which one must match.
fn read_tags(
    path: &FieldPath,
    value: &Value,
    violations: &mut Violations,
) -> Option<BTreeMap<String, BTreeSet<String>>> {
    let tags = parse::object(path, value, violations)?;
    let read = |(name, value): (&String, &Value)| {
        let values = read_tag_values(&path.field(name), value, violations);
        (name.clone(), values.into_iter().collect())
    };
    Some(tags.iter().map(read).collect())
}

fn read_tag_values(path: &FieldPath, value: &Value, violations: &mut Violations) -> Vec<String> {
    match value {
        Value::Array(values) if !values.is_empty() => {
            parse::list(path, value, violations, parse::text)
        }
        Value::String(text) => vec![text.clone()],
        _ => {
            violations.note(path, value, "a tag's value, or a list of at least one");
            Vec::new()
        }
    }
}
