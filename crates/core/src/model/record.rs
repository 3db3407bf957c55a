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
    let parts: Vec<String> = indices.iter().map(|i| escaped(&cells[*i])).collect();
    let key = parts.join("#");
    if key.len() > KEY_BYTES {
        return Err(failed(format!("a record's key has {} bytes, {KEY_BYTES} fit", key.len())));
    }
    Ok(key)
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
    use crate::model::spec::{Access, Column, Scope};

    const SPEC: Spec = Spec {
        name: "things",
        summary: "things",
        scope: Scope::Regional,
        access: Access::ReadOnly,
        actions: &[],
        columns: &[
            Column { name: "value", meaning: "" },
            Column { name: "b", meaning: "" },
            Column { name: "a", meaning: "" },
        ],
        key: &["a", "b"],
    };

    fn row(cells: [&str; 3]) -> Vec<String> {
        cells.map(str::to_owned).to_vec()
    }

    #[test]
    fn rows_are_sorted_by_the_key_columns() {
        let records = keyed(&SPEC, vec![row(["1", "y", "b"]), row(["2", "x", "a"])]).unwrap();
        let keys: Vec<_> = records.iter().map(|r| r.key.as_str()).collect();
        assert_eq!(keys, ["a#x", "b#y"]);
    }

    #[test]
    fn cells_that_hold_the_joint_stay_apart() {
        let records = keyed(&SPEC, vec![row(["1", "z", "x#y"]), row(["2", "y#z", "x"])]).unwrap();
        assert_eq!(records.len(), 2);
    }

    #[test]
    fn a_row_that_would_be_lost_is_an_error() {
        let twice = keyed(&SPEC, vec![row(["1", "x", "a"]), row(["2", "x", "a"])]);
        assert_eq!(twice.unwrap_err().kind(), ErrorKind::OperationFailed);
        assert!(keyed(&SPEC, vec![vec!["short".to_owned()]]).is_err());
        assert!(keyed(&SPEC, vec![row(["1", "x", &"a".repeat(1000)])]).is_err());
        assert!(keyed(&SPEC, vec![row([&"1".repeat(400_000), "x", "a"])]).is_err());
    }
}
