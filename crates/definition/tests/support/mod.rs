//! Canned answers in place of AWS, and what was asked of them.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::Duration;

use futures_util::future::BoxFuture;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::outcome::classification::CallFailure;
use org_operator_core::{AccountId, Region};
use org_operator_definition::calls::{Ask, CallError, Calls, Failure, Page};
use org_operator_definition::{Checked, Rows, Target, read_toml};
use serde_json::{Map, Value};

/// The account of every target.
pub(crate) const ACCOUNT: &str = "111111111111";

/// What is answered to a call: pages, and perhaps an error after them.
pub(crate) struct Answer {
    operation: &'static str,
    /// What the input must have for this answer.
    input: Value,
    pages: Vec<Value>,
    error: Option<CallError>,
}

/// Answers by operation; each stays for as many calls as come.
#[derive(Default)]
pub(crate) struct Canned {
    answers: Vec<Answer>,
    asked: Mutex<VecDeque<(String, Value)>>,
    pauses: Mutex<u32>,
}

impl Canned {
    pub(crate) fn pages(
        self,
        operation: &'static str,
        pages: impl IntoIterator<Item = Value>,
    ) -> Self {
        self.answer(operation, Value::Null, pages, None)
    }

    pub(crate) fn pages_for(
        self,
        operation: &'static str,
        input: Value,
        pages: impl IntoIterator<Item = Value>,
    ) -> Self {
        self.answer(operation, input, pages, None)
    }

    pub(crate) fn refusal(self, operation: &'static str, code: &str) -> Self {
        self.answer(operation, Value::Null, [], Some(failed(code)))
    }

    pub(crate) fn refusal_for(self, operation: &'static str, input: Value, code: &str) -> Self {
        self.answer(operation, input, [], Some(failed(code)))
    }

    pub(crate) fn lacking(self, operation: &'static str) -> Self {
        self.answer(
            operation,
            Value::Null,
            [],
            Some(CallError::NoService("it is not there".to_owned())),
        )
    }

    pub(crate) fn answer(
        mut self,
        operation: &'static str,
        input: Value,
        pages: impl IntoIterator<Item = Value>,
        error: Option<CallError>,
    ) -> Self {
        self.answers.push(Answer { operation, input, pages: pages.into_iter().collect(), error });
        self
    }

    /// The inputs that `operation` was called with.
    pub(crate) fn inputs(&self, operation: &str) -> Vec<Value> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(name, _)| name == operation).map(|(_, input)| input.clone()).collect()
    }

    pub(crate) fn paused(&self) -> u32 {
        *self.pauses.lock().unwrap()
    }
}

/// A refusal with a code, as a service gives it.
pub(crate) fn failed(code: &str) -> CallError {
    CallError::Failed(Box::new(CallFailure::answered(code, 400, "no")))
}

fn has(input: &Value, wanted: &Value) -> bool {
    let wanted = wanted.as_object().cloned().unwrap_or_default();
    wanted.iter().all(|(name, value)| input.get(name) == Some(value))
}

impl Calls for Canned {
    fn pages<'a>(&'a self, ask: Ask<'a>, page: Page<'a>) -> BoxFuture<'a, Result<(), CallError>> {
        self.asked.lock().unwrap().push_back((ask.operation.to_owned(), ask.input.clone()));
        let found =
            self.answers.iter().find(|a| a.operation == ask.operation && has(ask.input, &a.input));
        let answer =
            found.unwrap_or_else(|| panic!("no answer for {} {}", ask.operation, ask.input));
        Box::pin(async move {
            for value in &answer.pages {
                if page(value.clone()) == ControlFlow::Break(()) {
                    return Ok(());
                }
            }
            answer.error.clone().map_or(Ok(()), Err)
        })
    }

    fn pause(&self, _: Duration) -> BoxFuture<'_, ()> {
        *self.pauses.lock().unwrap() += 1;
        Box::pin(async {})
    }
}

/// The target of every test, on 2026-11-25.
pub(crate) fn target() -> Target {
    Target {
        account: AccountId::parse(ACCOUNT).unwrap(),
        region: Region::parse("eu-west-1").unwrap(),
        now: Timestamp::parse("2026-11-25T12:00:00Z").unwrap(),
    }
}

/// The definition of a file, which must be right.
pub(crate) fn checked(text: &str) -> Checked {
    read_toml(text).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The example file called `name`.
pub(crate) fn file(name: &str) -> String {
    let path = format!("{}/tests/files/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// The rows of a definition with the defaults of its parameters.
pub(crate) async fn run(text: &str, canned: &Canned) -> Result<Rows, Failure> {
    run_with(text, canned, &Map::new()).await
}

/// The rows of a definition with `parameters`.
pub(crate) async fn run_with(
    text: &str,
    canned: &Canned,
    parameters: &Map<String, Value>,
) -> Result<Rows, Failure> {
    let checked = checked(text);
    let resolved = checked.resolve(parameters).unwrap_or_else(|faults| panic!("{faults}"));
    checked.run(&target(), &resolved, canned).await
}

/// The faults of a file, one a line.
pub(crate) fn faults(text: &str) -> String {
    read_toml(text).err().map(|faults| faults.to_string()).unwrap_or_default()
}

/// Each row as its cells with `|` between.
pub(crate) fn lines(rows: &Rows) -> Vec<String> {
    rows.iter().map(|row| row.join("|")).collect()
}
