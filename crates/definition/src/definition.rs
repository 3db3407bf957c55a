//! An operation as data: what a file says, after reading and before any model is asked. FORMAT.md says what each field means.

use std::collections::BTreeMap;

use org_operator_core::model::spec::List;
use serde_json::{Map, Value};

/// Cells of a row that no answer gave, by column.
pub type Cells = BTreeMap<String, String>;

/// The content of an operation file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Definition {
    /// The name in requests and artifacts, `kebab-case`.
    pub name: String,
    /// One line for a person: what a row is.
    pub summary: String,
    /// The question in words that the operation answers; empty where the file has none.
    pub question: String,
    /// The group of the catalogue that it belongs to.
    pub suite: Option<Suite>,
    /// What it does not see, a sentence each, for its page in the documentation.
    pub not_seen: Vec<String>,
    /// A row as an example, for its page in the documentation.
    pub example: Cells,
    /// Where it runs; `None` leaves it to the model of the service.
    pub scope: Option<Scope>,
    /// The Regions where it can run; empty for all.
    pub regions: Vec<String>,
    /// IAM actions besides those that the models know.
    pub actions: Vec<String>,
    /// What a run can set.
    pub parameters: Vec<Parameter>,
    /// The columns that tell two rows of a target apart; empty where a target has at most one row.
    pub key: Vec<String>,
    /// The columns in their order.
    pub columns: Vec<Column>,
    /// The lists that a report shows of the records, beside their tree.
    pub lists: Vec<List>,
    /// Where rows come from; one, or several with the same columns.
    pub sources: Vec<Source>,
    /// Whether the file lists `sources`; else it has one, whose fields and paths stand at the top.
    pub union: bool,
    /// The row of a target that has none.
    pub when_empty: Option<Cells>,
    /// What `lookup` finds, by the table's name.
    pub tables: BTreeMap<String, Table>,
}

/// Where an operation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Once in every Region of an account.
    Regional,
    /// Once in an account.
    Global,
}

impl Scope {
    /// Both, in the order of the documentation.
    pub const ALL: [Self; 2] = [Self::Regional, Self::Global];

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Regional => "regional",
            Self::Global => "global",
        }
    }
}

/// A group of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// Inventory: which resources there are.
    Inventory,
    /// Networks: what can reach what.
    Network,
    /// What is open, weak or not watched.
    Security,
    /// What costs and is not used.
    Cost,
}

impl Suite {
    /// Every suite, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Inventory, Self::Network, Self::Security, Self::Cost];

    /// The name in files and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Network => "network",
            Self::Security => "security",
            Self::Cost => "cost",
        }
    }
}

/// A column of the records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// The column's name, `snake_case`.
    pub name: String,
    /// What stands there, for a person.
    pub meaning: String,
    /// Whether it is left out where records of two runs are compared: an age changes every day.
    pub computed: bool,
    /// Whether it may show what AWS marks as sensitive.
    pub sensitive: bool,
}

/// What a run can set.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The name in requests, `PascalCase`.
    pub name: String,
    /// What it does, for a person.
    pub meaning: String,
    /// What a value must be.
    pub kind: ParameterKind,
    /// Its value where a run sets none; `None` where a run must set it.
    pub default: Option<Value>,
    /// The values that it may have; empty for any.
    pub allowed: Vec<Value>,
}

/// What a parameter's value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Any text.
    Text,
    /// A whole number, as in `90`.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A list of texts.
    List,
}

impl ParameterKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Text, Self::Integer, Self::Boolean, Self::List];

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::List => "list",
        }
    }

    /// Whether `value` is of this kind.
    #[must_use]
    pub fn takes(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Integer => value.is_i64(),
            Self::Boolean => value.is_boolean(),
            Self::List => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        }
    }
}

/// A call and what goes into it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// The service as botocore and the AWS CLI name it; empty where the file has none.
    pub service: String,
    /// The operation as AWS names it; empty where the file has none.
    pub call: String,
    /// The input, with `{name}` for constants and parameters.
    pub input: Map<String, Value>,
}

/// A listing whose rows become records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Source {
    /// A call that prepares the answer of the next one.
    pub before: Option<Before>,
    /// The call that lists the rows.
    pub request: Request,
    /// The path of the rows in an answer.
    pub rows: String,
    /// The path of a list in each row, whose items are the rows in its place.
    pub nested: Option<String>,
    /// Paths that must hold for a row to stay.
    pub keep: Vec<String>,
    /// Listings that are asked for once in a target.
    pub with: Vec<Listing>,
    /// Calls that are made for each row.
    pub each: Vec<FollowUp>,
    /// Error codes of the listing that are an answer: the row that they mean, or `None` for no row.
    pub answers: BTreeMap<String, Option<Cells>>,
    /// The path of each column that has one.
    pub cells: Cells,
}

/// A call that is made before the listing, again and again until a path holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Before {
    /// The call.
    pub request: Request,
    /// The path that holds once its answer is the last one; `None` for one call.
    pub until: Option<String>,
}

/// A second listing, asked for once in a target.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    /// What paths call it, behind `$`.
    pub name: String,
    /// The call.
    pub request: Request,
    /// The path of its rows; `None` where the answer itself is wanted.
    pub rows: Option<String>,
    /// The paths that must have a value in common: of the row, and of the listing's row.
    pub on: Option<(String, String)>,
    /// What its errors mean.
    pub errors: Errors,
}

/// A call that is made for each row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FollowUp {
    /// What paths call it, behind `$`.
    pub name: String,
    /// The call.
    pub request: Request,
    /// Input members with the path of their value.
    pub bind: BTreeMap<String, String>,
    /// The path that must hold for the call to be made.
    pub when: Option<String>,
    /// The path of a list: a call for each of its items in place of one for the row.
    pub over: Option<String>,
    /// The path of the wanted rows; `None` where the answer itself is wanted.
    pub rows: Option<String>,
    /// What its errors mean.
    pub errors: Errors,
}

/// Which errors of a call are an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors {
    /// Codes that mean that there is nothing.
    pub absent: Vec<String>,
    /// Whether a refusal is a cell with `denied` in it, not a failure.
    pub denied: bool,
}

/// A table of data that `lookup` reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Where the data is from.
    pub source: String,
    /// The day of the data, `2026-11-24`.
    pub date: String,
    /// Whether it must have every value that the model knows.
    pub complete: bool,
    /// The values by key.
    pub values: BTreeMap<String, String>,
}
