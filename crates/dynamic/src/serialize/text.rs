//! Scalars as text: for forms, paths, query strings, headers and XML.

use org_operator_models::{Kind, Service, ShapeRef};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::time::{self, Form};

/// RFC 3986's unreserved characters.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const GREEDY: &AsciiSet = &UNRESERVED.remove(b'/');

/// `text` percent-encoded for a query string, a form or a part of a path.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// `text` percent-encoded for a part of a path that may have slashes.
pub(super) fn encode_greedy(text: &str) -> String {
    utf8_percent_encode(text, GREEDY).to_string()
}

/// A scalar as text; a timestamp in `form`, where the model asks for no other.
pub(super) fn plain(service: &Service, of: &ShapeRef, value: &Value, form: Form) -> String {
    match (service.shape(of).kind, value) {
        (Kind::Timestamp, _) => {
            let named = Form::named(of.timestamp_format.as_deref(), form);
            time::wire_text(value, named).unwrap_or_default()
        }
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}
