//! What a command line says, read by the model: `NAME=VALUE` and `NAME=PATH`.

use org_operator_models::{Kind, Service, ShapeRef};
use serde_json::{Map, Value};

use crate::fault::{Faults, listed, quoted};

/// The input that `--input` options say, each `NAME=VALUE` or a whole JSON object.
pub(super) fn input(
    options: &[String],
    service: &str,
    call: &str,
    faults: &mut Faults,
) -> Map<String, Value> {
    let mut found = Map::new();
    for option in options {
        if option.trim_start().starts_with('{') {
            match serde_json::from_str::<Map<String, Value>>(option) {
                Ok(members) => found.extend(members),
                Err(error) => {
                    faults.note("--input", quoted(option), format!("a JSON object: {error}"));
                }
            }
        } else if let Some((name, text)) = option.split_once('=') {
            found.extend(
                member(name, text, service, call, faults).map(|value| (name.to_owned(), value)),
            );
        } else {
            faults.note("--input", quoted(option), "NAME=VALUE, or a JSON object");
        }
    }
    found
}

fn member(name: &str, text: &str, service: &str, call: &str, faults: &mut Faults) -> Option<Value> {
    let mut unknown = Faults::default();
    // That there is no such call is noted where rows are looked for.
    let (model, operation) = super::model(service, call, &mut unknown)?;
    let members = operation.input.as_ref().map(|reference| &model.shape(reference).members);
    let found = members.and_then(|members| members.get(name));
    if found.is_none() {
        let names = members.into_iter().flat_map(|members| members.keys()).map(String::as_str);
        faults.note(format!("--input {name}"), "an unknown member", listed(name, names));
    }
    let read = value(&model, found?, text);
    if read.is_none() {
        let kind = model.shape(found?).kind.name();
        faults.note(format!("--input {name}"), quoted(text), format!("a {kind} as JSON"));
    }
    read
}

/// `text` as the model wants it; what is of another type is left to the check of the input.
fn value(model: &Service, reference: &ShapeRef, text: &str) -> Option<Value> {
    let shape = model.shape(reference);
    let json = || serde_json::from_str::<Value>(text).ok();
    match (shape.kind, &shape.item) {
        (Kind::Integer | Kind::Float | Kind::Boolean, _) => {
            json().or_else(|| Some(Value::from(text)))
        }
        (Kind::List, _) if text.trim_start().starts_with('[') => json(),
        (Kind::List, Some(item)) => {
            text.split(',').map(|part| value(model, item, part.trim())).collect()
        }
        (Kind::Structure | Kind::Map | Kind::List | Kind::Document, _) => json(),
        _ => Some(Value::from(text)),
    }
}

/// The columns that `--column` options say: their names and paths.
pub(super) fn columns(options: &[String], faults: &mut Faults) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for option in options {
        match option.split_once('=').filter(|(name, path)| !name.is_empty() && !path.is_empty()) {
            Some((name, path)) => found.push((name.trim().to_owned(), path.trim().to_owned())),
            None => faults.note("--column", quoted(option), "NAME=PATH"),
        }
    }
    found
}
