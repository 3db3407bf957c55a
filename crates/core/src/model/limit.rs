//! A limit that people set: a number, or a share of all.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number, or a share of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Limit {
    /// At most so many.
    Number(u64),
    /// At most this share of all, in percent, rounded down.
    Percent(u8),
}

impl Limit {
    /// What a limit looks like, for messages.
    pub const ALLOWED: &'static str = "a whole number such as 20, or a share from 0% to 100%";

    /// The limit, or `None` where `text` is not [`Self::ALLOWED`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_suffix('%') {
            None => text.parse().ok().map(Self::Number),
            Some(share) => share.parse().ok().filter(|share| *share <= 100).map(Self::Percent),
        }
    }

    /// How many of `all` are within the limit.
    #[must_use]
    pub fn of(self, all: u64) -> u64 {
        match self {
            Self::Number(number) => number,
            Self::Percent(percent) => {
                let share = u128::from(all) * u128::from(percent) / 100;
                u64::try_from(share).unwrap_or(all)
            }
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> Self {
        limit.to_string()
    }
}

impl TryFrom<String> for Limit {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not {}", Self::ALLOWED))
    }
}
