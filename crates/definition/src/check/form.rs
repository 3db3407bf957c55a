//! What can be checked without a model: names, keys, columns, parameters.

use std::collections::BTreeSet;

use org_operator_core::Region;

use super::{CONSTANTS, MAX_NAME, PARENT};
use crate::definition::{Cells, Definition, Parameter, Source, Table};
use crate::fault::{Faults, listed, quoted};
use crate::fields::came;

/// Names of operations whose files would lie among others: those of all coverage, of all applied rows, and
/// the folder itself.
const TAKEN: [&str; 3] = ["applied", "coverage", "tables"];

/// Columns that every operation has already.
const EVERYWHERE: [&str; 3] = ["account_id", "account_name", "region"];

/// Notes every fault of form.
pub(super) fn check(definition: &Definition, faults: &mut Faults) {
    name("name", &definition.name, '-', "kebab-case: lower-case letters, digits and `-`", faults);
    if TAKEN.contains(&definition.name.as_str()) {
        faults.note(
            "name",
            quoted(&definition.name),
            "another name: files of all runs lie under this one",
        );
    }
    columns(definition, faults);
    crate::lists::check(definition, faults);
    for (index, parameter) in definition.parameters.iter().enumerate() {
        self::parameter(&format!("parameters[{index}]"), parameter, faults);
    }
    unique(
        "parameters",
        definition.parameters.iter().map(|parameter| parameter.name.as_str()),
        faults,
    );
    regions(definition, faults);
    actions(definition, faults);
    for (name, table) in &definition.tables {
        self::table(&format!("tables.{name}"), table, faults);
    }
    for (index, source) in definition.sources.iter().enumerate() {
        self::source(definition, &super::source::place(definition, index), source, faults);
    }
    if definition.sources.is_empty() {
        faults.note("sources", "none", "at least one");
    }
}

fn name(place: &str, text: &str, joint: char, allowed: &str, faults: &mut Faults) {
    let letters = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint);
    if !letters || text.starts_with(|c: char| !c.is_ascii_lowercase()) || text.len() > MAX_NAME {
        faults.note(
            place,
            quoted(text),
            format!("{allowed}, from a letter on, at most {MAX_NAME}"),
        );
    }
}

fn unique<'a>(place: &str, names: impl Iterator<Item = &'a str>, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.enumerate().filter(|(_, name)| !name.is_empty()) {
        if !seen.insert(name) {
            faults.note(
                format!("{place}[{index}].name"),
                format!("`{name}` a second time"),
                "each name once",
            );
        }
    }
}

fn columns(definition: &Definition, faults: &mut Faults) {
    if definition.columns.is_empty() {
        faults.note("columns", "none", "at least one");
    }
    for (index, column) in definition.columns.iter().enumerate() {
        column_name(&format!("columns[{index}].name"), &column.name, faults);
    }
    unique("columns", definition.columns.iter().map(|column| column.name.as_str()), faults);
    key(definition, faults);
    if let Some(row) = &definition.when_empty {
        cells(definition, "when_empty", row, faults);
    }
    cells(definition, "example", &definition.example, faults);
}

fn column_name(place: &str, given: &str, faults: &mut Faults) {
    name(place, given, '_', "snake_case: lower-case letters, digits and `_`", faults);
    if EVERYWHERE.contains(&given) {
        let allowed = "another name: every operation has this column already";
        faults.note(place, quoted(given), allowed);
    }
}

fn key(definition: &Definition, faults: &mut Faults) {
    for (index, key) in definition.key.iter().enumerate() {
        let place = format!("key[{index}]");
        match definition.columns.iter().find(|column| column.name == *key) {
            None => faults.note(place, quoted(key), column_names(definition, key)),
            Some(column) if column.computed => {
                faults.note(
                    place,
                    quoted(key),
                    "a column that is not computed: a key stays as it is",
                );
            }
            Some(_) => {}
        }
    }
}

fn column_names(definition: &Definition, wrong: &str) -> String {
    listed(wrong, definition.columns.iter().map(|column| column.name.as_str()))
}

/// Notes each cell of a column that there is not.
fn cells(definition: &Definition, place: &str, row: &Cells, faults: &mut Faults) {
    for name in
        row.keys().filter(|name| !definition.columns.iter().any(|column| column.name == **name))
    {
        faults.note(
            format!("{place}.{name}"),
            "a cell without a column",
            column_names(definition, name),
        );
    }
}

fn parameter(place: &str, parameter: &Parameter, faults: &mut Faults) {
    let text = parameter.name.as_str();
    let letters = text.chars().all(|c| c.is_ascii_alphanumeric());
    if !letters || text.starts_with(|c: char| !c.is_ascii_uppercase()) {
        faults.note(
            format!("{place}.name"),
            quoted(text),
            "PascalCase: letters and digits, an upper-case letter first",
        );
    }
    let kind = parameter.kind.name();
    let values = parameter
        .allowed
        .iter()
        .enumerate()
        .map(|(i, value)| (format!("{place}.allowed[{i}]"), value));
    // What may stand in a list is a text.
    let of_kind = |value: &serde_json::Value| match parameter.kind {
        crate::definition::ParameterKind::List => value.is_string(),
        other => other.takes(value),
    };
    for (at, value) in values.filter(|(_, value)| !of_kind(value)) {
        faults.note(at, came(value), format!("a value of a parameter of type {kind}"));
    }
    if let Some(problem) = parameter.default.as_ref().and_then(|value| parameter.problem(value)) {
        let default = parameter.default.as_ref().map(came).unwrap_or_default();
        faults.note(format!("{place}.default"), default, problem);
    }
}

fn regions(definition: &Definition, faults: &mut Faults) {
    for (index, region) in definition.regions.iter().enumerate() {
        if Region::parse(region).is_none() {
            faults.note(format!("regions[{index}]"), quoted(region), Region::ALLOWED);
        }
    }
}

fn actions(definition: &Definition, faults: &mut Faults) {
    for (index, action) in definition.actions.iter().enumerate() {
        let parts = action
            .split_once(':')
            .filter(|(service, name)| !service.is_empty() && !name.is_empty());
        if parts.is_none() || action.contains(['*', '?', ' ']) {
            faults.note(
                format!("actions[{index}]"),
                quoted(action),
                "one IAM action such as `ec2:DescribeVpcs`",
            );
        }
    }
}

fn table(place: &str, table: &Table, faults: &mut Faults) {
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|b| b.is_ascii_digit())
    };
    let parts: Vec<&str> = table.date.split('-').collect();
    let date = matches!(parts.as_slice(), [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2));
    if !date && !table.date.is_empty() {
        faults.note(format!("{place}.date"), quoted(&table.date), "a day such as `2026-11-24`");
    }
    if table.values.is_empty() {
        faults.note(format!("{place}.values"), "none", "at least one value");
    }
}

fn source(definition: &Definition, place: &str, source: &Source, faults: &mut Faults) {
    for (code, row) in &source.answers {
        cells(
            definition,
            &format!("{place}answers.{code}"),
            row.as_ref().unwrap_or(&Cells::new()),
            faults,
        );
    }
    if definition.union {
        cells(definition, &format!("{place}cells"), &source.cells, faults);
    }
    let mut taken: BTreeSet<&str> = CONSTANTS.into_iter().chain([PARENT]).collect();
    taken.extend(definition.parameters.iter().map(|parameter| parameter.name.as_str()));
    let with = source
        .with
        .iter()
        .enumerate()
        .map(|(i, listing)| (format!("{place}with[{i}].name"), &listing.name));
    let each = source
        .each
        .iter()
        .enumerate()
        .map(|(i, call)| (format!("{place}each[{i}].name"), &call.name));
    for (at, call) in with.chain(each).filter(|(_, call)| !call.is_empty()) {
        name(&at, call, '_', "snake_case: lower-case letters, digits and `_`", faults);
        if !taken.insert(call) {
            faults.note(&at, quoted(call), "a name that nothing else has that paths can name");
        }
    }
}
