//! An input against the shape that the operation takes: members, types, values, bounds.

use org_operator_core::input::path::FieldPath;
use org_operator_models::{Kind, Service, Shape, ShapeRef};
use serde_json::{Map, Value};

use super::CONSTANTS;
use crate::definition::{Parameter, ParameterKind};
use crate::fault::{Faults, listed, quoted};
use crate::fields::came;
use crate::parameters::{Piece, pieces};

/// What inputs are checked with.
pub(super) struct Inputs<'a> {
    pub(super) service: &'a Service,
    pub(super) parameters: &'a [Parameter],
}

impl Inputs<'_> {
    /// Notes what is wrong with `value` where `reference` is expected.
    pub(super) fn check(
        &self,
        reference: &ShapeRef,
        value: &Value,
        place: &FieldPath,
        faults: &mut Faults,
    ) {
        let shape = self.service.shape(reference);
        if let Some(text) = value.as_str()
            && pieces(text).iter().any(|piece| matches!(piece, Piece::Named(_)))
        {
            self.named(shape, text, place, faults);
            return;
        }
        match (shape.kind, value) {
            (Kind::Structure, Value::Object(given)) => {
                self.members(shape, given, &[], place, faults);
            }
            (Kind::List, Value::Array(items)) => {
                for (item, (index, value)) in
                    shape.item.iter().cycle().zip(items.iter().enumerate())
                {
                    self.check(item, value, &place.index(index), faults);
                }
            }
            (Kind::Map, Value::Object(given)) => {
                for (of, (name, value)) in shape.value.iter().cycle().zip(given) {
                    self.check(of, value, &place.field(name), faults);
                }
            }
            _ => scalar(shape, value, place, faults),
        }
    }

    /// Notes what is wrong with the members of a structure, of which `bound` are given elsewhere.
    pub(super) fn members(
        &self,
        shape: &Shape,
        given: &Map<String, Value>,
        bound: &[&str],
        place: &FieldPath,
        faults: &mut Faults,
    ) {
        for (name, value) in given {
            if let Some(member) = shape.members.get(name) {
                self.check(member, value, &place.field(name), faults);
            } else {
                let names = shape.members.keys().map(String::as_str);
                faults.note(place.field(name), "an unknown member", listed(name, names));
            }
        }
        let lacking = shape
            .required
            .iter()
            .filter(|name| !given.contains_key(*name) && !bound.contains(&name.as_str()));
        for name in lacking
            .filter(|name| shape.members.get(*name).is_some_and(|member| !member.idempotency_token))
        {
            faults.note(place.field(name), "nothing", "a value: AWS requires the member");
        }
    }

    /// A text with constants or parameters in it.
    fn named(&self, shape: &Shape, text: &str, place: &FieldPath, faults: &mut Faults) {
        let found = pieces(text);
        for piece in &found {
            let Piece::Named(name) = piece else { continue };
            let parameter = self.parameters.iter().find(|parameter| parameter.name == *name);
            if parameter.is_none() && !CONSTANTS.contains(name) {
                let known =
                    CONSTANTS.into_iter().chain(self.parameters.iter().map(|p| p.name.as_str()));
                faults.note(place, format!("`{{{name}}}`"), listed(name, known));
                continue;
            }
            let kind = parameter.map_or(ParameterKind::Text, |parameter| parameter.kind);
            let alone = found.len() == 1;
            if alone && !fits(shape.kind, kind)
                || !alone && (shape.kind != Kind::String || kind == ParameterKind::List)
            {
                faults.note(
                    place,
                    format!("`{{{name}}}`, a {}", kind.name()),
                    format!("a {}", shape.kind.name()),
                );
            }
            let values =
                parameter.filter(|_| alone).into_iter().flat_map(|parameter| &parameter.allowed);
            values.for_each(|value| one_of(shape, value, place, faults));
        }
    }
}

/// Whether a parameter alone can be the value of a shape.
fn fits(shape: Kind, parameter: ParameterKind) -> bool {
    match parameter {
        ParameterKind::Text => {
            matches!(shape, Kind::String | Kind::Timestamp | Kind::Blob | Kind::Document)
        }
        ParameterKind::Integer => matches!(shape, Kind::Integer | Kind::Float | Kind::Document),
        ParameterKind::Boolean => matches!(shape, Kind::Boolean | Kind::Document),
        ParameterKind::List => matches!(shape, Kind::List | Kind::Document),
    }
}

fn scalar(shape: &Shape, value: &Value, place: &FieldPath, faults: &mut Faults) {
    match (shape.kind, value) {
        (Kind::String, Value::String(_)) => one_of(shape, value, place, faults),
        (Kind::Integer, Value::Number(number)) if number.is_i64() => {
            let whole = number.as_i64().unwrap_or_default();
            if shape.min.is_some_and(|least| whole < least)
                || shape.max.is_some_and(|most| whole > most)
            {
                faults.note(place, came(value), bounds(shape));
            }
        }
        (kind, _) if takes(kind, value) => {}
        (kind, _) => faults.note(place, came(value), format!("a {}", kind.name())),
    }
}

fn takes(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Float => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Timestamp | Kind::Blob => value.is_string(),
        Kind::Document => true,
        _ => false,
    }
}

fn one_of(shape: &Shape, value: &Value, place: &FieldPath, faults: &mut Faults) {
    let text = value.as_str().unwrap_or_default();
    if shape.kind == Kind::String
        && !shape.values.is_empty()
        && !shape.values.iter().any(|known| known == text)
    {
        faults.note(place, quoted(text), listed(text, shape.values.iter().map(String::as_str)));
    }
}

fn bounds(shape: &Shape) -> String {
    match (shape.min, shape.max) {
        (Some(least), Some(most)) => format!("a whole number from {least} to {most}"),
        (Some(least), None) => format!("a whole number of at least {least}"),
        (None, Some(most)) => format!("a whole number of at most {most}"),
        (None, None) => "a whole number".to_owned(),
    }
}
