//! What services answer to an operation and which rows that means, as a file
//! `crates/operations/tests/answers/<operation>.toml` says it. How an answer goes over the wire is in
//! `wire.rs`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::mistake::Mistake;

/// The answers that an operation gets, and its cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// What is answered in every case that does not say it otherwise.
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// What is answered some days later about the same things.
    #[serde(default)]
    pub later: Vec<Answer>,
    /// The first has the operation's usual rows, one of which is its example.
    pub cases: Vec<Case>,
}

/// What a case shows.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Shows {
    /// Rows of one page.
    Rows,
    /// Rows of more than one page.
    Pages,
    /// What it gives where there is nothing.
    Empty,
    /// That the rows would be wrong without a part of the file.
    Trap,
    /// A failure.
    Refusal,
}

/// A run, and what must come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The case in words.
    pub name: String,
    /// What it shows.
    pub shows: Shows,
    /// The operation's parameters.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// What is answered in this case, before what the fixture says.
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// The rows, by column, without the cells that are empty; of a trap those of the first case.
    #[serde(default)]
    pub rows: Option<Vec<BTreeMap<String, Value>>>,
    /// The code of the error that the run fails with.
    pub fails: Option<String>,
    /// Of a trap: texts of the file, each with what stands in its place where somebody fell into it.
    #[serde(default)]
    pub without: Vec<(String, String)>,
    /// Of a trap: cells that come without those texts, and must not.
    #[serde(default)]
    pub adds: Vec<String>,
    /// Of a trap: cells that are missing without those texts.
    #[serde(default)]
    pub loses: Vec<String>,
    /// Of a trap: the code of the error that the run fails with without those texts.
    pub breaks: Option<String>,
}

/// What a service answers to one call.
#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The service and the call: `ec2 DescribeVpcs`.
    pub to: String,
    /// Texts that a request must have for this answer.
    #[serde(default)]
    pub asking: Vec<String>,
    /// How often it is given, where not always.
    pub times: Option<usize>,
    /// Another call, and how often it must have been made before.
    pub after: Option<(String, usize)>,
    /// The pages in botocore's shape, without their tokens.
    #[serde(default)]
    pub pages: Vec<Value>,
    /// The refusal, in the place of pages or after them.
    pub error: Option<ErrorAnswer>,
}

/// An error as a service gives it.
#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct ErrorAnswer {
    /// The HTTP status code.
    pub status: u16,
    /// The error's code in the words of the service.
    pub code: String,
    /// The error's message, or nothing.
    #[serde(default)]
    pub message: String,
}

impl Fixture {
    /// Reads the text of the file of `name`.
    ///
    /// # Errors
    /// [`Mistake::File`] where it is no TOML, or has other fields than a fixture.
    pub fn read(name: &str, text: &str) -> Result<Self, Mistake> {
        let wrong = |reason: String| Mistake::File { file: name.to_owned(), reason };
        let value = org_operator_definition::json_of_toml(text)
            .map_err(|faults| wrong(faults.to_string()))?;
        serde_json::from_value(value).map_err(|error| wrong(error.to_string()))
    }

    /// The answers of a case, its own before those of the fixture.
    pub fn answers_of<'a>(&'a self, case: &'a Case) -> impl Iterator<Item = &'a Answer> {
        case.answers.iter().chain(&self.answers)
    }
}
