//! Names of accounts and runs, each valid by construction.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A 12-digit AWS account id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl AccountId {
    /// What an account id looks like, for messages.
    pub const ALLOWED: &'static str = "an account id of 12 digits, as a string";

    /// The id, or `None` where `text` is not 12 digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| Self(text.to_owned()))
    }

    /// The account id, 12 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a run: the name of the state machine's execution.
///
/// Step Functions allows 1 to 80 characters without white space, wildcards, brackets and
/// `" # % \ ^ | ~ $ & , ; : /` (quotas page, "Names"); so a run id is safe as a part of an S3
/// key and of a ledger key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

impl RunId {
    /// What a run id looks like, for messages.
    pub const ALLOWED: &'static str = "a run id: 1 to 80 letters, digits or . _ - + = @ ( ) ' !, as Step Functions names an execution";

    /// The id, or `None` where it is not [`Self::ALLOWED`]: a little stricter than Step Functions,
    /// which takes letters of any script.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let right = |c: char| c.is_ascii_alphanumeric() || "._-+=@()'!".contains(c);
        // `.` and `..` would leave the run's own folder in an S3 key or a directory.
        let named = !text.chars().all(|c| c == '.');
        let valid = named && text.len() <= 80 && text.chars().all(right);
        valid.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An organizational unit (`ou-…`) or a root (`r-…`), which stands for the whole organization.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnitId(String);

impl UnitId {
    /// What a unit's id looks like, for messages.
    pub const ALLOWED: &'static str =
        "an organizational unit's id such as `ou-ab12-cdefgh34`, or a root's such as `r-ab12`";

    /// The id, or `None` where `text` has not the form of one (Organizations API reference).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('-').collect();
        let word = |word: &&str| {
            let right = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
            (4..=32).contains(&word.len()) && word.bytes().all(right)
        };
        let valid = match parts.as_slice() {
            ["ou", root, unit] => word(root) && word(unit),
            ["r", root] => word(root),
            _ => false,
        };
        valid.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! text_id {
    ($id:ident) => {
        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$id> for String {
            fn from(id: $id) -> String {
                id.0.into()
            }
        }

        impl TryFrom<String> for $id {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                Self::parse(&text).ok_or_else(|| format!("`{text}` is not {}", Self::ALLOWED))
            }
        }
    };
}

pub(crate) use text_id;

text_id!(AccountId);
text_id!(RunId);
text_id!(UnitId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_is_twelve_ascii_digits() {
        assert!(AccountId::parse("012345678901").is_some());
        for wrong in
            ["", "12345678901", "1234567890123", "12345678901a", "１２３４５６７８９０１２"]
        {
            assert!(AccountId::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_unit_is_an_organizational_unit_or_a_root() {
        for right in ["ou-ab12-cdefgh34", "r-ab12"] {
            assert!(UnitId::parse(right).is_some(), "{right}");
        }
        for wrong in ["", "ou-ab12", "r-a", "OU-ab12-cdefgh34", "ou-ab12-cdef gh34", "prod"] {
            assert!(UnitId::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_run_id_cannot_leave_its_folder_or_split_a_key() {
        assert!(RunId::parse("8f0e5d7e-7f0c-4f0c-9a51-0e9d6a1b2c3d").is_some());
        for wrong in ["", ".", "..", "a/b", "a#b", "a b", "a:b", &"x".repeat(81)] {
            assert!(RunId::parse(wrong).is_none(), "{wrong}");
        }
    }
}
