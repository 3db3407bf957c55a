//! JSON and CSV of any contract: how a document is written, how a small one is read whole, and the
//! list in a large one item by item.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::error::{Error, ErrorKind};

/// The JSON of `document` on one line.
///
/// # Errors
/// `Internal` where the document cannot be serialized.
pub fn compact(document: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(document).map_err(unwritable)
}

/// The JSON of `document`, indented for people.
///
/// # Errors
/// `Internal` where the document cannot be serialized.
pub fn pretty(document: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec_pretty(document).map_err(unwritable)
}

/// Appends the JSON of `document` to `lines`, as a line of its own.
///
/// # Errors
/// `Internal` where the document cannot be serialized; what `lines` ends with is of no use then.
pub fn line(document: &impl Serialize, lines: &mut Vec<u8>) -> Result<(), Error> {
    serde_json::to_writer(&mut *lines, document).map_err(unwritable)?;
    lines.push(b'\n');
    Ok(())
}

/// Appends a JSON object of `fields`, in their order, to `lines`, as a line of its own.
///
/// # Errors
/// As [`line`].
pub fn line_of<'f>(
    fields: impl Iterator<Item = (&'f str, &'f str)>,
    lines: &mut Vec<u8>,
) -> Result<(), Error> {
    serde_json::Serializer::new(&mut *lines).collect_map(fields).map_err(unwritable)?;
    lines.push(b'\n');
    Ok(())
}

/// The rows of a CSV file by the names in its header: the order of the columns does not matter, and
/// columns that `T` does not have are skipped.
///
/// # Errors
/// `OperationFailed` with the line and the column that `T` lacks or cannot take.
pub fn csv_rows<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, Error> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().collect::<Result<_, _>>().map_err(unreadable)
}

/// Gives `take` each item of the JSON list in `bytes`: a large list is never in memory as a whole.
///
/// # Errors
/// Where `bytes` are no list of such items; `take` may have got the first of them.
pub fn each<T: DeserializeOwned>(
    bytes: &[u8],
    take: impl FnMut(T),
) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    each_of(&mut json, take)?;
    json.end()
}

/// As [`each`], for a list in any format.
///
/// # Errors
/// As [`each`].
pub fn each_of<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    list: D,
    take: impl FnMut(T),
) -> Result<(), D::Error> {
    list.deserialize_seq(Each(take, PhantomData))
}

struct Each<F, T>(F, PhantomData<T>);

impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Each<F, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element()? {
            (self.0)(item);
        }
        Ok(())
    }
}

fn unwritable(error: impl std::fmt::Display) -> Error {
    Error::internal(error)
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::OperationFailed, format!("cannot read a CSV row: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_given_item_by_item_and_anything_else_refused() {
        let read = |text: &str| {
            let mut items = Vec::new();
            each(text.as_bytes(), |item: u8| items.push(item)).map(|()| items)
        };
        assert_eq!(read("[1, 2]").unwrap(), [1, 2]);
        assert_eq!(read("[]").unwrap(), [0; 0]);
        for wrong in ["[1, 2", "[1, 2] 3", "[1, \"2\"]", "{}", ""] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
