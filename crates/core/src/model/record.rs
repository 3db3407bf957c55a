//! A record: one row that an operation found in one target, and the key that tells it from others.

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind};
use crate::model::spec::Spec;

/// An item has 400 KB (DynamoDB quotas), names of attributes included.
const ROW_BYTES: usize = 350_000;

/// A sort key has 1,024 bytes (DynamoDB quotas); `record#<Region>#` needs up to 40 of them.
const KEY_BYTES: usize = 980;

/// One row, its cells in the order of the operation's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The key, unique within its target; see [`keyed`].
    pub key: String,
    /// One cell per column.
    pub cells: Vec<String>,
}

/// Gives each row its key and sorts by it.
///
/// # Errors
/// `OperationFailed` where two rows have one key, or a key or a row is too long for the ledger: it
/// would be lost silently. `Internal` where a row does not have one cell for each column.
pub fn keyed(spec: &Spec, rows: Vec<Vec<String>>) -> Result<Vec<Record>, Error> {
    let indices = spec.key_indices();
    let mut records = BTreeMap::new();
    for cells in rows {
        let key = key_of(spec, &indices, &cells)?;
        if records.insert(key.clone(), cells).is_some() {
            return Err(failed(format!("two records have the key `{key}`")));
        }
    }
    Ok(records.into_iter().map(|(key, cells)| Record { key, cells }).collect())
}

fn key_of(spec: &Spec, indices: &[usize], cells: &[String]) -> Result<String, Error> {
    let (found, declared) = (cells.len(), spec.columns.len());
    if found != declared {
        let message = format!("a record has {found} cells for {declared} columns");
        return Err(Error::internal(message));
    }
    let bytes: usize = cells.iter().map(String::len).sum();
    if bytes > ROW_BYTES {
        return Err(failed(format!("a record has {bytes} bytes, {ROW_BYTES} fit into the ledger")));
    }
    let key = joined(indices, cells);
    if key.len() > KEY_BYTES {
        return Err(failed(format!("a record's key has {} bytes, {KEY_BYTES} fit", key.len())));
    }
    Ok(key)
}

/// The key of a record with these cells, of which those at `indices` tell it from others. A place
/// that it does not have is empty.
#[must_use]
pub fn joined(indices: &[usize], cells: &[String]) -> String {
    let part = |index: &usize| escaped(cells.get(*index).map_or("", String::as_str));
    indices.iter().map(part).collect::<Vec<_>>().join("#")
}

/// Keeps `#` for the joints, so that different cells never make one key.
fn escaped(cell: &str) -> String {
    cell.replace('%', "%25").replace('#', "%23")
}

fn failed(message: String) -> Error {
    Error::new(ErrorKind::OperationFailed, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    fn spec() -> Spec {
        let columns = [("value", ""), ("b", ""), ("a", "")];
        Spec::read_only("things", "things", []).with_columns(&columns, &["a", "b"])
    }

    fn row(cells: [&str; 3]) -> Vec<String> {
        cells.map(str::to_owned).to_vec()
    }

    #[test]
    fn rows_are_sorted_by_the_key_columns() {
        let records = keyed(&spec(), vec![row(["1", "y", "b"]), row(["2", "x", "a"])]).unwrap();
        let keys: Vec<_> = records.iter().map(|r| r.key.as_str()).collect();
        assert_eq!(keys, ["a#x", "b#y"]);
    }

    #[test]
    fn cells_that_hold_the_joint_stay_apart() {
        let records = keyed(&spec(), vec![row(["1", "z", "x#y"]), row(["2", "y#z", "x"])]).unwrap();
        assert_eq!(records.len(), 2);
    }

    #[test]
    fn a_row_that_would_be_lost_is_an_error() {
        let twice = keyed(&spec(), vec![row(["1", "x", "a"]), row(["2", "x", "a"])]);
        assert_eq!(twice.unwrap_err().kind(), ErrorKind::OperationFailed);
        assert!(keyed(&spec(), vec![vec!["short".to_owned()]]).is_err());
        assert!(keyed(&spec(), vec![row(["1", "x", &"a".repeat(1000)])]).is_err());
        assert!(keyed(&spec(), vec![row([&"1".repeat(400_000), "x", "a"])]).is_err());
    }
}
