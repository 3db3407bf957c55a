//! JSON bodies.

use org_operator_models::{Kind, Location, Service, Shape, ShapeRef};
use serde_json::{Map, Number, Value};

use super::{DEPTH, Parsed, Unreadable, scalar};
use crate::time;

/// The value of a body; an answer that should say something and is empty is not whole.
pub(super) fn body(service: &Service, of: &ShapeRef, bytes: &[u8]) -> Parsed {
    if bytes.trim_ascii().is_empty() {
        return if says_something(service.shape(of)) {
            Err(Unreadable::NotWhole("it is empty".into()))
        } else {
            Ok(Value::Object(Map::new()))
        };
    }
    value(service, of, read(bytes)?, 0)
}

/// The JSON document of `bytes`.
pub(super) fn read(bytes: &[u8]) -> Parsed {
    serde_json::from_slice(bytes)
        .map_err(|e| Unreadable::NotWhole(format!("no JSON document ({e})")))
}

/// Whether an answer of that shape has members in its body.
pub(super) fn says_something(shape: &Shape) -> bool {
    shape.kind != Kind::Structure || shape.members.values().any(|m| m.location.is_none())
}

/// In an answer, what is a place of requests only is in the body.
pub(super) fn in_body(member: &ShapeRef) -> bool {
    matches!(member.location, None | Some(Location::Uri | Location::QueryString))
}

fn value(service: &Service, of: &ShapeRef, came: Value, depth: usize) -> Parsed {
    let shape = service.shape(of);
    if depth > DEPTH {
        return Err(Unreadable::unexpected("it is nested too deep"));
    }
    match (shape.kind, came) {
        (_, Value::Null) => Ok(Value::Null),
        (Kind::Document, came) => Ok(came),
        (Kind::Structure, Value::Object(given)) => structure(service, shape, given, depth),
        (Kind::List, Value::Array(items)) => list(service, shape, items, depth),
        (Kind::Map, Value::Object(given)) => map(service, shape, given, depth),
        (Kind::Timestamp, came) => match time::of_json(&came).and_then(time::text) {
            Some(text) => Ok(text),
            None => Err(mismatch(&came, Kind::Timestamp)),
        },
        (Kind::Integer, Value::Number(number)) => integer(&number),
        (Kind::Integer, Value::String(text)) => scalar::integer(text.trim()),
        (Kind::Float, Value::String(text)) => scalar::float(text.trim()),
        (Kind::Boolean, Value::String(text)) => scalar::boolean(text.trim()),
        (Kind::Blob, Value::String(text)) => scalar::blob(&text),
        (Kind::Blob, came) => Err(mismatch(&came, Kind::Blob)),
        (kind, came) if kind.is_scalar() && is_scalar(&came) => Ok(came),
        (kind, came) => Err(mismatch(&came, kind)),
    }
}

fn structure(
    service: &Service,
    shape: &Shape,
    mut given: Map<String, Value>,
    depth: usize,
) -> Parsed {
    let mut out = Map::new();
    for (name, member) in shape.members.iter().filter(|(_, member)| in_body(member)) {
        if let Some(came) = given.remove(member.wire_name(name)).filter(|came| !came.is_null()) {
            let found = value(service, member, came, depth + 1).map_err(|e| e.inside(name))?;
            out.insert(name.clone(), found);
        }
    }
    if shape.union && out.is_empty() {
        out.extend(unknown_union_member(
            given.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, _)| k),
        ));
    }
    Ok(Value::Object(out))
}

/// What botocore answers for a member of a union that the model is too old to know.
pub(super) fn unknown_union_member(
    mut names: impl Iterator<Item = String>,
) -> Option<(String, Value)> {
    let name = names.find(|name| name != "__type")?;
    let said = Map::from_iter([("name".to_owned(), Value::from(name))]);
    Some(("SDK_UNKNOWN_MEMBER".to_owned(), Value::Object(said)))
}

fn list(service: &Service, shape: &Shape, items: Vec<Value>, depth: usize) -> Parsed {
    let Some(item) = &shape.item else { return Ok(Value::Array(items)) };
    let read = |(index, came)| {
        value(service, item, came, depth + 1).map_err(|e| e.inside(&format!("[{index}]")))
    };
    items.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

fn map(service: &Service, shape: &Shape, given: Map<String, Value>, depth: usize) -> Parsed {
    let Some(of) = &shape.value else { return Ok(Value::Object(given)) };
    let read = |(key, came): (String, Value)| match value(service, of, came, depth + 1) {
        Ok(found) => Ok((key, found)),
        Err(error) => Err(error.inside(&key)),
    };
    given.into_iter().map(read).collect::<Result<Map<_, _>, _>>().map(Value::Object)
}

/// Some services write whole numbers with a fraction of zero. What has no exact value is refused.
fn integer(number: &Number) -> Parsed {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        _ if number.is_i64() || number.is_u64() => Ok(Value::Number(number.clone())),
        Some(float) if float.fract() == 0.0 && float.abs() <= EXACT => {
            scalar::integer(&format!("{float:.0}"))
        }
        _ => Err(scalar::no(&number.to_string(), Kind::Integer)),
    }
}

fn is_scalar(came: &Value) -> bool {
    matches!(came, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

fn mismatch(came: &Value, kind: Kind) -> Unreadable {
    scalar::no(&came.to_string(), kind)
}
