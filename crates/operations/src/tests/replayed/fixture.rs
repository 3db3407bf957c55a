//! What services answer to an operation and which rows that means, as `tests/answers/<operation>.toml`
//! says it. How an answer goes over the wire is in `wire.rs`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value};

/// The answers that an operation gets, and its cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fixture {
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
pub(super) enum Shows {
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
pub(super) struct Case {
    pub name: String,
    pub shows: Shows,
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
pub(super) struct Answer {
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
    pub error: Option<ErrorAnswer>,
}

/// An error as a service gives it.
#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct ErrorAnswer {
    pub status: u16,
    pub code: String,
    #[serde(default)]
    pub message: String,
}

impl Answer {
    /// The service's and the call's name.
    pub(super) fn call(&self) -> (&str, &str) {
        self.to.split_once(' ').unwrap_or_else(|| panic!("`{}` is no service and call", self.to))
    }
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The names of the files in a folder of this crate, without their ending, sorted.
pub(super) fn names(of: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder(of)).unwrap();
    let stem = |path: PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut names: Vec<String> = files.map(|file| stem(file.unwrap().path())).collect();
    names.sort();
    names
}

/// The text of an operation's file.
pub(super) fn operation_file(name: &str) -> String {
    std::fs::read_to_string(folder("catalogue").join(format!("{name}.toml"))).unwrap()
}

/// The answers and cases of an operation.
pub(super) fn fixture(name: &str) -> Fixture {
    let path = folder("tests/answers").join(format!("{name}.toml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let read = org_operator_definition::json_of_toml(&text);
    let value = read.unwrap_or_else(|faults| panic!("{name}: {faults}"));
    serde_json::from_value(value).unwrap_or_else(|e| panic!("{name}: {e}"))
}
