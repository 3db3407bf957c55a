//! One exception: what is expected, where, why, and until when.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::day::Day;
use super::pattern::Pattern;
use crate::error::ErrorKind;
use crate::model::id::AccountId;
use crate::model::region::Region;

/// One of several, or any of them, which is written as `*`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Which<T> {
    /// This one only.
    One(T),
    /// Any of them.
    Any(Star),
}

/// The word for any of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Star {
    /// `*`, in the place of a name.
    #[serde(rename = "*")]
    Star,
}

impl<T: PartialEq> Which<T> {
    /// Whether it stands for `one`.
    pub fn is_for(&self, one: &T) -> bool {
        match self {
            Self::One(named) => named == one,
            Self::Any(_) => true,
        }
    }
}

impl<T: fmt::Display> fmt::Display for Which<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(named) => named.fmt(f),
            Self::Any(_) => f.write_str("*"),
        }
    }
}

/// What an exception is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exempted {
    /// A target that FAILED with this error kind.
    Error(ErrorKind),
    /// A record whose key is of this pattern.
    Record(Pattern),
}

/// Something that people know of and expect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Exception {
    /// The account that it is for.
    pub account: Which<AccountId>,
    /// The Region that it is for.
    pub region: Which<Region>,
    /// The operation that it is for; any where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// What is expected there.
    #[serde(flatten)]
    pub exempted: Exempted,
    /// Why, in people's words.
    pub reason: String,
    /// The last day on which it holds, in UTC.
    pub expires: Day,
}

impl Exception {
    /// Whether it is for targets of `operation` in `region`, if it is for their account.
    #[must_use]
    pub fn is_for(&self, operation: &str, region: &Region) -> bool {
        self.operation.as_ref().is_none_or(|named| named == operation) && self.region.is_for(region)
    }
}

impl fmt::Display for Exception {
    /// What it is for, its last day and its reason, as one line of text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, region, exempted, reason, expires, .. } = self;
        write!(f, "{account} {region} ")?;
        match exempted {
            Exempted::Error(kind) => write!(f, "{kind}")?,
            Exempted::Record(pattern) => write!(f, "record {pattern}")?,
        }
        write!(f, ", until {expires}: {reason}")
    }
}
