//! The functions beyond JMESPath's own; FORMAT.md lists them.

use jpx_core::functions::Function;
use jpx_core::{Context, Runtime};
use serde_json::{Value, json};

use super::{TABLE, policy, text, text_of, time};

/// Registers the functions that JMESPath lacks.
pub(super) fn register(runtime: &mut Runtime) {
    runtime.register_function("split", sure(text::split));
    runtime.register_function("arn_type", sure(text::arn_type));
    runtime.register_function("csv", Box::new(text::csv));
    runtime.register_function("age_days", Box::new(time::age_days));
    runtime.register_function("days_until", Box::new(time::days_until));
    runtime.register_function("policy_principals", Box::new(policy::principals));
    runtime.register_function("policy_conditions", Box::new(policy::conditions));
    runtime.register_function("difference", sure(difference));
    runtime.register_function("unpivot", sure(unpivot));
    runtime.register_function("lookup", sure(lookup));
}

/// A function that gives something whatever comes.
pub(super) fn sure(function: fn(&[Value], &Context<'_>) -> Value) -> Box<dyn Function> {
    Box::new(move |args: &[Value], context: &mut Context<'_>| Ok(function(args, context)))
}

/// The items of the first list that are not in the second one, in their order.
fn difference(args: &[Value], _: &Context<'_>) -> Value {
    let list =
        |index: usize| args.get(index).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let rest = list(0).iter().filter(|item| !list(1).contains(item)).cloned();
    Value::Array(rest.collect())
}

/// A row for each member that is there: its name and its value.
fn unpivot(args: &[Value], _: &Context<'_>) -> Value {
    let members = args.first().and_then(Value::as_object).into_iter().flatten();
    let present = members.filter(|(_, value)| !value.is_null());
    Value::Array(present.map(|(name, value)| json!({"name": name, "value": value})).collect())
}

/// What a table of the file has for a text.
fn lookup(args: &[Value], context: &Context<'_>) -> Value {
    let (Some(name), Some(key)) = (text_of(args, 0), text_of(args, 1)) else {
        return Value::Null;
    };
    let table = context.get_variable(&format!("{TABLE}{name}"));
    table.and_then(|values| values.get(key).cloned()).unwrap_or(Value::Null)
}
