//! Bodies of the protocols that answer in XML.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use org_operator_models::{Kind, Protocol, Service, ShapeRef};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{inside, members, moment};
use crate::mistake::Mistake;

/// The text of an element, or what is wrong with its value.
type Written = Result<String, Mistake>;

/// An answer of the query protocol or of EC2's.
pub(super) fn form_answer(
    service: &Service,
    call: &str,
    root: &ShapeRef,
    wrapper: Option<&str>,
    value: &Value,
) -> Written {
    let said = content(service, root, value)?;
    let body = match wrapper.filter(|_| service.protocol == Protocol::Query) {
        Some(wrapper) => {
            let id = "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>";
            element(wrapper, &said) + id
        }
        None => format!("<requestId>1</requestId>{said}"),
    };
    let whole = element(&format!("{call}Response"), &body);
    Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{whole}"))
}

/// An answer of the REST protocol: of some calls the body is one member.
pub(super) fn rest_answer(
    service: &Service,
    call: &str,
    root: &ShapeRef,
    value: &Value,
) -> Written {
    match &service.shape(root).payload {
        None => Ok(element(&format!("{call}Result"), &content(service, root, value)?)),
        Some(name) => {
            let member = service.shape(root).members.get(name);
            let of = member.ok_or_else(|| Mistake::UnknownMember(name.clone()))?;
            Ok(element(of.wire_name(name), &content(service, of, &value[name])?))
        }
    }
}

fn element(name: &str, inside: &str) -> String {
    format!("<{name}>{inside}</{name}>")
}

/// What stands inside the element of a value.
fn content(service: &Service, of: &ShapeRef, value: &Value) -> Written {
    let shape = service.shape(of);
    Ok(match (shape.kind, value) {
        (Kind::Structure, _) => members(shape, value)?
            .into_iter()
            .map(|(name, of, value)| member(service, name, of, value))
            .collect::<Written>()?,
        (Kind::List, Value::Array(_)) => items(service, of, "member", value)?,
        (Kind::Map, Value::Object(_)) => entries(service, of, value)?,
        (Kind::Timestamp, _) => text(&moment(of, value, false)?),
        (Kind::Blob, Value::String(bytes)) => STANDARD.encode(bytes),
        (Kind::String, Value::String(policy)) if shape.encoded_policy => {
            utf8_percent_encode(policy, NON_ALPHANUMERIC).to_string()
        }
        (kind, _) if kind.is_scalar() => text(value),
        (kind, _) => return Err(Mistake::kind(value, kind.name())),
    })
}

/// A structure's member: one element, or one for each item of a list that is flattened.
fn member(service: &Service, name: &str, of: &ShapeRef, value: &Value) -> Written {
    let wire = of.wire_name(name);
    if of.flattened {
        items(service, of, wire, value)
    } else {
        Ok(element(wire, &content(service, of, value)?))
    }
}

/// The items of a list, called as the model says, or else `name`.
fn items(service: &Service, of: &ShapeRef, name: &str, value: &Value) -> Written {
    let item = inside(service.shape(of).item.as_deref(), value)?;
    let values = value.as_array().ok_or_else(|| Mistake::kind(value, "list"))?.iter();
    let written = |value| Ok(element(item.wire_name(name), &content(service, item, value)?));
    values.map(written).collect()
}

fn entries(service: &Service, of: &ShapeRef, value: &Value) -> Written {
    let shape = service.shape(of);
    let (key, item) =
        (inside(shape.key.as_deref(), value)?, inside(shape.value.as_deref(), value)?);
    let entry = |(name, value): (&String, &Value)| {
        let pair = [
            element(key.wire_name("key"), &escaped(name)),
            element(item.wire_name("value"), &content(service, item, value)?),
        ];
        Ok(element("entry", &pair.concat()))
    };
    value.as_object().into_iter().flatten().map(entry).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), escaped)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
