//! Reads where rows come from: the listing, the calls beside it, and the paths of the cells.

use std::collections::BTreeMap;

use org_operator_core::input::path::FieldPath;
use serde_json::Value;

use super::cells;
use crate::definition::{Before, Cells, Errors, FollowUp, Listing, Request, Source};
use crate::fault::Faults;
use crate::fields::Fields;

/// The fields of the only source, which stand at the top of the file.
pub(super) const FIELDS: &[&str] =
    &["service", "call", "input", "before", "rows", "nested", "keep", "with", "each", "answers"];

/// The only source of a file: its fields stand at the top, and its paths beside the columns.
pub(super) fn single(fields: &Fields<'_>, faults: &mut Faults) -> Source {
    let mut source = read(fields, faults);
    let columns = fields.get("columns").and_then(Value::as_array).into_iter().flatten().enumerate();
    for (index, column) in columns {
        if let Some((name, path)) = cell(&fields.place("columns").index(index), column, faults) {
            source.cells.insert(name, path);
        }
    }
    source
}

fn cell(place: &FieldPath, column: &Value, faults: &mut Faults) -> Option<(String, String)> {
    let path = column.get("path").and_then(Value::as_str).filter(|path| !path.is_empty());
    if path.is_none() && column.is_object() {
        faults.note(place.field("path"), "nothing", "a JMESPath path as a text");
    }
    Some((column.get("name")?.as_str()?.to_owned(), path?.to_owned()))
}

/// One of several sources.
pub(super) fn of_union(place: FieldPath, value: &Value, faults: &mut Faults) -> Source {
    let known: Vec<&str> = FIELDS.iter().chain(&["cells"]).copied().collect();
    let fields = Fields::open(place, value, &known, faults);
    Source { cells: fields.named_texts("cells", faults), ..read(&fields, faults) }
}

fn read(fields: &Fields<'_>, faults: &mut Faults) -> Source {
    let request = request(fields, None, faults);
    let main = request.service.clone();
    Source {
        before: fields
            .get("before")
            .map(|value| before(fields.place("before"), value, &main, faults)),
        rows: fields.required("rows", faults),
        nested: fields.text("nested", faults),
        keep: fields.texts("keep", faults),
        with: fields
            .list("with", faults, |place, value, faults| listing(place, value, &main, faults)),
        each: fields
            .list("each", faults, |place, value, faults| follow_up(place, value, &main, faults)),
        answers: answers(fields, faults),
        cells: Cells::new(),
        request,
    }
}

/// A call; `service` is whose it is where it does not say.
fn request(fields: &Fields<'_>, service: Option<&str>, faults: &mut Faults) -> Request {
    let own = match service {
        None => Some(fields.required("service", faults)),
        Some(_) => fields.text("service", faults),
    };
    Request {
        service: own.or_else(|| service.map(str::to_owned)).unwrap_or_default(),
        call: fields.required("call", faults),
        input: fields.object("input", faults).cloned().unwrap_or_default(),
    }
}

fn before(place: FieldPath, value: &Value, service: &str, faults: &mut Faults) -> Before {
    let fields = Fields::open(place, value, &["service", "call", "input", "until"], faults);
    Before { request: request(&fields, Some(service), faults), until: fields.text("until", faults) }
}

fn listing(place: FieldPath, value: &Value, service: &str, faults: &mut Faults) -> Listing {
    let known = ["name", "service", "call", "input", "rows", "on", "absent", "denied"];
    let fields = Fields::open(place, value, &known, faults);
    Listing {
        name: fields.required("name", faults),
        request: request(&fields, Some(service), faults),
        rows: fields.text("rows", faults),
        on: on(&fields, faults),
        errors: errors(&fields, faults),
    }
}

fn on(fields: &Fields<'_>, faults: &mut Faults) -> Option<(String, String)> {
    fields.get("on")?;
    match <[String; 2]>::try_from(fields.texts("on", faults)) {
        Ok([row, listed]) => Some((row, listed)),
        Err(others) => {
            let came = format!("{} paths", others.len());
            faults.note(fields.place("on"), came, "two: of the row, and of the listing's row");
            None
        }
    }
}

fn follow_up(place: FieldPath, value: &Value, service: &str, faults: &mut Faults) -> FollowUp {
    let known =
        ["name", "service", "call", "input", "bind", "when", "over", "rows", "absent", "denied"];
    let fields = Fields::open(place, value, &known, faults);
    FollowUp {
        name: fields.required("name", faults),
        request: request(&fields, Some(service), faults),
        bind: fields.named_texts("bind", faults),
        when: fields.text("when", faults),
        over: fields.text("over", faults),
        rows: fields.text("rows", faults),
        errors: errors(&fields, faults),
    }
}

fn errors(fields: &Fields<'_>, faults: &mut Faults) -> Errors {
    let denied = fields.choice("denied", &[()], |()| "cell", faults);
    Errors { absent: fields.texts("absent", faults), denied: denied.is_some() }
}

/// An object without cells means no row.
fn answers(fields: &Fields<'_>, faults: &mut Faults) -> BTreeMap<String, Option<Cells>> {
    let place = fields.place("answers");
    let mut found = BTreeMap::new();
    for (code, value) in fields.object("answers", faults).into_iter().flatten() {
        let Some(map) = value.as_object() else {
            faults.note(
                place.field(code),
                crate::fields::came(value),
                "the cells of its row, or {} for no row",
            );
            continue;
        };
        let row = cells(&place.field(code), map, faults);
        found.insert(code.clone(), Some(row).filter(|row| !row.is_empty()));
    }
    found
}
