//! Whether an input is what the model of its operation takes: every fault of it, each with its place.
//!
//! Values that an enumeration does not list are let through: a service can be newer than the models.

use org_operator_core::input::violation::{Expected, Violations};
use org_operator_models::{Kind, Location, Operation, Service, Shape, ShapeRef};
use serde_json::{Map, Value};

use crate::time;

/// The members of an input.
///
/// # Errors
/// One fault, where it is no JSON object.
pub(crate) fn members(input: &Value) -> Result<&Map<String, Value>, Violations> {
    input.as_object().ok_or_else(|| {
        let mut violations = Violations::default();
        violations.note("input", input, "a JSON object");
        violations
    })
}

/// What is wrong with `given` as the input of `operation`; members that are null count as absent.
pub(crate) fn violations(
    service: &Service,
    operation: &Operation,
    given: &Map<String, Value>,
) -> Violations {
    let mut check = Check { service, violations: Violations::default() };
    match &operation.input {
        Some(root) => check.structure(service.shape(root), given, "input"),
        None => check.nothing(given),
    }
    check.violations
}

struct Check<'a> {
    service: &'a Service,
    violations: Violations,
}

impl Check<'_> {
    fn nothing(&mut self, given: &Map<String, Value>) {
        for name in given.keys() {
            let allowed = "nothing: the operation takes no input";
            self.violations.note_text(format!("input.{name}"), "an unknown member", allowed);
        }
    }

    fn value(&mut self, of: &ShapeRef, value: &Value, place: &str) {
        let shape = self.service.shape(of);
        match (shape.kind, value) {
            (Kind::Document, _) => {}
            (Kind::Structure, Value::Object(given)) => self.structure(shape, given, place),
            (Kind::List, Value::Array(items)) => self.list(shape, items, place),
            (Kind::Map, Value::Object(given)) => self.map(shape, given, place),
            (Kind::String, Value::String(text)) => self.text(of, text, place),
            _ if is_scalar(of, shape.kind, value) => {}
            (kind, _) => self.violations.note(place, value, allowed(kind)),
        }
    }

    fn structure(&mut self, shape: &Shape, given: &Map<String, Value>, place: &str) {
        for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
            let inner = format!("{place}.{name}");
            match shape.members.get(name) {
                Some(member) => self.value(member, value, &inner),
                None => self.unknown(shape, name, &inner),
            }
        }
        for name in &shape.required {
            if given.get(name).is_none_or(Value::is_null) {
                self.violations.note_text(
                    format!("{place}.{name}"),
                    "nothing",
                    "a value: it is required",
                );
            }
        }
    }

    fn unknown(&mut self, shape: &Shape, name: &str, place: &str) {
        let names = || shape.members.keys().map(String::as_str);
        let allowed = match names().count() {
            0 => "no member at all".to_owned(),
            1..=12 => names().collect::<Vec<_>>().join(", "),
            count => format!("one of {count} members"),
        };
        let expected = Expected::name(allowed, name, names());
        self.violations.note_text(place, "an unknown member", expected);
    }

    fn list(&mut self, shape: &Shape, items: &[Value], place: &str) {
        let Some(item) = &shape.item else { return };
        for (index, value) in items.iter().enumerate() {
            self.value(item, value, &format!("{place}[{index}]"));
        }
    }

    fn map(&mut self, shape: &Shape, given: &Map<String, Value>, place: &str) {
        let Some(of) = &shape.value else { return };
        for (key, value) in given {
            self.value(of, value, &format!("{place}.{key}"));
        }
    }

    fn text(&mut self, of: &ShapeRef, text: &str, place: &str) {
        // An empty part of a path would make it another operation's.
        if text.is_empty() && of.location == Some(Location::Uri) {
            self.violations.note_text(
                place,
                "an empty text",
                "text that is not empty: it is part of a path",
            );
        }
    }
}

fn is_scalar(of: &ShapeRef, kind: Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::String, _) => of.json_value,
        (Kind::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
        (Kind::Float, Value::Number(_)) | (Kind::Boolean, Value::Bool(_)) => true,
        (Kind::Float, Value::String(text)) => {
            ["NaN", "Infinity", "-Infinity"].contains(&text.as_str())
        }
        (Kind::Blob, Value::String(text)) => aws_smithy_types::base64::decode(text).is_ok(),
        (Kind::Timestamp, _) => time::of_json(value).and_then(time::text).is_some(),
        _ => false,
    }
}

fn allowed(kind: Kind) -> &'static str {
    match kind {
        Kind::Structure | Kind::Map => "a JSON object",
        Kind::List => "a list",
        Kind::String => "text",
        Kind::Integer => "a whole number",
        Kind::Float => "a number",
        Kind::Boolean => "true or false",
        Kind::Blob => "base64 text",
        Kind::Timestamp => "a time such as \"2026-11-24T08:15:30Z\", or seconds since 1970",
        Kind::Document => "any JSON value",
    }
}
