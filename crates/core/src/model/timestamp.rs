//! Points in time as the artifacts write them: UTC, milliseconds. Reading the clock is the
//! edges' business.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// A point in time, `2026-11-22T05:00:00.123Z`: in UTC, in a year of four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// The point `milliseconds` after 1970, or 1970 itself where that is out of range.
    #[must_use]
    pub fn from_epoch_millis(milliseconds: i64) -> Self {
        let nanoseconds = i128::from(milliseconds) * 1_000_000;
        let time = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok();
        time.and_then(Self::in_utc).unwrap_or(Self(OffsetDateTime::UNIX_EPOCH))
    }

    /// What [`fmt::Display`] wrote, or any RFC 3339 time whose year in UTC has four digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().and_then(Self::in_utc)
    }

    fn in_utc(time: OffsetDateTime) -> Option<Self> {
        let utc = time.checked_to_offset(UtcOffset::UTC)?;
        (0..=9_999).contains(&utc.year()).then_some(Self(utc))
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
        let Self(time) = self;
        let mut text = *b"0000-00-00T00:00:00.000Z";
        digits(&mut text[..4], time.year().unsigned_abs());
        digits(&mut text[5..7], u8::from(time.month()).into());
        digits(&mut text[8..10], time.day().into());
        digits(&mut text[11..13], time.hour().into());
        digits(&mut text[14..16], time.minute().into());
        digits(&mut text[17..19], time.second().into());
        digits(&mut text[20..23], time.millisecond().into());
        f.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// Writes the last digits of `number` into all of `places`. Every row of every table has times: the
/// general formatter took a fiftieth of a run's CPU.
fn digits(places: &mut [u8], mut number: u32) {
    for place in places.iter_mut().rev() {
        *place = b"0123456789"[number as usize % 10];
        number /= 10;
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_timestamp_is_written_as_rfc_3339_says_to_the_millisecond(
            millis in -62_167_219_200_000_i64..253_402_300_800_000,
        ) {
            let time = Timestamp::from_epoch_millis(millis);
            let text = time.to_string();
            prop_assert_eq!((time.epoch_millis(), text.len()), (millis, 24));
            let read = OffsetDateTime::parse(&text, &Rfc3339).unwrap();
            prop_assert_eq!(read.unix_timestamp_nanos(), i128::from(millis) * 1_000_000);
        }

        #[test]
        fn whatever_is_read_can_be_written_and_read_again(
            (year, month, hour) in (0..10_000_u16, 1..13_u8, 0..24_u8), (ahead, offset) in (any::<bool>(), 0..24_u8),
        ) {
            let sign = if ahead { '+' } else { '-' };
            let text = format!("{year:04}-{month:02}-01T{hour:02}:00:00{sign}{offset:02}:00");
            let read = Timestamp::parse(&text);
            prop_assert!(read.is_some() || year == 0 || year == 9_999, "{}", text);
            if let Some(time) = read {
                prop_assert_eq!(Timestamp::parse(&time.to_string()), read);
            }
        }
    }

    #[test]
    fn a_time_whose_year_in_utc_has_not_four_digits_is_refused() {
        assert_eq!(Timestamp::parse("9999-12-31T23:30:00-02:00"), None);
        assert_eq!(Timestamp::parse("0000-01-01T00:30:00+02:00"), None);
        assert_eq!(Timestamp::from_epoch_millis(i64::MAX).to_string(), "1970-01-01T00:00:00.000Z");
    }

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
