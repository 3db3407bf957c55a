//! Which operations a request asks for: one by name, a list, a suite, or a definition of its own.
//! Whether they exist is the catalogue's to say.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::artifact::SUITES;
use crate::input::parse::{self, Fields};
use crate::input::request::DEFAULT_OPERATION;
use crate::input::violation::Violations;

/// The fields of which a request has at most one.
const CHOICES: [&str; 4] = ["Operation", "Operations", "Suite", "Definition"];

/// What a request says about its operations; nothing in it is looked up yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OperationChoice {
    /// The one operation's name, a definition's own name, or [`SUITES`] where there may be several.
    pub(super) operation: String,
    pub(super) operations: Vec<String>,
    pub(super) suite: Option<String>,
    pub(super) definition: Option<Map<String, Value>>,
}

/// Reads the fields and notes what does not go together.
pub(super) fn read(fields: &Fields, violations: &mut Violations) -> OperationChoice {
    let definition = fields.optional("Definition", violations, parse::object);
    let own = definition.as_ref().map(|definition| {
        definition.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
    });
    let named = fields.optional("Operation", violations, parse::text);
    let operations = fields.list("Operations", violations, parse::text);
    let suite = fields.optional("Suite", violations, parse::text);
    refuse_several(fields, named.as_deref(), own.as_deref(), violations);
    refuse_repeated(fields, &operations, violations);
    let are_several = fields.get("Operations").is_some() || suite.is_some();
    let operation = match (are_several, own) {
        (true, _) => SUITES.to_owned(),
        (false, Some(own)) => own,
        (false, None) => named.unwrap_or_else(|| DEFAULT_OPERATION.to_owned()),
    };
    OperationChoice { operation, operations, suite, definition }
}

/// Notes that more than one field says what is asked. A definition may stand beside its own name.
fn refuse_several(
    fields: &Fields,
    named: Option<&str>,
    own: Option<&str>,
    violations: &mut Violations,
) {
    let given: Vec<&str> = CHOICES.into_iter().filter(|name| fields.get(name).is_some()).collect();
    let [first, others @ ..] = given.as_slice() else { return };
    if others.is_empty() {
        return;
    }
    if given.len() == 2 && own.is_some() && named.is_some() {
        if let Some(other) = named.filter(|named| Some(*named) != own) {
            let allowed = "nothing beside Definition, or its name";
            violations.note_text(fields.path("Operation"), format!("\"{other}\""), allowed);
        }
        return;
    }
    let came = format!("a value beside {}", others.join(" and "));
    violations.note_text(fields.path(first), came, format!("one of {}", CHOICES.join(", ")));
}

/// Notes an empty list, and every name that stands in the list a second time.
fn refuse_repeated(fields: &Fields, operations: &[String], violations: &mut Violations) {
    let path = fields.path("Operations");
    if let Some(Value::Array(list)) = fields.get("Operations")
        && list.is_empty()
    {
        violations.note_text(path.clone(), "an empty list", "at least one operation's name");
    }
    let mut seen = BTreeSet::new();
    for (i, name) in operations.iter().enumerate() {
        if !seen.insert(name) {
            let allowed = "each operation once";
            violations.note_text(path.index(i), format!("\"{name}\" again"), allowed);
        }
    }
}

#[cfg(test)]
#[path = "operation_choice/tests.rs"]
mod tests;
