//! Bodies of the JSON protocols.

use org_operator_models::{Kind, Service, ShapeRef};
use serde_json::Value;

use super::{members, moment};

/// A value as its service writes it in JSON.
pub(super) fn value(service: &Service, of: &ShapeRef, given: &Value) -> Value {
    let shape = service.shape(of);
    match (shape.kind, given) {
        (Kind::Structure, _) => {
            let written = members(shape, given).map(|(name, member, given)| {
                (member.wire_name(name).to_owned(), value(service, member, given))
            });
            Value::Object(written.collect())
        }
        (Kind::List, Value::Array(items)) => {
            let item = shape.item.as_ref().unwrap();
            items.iter().map(|given| value(service, item, given)).collect()
        }
        (Kind::Map, Value::Object(entries)) => {
            let of = shape.value.as_ref().unwrap();
            let entry = |(key, given): (&String, _)| (key.clone(), value(service, of, given));
            Value::Object(entries.iter().map(entry).collect())
        }
        (Kind::Timestamp, _) => moment(of, given, true),
        (kind, _) if kind.is_scalar() => given.clone(),
        (kind, _) => panic!("{given} is no {}", kind.name()),
    }
}
