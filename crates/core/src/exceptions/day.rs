//! A day of the calendar, in UTC.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::timestamp::Timestamp;

/// Characters of a day.
const LENGTH: usize = 10;

/// A day, `2026-11-22`. Days are ordered as they pass: the year has four digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(String);

impl Day {
    /// What a day looks like, for messages.
    pub const ALLOWED: &'static str = "a day such as 2027-01-31";

    /// The day that `text` names, or `None` where the calendar has none of this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_day =
            text.len() == LENGTH && Timestamp::parse(&format!("{text}T00:00:00Z")).is_some();
        is_day.then(|| Self(text.to_owned()))
    }

    /// The day in UTC of a point in time.
    #[must_use]
    pub fn of(time: Timestamp) -> Self {
        Self(time.day())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not {}", Self::ALLOWED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_the_calendar_and_days_are_ordered() {
        let day = |text| Day::parse(text).unwrap();
        assert!(day("2026-11-22") < day("2026-12-01") && day("2026-12-31") < day("2027-01-01"));
        for wrong in
            ["", "2026-02-30", "2026-1-1", "2026-11-22T00:00:00Z", "22.11.2026", "tomorrow"]
        {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
        let time = Timestamp::parse("2026-11-22T23:59:59.999Z").unwrap();
        assert_eq!(Day::of(time), day("2026-11-22"));
    }
}
