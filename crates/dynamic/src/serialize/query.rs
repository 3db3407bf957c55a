//! Requests of the query protocol and of EC2's: everything is one form.

use std::fmt::Write as _;

use org_operator_models::{Kind, Operation, Protocol, Service, ShapeRef};
use serde_json::{Map, Value};

use super::text::{encode, plain};
use crate::request::Request;
use crate::time::Form;

pub(super) fn write(
    service: &Service,
    name: &str,
    operation: &Operation,
    input: &Map<String, Value>,
    request: &mut Request,
) {
    let content = "application/x-www-form-urlencoded; charset=utf-8";
    request.headers.push(("content-type".into(), content.into()));
    let mut fields =
        Fields { service, form: format!("Action={name}&Version={}", service.api_version) };
    if let Some(root) = &operation.input {
        fields.structure(root, input, "");
    }
    request.body = fields.form.into_bytes();
}

/// The form as it grows.
struct Fields<'a> {
    service: &'a Service,
    form: String,
}

impl Fields<'_> {
    fn is_ec2(&self) -> bool {
        self.service.protocol == Protocol::Ec2
    }

    fn value(&mut self, of: &ShapeRef, value: &Value, prefix: &str) {
        match (self.service.shape(of).kind, value) {
            (_, Value::Null) => {}
            (Kind::Structure, Value::Object(given)) => self.structure(of, given, prefix),
            (Kind::List, Value::Array(items)) => self.list(of, items, prefix),
            (Kind::Map, Value::Object(given)) => self.map(of, given, prefix),
            _ => self.field(prefix, &plain(self.service, of, value, Form::Iso8601)),
        }
    }

    fn field(&mut self, name: &str, text: &str) {
        // Writing to a String cannot fail.
        let _ = write!(self.form, "&{}={}", encode(name), encode(text));
    }

    fn structure(&mut self, of: &ShapeRef, given: &Map<String, Value>, prefix: &str) {
        let dot = if prefix.is_empty() { "" } else { "." };
        for (name, value) in given {
            if let Some(member) = self.service.shape(of).members.get(name) {
                let on_the_wire = self.name(member, name);
                self.value(member, value, &format!("{prefix}{dot}{on_the_wire}"));
            }
        }
    }

    fn list(&mut self, of: &ShapeRef, items: &[Value], prefix: &str) {
        let Some(item) = &self.service.shape(of).item else { return };
        if items.is_empty() && !self.is_ec2() {
            self.field(prefix, "");
        }
        let list = if self.is_ec2() { prefix.to_owned() } else { list_prefix(of, item, prefix) };
        for (index, value) in items.iter().enumerate() {
            self.value(item, value, &format!("{list}.{}", index + 1));
        }
    }

    fn map(&mut self, of: &ShapeRef, given: &Map<String, Value>, prefix: &str) {
        let shape = self.service.shape(of);
        let (Some(key), Some(content)) = (&shape.key, &shape.value) else { return };
        let entry = if of.flattened { "" } else { ".entry" };
        for (index, (name, value)) in given.iter().enumerate() {
            let at = format!("{prefix}{entry}.{}", index + 1);
            self.field(&format!("{at}.{}", key.wire_name("key")), name);
            self.value(content, value, &format!("{at}.{}", content.wire_name("value")));
        }
    }

    /// EC2 has names of its own for requests, and capitalizes those that it shares with answers.
    fn name(&self, member: &ShapeRef, name: &str) -> String {
        match (&member.query_name, &member.wire_name) {
            (Some(query_name), _) if self.is_ec2() => query_name.to_string(),
            (_, Some(wire_name)) if self.is_ec2() => capitalized(wire_name),
            _ => member.wire_name(name).to_owned(),
        }
    }
}

/// What the names of a list's items start with, in the query protocol.
fn list_prefix(of: &ShapeRef, item: &ShapeRef, prefix: &str) -> String {
    match (&item.wire_name, of.flattened) {
        (Some(name), true) => match prefix.rsplit_once('.') {
            Some((before, _)) => format!("{before}.{name}"),
            None => name.to_string(),
        },
        (None, true) => prefix.to_owned(),
        (name, false) => format!("{prefix}.{}", name.as_deref().unwrap_or("member")),
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
