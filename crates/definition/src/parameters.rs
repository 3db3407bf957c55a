//! Parameters: what a run sets, checked, with defaults for the rest; and constants and parameters in inputs.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::checked::Checked;
use crate::definition::{Parameter, ParameterKind};
use crate::fault::{Faults, listed};
use crate::fields::came;
use crate::types::Type;

/// The values of an operation's parameters in a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters(BTreeMap<String, Value>);

impl Parameters {
    /// The value of `name`; `None` where there is no such parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

impl Checked {
    /// The parameters' values: those of `given`, and the defaults of the others.
    ///
    /// # Errors
    /// Every parameter that there is not, has another type or value than allowed, or is missing.
    pub fn resolve(&self, given: &Map<String, Value>) -> Result<Parameters, Faults> {
        let mut faults = Faults::default();
        for (name, value) in given {
            let known = self.parameters().iter().find(|parameter| parameter.name == *name);
            let names = self.parameters().iter().map(|parameter| parameter.name.as_str());
            let allowed = match known {
                Some(parameter) => parameter.problem(value),
                None => Some(listed(name, names)),
            };
            if let Some(allowed) = allowed {
                faults.note(format!("Parameters.{name}"), came(value), allowed);
            }
        }
        let mut values = BTreeMap::new();
        for parameter in self.parameters() {
            let value = given.get(&parameter.name).or(parameter.default.as_ref());
            if value.is_none() {
                let allowed = format!("a value: {}", parameter.meaning);
                faults.note(format!("Parameters.{}", parameter.name), "nothing", allowed);
            }
            values.extend(value.map(|value| (parameter.name.clone(), value.clone())));
        }
        faults.or(Parameters(values))
    }
}

impl Parameter {
    /// What would be allowed in place of `value`; `None` where it is right.
    pub(crate) fn problem(&self, value: &Value) -> Option<String> {
        if !self.kind.takes(value) {
            return Some(self.kind.allowed().to_owned());
        }
        let given = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let wrong =
            given.iter().any(|value| !self.allowed.is_empty() && !self.allowed.contains(value));
        let texts: Vec<String> = self.allowed.iter().map(crate::cell::text).collect();
        wrong.then(|| texts.join(", "))
    }
}

impl ParameterKind {
    /// The type of its values in paths.
    pub(crate) fn gives(self) -> Type {
        match self {
            Self::Text => Type::Text,
            Self::Integer => Type::Number,
            Self::Boolean => Type::Boolean,
            Self::List => Type::List(Box::new(Type::Text)),
        }
    }

    fn allowed(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Integer => "a whole number",
            Self::Boolean => "true or false",
            Self::List => "a list of texts",
        }
    }
}

/// A piece of an input's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text that is taken as it stands.
    Plain(&'a str),
    /// A constant or parameter, in braces.
    Named(&'a str),
}

/// The pieces of an input's text; braces around anything but a name are plain.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut plain, mut at) = (0, 0);
    while let Some(open) = text[at..].find('{').map(|offset| at + offset) {
        let Some(close) = text[open..].find('}').map(|offset| open + offset) else { break };
        let name = &text[open + 1..close];
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            at = open + 1;
            continue;
        }
        found.extend(Some(&text[plain..open]).filter(|piece| !piece.is_empty()).map(Piece::Plain));
        found.push(Piece::Named(name));
        at = close + 1;
        plain = at;
    }
    found.extend(Some(&text[plain..]).filter(|piece| !piece.is_empty()).map(Piece::Plain));
    found
}

/// An input with its constants and parameters filled in; `None` for a member whose parameter is empty.
fn filled(input: &Value, value_of: &impl Fn(&str) -> Option<Value>) -> Option<Value> {
    match input {
        Value::String(text) => match pieces(text).as_slice() {
            [Piece::Named(name)] => value_of(name).filter(|value| !is_empty(value)),
            several => Some(Value::from(
                several.iter().map(|piece| piece_text(piece, value_of)).collect::<String>(),
            )),
        },
        Value::Array(items) => {
            Some(items.iter().filter_map(|item| filled(item, value_of)).collect())
        }
        Value::Object(members) => Some(Value::Object(filled_members(members, value_of))),
        other => Some(other.clone()),
    }
}

/// The members of an input, filled in alike.
pub(crate) fn filled_members(
    members: &Map<String, Value>,
    value_of: &impl Fn(&str) -> Option<Value>,
) -> Map<String, Value> {
    let filled = |(name, value): (&String, &Value)| Some((name.clone(), filled(value, value_of)?));
    members.iter().filter_map(filled).collect()
}

fn piece_text(piece: &Piece<'_>, value_of: &impl Fn(&str) -> Option<Value>) -> String {
    match piece {
        Piece::Plain(text) => (*text).to_owned(),
        Piece::Named(name) => value_of(name).as_ref().map(crate::cell::text).unwrap_or_default(),
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn constants_and_parameters_fill_an_input_and_empty_ones_leave_it() {
        let value_of = |name: &str| match name {
            "region" => Some(json!("eu-west-1")),
            "Limit" => Some(json!(5)),
            "Types" => Some(json!([])),
            _ => None,
        };
        let input = json!({"A": "x-{region}-{Limit}", "B": "{Limit}", "C": "{Types}", "D": ["{region}"], "E": "{ a } {}"});
        let expected = json!({"A": "x-eu-west-1-5", "B": 5, "D": ["eu-west-1"], "E": "{ a } {}"});
        assert_eq!(filled(&input, &value_of), Some(expected));
    }
}
