//! A row on its way, and what paths can name while they are evaluated for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Target;
use crate::calls::Failure;
use crate::check::PARENT;
use crate::definition::Table;
use crate::functions::{NOW, TABLE};
use crate::parameters::{Parameters, filled_members};
use crate::path::{Path, Scope};

/// What is the same for every row: constants, parameters, tables and the moment.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    constants: BTreeMap<String, Value>,
    parameters: &'a Parameters,
}

impl<'a> Facts<'a> {
    pub(crate) fn of(
        target: &Target,
        parameters: &'a Parameters,
        tables: &BTreeMap<String, Table>,
    ) -> Self {
        let partition = target.region.partition().as_str();
        let constants = [
            ("account_id", target.account.as_str()),
            ("region", target.region.as_str()),
            ("partition", partition),
            (NOW, &target.now.to_string()),
        ];
        let mut known: BTreeMap<String, Value> = constants
            .into_iter()
            .map(|(name, text)| (name.to_owned(), Value::from(text)))
            .collect();
        for (name, table) in tables {
            let values =
                table.values.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str())));
            known.insert(format!("{TABLE}{name}"), Value::Object(values.collect()));
        }
        Self { constants: known, parameters }
    }

    /// An input with constants and parameters filled in.
    pub(crate) fn input(&self, input: &Map<String, Value>) -> Map<String, Value> {
        filled_members(input, &|name| self.value(name).cloned())
    }
}

impl Scope for Facts<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.constants.get(name).or_else(|| self.parameters.get(name))
    }
}

/// A row on its way: what it is of, and what the calls for it answered.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) value: Value,
    parent: Option<Arc<Value>>,
    answers: Vec<(String, Arc<Value>)>,
    denied: Vec<String>,
}

impl Row {
    pub(super) fn of(value: Value) -> Self {
        Self { value, parent: None, answers: Vec::new(), denied: Vec::new() }
    }

    /// The rows of `items`, which stand in this one.
    pub(super) fn nested(self, items: Vec<Value>) -> impl Iterator<Item = Self> {
        let parent = Arc::new(self.value);
        let (answers, denied) = (self.answers, self.denied);
        items.into_iter().map(move |value| Self {
            value,
            parent: Some(parent.clone()),
            answers: answers.clone(),
            denied: denied.clone(),
        })
    }

    /// The row with what a call answered.
    pub(super) fn with(mut self, name: &str, answer: Arc<Value>) -> Self {
        self.answers.push((name.to_owned(), answer));
        self
    }

    /// The row with a call that was refused.
    pub(super) fn refused(mut self, name: &str) -> Self {
        self.denied.push(name.to_owned());
        self
    }

    /// Whether `path` names a call that was refused.
    pub(super) fn lacks(&self, path: &Path) -> bool {
        path.variables().any(|name| self.denied.iter().any(|denied| denied == name))
    }

    /// The row's own names and those of `facts`.
    pub(super) fn names<'a>(&'a self, facts: &'a Facts<'a>) -> Names<'a> {
        Names { row: self, facts }
    }
}

/// What paths can name for one row.
pub(super) struct Names<'a> {
    row: &'a Row,
    facts: &'a Facts<'a>,
}

impl Scope for Names<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        if name == PARENT {
            return self.row.parent.as_deref();
        }
        let answer = self.row.answers.iter().find(|(known, _)| known == name);
        // A refused call has no answer, and whatever names it is `denied` already.
        answer.map(|(_, value)| value.as_ref()).or_else(|| self.facts.value(name))
    }
}

/// A path that failed, with the field that it stands in.
pub(super) fn at(place: &str) -> impl Fn(String) -> Failure {
    move |message| Failure::Path { place: place.to_owned(), message }
}
