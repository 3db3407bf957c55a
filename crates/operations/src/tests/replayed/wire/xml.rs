//! Bodies of the protocols that answer in XML.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use org_operator_models::{Kind, Protocol, Service, ShapeRef};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{members, moment};

/// An answer of the query protocol or of EC2's.
pub(super) fn form_answer(
    service: &Service,
    call: &str,
    root: &ShapeRef,
    wrapper: Option<&str>,
    value: &Value,
) -> String {
    let said = content(service, root, value);
    let inside = match wrapper.filter(|_| service.protocol == Protocol::Query) {
        Some(wrapper) => {
            let id = "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>";
            element(wrapper, &said) + id
        }
        None => format!("<requestId>1</requestId>{said}"),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
        element(&format!("{call}Response"), &inside)
    )
}

/// An answer of the REST protocol: of some calls the body is one member.
pub(super) fn rest_answer(service: &Service, call: &str, root: &ShapeRef, value: &Value) -> String {
    match &service.shape(root).payload {
        None => element(&format!("{call}Result"), &content(service, root, value)),
        Some(name) => {
            let member = &service.shape(root).members[name];
            element(member.wire_name(name), &content(service, member, &value[name]))
        }
    }
}

fn element(name: &str, inside: &str) -> String {
    format!("<{name}>{inside}</{name}>")
}

/// What stands inside the element of a value.
fn content(service: &Service, of: &ShapeRef, value: &Value) -> String {
    let shape = service.shape(of);
    match (shape.kind, value) {
        (Kind::Structure, _) => members(shape, value)
            .map(|(name, member, value)| self::member(service, name, member, value))
            .collect(),
        (Kind::List, Value::Array(_)) => items(service, of, "member", value),
        (Kind::Map, Value::Object(_)) => entries(service, of, value),
        (Kind::Timestamp, _) => text(&moment(of, value, false)),
        (Kind::Blob, Value::String(bytes)) => STANDARD.encode(bytes),
        (Kind::String, Value::String(policy)) if shape.encoded_policy => {
            utf8_percent_encode(policy, NON_ALPHANUMERIC).to_string()
        }
        (kind, _) if kind.is_scalar() => text(value),
        (kind, _) => panic!("{value} is no {}", kind.name()),
    }
}

/// A structure's member: one element, or one for each item of a list that is flattened.
fn member(service: &Service, name: &str, of: &ShapeRef, value: &Value) -> String {
    let wire = of.wire_name(name);
    if of.flattened {
        items(service, of, wire, value)
    } else {
        element(wire, &content(service, of, value))
    }
}

/// The items of a list, called as the model says, or else `name`.
fn items(service: &Service, of: &ShapeRef, name: &str, value: &Value) -> String {
    let item = service.shape(of).item.as_ref().unwrap();
    let values = value.as_array().unwrap_or_else(|| panic!("{value} is no list")).iter();
    values.map(|value| element(item.wire_name(name), &content(service, item, value))).collect()
}

fn entries(service: &Service, of: &ShapeRef, value: &Value) -> String {
    let shape = service.shape(of);
    let (key, item) = (shape.key.as_ref().unwrap(), shape.value.as_ref().unwrap());
    let entry = |(name, value): (&String, &Value)| {
        let pair = [
            element(key.wire_name("key"), &escaped(name)),
            element(item.wire_name("value"), &content(service, item, value)),
        ];
        element("entry", &pair.concat())
    };
    value.as_object().into_iter().flatten().map(entry).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), escaped)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
