//! A definition as the text of an operation file, and as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::definition::{
    Column, Definition, Errors, FollowUp, Listing, Parameter, Request, Source, Table,
};
use crate::fault::Faults;

/// The text of an operation file that says what `definition` does.
#[must_use]
pub fn to_toml(definition: &Definition) -> String {
    let mut file = Text::default();
    file.about(definition);
    if let ([source], false) = (definition.sources.as_slice(), definition.union) {
        file.source("", source);
    }
    file.columns(definition);
    for parameter in &definition.parameters {
        file.parameter(parameter);
    }
    for (name, table) in &definition.tables {
        file.table(name, table);
    }
    for source in &definition.sources {
        let prefix = if definition.union { "sources." } else { "" };
        if definition.union {
            file.add("\n[[sources]]\n");
            file.source("", source);
            file.line("cells", &texts(&source.cells));
        }
        source.with.iter().for_each(|listing| file.listing(prefix, listing));
        source.each.iter().for_each(|call| file.follow_up(prefix, call));
    }
    file.0
}

/// The definition as a request's `Definition` has it.
///
/// # Errors
/// Never in practice: what was written can be read.
pub fn to_json(definition: &Definition) -> Result<Value, Faults> {
    crate::source_text::json_of_toml(&to_toml(definition))
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn add(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// A field, but for an empty one.
    fn line(&mut self, name: &str, value: &Value) {
        let empty = match value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            Value::Bool(flag) => !flag,
            Value::Number(_) => false,
        };
        if !empty {
            self.always(name, value);
        }
    }

    fn always(&mut self, name: &str, value: &Value) {
        self.add(&format!("{name} = {}\n", inline(value)));
    }

    fn about(&mut self, definition: &Definition) {
        self.always("name", &json!(definition.name));
        self.always("summary", &json!(definition.summary));
        self.line("question", &json!(definition.question));
        self.line("suite", &json!(definition.suite.map(super::definition::Suite::name)));
        self.line("not_seen", &json!(definition.not_seen));
        self.line("scope", &json!(definition.scope.map(super::definition::Scope::name)));
        self.line("regions", &json!(definition.regions));
        self.line("actions", &json!(definition.actions));
        if let Some(row) = &definition.when_empty {
            self.always("when_empty", &texts(row));
        }
        self.line("example", &texts(&definition.example));
    }

    fn source(&mut self, service: &str, source: &Source) {
        self.request(service, &source.request);
        if let Some(before) = &source.before {
            let until = before.until.iter().map(|until| ("until", json!(until)));
            let all = fields(&source.request.service, &before.request).into_iter().chain(until);
            self.always(
                "before",
                &Value::Object(all.map(|(name, value)| (name.to_owned(), value)).collect()),
            );
        }
        self.always("rows", &json!(source.rows));
        self.line("nested", &json!(source.nested));
        match source.keep.as_slice() {
            [one] => self.always("keep", &json!(one)),
            several => self.line("keep", &json!(several)),
        }
        self.line("answers", &answers(source));
    }

    fn request(&mut self, service: &str, request: &Request) {
        for (name, value) in fields(service, request) {
            self.always(name, &value);
        }
    }

    fn columns(&mut self, definition: &Definition) {
        self.always("key", &json!(definition.key));
        self.add("columns = [\n");
        let paths =
            definition.sources.first().map(|source| &source.cells).filter(|_| !definition.union);
        for column in &definition.columns {
            let path = paths.and_then(|paths| paths.get(&column.name));
            self.add(&format!("  {{ {} }},\n", column_fields(column, path)));
        }
        self.add("]\n");
        self.line("lists", &crate::lists::written(&definition.lists));
    }

    fn parameter(&mut self, parameter: &Parameter) {
        self.add("\n[[parameters]]\n");
        self.always("name", &json!(parameter.name));
        self.always("type", &json!(parameter.kind.name()));
        if let Some(default) = &parameter.default {
            self.always("default", default);
        }
        self.line("allowed", &json!(parameter.allowed));
        self.always("meaning", &json!(parameter.meaning));
    }

    fn table(&mut self, name: &str, table: &Table) {
        self.add(&format!("\n[tables.{}]\n", key(name)));
        self.always("source", &json!(table.source));
        self.always("date", &json!(table.date));
        self.line("complete", &json!(table.complete));
        self.always("values", &texts(&table.values));
    }

    fn listing(&mut self, prefix: &str, listing: &Listing) {
        self.add(&format!("\n[[{prefix}with]]\n"));
        self.always("name", &json!(listing.name));
        self.request("", &listing.request);
        self.line("rows", &json!(listing.rows));
        self.line("on", &json!(listing.on));
        self.errors(&listing.errors);
    }

    fn follow_up(&mut self, prefix: &str, call: &FollowUp) {
        self.add(&format!("\n[[{prefix}each]]\n"));
        self.always("name", &json!(call.name));
        self.request("", &call.request);
        self.line("bind", &texts(&call.bind));
        self.line("when", &json!(call.when));
        self.line("over", &json!(call.over));
        self.line("rows", &json!(call.rows));
        self.errors(&call.errors);
    }

    fn errors(&mut self, errors: &Errors) {
        self.line("absent", &json!(errors.absent));
        self.line("denied", &json!(errors.denied.then_some("cell")));
    }
}

/// The fields of a call, without the service where it is `service`.
fn fields(service: &str, request: &Request) -> Vec<(&'static str, Value)> {
    let own = (request.service != service).then(|| ("service", json!(request.service)));
    let input =
        (!request.input.is_empty()).then(|| ("input", Value::Object(request.input.clone())));
    own.into_iter().chain([("call", json!(request.call))]).chain(input).collect()
}

fn column_fields(column: &Column, path: Option<&String>) -> String {
    let text = |name: &str, text: &str| format!("{name} = {}", inline(&Value::from(text)));
    let mut fields = vec![text("name", &column.name)];
    fields.extend(path.map(|path| text("path", path)));
    fields.push(text("meaning", &column.meaning));
    fields.extend(column.computed.then(|| "computed = true".to_owned()));
    fields.extend(column.sensitive.then(|| "sensitive = true".to_owned()));
    fields.join(", ")
}

/// The error codes that are answers, with the cells of their row.
fn answers(source: &Source) -> Value {
    let answers = source.answers.iter().map(|(code, row)| {
        let cells = row.as_ref().map_or_else(|| json!({}), texts);
        (code.clone(), cells)
    });
    Value::Object(answers.collect())
}

fn texts(of: &BTreeMap<String, String>) -> Value {
    json!(of)
}

/// A value on one line.
fn inline(value: &Value) -> String {
    match value {
        Value::Null => "\"\"".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        // TOML's basic texts have the escapes of JSON's; it takes no DEL as it is.
        Value::String(_) => value.to_string().replace('\u{7f}', "\\u007f"),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let pairs =
                members.iter().map(|(name, value)| format!("{} = {}", key(name), inline(value)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

fn key(name: &str) -> String {
    let bare = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { name.to_owned() } else { inline(&Value::from(name)) }
}
