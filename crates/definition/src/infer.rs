//! The definition that a service and a call alone make: rows, columns and key by the model; and what a command line says over it.

mod given;
mod guess;
mod rows;

use std::sync::Arc;

use org_operator_models::{Operation, Service, models};
use serde_json::{Map, Value};

use crate::check::MAX_NAME;
use crate::checked::Checked;
use crate::definition::{Column, Definition, Request, Source};
use crate::fault::{Fault, Faults};
use crate::names::snake;

use guess::{Guess, Suggested};

/// What a command line says over what the model says, as it stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `NAME=VALUE`, or a whole JSON object.
    pub inputs: Vec<String>,
    /// The path of the rows.
    pub rows: Option<String>,
    /// `NAME=PATH`: these columns, behind those of the key.
    pub columns: Vec<String>,
    /// Paths that must hold for a row to stay.
    pub keep: Vec<String>,
    /// Names of the columns that identify a row.
    pub key: Vec<String>,
}

/// The definition that asks `call` of `service`: the one list of the answer as rows, its scalar members as columns.
///
/// # Errors
/// Where there is no such call, or it has several lists, with what is allowed.
pub fn infer(service: &str, call: &str) -> Result<Definition, Faults> {
    Overrides::default().infer(service, call)
}

impl Overrides {
    /// As [`infer`], with what the command line says.
    ///
    /// # Errors
    /// As [`infer`], and every option that cannot be read.
    pub fn infer(&self, service: &str, call: &str) -> Result<Definition, Faults> {
        let mut faults = Faults::default();
        let input = given::input(&self.inputs, service, call, &mut faults);
        let columns = given::columns(&self.columns, &mut faults);
        let (rows, has_columns) = (self.rows.as_deref(), !columns.is_empty());
        let guess = Guess::of(service, call, rows, has_columns, &mut faults);
        faults.or(())?;
        let Some(guess) = guess else { return Err(Faults::default()) };
        Ok(self.definition(&guess, &columns, input, (service, call)))
    }

    /// The checked definition for the command line, with its faults at the options.
    ///
    /// # Errors
    /// Every fault of the command line.
    pub fn ask(&self, service: &str, call: &str) -> Result<Checked, Faults> {
        let definition = self.infer(service, call)?;
        let names: Vec<String> =
            definition.columns.iter().map(|column| column.name.clone()).collect();
        crate::check::check(definition)
            .map_err(|faults| faults.iter().map(|fault| at_option(fault, &names)).collect())
    }

    fn definition(
        &self,
        guess: &Guess,
        columns: &[(String, String)],
        input: Map<String, Value>,
        (service, call): (&str, &str),
    ) -> Definition {
        let key = if self.key.is_empty() { guess.key(columns) } else { self.key.clone() };
        let mut found = Definition {
            name: name(service, call),
            summary: guess.summary.clone(),
            key,
            ..Definition::default()
        };
        let mut source = Source {
            request: Request { service: service.to_owned(), call: call.to_owned(), input },
            rows: guess.rows.clone(),
            keep: self.keep.clone(),
            ..Source::default()
        };
        for Suggested { name, path, meaning } in guess.columns(columns) {
            source.cells.insert(name.clone(), path);
            found.columns.push(Column { name, meaning, ..Column::default() });
        }
        found.sources.push(source);
        found
    }
}

/// A name for a call, cut to the length that names can have.
fn name(service: &str, call: &str) -> String {
    let whole = format!("{service}-{}", snake(call)).replace('_', "-");
    let cut: String = whole.chars().take(MAX_NAME).collect();
    cut.trim_end_matches('-').to_owned()
}

/// A fault of the made definition, at the option that it comes from.
fn at_option(fault: &Fault, columns: &[String]) -> Fault {
    let place = &fault.place;
    let option = if let Some(rest) = place.strip_prefix("columns[") {
        let index = rest.split(']').next().and_then(|index| index.parse::<usize>().ok());
        let name = index.and_then(|index| columns.get(index)).map_or("", String::as_str);
        format!("--column {name}")
    } else if let Some(member) = place.strip_prefix("input") {
        format!("--input {}", member.trim_start_matches('.'))
    } else {
        let field = place.split('[').next().unwrap_or_default();
        let known = ["rows", "keep", "key"].contains(&field);
        if known { format!("--{field}") } else { place.clone() }
    };
    Fault { place: option.trim_end().to_owned(), ..fault.clone() }
}

/// The model of a call, where there is one; a fault else.
fn model(service: &str, call: &str, faults: &mut Faults) -> Option<(Arc<Service>, Operation)> {
    let mut definition = Definition::default();
    definition.sources.push(Source {
        request: Request { service: service.to_owned(), call: call.to_owned(), input: Map::new() },
        ..Source::default()
    });
    let found = models().ok()?.load(service).ok();
    let known = found.and_then(|service| {
        let operation = service.operations.get(call)?.clone();
        Some((service, operation))
    });
    if known.is_none() {
        crate::check::call_faults(&definition, faults);
    }
    known
}
