//! Parsers of JSON from outside: they note every violation on the way and name its field.
//!
//! Derived deserializers stop at the first error and name a line and a column. What a field means
//! is up to the types that are parsed, not decided here.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::input::path::FieldPath;
use crate::input::violation::{Expected, Violations};
use crate::model::account_column::AccountColumn;
use crate::model::id::{AccountId, RunId, UnitId};
use crate::model::region::Region;
use crate::model::timestamp::Timestamp;

/// Parses the value at a path, or notes what is wrong with it and returns `None`.
pub type Read<T> = fn(&FieldPath, &Value, &mut Violations) -> Option<T>;

/// An object of the input whose field names have been checked.
#[derive(Debug)]
pub struct Fields<'v> {
    path: FieldPath,
    map: &'v Map<String, Value>,
}

impl<'v> Fields<'v> {
    /// Opens `value` as an object; a field that is not in `known` is a violation, never ignored.
    pub fn open(
        path: &FieldPath,
        value: &'v Value,
        known: &[&str],
        violations: &mut Violations,
    ) -> Option<Self> {
        let names = known.join(", ");
        let Some(map) = value.as_object() else {
            violations.note(path, value, format!("an object with the fields {names}"));
            return None;
        };
        for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
            let text = format!("only the fields {names}");
            let allowed = Expected::name(text, name, known.iter().copied());
            violations.note_text(path.field(name), "an unknown field", allowed);
        }
        Some(Self { path: path.clone(), map })
    }

    /// The field's value, or `None` where it is absent or null.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'v Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// The path of the field `name`, whether it is there or not.
    #[must_use]
    pub fn path(&self, name: &str) -> FieldPath {
        self.path.field(name)
    }

    /// Parses a field that may be absent.
    pub fn optional<T>(&self, name: &str, violations: &mut Violations, read: Read<T>) -> Option<T> {
        self.get(name).and_then(|value| read(&self.path(name), value, violations))
    }

    /// Parses a field that must be there; its absence is a violation.
    pub fn required<T>(&self, name: &str, violations: &mut Violations, read: Read<T>) -> Option<T> {
        if self.get(name).is_none() {
            violations.note_text(self.path(name), "nothing", "a value: the field is required");
        }
        self.optional(name, violations, read)
    }

    /// Parses a list, each element by `read`; an absent field is an empty list.
    pub fn list<T>(&self, name: &str, violations: &mut Violations, read: Read<T>) -> Vec<T> {
        let path = self.path(name);
        self.get(name).map(|value| list(&path, value, violations, read)).unwrap_or_default()
    }

    /// Parses a list of distinct elements in any order, each by `read`; an absent field is empty.
    pub fn set<T: Ord>(
        &self,
        name: &str,
        violations: &mut Violations,
        read: Read<T>,
    ) -> BTreeSet<T> {
        self.list(name, violations, read).into_iter().collect()
    }
}

/// Parses a list, each element by `read`; gives the elements that are valid even if others are not.
pub fn list<T>(
    path: &FieldPath,
    value: &Value,
    violations: &mut Violations,
    read: Read<T>,
) -> Vec<T> {
    let Some(values) = value.as_array() else {
        violations.note(path, value, "a list");
        return Vec::new();
    };
    let read_one = |(i, value)| read(&path.index(i), value, violations);
    values.iter().enumerate().filter_map(read_one).collect()
}

/// Parses a string, which may be empty.
pub fn text(path: &FieldPath, value: &Value, violations: &mut Violations) -> Option<String> {
    let text = value.as_str().map(str::to_owned);
    noted(text, path, value, violations, "a string")
}

/// Parses `true` or `false`.
pub fn boolean(path: &FieldPath, value: &Value, violations: &mut Violations) -> Option<bool> {
    noted(value.as_bool(), path, value, violations, "true or false")
}

/// Parses an object without looking into it.
pub fn object(
    path: &FieldPath,
    value: &Value,
    violations: &mut Violations,
) -> Option<Map<String, Value>> {
    noted(value.as_object().cloned(), path, value, violations, "an object")
}

/// Parses a whole number within `range`.
pub fn whole(
    path: &FieldPath,
    value: &Value,
    violations: &mut Violations,
    range: RangeInclusive<u32>,
) -> Option<u32> {
    let number = value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| range.contains(n));
    let allowed = format!("a whole number from {} to {}", range.start(), range.end());
    noted(number, path, value, violations, &allowed)
}

/// Parses a time in seconds since 1970-01-01, later than that.
pub fn epoch_seconds(path: &FieldPath, value: &Value, violations: &mut Violations) -> Option<i64> {
    let seconds = value.as_i64().filter(|seconds| *seconds > 0);
    noted(seconds, path, value, violations, "seconds since 1970-01-01 as a whole number")
}

/// Parses a point in time.
pub fn time(path: &FieldPath, value: &Value, violations: &mut Violations) -> Option<Timestamp> {
    let time = value.as_str().and_then(Timestamp::parse);
    noted(time, path, value, violations, "a time as in RFC 3339, such as 2026-11-22T05:00:00.123Z")
}

/// Parses the id of an account.
pub fn account_id(
    path: &FieldPath,
    value: &Value,
    violations: &mut Violations,
) -> Option<AccountId> {
    let id = value.as_str().and_then(AccountId::parse);
    noted(id, path, value, violations, AccountId::ALLOWED)
}

/// Parses the id of a run.
pub fn run_id(path: &FieldPath, value: &Value, violations: &mut Violations) -> Option<RunId> {
    noted(value.as_str().and_then(RunId::parse), path, value, violations, RunId::ALLOWED)
}

/// Parses the id of an organizational unit or of a root.
pub fn unit_id(path: &FieldPath, value: &Value, violations: &mut Violations) -> Option<UnitId> {
    noted(value.as_str().and_then(UnitId::parse), path, value, violations, UnitId::ALLOWED)
}

/// Parses the name of a column about a record's account.
pub fn account_column(
    path: &FieldPath,
    value: &Value,
    violations: &mut Violations,
) -> Option<AccountColumn> {
    let name = value.as_str().unwrap_or_default();
    let column = AccountColumn::parse(name);
    if column.is_none() {
        let expected = Expected::name(AccountColumn::ALLOWED, name, AccountColumn::NAMES);
        violations.note(path, value, expected);
    }
    column
}

/// Parses a Region's name by its form only; [`crate::model::region::known`] tells whether it exists.
pub fn region(path: &FieldPath, value: &Value, violations: &mut Violations) -> Option<Region> {
    noted(value.as_str().and_then(Region::parse), path, value, violations, Region::ALLOWED)
}

fn noted<T>(
    read: Option<T>,
    path: &FieldPath,
    value: &Value,
    violations: &mut Violations,
    allowed: &str,
) -> Option<T> {
    if read.is_none() {
        violations.note(path, value, allowed);
    }
    read
}
