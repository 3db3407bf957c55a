//! A file's text as a JSON value, with the line of each place in it. What the fields mean is read elsewhere.

use org_operator_core::input::path::FieldPath;
use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

use crate::fault::{Fault, Faults, Lines};

/// The content of a TOML file as JSON, as a request's `Definition` has it.
///
/// # Errors
/// Every place where the text is no TOML, with its line.
pub fn json_of_toml(text: &str) -> Result<Value, Faults> {
    parsed(text).map(|(value, _)| value)
}

/// The content of a TOML file as JSON, with the line of each place: for files of other kinds.
///
/// # Errors
/// Every place where the text is no TOML, with its line.
pub fn toml_with_lines(text: &str) -> Result<(Value, Lines), Faults> {
    parsed(text)
}

/// The content of a TOML file as JSON, with the line of each place.
pub(crate) fn parsed(text: &str) -> Result<(Value, Lines), Faults> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reading =
        Reading { starts: starts(text), lines: Lines::default(), faults: Faults::default() };
    if !errors.is_empty() {
        return Err(errors.iter().map(|error| reading.syntax(error)).collect());
    }
    let value = reading.table(table.get_ref(), &FieldPath::root());
    reading.faults.at(&reading.lines).or((value, reading.lines))
}

/// The offset at which each line begins.
fn starts(text: &str) -> Vec<usize> {
    let after = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
    [0].into_iter().chain(after).collect()
}

struct Reading {
    starts: Vec<usize>,
    lines: Lines,
    faults: Faults,
}

impl Reading {
    fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    fn syntax(&self, error: &toml::de::Error) -> Fault {
        let line = error.span().map(|span| self.line(span.start));
        let place = "(syntax)".to_owned();
        Fault { line, place, came: error.message().to_owned(), allowed: "TOML".to_owned() }
    }

    fn table(&mut self, table: &DeTable<'_>, place: &FieldPath) -> Value {
        let entries = table.iter().map(|(key, value)| {
            let name = key.get_ref().to_string();
            let at = place.field(&name);
            self.lines.set(&at.to_string(), self.line(key.span().start));
            let read = self.value(value, &at);
            (name, read)
        });
        Value::Object(entries.collect::<Map<_, _>>())
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, place: &FieldPath) -> Value {
        self.lines.set(&place.to_string(), self.line(value.span().start));
        match value.get_ref() {
            DeValue::String(text) => Value::from(text.as_ref()),
            DeValue::Boolean(flag) => Value::from(*flag),
            DeValue::Datetime(time) => Value::from(time.to_string()),
            DeValue::Integer(number) => self.number(integer(number), number.as_str(), place),
            DeValue::Float(number) => self.number(float(number), number.as_str(), place),
            DeValue::Table(table) => self.table(table, place),
            DeValue::Array(items) => {
                let read =
                    items.iter().enumerate().map(|(i, item)| self.value(item, &place.index(i)));
                Value::Array(read.collect())
            }
        }
    }

    fn number(&mut self, number: Option<Number>, text: &str, place: &FieldPath) -> Value {
        if number.is_none() {
            self.faults.note(place, format!("`{text}`"), "a number of at most 64 bits");
        }
        number.map_or(Value::Null, Value::Number)
    }
}

fn integer(number: &DeInteger<'_>) -> Option<Number> {
    i64::from_str_radix(number.as_str(), number.radix()).ok().map(Number::from)
}

fn float(number: &DeFloat<'_>) -> Option<Number> {
    number.as_str().parse().ok().and_then(Number::from_f64)
}
