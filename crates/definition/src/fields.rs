//! Reads fields of a definition into types, noting every fault on the way. What a field means is its user's business.

use std::collections::BTreeMap;

use org_operator_core::input::path::FieldPath;
use serde_json::{Map, Value};

use crate::fault::{Faults, listed, quoted};

/// An object of the definition, with the names of the fields that it may have.
pub(crate) struct Fields<'v> {
    place: FieldPath,
    map: Option<&'v Map<String, Value>>,
}

impl<'v> Fields<'v> {
    /// Opens `value` as an object; a field that is not in `known` is a fault, never ignored.
    pub(crate) fn open(
        place: FieldPath,
        value: &'v Value,
        known: &[&str],
        faults: &mut Faults,
    ) -> Self {
        let map = value.as_object();
        if map.is_none() {
            faults.note(
                &place,
                came(value),
                format!("an object with the fields {}", known.join(", ")),
            );
        }
        let fields = Self { place, map };
        fields.refuse_others(known, faults);
        fields
    }

    fn refuse_others(&self, known: &[&str], faults: &mut Faults) {
        let names = self.map.into_iter().flat_map(Map::keys);
        for name in names.filter(|name| !known.contains(&name.as_str())) {
            let allowed = format!("only the fields {}", listed(name, known.iter().copied()));
            faults.note(self.place.field(name), "an unknown field", allowed);
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'v Value> {
        self.map?.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn place(&self, name: &str) -> FieldPath {
        self.place.field(name)
    }

    /// A text that must be there and not empty; empty where it is not.
    pub(crate) fn required(&self, name: &str, faults: &mut Faults) -> String {
        if self.get(name).is_none() && self.map.is_some() {
            faults.note(self.place(name), "nothing", "a text: the field is required");
        }
        self.text(name, faults).unwrap_or_default()
    }

    /// A text that may be absent, but not empty.
    pub(crate) fn text(&self, name: &str, faults: &mut Faults) -> Option<String> {
        self.get(name).and_then(|value| text(&self.place(name), value, faults))
    }

    /// A flag; false where it is absent.
    pub(crate) fn flag(&self, name: &str, faults: &mut Faults) -> bool {
        let value = self.get(name);
        if value.is_some_and(|value| !value.is_boolean()) {
            faults.note(self.place(name), value.map(came).unwrap_or_default(), "true or false");
        }
        value.and_then(Value::as_bool).unwrap_or(false)
    }

    /// A text or a list of texts; empty where it is absent.
    pub(crate) fn texts(&self, name: &str, faults: &mut Faults) -> Vec<String> {
        let place = self.place(name);
        match self.get(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                let read = items
                    .iter()
                    .enumerate()
                    .filter_map(|(i, item)| text(&place.index(i), item, faults));
                read.collect()
            }
            Some(value) => text(&place, value, faults).into_iter().collect(),
        }
    }

    /// Texts by name; empty where the field is absent.
    pub(crate) fn named_texts(&self, name: &str, faults: &mut Faults) -> BTreeMap<String, String> {
        let place = self.place(name);
        let entries = self.object(name, faults).into_iter().flatten();
        entries
            .filter_map(|(key, value)| Some((key.clone(), text(&place.field(key), value, faults)?)))
            .collect()
    }

    /// An object as it is.
    pub(crate) fn object(&self, name: &str, faults: &mut Faults) -> Option<&'v Map<String, Value>> {
        let value = self.get(name)?;
        if !value.is_object() {
            faults.note(self.place(name), came(value), "an object");
        }
        value.as_object()
    }

    /// A list whose items `read` reads, each at its place; empty where it is absent.
    pub(crate) fn list<T>(
        &self,
        name: &str,
        faults: &mut Faults,
        mut read: impl FnMut(FieldPath, &'v Value, &mut Faults) -> T,
    ) -> Vec<T> {
        let place = self.place(name);
        let value = self.get(name);
        if let Some(value) = value.filter(|value| !value.is_array()) {
            faults.note(&place, came(value), "a list");
        }
        let items = value.and_then(Value::as_array).into_iter().flatten().enumerate();
        items.map(|(i, item)| read(place.index(i), item, faults)).collect()
    }

    /// One of `all`, by its name.
    pub(crate) fn choice<T: Copy>(
        &self,
        name: &str,
        all: &[T],
        names: fn(T) -> &'static str,
        faults: &mut Faults,
    ) -> Option<T> {
        let text = self.text(name, faults)?;
        let found = all.iter().find(|choice| names(**choice) == text).copied();
        if found.is_none() {
            faults.note(
                self.place(name),
                quoted(&text),
                listed(&text, all.iter().map(|choice| names(*choice))),
            );
        }
        found
    }
}

fn text(place: &FieldPath, value: &Value, faults: &mut Faults) -> Option<String> {
    let text = value.as_str().filter(|text| !text.is_empty());
    if text.is_none() {
        faults.note(place, came(value), "a text that is not empty");
    }
    text.map(str::to_owned)
}

/// A value as a message shows it.
pub(crate) fn came(value: &Value) -> String {
    org_operator_core::input::violation::shown(&value.to_string())
}
