//! XML bodies of the REST protocol that has them.

use std::fmt::Write as _;

use org_operator_models::{Kind, Service, ShapeRef};
use serde_json::{Map, Value};

use super::text::plain;
use crate::time::Form;

/// The document of `value`, whose root element is called `name`.
pub(super) fn document(service: &Service, of: &ShapeRef, name: &str, value: &Value) -> String {
    let mut writer = Writer { service, text: String::new() };
    writer.value(of, name, value);
    writer.text
}

/// The document as it grows.
struct Writer<'a> {
    service: &'a Service,
    text: String,
}

impl Writer<'_> {
    fn value(&mut self, of: &ShapeRef, name: &str, value: &Value) {
        match (self.service.shape(of).kind, value) {
            (_, Value::Null) => {}
            (Kind::Structure, Value::Object(given)) => self.structure(of, name, given),
            (Kind::List, Value::Array(items)) => self.list(of, name, items),
            (Kind::Map, Value::Object(given)) => self.map(of, name, given),
            _ => {
                let text = plain(self.service, of, value, Form::Iso8601);
                self.element(of, name, |writer| writer.escaped(&text));
            }
        }
    }

    fn structure(&mut self, of: &ShapeRef, name: &str, given: &Map<String, Value>) {
        let members = &self.service.shape(of).members;
        let in_body = |(name, value)| Some((name, members.get(name)?, value));
        let known: Vec<_> =
            given.iter().filter_map(in_body).filter(|m| m.1.location.is_none()).collect();
        let (attributes, elements): (Vec<_>, Vec<_>) =
            known.into_iter().partition(|m| m.1.xml_attribute);
        self.open(of, name, |writer| {
            for (name, member, value) in attributes {
                let text = plain(writer.service, member, value, Form::Iso8601);
                writer.attribute(member.wire_name(name), &text);
            }
        });
        for (name, member, value) in elements {
            self.value(member, member.wire_name(name), value);
        }
        self.close(name);
    }

    fn list(&mut self, of: &ShapeRef, name: &str, items: &[Value]) {
        let Some(item) = &self.service.shape(of).item else { return };
        let write_items = |writer: &mut Self, each: &str| {
            for value in items {
                writer.value(item, each, value);
            }
        };
        if of.flattened {
            write_items(self, name);
        } else {
            self.element(of, name, |writer| write_items(writer, item.wire_name("member")));
        }
    }

    fn map(&mut self, of: &ShapeRef, name: &str, given: &Map<String, Value>) {
        let shape = self.service.shape(of);
        let (Some(key), Some(content)) = (&shape.key, &shape.value) else { return };
        let write_entries = |writer: &mut Self, each: &str| {
            for (text, value) in given {
                let _ = write!(writer.text, "<{each}>");
                writer.value(key, key.wire_name("key"), &Value::from(text.as_str()));
                writer.value(content, content.wire_name("value"), value);
                writer.close(each);
            }
        };
        if of.flattened {
            write_entries(self, name);
        } else {
            self.element(of, name, |writer| write_entries(writer, "entry"));
        }
    }

    fn element(&mut self, of: &ShapeRef, name: &str, content: impl FnOnce(&mut Self)) {
        self.open(of, name, |_| {});
        content(self);
        self.close(name);
    }

    // Writing to a String cannot fail.
    fn open(&mut self, of: &ShapeRef, name: &str, attributes: impl FnOnce(&mut Self)) {
        let _ = write!(self.text, "<{name}");
        match of.xml_namespace.as_deref() {
            Some((uri, Some(prefix))) => self.attribute(&format!("xmlns:{prefix}"), uri),
            Some((uri, None)) => self.attribute("xmlns", uri),
            None => {}
        }
        attributes(self);
        self.text.push('>');
    }

    fn close(&mut self, name: &str) {
        let _ = write!(self.text, "</{name}>");
    }

    fn attribute(&mut self, name: &str, value: &str) {
        let _ = write!(self.text, " {name}=\"");
        self.escaped(value);
        self.text.push('"');
    }

    fn escaped(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                // A reader takes these, as they are, for a line's end or a blank.
                '\r' | '\n' | '\t' => {
                    let _ = write!(self.text, "&#x{:X};", u32::from(character));
                }
                other => self.text.push(other),
            }
        }
    }
}
