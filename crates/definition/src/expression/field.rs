//! A name in an expression: which member of a type it means.

use super::Problem;
use crate::fault::listed;
use crate::types::{Class, Type};

/// The type of the member `name` of something of type `on`, or why there is none.
pub(super) fn of(name: &str, on: &Type) -> Result<Type, Problem> {
    let unknown =
        |names: Vec<&str>| Problem { came: format!("`{name}`"), allowed: listed(name, names) };
    match on {
        Type::Any => Ok(Type::Any),
        Type::Object(members) => {
            let found = members.iter().find(|(known, _)| known == name);
            let names = || members.iter().map(|(known, _)| known.as_str()).collect();
            found.map(|(_, of)| of.clone()).ok_or_else(|| unknown(names()))
        }
        Type::Shape(shaped) if !shaped.shape().members.is_empty() => {
            let names = || shaped.shape().members.keys().map(String::as_str).collect();
            shaped.member(name).ok_or_else(|| unknown(names()))
        }
        Type::Shape(shaped) if shaped.shape().value.is_some() => {
            Ok(shaped.of_map(|shape| shape.value.as_deref()).unwrap_or(Type::Any))
        }
        Type::Either(types) => of_either(name, types),
        _ if on.class() == Class::List => Err(Problem {
            came: format!("`{name}` of a list"),
            allowed: format!("`[].{name}`, or an index"),
        }),
        other => Err(Problem {
            came: format!("`{name}` of {}", other.describe()),
            allowed: before(other).to_owned(),
        }),
    }
}

/// What may stand before a name in place of `other`.
fn before(other: &Type) -> &'static str {
    match other.class() {
        Class::Boolean => "a structure before it; `!` binds closer than `.`, so write `!(a.b)`",
        _ => "a structure before it",
    }
}

fn of_either(name: &str, types: &[Type]) -> Result<Type, Problem> {
    let mut problem = None;
    let mut found = Vec::new();
    for one in types {
        match of(name, one) {
            Ok(member) => found.push(member),
            Err(wrong) => problem = Some(wrong),
        }
    }
    let nothing = Problem { came: format!("`{name}`"), allowed: "nothing".to_owned() };
    Type::either(found).ok_or_else(|| problem.unwrap_or(nothing))
}
