//! The paths through the state machine.

use org_operator_tests::files::state_machine;
use serde_json::Value;

use super::{Names, names, strings};

/// The states that `state` can go on to.
fn successors(state: &Value) -> Names {
    let mut next = strings(&state["Next"]);
    next.extend(strings(&state["Default"]));
    for list in ["Catch", "Choices"] {
        for entry in state[list].as_array().into_iter().flatten() {
            next.extend(strings(&entry["Next"]));
        }
    }
    next
}

fn assert_sound(machine: &Value, place: &str) {
    let states = machine["States"].as_object().cloned().unwrap_or_default();
    let mut reached = Names::new();
    let mut todo = strings(&machine["StartAt"]);
    while let Some(name) = todo.pop_first() {
        let state = states.get(&name).unwrap_or_else(|| panic!("{place}: no state `{name}`"));
        let next = successors(state);
        let ends = state["End"] == true
            || ["Succeed", "Fail"].contains(&state["Type"].as_str().unwrap_or_default());
        assert!(ends || !next.is_empty(), "{place}: `{name}` leads nowhere");
        if reached.insert(name.clone()) {
            todo.extend(next);
        }
        if state["Type"] == "Map" {
            assert_sound(&state["ItemProcessor"], &name);
        }
    }
    let all = names(states.keys().map(String::as_str));
    assert_eq!(reached, all, "{place}: states that nothing leads to");
}

#[test]
fn every_state_is_reached_and_every_path_ends() {
    assert_sound(&state_machine(), "the state machine");
}
