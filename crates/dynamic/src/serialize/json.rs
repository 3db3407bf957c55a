//! Requests of the JSON protocols, and JSON bodies of REST ones.

use org_operator_models::{Kind, Operation, Service, ShapeRef};
use serde_json::{Map, Value};

use crate::request::Request;
use crate::time::{self, Form};

pub(super) fn write(
    service: &Service,
    name: &str,
    operation: &Operation,
    input: &Map<String, Value>,
    request: &mut Request,
) {
    let version = service.json_version.as_deref().unwrap_or("1.0");
    let target = format!("{}.{name}", service.target_prefix.as_deref().unwrap_or_default());
    let mut header = |name: &str, value: String| request.headers.push((name.to_owned(), value));
    header("content-type", format!("application/x-amz-json-{version}"));
    header("x-amz-target", target);
    if service.query_compatible {
        header("x-amzn-query-mode", "true".into());
    }
    request.body = match &operation.input {
        Some(root) => structure(service, root, input).to_string().into_bytes(),
        None => b"{}".to_vec(),
    };
}

/// A structure's members as they are on the wire.
pub(super) fn structure(service: &Service, of: &ShapeRef, given: &Map<String, Value>) -> Value {
    let shape = service.shape(of);
    let on_the_wire = |(name, given): (&String, &Value)| {
        let member = shape.members.get(name).filter(|_| !given.is_null())?;
        Some((member.wire_name(name).to_owned(), value(service, member, given)))
    };
    Value::Object(given.iter().filter_map(on_the_wire).collect())
}

/// A value as it is on the wire.
pub(super) fn value(service: &Service, of: &ShapeRef, given: &Value) -> Value {
    let shape = service.shape(of);
    match (shape.kind, given, &shape.item, &shape.value) {
        (Kind::Structure, Value::Object(members), ..) => structure(service, of, members),
        (Kind::List, Value::Array(items), Some(item), _) => {
            items.iter().map(|given| value(service, item, given)).collect()
        }
        (Kind::Map, Value::Object(entries), _, Some(content)) => {
            let entry =
                |(key, given): (&String, &Value)| (key.clone(), value(service, content, given));
            Value::Object(entries.iter().map(entry).collect())
        }
        (Kind::Timestamp, ..) => {
            let form = Form::named(of.timestamp_format.as_deref(), Form::EpochSeconds);
            time::wire_json(given, form).unwrap_or_default()
        }
        _ => given.clone(),
    }
}
