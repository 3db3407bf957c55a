//! Points in time as the artifacts write them: UTC, milliseconds. Reading the clock is the
//! edges' business.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// A point in time, `2026-11-22T05:00:00.123Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// The point `milliseconds` after 1970, or 1970 itself where that is out of range.
    #[must_use]
    pub fn from_epoch_millis(milliseconds: i64) -> Self {
        let nanoseconds = i128::from(milliseconds) * 1_000_000;
        let time = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds);
        Self(time.unwrap_or(OffsetDateTime::UNIX_EPOCH))
    }

    /// What [`fmt::Display`] wrote, or any RFC 3339 time.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn epoch_millis(self) -> i64 {
        i64::try_from(self.0.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub fn epoch_seconds(self) -> i64 {
        self.0.unix_timestamp()
    }

    /// The day in UTC, `2026-11-22`.
    #[must_use]
    pub fn day(self) -> String {
        self.to_string().chars().take("2026-11-22".len()).collect()
    }

    /// Milliseconds from `earlier` to this point; 0 where `earlier` is later.
    #[must_use]
    pub fn millis_since(self, earlier: Self) -> u64 {
        u64::try_from((self.0 - earlier.0).whole_milliseconds()).unwrap_or(0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
        );
        let utc = self.0.to_offset(time::UtcOffset::UTC);
        f.write_str(&utc.format(form).map_err(|_| fmt::Error)?)
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not a time as in RFC 3339"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_reads_back() {
        let time = Timestamp::from_epoch_millis(1_763_787_600_123);
        assert_eq!(time.to_string(), "2025-11-22T05:00:00.123Z");
        assert_eq!(Timestamp::parse(&time.to_string()), Some(time));
        assert_eq!(Timestamp::parse("yesterday"), None);
        let elsewhere = Timestamp::parse("2026-11-22T23:30:00-02:00").unwrap();
        assert_eq!((time.day().as_str(), elsewhere.day().as_str()), ("2025-11-22", "2026-11-23"));
    }
}
