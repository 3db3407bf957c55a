//! The door for outside input: reads JSON into types that cannot be wrong and notes every fault
//! on the way.
//!
//! Derived deserializers stop at the first fault and name a line and a column; this reads on and
//! names fields. What a field means is said by the types that use it, not here.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::fault::{Faults, nearest_hint};
use crate::id::{AccountId, RunId, UnitId};
use crate::place::Place;
use crate::region::Region;

/// Reads the value at a place, or notes what is wrong with it and returns `None`.
pub type Read<T> = fn(&Place, &Value, &mut Faults) -> Option<T>;

/// An object of the input, with the names of the fields it may have.
#[derive(Debug)]
pub struct Fields<'v> {
    place: Place,
    map: &'v Map<String, Value>,
}

impl<'v> Fields<'v> {
    /// Opens `value` as an object; a field that is not in `known` is a fault, never ignored.
    pub fn open(
        place: &Place,
        value: &'v Value,
        known: &[&str],
        faults: &mut Faults,
    ) -> Option<Self> {
        let Some(map) = value.as_object() else {
            faults.note(place, value, format!("an object with the fields {}", known.join(", ")));
            return None;
        };
        for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
            let hint = nearest_hint(name, known.iter().copied());
            let allowed = format!("only the fields {}{hint}", known.join(", "));
            faults.note_text(place.field(name), "an unknown field", allowed);
        }
        Some(Self { place: place.clone(), map })
    }

    /// The field's value, or `None` where it is absent or null.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'v Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// Where the field stands.
    #[must_use]
    pub fn place(&self, name: &str) -> Place {
        self.place.field(name)
    }

    /// Reads a field that may be absent.
    pub fn optional<T>(&self, name: &str, faults: &mut Faults, read: Read<T>) -> Option<T> {
        self.get(name).and_then(|value| read(&self.place(name), value, faults))
    }

    /// Reads a field that must be there.
    pub fn required<T>(&self, name: &str, faults: &mut Faults, read: Read<T>) -> Option<T> {
        if self.get(name).is_none() {
            faults.note_text(self.place(name), "nothing", "a value: the field is required");
        }
        self.optional(name, faults, read)
    }

    /// Reads a list, each element by `read`; absent is empty.
    pub fn list<T>(&self, name: &str, faults: &mut Faults, read: Read<T>) -> Vec<T> {
        let place = self.place(name);
        self.get(name).map(|value| list(&place, value, faults, read)).unwrap_or_default()
    }
}

/// A list, each element read by `read`; the elements that are right come back even if others are not.
pub fn list<T>(place: &Place, value: &Value, faults: &mut Faults, read: Read<T>) -> Vec<T> {
    let Some(values) = value.as_array() else {
        faults.note(place, value, "a list");
        return Vec::new();
    };
    let read_one = |(i, value)| read(&place.index(i), value, faults);
    values.iter().enumerate().filter_map(read_one).collect()
}

/// Any text.
pub fn text(place: &Place, value: &Value, faults: &mut Faults) -> Option<String> {
    let text = value.as_str().map(str::to_owned);
    noted(text, place, value, faults, "a string")
}

/// true or false.
pub fn boolean(place: &Place, value: &Value, faults: &mut Faults) -> Option<bool> {
    noted(value.as_bool(), place, value, faults, "true or false")
}

/// An object, as it is.
pub fn object(place: &Place, value: &Value, faults: &mut Faults) -> Option<Map<String, Value>> {
    noted(value.as_object().cloned(), place, value, faults, "an object")
}

/// A whole number of `range`.
pub fn whole(
    place: &Place,
    value: &Value,
    faults: &mut Faults,
    range: RangeInclusive<u32>,
) -> Option<u32> {
    let number = value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| range.contains(n));
    let allowed = format!("a whole number from {} to {}", range.start(), range.end());
    noted(number, place, value, faults, &allowed)
}

/// Seconds since 1970.
pub fn epoch_seconds(place: &Place, value: &Value, faults: &mut Faults) -> Option<i64> {
    let seconds = value.as_i64().filter(|seconds| *seconds > 0);
    noted(seconds, place, value, faults, "seconds since 1970-01-01 as a whole number")
}

/// An account id.
pub fn account_id(place: &Place, value: &Value, faults: &mut Faults) -> Option<AccountId> {
    let id = value.as_str().and_then(AccountId::parse);
    noted(id, place, value, faults, AccountId::ALLOWED)
}

/// A run id.
pub fn run_id(place: &Place, value: &Value, faults: &mut Faults) -> Option<RunId> {
    noted(value.as_str().and_then(RunId::parse), place, value, faults, RunId::ALLOWED)
}

/// An organizational unit or a root.
pub fn unit_id(place: &Place, value: &Value, faults: &mut Faults) -> Option<UnitId> {
    noted(value.as_str().and_then(UnitId::parse), place, value, faults, UnitId::ALLOWED)
}

/// A Region's name, by its form only; whether it exists is asked by [`crate::region::known`].
pub fn region(place: &Place, value: &Value, faults: &mut Faults) -> Option<Region> {
    noted(value.as_str().and_then(Region::parse), place, value, faults, Region::ALLOWED)
}

fn noted<T>(
    read: Option<T>,
    place: &Place,
    value: &Value,
    faults: &mut Faults,
    allowed: &str,
) -> Option<T> {
    if read.is_none() {
        faults.note(place, value, allowed);
    }
    read
}
