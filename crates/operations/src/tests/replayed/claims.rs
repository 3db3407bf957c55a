//! What every operation's fixture must show, and that its cases show what they say.

use std::collections::BTreeSet;

use org_operator_models::models;
use serde_json::Value;

use super::fixture::{Case, Fixture, Shows, fixture, names, operation_file};
use super::{cells, read};
use crate::catalogue;

fn shown(fixture: &Fixture) -> BTreeSet<Shows> {
    fixture.cases.iter().map(|case| case.shows).collect()
}

/// The listings of a file, as service and call.
fn listings(name: &str) -> Vec<(String, String)> {
    let file = org_operator_definition::json_of_toml(&operation_file(name)).unwrap();
    let text = |value: &Value, field: &str| value[field].as_str().unwrap_or_default().to_owned();
    let sources = file["sources"].as_array().cloned().unwrap_or_else(|| vec![file]);
    sources.iter().map(|source| (text(source, "service"), text(source, "call"))).collect()
}

fn has_pages((service, call): &(String, String)) -> bool {
    models().unwrap().load(service).unwrap().operations[call].pages.is_some()
}

/// What a fixture must show: pages only where a listing has them.
fn wanted(name: &str) -> BTreeSet<Shows> {
    let pages = listings(name).iter().any(has_pages).then_some(Shows::Pages);
    [Shows::Empty, Shows::Trap, Shows::Refusal].into_iter().chain(pages).collect()
}

#[test]
fn every_operation_file_has_answers_and_no_answers_are_left_over() {
    assert_eq!(names("tests/answers"), names("catalogue"));
}

#[test]
fn every_operation_shows_pages_nothing_a_trap_and_a_refusal() {
    for name in names("catalogue") {
        let lacking: Vec<Shows> =
            wanted(&name).difference(&shown(&fixture(&name))).copied().collect();
        assert!(lacking.is_empty(), "{name}: {lacking:?}");
    }
}

/// Why a case does not show what it says.
fn vain(case: &Case, is_first: bool) -> Option<&'static str> {
    let compares = !case.adds.is_empty() || !case.loses.is_empty() || case.breaks.is_some();
    match case.shows {
        Shows::Trap if case.without.is_empty() || !compares => {
            Some("takes nothing out of the file")
        }
        Shows::Refusal if case.fails.is_none() => Some("does not fail"),
        Shows::Empty if case.rows.is_none() => Some("does not say what there is"),
        Shows::Rows | Shows::Pages if is_first && case.rows.iter().all(Vec::is_empty) => {
            Some("has no rows")
        }
        _ => None,
    }
}

#[test]
fn every_case_shows_what_it_says() {
    for name in names("tests/answers") {
        for (index, case) in fixture(&name).cases.iter().enumerate() {
            assert_eq!(vain(case, index == 0), None, "{name}: {}", case.name);
        }
    }
}

#[test]
fn every_example_is_a_row_of_the_replayed_answers() {
    for operation in catalogue().operations().unwrap() {
        let spec = operation.spec();
        assert_eq!(spec.documentation.example.len(), spec.columns.len(), "{}", spec.name);
    }
    for name in names("tests/answers") {
        let (operation, fixture) = (read(&name, &operation_file(&name)), fixture(&name));
        let spec = operation.spec();
        let rows = fixture.cases.iter().flat_map(|case| case.rows.iter().flatten());
        let found = rows.map(|row| cells(spec, row)).any(|row| row == spec.documentation.example);
        assert!(found, "{name}: the example is a row of no case");
    }
}

/// The tables of a file, by name.
fn tables(file: &Value) -> impl Iterator<Item = (&String, &Value)> {
    file["tables"].as_object().into_iter().flatten()
}

#[test]
fn every_table_has_its_source_and_day_and_is_held_to_the_model() {
    let mut known = Vec::new();
    for name in names("catalogue") {
        let file = org_operator_definition::json_of_toml(&operation_file(&name)).unwrap();
        for (table, content) in tables(&file) {
            assert!(content["source"].as_str().is_some_and(|source| source.contains("AWS")));
            assert!(content["date"].as_str().is_some_and(|day| day.len() == 10 && day > "2026"));
            assert_eq!(content["complete"], true, "{name}: {table}");
            known.push(table.clone());
        }
    }
    assert_eq!(known, ["lambda-runtimes"]);
}

#[test]
fn a_runtime_that_the_model_knows_and_the_table_lacks_is_a_fault() {
    let text = operation_file("lambda-functions");
    let lambda = models().unwrap().load("lambda").unwrap();
    let runtimes = lambda.shapes().iter().find(|s| s.values.iter().any(|v| v == "python3.13"));
    for runtime in &runtimes.unwrap().values {
        let line = |text: &&str| !text.starts_with(&format!("\"{runtime}\" = "));
        let without: Vec<&str> = text.lines().filter(line).collect();
        let faults = crate::defined::of_file(&without.join("\n")).err().unwrap_or_default();
        assert!(
            faults.contains(&format!("no {runtime} in the table `lambda-runtimes`")),
            "{faults}"
        );
    }
}
