//! The state machine and the templates as data.

use std::collections::BTreeMap;

use org_operator_testkit::paths;
use serde_json::{Map, Value};
use yaml_rust2::{Yaml, YamlLoader};

/// A file of the repository.
///
/// # Panics
/// Where it is not there.
#[must_use]
pub fn text(relative: &str) -> String {
    std::fs::read_to_string(paths::file(relative)).unwrap_or_else(|e| panic!("{relative}: {e}"))
}

/// The state machine.
///
/// # Panics
/// Where it is no JSON by itself.
#[must_use]
pub fn state_machine() -> Value {
    let text = text("statemachine/org-operator.asl.json");
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("the state machine: {e}"))
}

/// Every state by name, those inside a Map too.
#[must_use]
pub fn states(machine: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for (name, state) in machine["States"].as_object().into_iter().flatten() {
        found.extend(states(&state["ItemProcessor"]));
        found.insert(name.clone(), state.clone());
    }
    found
}

/// The worker's event of an `item` of the manifest, as the state machine's `ItemSelector` makes it of
/// item and `plan`.
#[must_use]
pub fn worker_event(machine: &Value, item: &Value, plan: &Value) -> Value {
    let states = states(machine);
    let map = states.values().find(|state| state["ItemSelector"].is_object());
    let selected = map.and_then(|state| state["ItemSelector"].as_object()).into_iter().flatten();
    let value = |path: &str| match path.strip_prefix("$$.Map.Item.Value.") {
        Some(field) => item[field].clone(),
        None => plan[path.trim_start_matches("$.")].clone(),
    };
    let named = |(name, path): (&String, &Value)| {
        Some((name.trim_end_matches(".$").to_owned(), value(path.as_str()?)))
    };
    let known: Map<String, Value> = selected.filter_map(named).collect();
    let payload = states["Worker"]["Parameters"]["Payload"].as_object().into_iter().flatten();
    let passed = payload.map(|(name, _)| name.trim_end_matches(".$").to_owned());
    passed.map(|name| (name.clone(), known[&name].clone())).collect()
}

/// A template; functions such as `!Ref` are dropped, their arguments stay.
///
/// # Panics
/// Where it is no YAML.
#[must_use]
pub fn template(name: &str) -> Value {
    let text = text(&format!("cloudformation/{name}"));
    let documents = YamlLoader::load_from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    json(&documents[0])
}

fn json(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Hash(hash) => {
            let pair = |(key, value)| (key_text(key), json(value));
            Value::Object(hash.iter().map(pair).collect::<Map<_, _>>())
        }
        Yaml::Array(values) => values.iter().map(json).collect(),
        Yaml::String(text) | Yaml::Real(text) => Value::from(text.as_str()),
        Yaml::Integer(number) => Value::from(*number),
        Yaml::Boolean(on) => Value::from(*on),
        _ => Value::Null,
    }
}

fn key_text(key: &Yaml) -> String {
    key.as_str().map_or_else(|| format!("{key:?}"), str::to_owned)
}

/// A template's resources of one type, by logical id.
#[must_use]
pub fn resources(template: &Value, kind: &str) -> BTreeMap<String, Value> {
    let all = template["Resources"].as_object().into_iter().flatten();
    let of_kind = all.filter(|(_, resource)| resource["Type"] == kind);
    of_kind.map(|(name, resource)| (name.clone(), resource["Properties"].clone())).collect()
}
