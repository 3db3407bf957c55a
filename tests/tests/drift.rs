//! Holds state machine, templates, examples and code together: what one of them says, the others
//! must mean. This file has what the checks of the folder share.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed expectation is the point of a test"
)]

mod events;
mod metrics;
mod pagination;
mod paths;
mod regions;
mod retries;
mod stacks;
mod templates;
mod variables;

use std::collections::BTreeSet;

use serde_json::Value;

type Names = BTreeSet<String>;

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> Names {
    names.into_iter().map(str::to_owned).collect()
}

fn strings(value: &Value) -> Names {
    match value {
        Value::String(text) => names([text.as_str()]),
        Value::Array(values) => values.iter().flat_map(strings).collect(),
        Value::Object(map) => map.values().flat_map(strings).collect(),
        _ => Names::new(),
    }
}

fn error_names(state: &Value, handlers: &str) -> Names {
    let all = state[handlers].as_array().into_iter().flatten();
    all.flat_map(|handler| strings(&handler["ErrorEquals"])).collect()
}
