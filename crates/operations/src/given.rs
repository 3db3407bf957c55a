//! Reading what a run sets of an operation's parameters, for operations in Rust: all faults together,
//! each with its field. Which parameters there are is each operation's part.

use std::collections::{BTreeMap, BTreeSet};

use org_operator_core::input::path::FieldPath;
use org_operator_core::input::violation::{Expected, Violations, shown};
use org_operator_core::model::spec::Parameter;
use serde_json::{Map, Value};

use crate::OperationFailure;

/// What [`words`] takes.
pub(crate) const WORDS_ALLOWED: &str = "a text, or a list of texts";

/// A parameter as it is declared.
pub(crate) fn parameter(
    name: &str,
    meaning: &str,
    kind: &'static str,
    default: Option<Value>,
) -> Parameter {
    let (name, meaning) = (name.to_owned(), meaning.to_owned());
    Parameter { name, meaning, kind, default, allowed: Vec::new() }
}

/// Parameters that are wrong: name, what came, what is allowed.
#[derive(Debug, Default)]
pub(crate) struct Wrong(BTreeMap<String, (String, Expected)>);

impl Wrong {
    /// Notes one of them, with the value that came.
    pub(crate) fn add(&mut self, name: &str, value: Option<&Value>, allowed: impl Into<Expected>) {
        let came = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
        self.say(name, &came, allowed);
    }

    /// Notes one of them, with words for what came.
    pub(crate) fn say(&mut self, name: &str, came: &str, allowed: impl Into<Expected>) {
        self.0.insert(name.to_owned(), (shown(came), allowed.into()));
    }

    /// Notes every parameter that is none of `names`.
    pub(crate) fn unknown<const N: usize>(
        &mut self,
        given: &Map<String, Value>,
        names: &[&'static str; N],
    ) {
        for name in given.keys().filter(|name| !names.contains(&name.as_str())) {
            let text = format!("only {}", names.join(", "));
            self.add(name, given.get(name), Expected::name(text, name, *names));
        }
    }

    /// What `read` makes of a parameter, or `default` where it is not set; else it is noted.
    pub(crate) fn read<T: Default>(
        &mut self,
        given: &Map<String, Value>,
        name: &str,
        default: Option<T>,
        allowed: &str,
        read: fn(&Value) -> Option<T>,
    ) -> T {
        let value = given.get(name).filter(|value| !value.is_null());
        let found = value.map_or(default, read);
        found.unwrap_or_else(|| {
            self.add(name, value, allowed);
            T::default()
        })
    }

    /// `wanted`, where nothing is wrong.
    pub(crate) fn or<T>(self, wanted: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(wanted) } else { Err(self) }
    }

    /// Notes each of them with its field.
    pub(crate) fn note(self, violations: &mut Violations) {
        for (name, (came, allowed)) in self.0 {
            violations.note_text(FieldPath::root().field("Parameters").field(&name), came, allowed);
        }
    }
}

impl From<Wrong> for OperationFailure {
    /// A run checks its parameters before anything is asked: this is for a request that came another way.
    fn from(wrong: Wrong) -> Self {
        let mut violations = Violations::default();
        wrong.note(&mut violations);
        Self::UnexpectedAnswer(violations.to_string())
    }
}

/// Words of a text with commas, or of a list.
pub(crate) fn words(value: &Value) -> Option<BTreeSet<String>> {
    match value {
        Value::String(text) => Some(
            text.split(',').map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned).collect(),
        ),
        Value::Array(list) => list.iter().map(|word| word.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// A text, or a number or truth value as text: the command reads such a text as one.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// The name and the value of a text, NAME=VALUE.
pub(crate) fn pair(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    (!name.is_empty()).then(|| (name.to_owned(), value.to_owned()))
}

/// The tag of a text, KEY or KEY=VALUE, or none where it is empty.
pub(crate) fn tag(value: &Value) -> Option<Vec<(String, Option<String>)>> {
    let text = value.as_str()?;
    let (key, of_key) = match text.split_once('=') {
        Some((key, of_key)) => (key, Some(of_key.to_owned())),
        None => (text, None),
    };
    let named = Some((key.to_owned(), of_key)).filter(|(key, _)| !key.is_empty());
    Some(named.into_iter().collect())
}
