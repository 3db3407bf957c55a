//! What a request puts beside every record about the record's account. What it costs to know is
//! [`crate::plan::context`]'s.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands before the key of a tag.
const TAG: &str = "tag:";
/// The longest key of a tag, in characters (Organizations API reference, `Tag`).
const TAG_CHARS: usize = 128;

/// A column about a record's account. Files have them in the order of this type, whatever the order
/// of the request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AccountColumn {
    /// The names of the root and of the units down to the account's own.
    UnitPath,
    /// The address of the account's root user.
    Email,
    /// The value of the account's tag with this key; empty where it has none.
    Tag(String),
}

impl AccountColumn {
    /// What a column may be called, for messages.
    pub const ALLOWED: &'static str =
        "`unit_path`, `email`, or `tag:` and the key of a tag of at most 128 characters";
    /// The names that have no part of their own.
    pub const NAMES: [&'static str; 3] = ["unit_path", "email", TAG];

    /// The column that `name` names, if any.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "unit_path" => Some(Self::UnitPath),
            "email" => Some(Self::Email),
            _ => {
                let key = name.strip_prefix(TAG)?;
                let fits = !key.is_empty() && key.chars().count() <= TAG_CHARS;
                fits.then(|| Self::Tag(key.to_owned()))
            }
        }
    }

    /// What stands in the column.
    #[must_use]
    pub fn meaning(&self) -> String {
        match self {
            Self::UnitPath => "the account's place in the organization".to_owned(),
            Self::Email => "the address of the account's root user".to_owned(),
            Self::Tag(key) => format!("the account's tag {key}"),
        }
    }
}

impl fmt::Display for AccountColumn {
    /// The column's name in the files.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnitPath => f.write_str("unit_path"),
            Self::Email => f.write_str("email"),
            Self::Tag(key) => write!(f, "{TAG}{key}"),
        }
    }
}

impl From<AccountColumn> for String {
    fn from(column: AccountColumn) -> Self {
        column.to_string()
    }
}

impl TryFrom<String> for AccountColumn {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::parse(&name).ok_or_else(|| format!("`{name}` is not {}", Self::ALLOWED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_read_by_the_name_that_files_have() {
        for name in ["unit_path", "email", "tag:team", "tag:a:b=c", "tag: "] {
            assert_eq!(AccountColumn::parse(name).unwrap().to_string(), name);
        }
        let long = format!("tag:{}", "x".repeat(129));
        for wrong in ["", "Email", "tag", "tag:", "unit", &long] {
            assert_eq!(AccountColumn::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn columns_are_ordered_and_may_be_the_keys_of_an_object() {
        let names = ["tag:b", "email", "tag:a", "unit_path"];
        let columns: std::collections::BTreeMap<AccountColumn, u8> =
            names.iter().filter_map(|name| Some((AccountColumn::parse(name)?, 1))).collect();
        let text = serde_json::to_string(&columns).unwrap();
        assert_eq!(text, r#"{"unit_path":1,"email":1,"tag:a":1,"tag:b":1}"#);
        let read: std::collections::BTreeMap<AccountColumn, u8> =
            serde_json::from_str(&text).unwrap();
        assert_eq!(read, columns);
    }
}
