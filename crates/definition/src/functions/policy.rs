//! Functions of IAM policies: who is allowed, and under which conditions.

use std::collections::BTreeSet;

use jpx_core::Context;
use jpx_core::interpreter::SearchResult;
use serde_json::Value;

use super::{text_of, wrong};

/// The principals of the policy's Allow statements, sorted; with a second argument those of one kind, such as `AWS`.
/// To IAM `"*"` is `{"AWS": "*"}`:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>.
pub(super) fn principals(args: &[Value], context: &mut Context<'_>) -> SearchResult {
    let Some(policy) = parsed(args, context)? else { return Ok(Value::Null) };
    let kind = text_of(args, 1);
    let is_wanted = |name: &str| kind.is_none_or(|kind| kind == name);
    let mut found = BTreeSet::new();
    for statement in statements(&policy).filter(|statement| statement["Effect"] == "Allow") {
        match &statement["Principal"] {
            Value::String(everybody) if is_wanted("AWS") => found.extend([everybody.clone()]),
            Value::Object(kinds) => {
                let wanted = kinds.iter().filter(|(name, _)| is_wanted(name));
                found.extend(wanted.flat_map(|(_, names)| texts(names)));
            }
            _ => {}
        }
    }
    Ok(found.into_iter().collect())
}

/// The condition keys of the policy's Allow statements, sorted.
pub(super) fn conditions(args: &[Value], context: &mut Context<'_>) -> SearchResult {
    let Some(policy) = parsed(args, context)? else { return Ok(Value::Null) };
    let allowing = statements(&policy).filter(|statement| statement["Effect"] == "Allow");
    let operators = allowing.filter_map(|statement| statement["Condition"].as_object()).flatten();
    let keys =
        operators.filter_map(|(_, keys)| keys.as_object()).flatten().map(|(key, _)| key.clone());
    Ok(keys.collect::<BTreeSet<_>>().into_iter().collect())
}

/// The policy as JSON: services give it as such, as text, or as percent-encoded text.
fn parsed(args: &[Value], context: &Context<'_>) -> Result<Option<Value>, jpx_core::JmespathError> {
    let text = match args.first() {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.trim_start().starts_with('{') => text.clone(),
        Some(Value::String(text)) => {
            percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
        }
        Some(policy) => return Ok(Some(policy.clone())),
    };
    serde_json::from_str(&text).map(Some).map_err(|_| wrong(context, "the value is no policy"))
}

/// A policy has one statement or a list of them.
fn statements(policy: &Value) -> impl Iterator<Item = &Value> {
    match &policy["Statement"] {
        Value::Array(several) => several.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

fn texts(names: &Value) -> Vec<String> {
    match names {
        Value::Array(several) => {
            several.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        one => one.as_str().map(str::to_owned).into_iter().collect(),
    }
}
