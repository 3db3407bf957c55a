//! One call's answers as they come: what `ask --raw` runs. It has no operation file, since its rows are
//! no rows of AWS but pieces of pages; [`raw_pages`] puts them together again.

use std::ops::ControlFlow;

use futures_util::future::BoxFuture;
use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::{Column, Spec};
use org_operator_definition::calls::{Ask, Calls};
use org_operator_definition::{Checked, Client, Faults, Overrides, without_sensitive};
use serde_json::{Map, Value};

use crate::defined::{DefinedOperation, unanswered};
use crate::{Operation, OperationFailure, Rows, Target};

/// The field of a definition that asks for answers as they come.
pub const RAW: &str = "raw";

/// Bytes of a piece of a page: a record with it fits into the ledger.
const PIECE: usize = 250_000;

/// The definition that asks for the answers of `call` as they come; `inputs` are what goes into it, each
/// `NAME=VALUE` or a whole JSON object.
///
/// # Errors
/// What is wrong with the call or its input, by AWS's model.
pub fn raw_definition(
    service: &str,
    call: &str,
    inputs: &[String],
) -> Result<Map<String, Value>, Faults> {
    checked(service, call, inputs).map(|checked| written(service, call, &checked))
}

/// The call as a definition whose rows nobody reads: this holds service, call and input to the model.
fn checked(service: &str, call: &str, inputs: &[String]) -> Result<Checked, Faults> {
    let overrides = Overrides {
        inputs: inputs.to_vec(),
        rows: Some("[@]".to_owned()),
        columns: vec!["answered=`true`".to_owned()],
        ..Overrides::default()
    };
    overrides.ask(service, call)
}

fn written(service: &str, call: &str, checked: &Checked) -> Map<String, Value> {
    let source = checked.definition().sources.first();
    let input = source.map(|source| source.request.input.clone()).unwrap_or_default();
    let fields = [
        ("name", Value::from(format!("raw-{service}-{}", call.to_ascii_lowercase()))),
        (RAW, Value::Bool(true)),
        ("service", Value::from(service)),
        ("call", Value::from(call)),
        ("input", Value::Object(input)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The operation of a definition that asks for answers as they come; `None` where something is wrong
/// with it, which is noted.
pub(crate) fn of_definition(
    definition: &Map<String, Value>,
    violations: &mut Violations,
) -> Option<RawAnswers> {
    let text = |name: &str| definition.get(name).and_then(Value::as_str).unwrap_or_default();
    let (service, call) = (text("service"), text("call"));
    let input = definition.get("input").and_then(Value::as_object);
    let given = input.filter(|members| !members.is_empty());
    let inputs: Vec<String> =
        given.map(|members| Value::Object(members.clone()).to_string()).into_iter().collect();
    let checked = checked(service, call, &inputs)
        .map_err(|faults| faults.note_in("Definition", violations))
        .ok()?;
    let expected = written(service, call, &checked);
    // The name is that of a folder, and whatever else stands there would have no effect.
    if *definition != expected {
        let came = Value::Object(definition.clone());
        violations.note("Definition", &came, Value::Object(expected).to_string());
        return None;
    }
    Some(RawAnswers {
        spec: declared(text("name"), DefinedOperation::new(checked).spec()),
        service: service.to_owned(),
        call: call.to_owned(),
        input: expected["input"].clone(),
    })
}

/// Whether a definition asks for answers as they come.
#[must_use]
pub fn is_raw(definition: &Map<String, Value>) -> bool {
    definition.get(RAW) == Some(&Value::Bool(true))
}

fn declared(name: &str, checked: &Spec) -> Spec {
    let columns = [
        ("page", "which page of the answer, from 000000"),
        ("piece", "which piece of the page, from 000000"),
        ("text", "the piece of the page's JSON"),
    ];
    let declared = columns.map(|(name, meaning)| Column::new(name, meaning));
    let (name, columns) = (name.to_owned(), declared.to_vec());
    let key = vec!["page".to_owned(), "piece".to_owned()];
    Spec { name, columns, key, ..checked.clone() }
}

/// One call, answered as the service answers it, without what AWS marks as sensitive.
#[derive(Debug, Clone)]
pub(crate) struct RawAnswers {
    spec: Spec,
    service: String,
    call: String,
    input: Value,
}

impl RawAnswers {
    async fn pages(&self, target: &Target) -> Result<Rows, OperationFailure> {
        let client = Client::new(target.shared.clients.connection(&target.config));
        let ask = Ask { service: &self.service, operation: &self.call, input: &self.input };
        let mut pages = Vec::new();
        let mut take = |page| {
            pages.push(without_sensitive(&self.service, &self.call, page).to_string());
            ControlFlow::Continue(())
        };
        client.pages(ask, &mut take).await.map_err(unanswered)?;
        Ok(pages.iter().enumerate().flat_map(|(index, page)| rows_of(index, page)).collect())
    }
}

impl Operation for RawAnswers {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(self.pages(target))
    }

    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        Box::pin(async move { self.pages(target).await.map(drop) })
    }
}

/// The rows of one page, cut between characters.
fn rows_of(page: usize, text: &str) -> Rows {
    let (mut rows, mut rest) = (Rows::new(), text);
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(rest.floor_char_boundary(PIECE));
        rows.push(vec![format!("{page:06}"), format!("{:06}", rows.len()), piece.to_owned()]);
        rest = later;
    }
    rows
}

/// The pages of one target's records, in the order of their keys: each a list of cells as the columns
/// of a raw answer are.
///
/// # Errors
/// What is wrong with a page that is not whole JSON.
pub fn raw_pages<'a>(
    records: impl Iterator<Item = &'a [String]>,
) -> Result<Vec<Value>, serde_json::Error> {
    let mut texts: Vec<(&str, String)> = Vec::new();
    for cells in records {
        let [page, _, piece] = cells else { continue };
        match texts.last_mut() {
            Some((last, text)) if last == page => text.push_str(piece),
            _ => texts.push((page, piece.clone())),
        }
    }
    texts.iter().map(|(_, text)| serde_json::from_str(text)).collect()
}

#[cfg(test)]
#[path = "tests/raw.rs"]
mod tests;
