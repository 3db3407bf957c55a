//! Answers of the REST protocols: status, headers and body.

use org_operator_models::{Kind, Location, Protocol, Service, Shape, ShapeRef};
use serde_json::{Map, Value};

use super::json::{in_body, says_something};
use super::{Answer, Parsed, Unreadable, json, scalar, xml};

pub(super) fn answer(service: &Service, root: &ShapeRef, answer: &Answer<'_>) -> Parsed {
    let shape = service.shape(root);
    let mut out = Map::new();
    for (name, member) in &shape.members {
        let found = outside_of_body(service, name, member, answer).map_err(|e| e.inside(name))?;
        out.extend(found.map(|value| (name.clone(), value)));
    }
    match shape.payload.as_ref().and_then(|name| Some((name, shape.members.get(name)?))) {
        Some((name, member)) => {
            let found = payload(service, member, answer.body).map_err(|e| e.inside(name))?;
            out.extend(found.map(|value| (name.clone(), value)));
        }
        None => out.extend(members(service, root, shape, answer)?),
    }
    Ok(Value::Object(out))
}

/// The members in a body that is no one member.
fn members(
    service: &Service,
    root: &ShapeRef,
    shape: &Shape,
    answer: &Answer<'_>,
) -> Result<Map<String, Value>, Unreadable> {
    if !shape.members.values().any(in_body) {
        return Ok(Map::new());
    }
    let read = match (service.protocol, answer.body.trim_ascii().is_empty()) {
        (_, true) if !says_something(shape) => return Ok(Map::new()),
        (_, true) => return Err(Unreadable::NotWhole("it is empty".into())),
        (Protocol::RestJson, _) => json::body(service, root, answer.body)?,
        _ => xml::body(service, root, answer.body)?,
    };
    match read {
        Value::Object(members) => Ok(members),
        other => Err(scalar::no(&other.to_string(), Kind::Structure)),
    }
}

/// The member that is the whole body; raw bytes as text or base64 text.
fn payload(service: &Service, of: &ShapeRef, body: &[u8]) -> Result<Option<Value>, Unreadable> {
    match (service.shape(of).kind, service.protocol) {
        (Kind::String, _) => Ok(Some(xml::text(body)?.into())),
        (Kind::Blob, _) => Ok(Some(aws_smithy_types::base64::encode(body).into())),
        (_, Protocol::RestJson) => json::body(service, of, body).map(Some),
        _ if body.trim_ascii().is_empty() => Err(Unreadable::NotWhole("it is empty".into())),
        _ => xml::payload(service, of, body).map(Some),
    }
}

fn outside_of_body(
    service: &Service,
    name: &str,
    member: &ShapeRef,
    answer: &Answer<'_>,
) -> Result<Option<Value>, Unreadable> {
    match member.location {
        Some(Location::StatusCode) => Ok(Some(answer.status.into())),
        Some(Location::Header) => match answer.header(member.wire_name(name)) {
            Some(text) => header(service, member, text).map(Some),
            None => Ok(None),
        },
        Some(Location::Headers) => {
            Ok(Some(prefixed(member.wire_name.as_deref().unwrap_or(""), answer)))
        }
        _ => Ok(None),
    }
}

/// The headers whose names start with `prefix`, by the rest of their names.
fn prefixed(prefix: &str, answer: &Answer<'_>) -> Value {
    let named = answer.headers.iter().filter_map(|(name, value)| {
        let (start, rest) = name.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then(|| (rest.to_owned(), Value::from(*value)))
    });
    Value::Object(named.collect())
}

fn header(service: &Service, of: &ShapeRef, text: &str) -> Parsed {
    let shape = service.shape(of);
    match (shape.kind, &shape.item) {
        (Kind::List, Some(item)) => {
            let parts = header_items(service, item, text);
            parts
                .iter()
                .map(|part| header(service, item, part))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array)
        }
        (Kind::String, _) if of.json_value => {
            let decoded =
                aws_smithy_types::base64::decode(text).map_err(|_| scalar::no(text, Kind::Blob))?;
            json::read(&decoded)
        }
        _ => scalar::value(service, of, text),
    }
}

/// The items of a header that is a list. An HTTP date has a comma of its own, a quoted text may.
fn header_items(service: &Service, item: &ShapeRef, text: &str) -> Vec<String> {
    let is_date = service.shape(item).kind == Kind::Timestamp;
    let http_dates =
        is_date && item.timestamp_format.as_deref().is_none_or(|form| form == "rfc822");
    let (mut items, mut commas) = (vec![String::new()], 0);
    let (mut quoted, mut escaped) = (false, false);
    for character in text.chars() {
        let Some(last) = items.last_mut() else { break };
        match character {
            _ if escaped => {
                last.push(character);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                commas += 1;
                if http_dates && commas % 2 == 1 {
                    last.push(',');
                } else {
                    items.push(String::new());
                }
            }
            other => last.push(other),
        }
    }
    items.iter().map(|item| item.trim().to_owned()).collect()
}
