//! Timestamps: as services write them, and as this crate does: RFC 3339 in UTC, to the microsecond, as Python has them.
//!
//! Not which form a member has on the wire: the model says that.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Number, Value};

/// A form of timestamps on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Iso8601,
    HttpDate,
    EpochSeconds,
}

impl Form {
    /// The form that a model calls `name`, or else `default`.
    pub(crate) fn named(name: Option<&str>, default: Self) -> Self {
        match name.map(str::to_ascii_lowercase).as_deref() {
            Some("iso8601") => Self::Iso8601,
            Some("rfc822") => Self::HttpDate,
            Some("unixtimestamp") => Self::EpochSeconds,
            _ => default,
        }
    }

    fn format(self) -> Format {
        match self {
            Self::Iso8601 => Format::DateTime,
            Self::HttpDate => Format::HttpDate,
            Self::EpochSeconds => Format::EpochSeconds,
        }
    }
}

/// The moment that `text` says in any form that services use, whatever the model says of it.
pub(crate) fn parse(text: &str) -> Option<DateTime> {
    let read = |text: &str, format| DateTime::from_str(text, format).ok();
    read(text, Format::EpochSeconds)
        .or_else(|| read(text, Format::DateTimeWithOffset))
        .or_else(|| read(text, Format::HttpDate))
        .or_else(|| read(&text.replace("UTC", "GMT"), Format::HttpDate))
        .or_else(|| read(&with_offset(text)?, Format::DateTimeWithOffset))
        .or_else(|| {
            text.parse()
                .ok()
                .filter(|seconds: &f64| seconds.is_finite())
                .map(DateTime::from_secs_f64)
        })
}

/// ISO 8601 text completed to RFC 3339: a date alone, a blank for the `T`, no offset (it is UTC then), one without a colon.
fn with_offset(text: &str) -> Option<String> {
    let (date, rest) = text.split_at_checked(10)?;
    if rest.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let time = rest.strip_prefix(['T', ' '])?;
    match time.rfind(['+', '-', 'Z']) {
        None => Some(format!("{date}T{time}Z")),
        Some(at) => {
            let (clock, offset) = time.split_at(at);
            let (hours, minutes) = offset.split_at_checked(3).unwrap_or((offset, ""));
            let colon = if minutes.len() == 2 { ":" } else { "" };
            Some(format!("{date}T{}{hours}{colon}{minutes}", clock.trim_end()))
        }
    }
}

/// The moment that a JSON value says: text as [`parse`] takes it, or seconds since 1970.
pub(crate) fn of_json(value: &Value) -> Option<DateTime> {
    match value {
        Value::Number(number) => parse(&number.to_string()),
        Value::String(text) => parse(text),
        _ => None,
    }
}

/// A moment as answers have it: `2026-11-24T08:15:30.25Z`. `None` outside of the years 1 to 9999.
pub(crate) fn text(moment: DateTime) -> Option<Value> {
    moment.fmt(Format::DateTime).ok().map(Value::from)
}

/// A moment as text of a request.
pub(crate) fn wire_text(value: &Value, form: Form) -> Option<String> {
    of_json(value)?.fmt(form.format()).ok()
}

/// A moment as JSON of a request: a number for seconds since 1970, else text.
pub(crate) fn wire_json(value: &Value, form: Form) -> Option<Value> {
    let written = wire_text(value, form)?;
    let number = if form == Form::EpochSeconds { written.parse::<Number>().ok() } else { None };
    Some(number.map_or_else(|| Value::String(written), Value::Number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let moment = parse(text).unwrap_or_else(|| panic!("{text} is read"));
        super::text(moment).unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn every_form_of_a_timestamp_gives_the_same_text() {
        for text in [
            "1396796155",
            "1396796155.0",
            "1.396796155e9",
            "2014-04-06T14:55:55Z",
            "2014-04-06T14:55:55.000Z",
            "2014-04-06T16:55:55+02:00",
            "2014-04-06T16:55:55+0200",
            "2014-04-06 14:55:55",
            "2014-04-06T14:55:55",
            "Sun, 06 Apr 2014 14:55:55 GMT",
            "Sun, 06 Apr 2014 14:55:55 UTC",
        ] {
            assert_eq!(shown(text), "2014-04-06T14:55:55Z", "{text}");
        }
        assert_eq!(shown("2014-04-06"), "2014-04-06T00:00:00Z");
    }

    #[test]
    fn a_fraction_of_a_second_is_exact_to_the_microsecond() {
        assert_eq!(shown("1396796155.123456789"), "2014-04-06T14:55:55.123456Z");
        assert_eq!(shown("2014-04-06T14:55:55.1Z"), "2014-04-06T14:55:55.1Z");
    }

    #[test]
    fn what_is_no_timestamp_is_none() {
        for text in ["", "soon", "NaN", "inf", "2014-13-06T14:55:55Z", "2014-04-06T25:00:00Z"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(of_json(&Value::Bool(true)), None);
    }

    #[test]
    fn a_moment_beyond_the_year_9999_has_no_text() {
        assert_eq!(parse("9223372036854775807").and_then(text), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_or_writing_a_timestamp_panic(text in ".*", number: f64, seconds: i64) {
            for text in [text, number.to_string(), seconds.to_string(), format!("2014-04-06T{number}")] {
                let _ = parse(&text).and_then(super::text);
                for form in [Form::Iso8601, Form::HttpDate, Form::EpochSeconds] {
                    let _ = wire_json(&Value::from(text.as_str()), form);
                }
            }
        }
    }
}
