//! From JSON to a [`Definition`]: the form only. Whether names and paths are right is for `check`.

mod source;

use std::collections::BTreeMap;

use org_operator_core::input::path::FieldPath;
use serde_json::{Map, Value};

use crate::definition::{Cells, Column, Definition, Parameter, ParameterKind, Scope, Suite, Table};
use crate::fault::Faults;
use crate::fields::{Fields, came};

const ABOUT: [&str; 15] = [
    "name",
    "summary",
    "question",
    "suite",
    "not_seen",
    "example",
    "scope",
    "regions",
    "actions",
    "parameters",
    "key",
    "columns",
    "lists",
    "when_empty",
    "tables",
];

/// What `value` says, as far as it can be read.
pub(crate) fn definition(value: &Value, faults: &mut Faults) -> Definition {
    let union = value.get("sources").is_some();
    let known: Vec<&str> = ABOUT
        .iter()
        .chain(if union { &["sources"][..] } else { source::FIELDS })
        .copied()
        .collect();
    let fields = Fields::open(FieldPath::root(), value, &known, faults);
    let mut definition = about(&fields, faults);
    definition.union = union;
    definition.columns =
        fields.list("columns", faults, |place, item, faults| column(place, item, union, faults));
    definition.sources = if union {
        fields.list("sources", faults, source::of_union)
    } else {
        vec![source::single(&fields, faults)]
    };
    definition
}

fn about(fields: &Fields<'_>, faults: &mut Faults) -> Definition {
    required_list(fields, "columns", faults);
    required_list(fields, "key", faults);
    Definition {
        name: fields.required("name", faults),
        summary: fields.required("summary", faults),
        question: fields.text("question", faults).unwrap_or_default(),
        suite: fields.choice("suite", &Suite::ALL, Suite::name, faults),
        not_seen: fields.texts("not_seen", faults),
        example: fields
            .object("example", faults)
            .map(|map| cells(&fields.place("example"), map, faults))
            .unwrap_or_default(),
        scope: fields.choice("scope", &Scope::ALL, Scope::name, faults),
        regions: fields.texts("regions", faults),
        actions: fields.texts("actions", faults),
        parameters: fields.list("parameters", faults, parameter),
        key: fields.texts("key", faults),
        when_empty: fields
            .object("when_empty", faults)
            .map(|map| cells(&fields.place("when_empty"), map, faults)),
        lists: fields.list("lists", faults, crate::lists::read),
        tables: tables(fields, faults),
        ..Definition::default()
    }
}

fn required_list(fields: &Fields<'_>, name: &str, faults: &mut Faults) {
    if fields.get(name).is_none() {
        faults.note(fields.place(name), "nothing", "a list: the field is required");
    }
}

fn column(place: FieldPath, value: &Value, union: bool, faults: &mut Faults) -> Column {
    let known: &[&str] = &["name", "meaning", "computed", "sensitive", "path"];
    let fields = Fields::open(place, value, &known[..if union { 4 } else { 5 }], faults);
    Column {
        name: fields.required("name", faults),
        meaning: fields.required("meaning", faults),
        computed: fields.flag("computed", faults),
        sensitive: fields.flag("sensitive", faults),
    }
}

fn parameter(place: FieldPath, value: &Value, faults: &mut Faults) -> Parameter {
    let fields =
        Fields::open(place, value, &["name", "type", "meaning", "default", "allowed"], faults);
    if fields.get("type").is_none() {
        faults.note(
            fields.place("type"),
            "nothing",
            "text, integer, boolean or list: the field is required",
        );
    }
    Parameter {
        name: fields.required("name", faults),
        meaning: fields.required("meaning", faults),
        kind: fields
            .choice("type", &ParameterKind::ALL, ParameterKind::name, faults)
            .unwrap_or(ParameterKind::Text),
        default: fields.get("default").cloned(),
        allowed: fields.list("allowed", faults, |_, item, _| item.clone()),
    }
}

/// Cells by column, each a text, a number or a flag.
pub(crate) fn cells(place: &FieldPath, map: &Map<String, Value>, faults: &mut Faults) -> Cells {
    let mut found = Cells::new();
    for (name, value) in map {
        match value {
            Value::String(text) => found.insert(name.clone(), text.clone()),
            Value::Number(_) | Value::Bool(_) => found.insert(name.clone(), value.to_string()),
            other => {
                faults.note(place.field(name), came(other), "the cell's text");
                None
            }
        };
    }
    found
}

fn tables(fields: &Fields<'_>, faults: &mut Faults) -> BTreeMap<String, Table> {
    let place = fields.place("tables");
    let entries = fields.object("tables", faults).into_iter().flatten();
    entries.map(|(name, value)| (name.clone(), table(place.field(name), value, faults))).collect()
}

fn table(place: FieldPath, value: &Value, faults: &mut Faults) -> Table {
    let fields = Fields::open(place, value, &["source", "date", "complete", "values"], faults);
    let values = fields.object("values", faults);
    Table {
        source: fields.required("source", faults),
        date: fields.required("date", faults),
        complete: fields.flag("complete", faults),
        values: values.map(|map| cells(&fields.place("values"), map, faults)).unwrap_or_default(),
    }
}
