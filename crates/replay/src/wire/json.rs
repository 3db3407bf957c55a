//! Bodies of the JSON protocols.

use org_operator_models::{Kind, Service, ShapeRef};
use serde_json::{Map, Value};

use super::{inside, members, moment};
use crate::mistake::Mistake;

/// A value as its service writes it in JSON.
pub(super) fn value(service: &Service, of: &ShapeRef, given: &Value) -> Result<Value, Mistake> {
    let shape = service.shape(of);
    match (shape.kind, given) {
        (Kind::Structure, _) => structure(service, of, given),
        (Kind::List, Value::Array(items)) => {
            let item = inside(shape.item.as_deref(), given)?;
            items.iter().map(|given| value(service, item, given)).collect()
        }
        (Kind::Map, Value::Object(entries)) => {
            let of = inside(shape.value.as_deref(), given)?;
            let entry = |(key, given): (&String, _)| Ok((key.clone(), value(service, of, given)?));
            entries.iter().map(entry).collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        (Kind::Timestamp, _) => moment(of, given, true),
        (kind, _) if kind.is_scalar() => Ok(given.clone()),
        (kind, _) => Err(Mistake::kind(given, kind.name())),
    }
}

fn structure(service: &Service, of: &ShapeRef, given: &Value) -> Result<Value, Mistake> {
    let written = members(service.shape(of), given)?.into_iter().map(|(name, member, given)| {
        Ok((member.wire_name(name).to_owned(), value(service, member, given)?))
    });
    written.collect::<Result<Map<_, _>, _>>().map(Value::Object)
}
