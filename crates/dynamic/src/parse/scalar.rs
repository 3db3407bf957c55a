//! Scalars that came as text: in XML, headers, and where JSON has them as text.

use org_operator_models::{Kind, Service, ShapeRef};
use serde_json::{Number, Value};

use super::{Parsed, Unreadable};
use crate::time;

/// The value that `text` says; null for an element that is empty and no text.
pub(super) fn value(service: &Service, of: &ShapeRef, text: &str) -> Parsed {
    let shape = service.shape(of);
    let trimmed = text.trim();
    match shape.kind {
        Kind::String if shape.encoded_policy => decoded(text),
        Kind::String => Ok(text.into()),
        Kind::Blob => blob(text),
        _ if trimmed.is_empty() => Ok(Value::Null),
        Kind::Boolean => boolean(trimmed),
        Kind::Integer => integer(trimmed),
        Kind::Float => float(trimmed),
        Kind::Timestamp => timestamp(trimmed),
        kind => Err(no(text, kind)),
    }
}

/// What an answer is said to have instead of a value of that kind.
pub(super) fn no(text: &str, kind: Kind) -> Unreadable {
    let came = org_operator_core::input::violation::shown(text);
    Unreadable::unexpected(format!("expected a {}, got `{came}`", kind.name()))
}

/// IAM's policies come percent-encoded.
fn decoded(text: &str) -> Parsed {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    Ok(decoded.map_err(|_| no(text, Kind::String))?.into())
}

/// Base64 text, without the line ends that some services put in.
pub(super) fn blob(text: &str) -> Parsed {
    let unbroken: String = text.split_ascii_whitespace().collect();
    aws_smithy_types::base64::decode(&unbroken).map_err(|_| no(text, Kind::Blob))?;
    Ok(unbroken.into())
}

pub(super) fn boolean(text: &str) -> Parsed {
    if text.eq_ignore_ascii_case("true") {
        Ok(true.into())
    } else if text.eq_ignore_ascii_case("false") {
        Ok(false.into())
    } else {
        Err(no(text, Kind::Boolean))
    }
}

pub(super) fn integer(text: &str) -> Parsed {
    let signed = text.parse::<i64>().map(Value::from);
    signed.or_else(|_| text.parse::<u64>().map(Value::from)).map_err(|_| no(text, Kind::Integer))
}

/// A number; what JSON has no number for (`NaN`, `Infinity`, `-Infinity`) stays text.
pub(super) fn float(text: &str) -> Parsed {
    let number: f64 = text.parse().map_err(|_| no(text, Kind::Float))?;
    match Number::from_f64(number) {
        Some(number) => Ok(Value::Number(number)),
        None if number.is_nan() => Ok("NaN".into()),
        None if number.is_sign_positive() => Ok("Infinity".into()),
        None => Ok("-Infinity".into()),
    }
}

pub(super) fn timestamp(text: &str) -> Parsed {
    time::parse(text).and_then(time::text).ok_or_else(|| no(text, Kind::Timestamp))
}
