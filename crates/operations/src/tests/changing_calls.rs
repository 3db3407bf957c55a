//! Nothing that a user names reaches a call that changes something: no call that is asked for, no file,
//! no definition of a request.

use std::path::{Path, PathBuf};

use org_operator_core::input::violation::Violations;
use org_operator_definition::{Overrides, read_toml};
use org_operator_models::change_models;
use serde_json::{Map, Value, json};

use crate::{defined, raw_definition};

/// The files that may name the type of calls that change something. Whoever adds one says that what it
/// sends was reviewed by a person, and that no name in it comes from a request.
const MAY_CHANGE: [&str; 2] = ["dynamic", "operations/src/modelled.rs"];

/// Every changing call, with its service.
fn changing_calls() -> Vec<(String, String)> {
    let models = change_models().unwrap();
    let services: Vec<&str> = models.services().collect();
    let calls = services.into_iter().flat_map(|service| {
        let model = models.load(service).unwrap();
        let named = |call: &String| (service.to_owned(), call.clone());
        model.operations.keys().map(named).collect::<Vec<_>>()
    });
    calls.collect()
}

fn definition(service: &str, call: &str, raw: bool) -> Map<String, Value> {
    let mut fields = json!({"name": "sneaky", "service": service, "call": call, "input": {}});
    let more = if raw {
        json!({"raw": true})
    } else {
        let column = json!({"name": "a", "path": "`1`", "meaning": "one"});
        json!({"summary": "changes", "rows": "[@]", "key": ["a"], "columns": [column]})
    };
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields.as_object().unwrap().clone()
}

/// What every place says that takes a call by its name.
fn refusal(service: &str, call: &str) -> String {
    format!("call: got `{call}`, allowed: a read-only operation of {service}")
}

#[test]
fn no_definition_of_a_request_makes_a_changing_call() {
    for (service, call) in changing_calls() {
        for raw in [false, true] {
            let mut violations = Violations::default();
            let found = defined(&definition(&service, &call, raw), &mut violations);
            let said = violations.to_string();
            assert!(found.is_none(), "{service} {call}");
            assert!(said.contains(&refusal(&service, &call)), "{service} {call}: {said}");
        }
    }
}

#[test]
fn no_call_that_is_asked_for_is_a_changing_one() {
    for (service, call) in changing_calls() {
        assert!(raw_definition(&service, &call, &[]).is_err(), "{service} {call}");
        let overrides = Overrides { rows: Some("[@]".to_owned()), ..Overrides::default() };
        assert!(overrides.ask(&service, &call).is_err(), "{service} {call}");
    }
}

#[test]
fn no_file_makes_a_changing_call() {
    for (service, call) in changing_calls() {
        let text = format!(
            "name = \"sneaky\"\nsummary = \"changes\"\nservice = \"{service}\"\ncall = \"{call}\"\n\
             rows = \"[@]\"\nkey = [\"a\"]\n\
             columns = [{{ name = \"a\", path = \"`1`\", meaning = \"one\" }}]\n"
        );
        let faults = read_toml(&text).unwrap_err().to_string();
        assert!(faults.contains(&refusal(&service, &call)), "{service} {call}: {faults}");
    }
}

#[test]
fn only_mutating_operations_name_the_type_of_changing_calls() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut named = Vec::new();
    for file in sources(crates) {
        let text = std::fs::read_to_string(&file).unwrap();
        if text.contains("ChangeCall") || text.contains("change_models") {
            named.push(file.strip_prefix(crates).unwrap().to_owned());
        }
    }
    let own = ["models", "operations/src/tests/changing_calls.rs"];
    let may = |file: &PathBuf| MAY_CHANGE.iter().chain(&own).any(|place| file.starts_with(place));
    let others: Vec<_> = named.iter().filter(|file| !may(file)).collect();
    assert!(others.is_empty(), "{others:?}");
    let unused = MAY_CHANGE.iter().find(|place| !named.iter().any(|file| file.starts_with(place)));
    assert_eq!(unused, None);
}

/// Every Rust file in a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let inside = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    let all = entries.flat_map(inside);
    all.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}
