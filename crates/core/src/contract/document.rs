//! JSON and CSV of any contract: how a document is written, and how a small one is read whole.

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

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

fn unwritable(error: impl std::fmt::Display) -> Error {
    Error::internal(error)
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::OperationFailed, format!("cannot read a CSV row: {error}"))
}
