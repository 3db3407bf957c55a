//! Every operation that is a file, run over answers as its services give them, through their own
//! protocols. The answers and the rows that they mean are data: `tests/answers/<operation>.toml`, which `crates/replay`
//! reads and writes in each protocol.

mod claims;
mod clock;
mod fixture;
mod service;

use std::collections::BTreeMap;
use std::sync::Arc;

use org_operator_core::model::spec::Spec;
use org_operator_core::model::timestamp::Timestamp;
use serde_json::Value;

use crate::defined::of_file;
use crate::replay::target_over;
use crate::{Operation, OperationFailure, Rows};
use fixture::{Answer, Case, Fixture, Shows, fixture, names, operation_file};
use service::Replay;

/// The rows of an operation, or the code that it failed with.
type Outcome = Result<Rows, String>;

/// The operation of a file's text.
fn read(name: &str, text: &str) -> Arc<dyn Operation> {
    of_file(text).unwrap_or_else(|faults| panic!("{name}: {faults}"))
}

/// Runs a case: its own answers come before those of the fixture.
async fn run(operation: &dyn Operation, fixture: &Fixture, case: &Case) -> (Replay, Outcome) {
    let answers: Vec<&Answer> = fixture.answers_of(case).collect();
    run_over(operation, case, &answers, None).await
}

/// As [`run`], over other answers, and at another moment than the usual one.
async fn run_over(
    operation: &dyn Operation,
    case: &Case,
    answers: &[&Answer],
    now: Option<Timestamp>,
) -> (Replay, Outcome) {
    let replay = Replay::of(answers);
    let mut target = target_over("eu-west-1", replay.client.clone());
    target.parameters = Arc::new(case.parameters.clone());
    target.now = now.unwrap_or(target.now);
    let outcome = operation.run(&target).await.map(sorted).map_err(|failure| code(&failure));
    (replay, outcome)
}

fn sorted(mut rows: Rows) -> Rows {
    rows.sort();
    rows
}

fn code(failure: &OperationFailure) -> String {
    let refused = failure.call().and_then(|call| call.code.clone());
    refused.unwrap_or_else(|| format!("{failure:?}"))
}

/// The rows that a case names, with the cells that it does not name empty.
fn expected(spec: &Spec, case: &Case, fixture: &Fixture) -> Rows {
    let rows = case.rows.as_ref().or(fixture.cases[0].rows.as_ref());
    let named = rows.unwrap_or_else(|| panic!("{}: no rows", case.name)).iter();
    sorted(named.map(|row| cells(spec, row)).collect())
}

fn cells(spec: &Spec, row: &BTreeMap<String, Value>) -> Vec<String> {
    for name in row.keys() {
        assert!(spec.columns.iter().any(|column| column.name == *name), "no column {name}");
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let cell = |name: &String| row.get(name).map(text).unwrap_or_default();
    spec.columns.iter().map(|column| cell(&column.name)).collect()
}

/// What is wrong with the outcome of a case.
async fn wrong(operation: &dyn Operation, fixture: &Fixture, case: &Case) -> Option<String> {
    let (replay, outcome) = run(operation, fixture, case).await;
    let wanted = match &case.fails {
        Some(code) => Err(code.clone()),
        None => Ok(expected(operation.spec(), case, fixture)),
    };
    if outcome != wanted {
        return Some(format!("expected\n  {wanted:?}, got\n  {outcome:?}"));
    }
    let lacks_pages = case.shows == Shows::Pages && !replay.gave_several_pages();
    lacks_pages.then(|| "no answer of several pages was read".to_owned())
}

/// What is wrong with a trap: that the file does not need the text, or not as the case says.
async fn harmless(name: &str, fixture: &Fixture, case: &Case) -> Option<String> {
    let mut text = operation_file(name);
    for (from, to) in &case.without {
        if !text.contains(from) {
            return Some(format!("the file has no `{from}`"));
        }
        text = text.replacen(from, to, 1);
    }
    let operation = read(name, &text);
    let (_, outcome) = run(&*operation, fixture, case).await;
    let right = expected(operation.spec(), case, fixture);
    let same = match (&outcome, &case.breaks) {
        (Err(code), Some(wanted)) => (code != wanted).then(|| wanted.clone()),
        (Ok(rows), None) => same_cell(case, &right, rows).cloned(),
        _ => Some("the outcome".to_owned()),
    };
    same.map(|what| format!("without its mend {what} is not as said; it gives\n  {outcome:?}"))
}

/// A cell that a case says to come or to go without the mend, and which does not.
fn same_cell<'a>(case: &'a Case, right: &Rows, without: &Rows) -> Option<&'a String> {
    let has = |rows: &Rows, cell: &String| rows.iter().flatten().any(|other| other == cell);
    let mut adds = case.adds.iter();
    let stays_away = adds.find(|cell| has(right, cell) || !has(without, cell));
    stays_away.or(case.loses.iter().find(|cell| !has(right, cell) || has(without, cell)))
}

#[tokio::test(start_paused = true)]
async fn every_operation_gives_the_rows_that_its_answers_mean() {
    let mut problems = Vec::new();
    for name in names("tests/answers") {
        let (operation, fixture) = (read(&name, &operation_file(&name)), fixture(&name));
        for case in &fixture.cases {
            let found = wrong(&*operation, &fixture, case).await;
            problems.extend(found.map(|text| format!("{name}: {}: {text}", case.name)));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn without_its_mend_an_operation_falls_into_its_trap() {
    let mut problems = Vec::new();
    for name in names("tests/answers") {
        let fixture = fixture(&name);
        for case in fixture.cases.iter().filter(|case| case.shows == Shows::Trap) {
            let found = harmless(&name, &fixture, case).await;
            problems.extend(found.map(|text| format!("{name}: {}: {text}", case.name)));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
