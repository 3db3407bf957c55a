//! A record with its target: a row of `<operation>.csv`, a line of `<operation>.jsonl`, and with
//! what happened to it a row of `changes.csv`.
//!
//! Which columns there are is the operation's declaration; a file of another release may have other
//! ones, so reading goes by name.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::contract::document;
use crate::error::Error;
use crate::model::id::AccountId;
use crate::model::region::Region;
use crate::model::spec::{Column, Spec};

/// The columns that every operation's records begin with.
pub const TARGET_COLUMNS: [&str; 3] = ["account_id", "account_name", "region"];

/// The columns of an operation's record files: those of the target, then its own.
#[must_use]
pub fn columns(spec: &Spec) -> Vec<String> {
    let own = spec.columns.iter().map(|column| column.name.as_str());
    TARGET_COLUMNS.into_iter().chain(own).map(str::to_owned).collect()
}

/// The columns of a run's record files: the operation's, then those `beside` them.
#[must_use]
pub fn columns_with(spec: &Spec, beside: &[Column]) -> Vec<String> {
    let behind = beside.iter().map(|column| column.name.clone());
    columns(spec).into_iter().chain(behind).collect()
}

/// A record with its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow<'a> {
    /// The target's account.
    pub account_id: Cow<'a, AccountId>,
    /// The account's name.
    pub account_name: Cow<'a, str>,
    /// The target's Region.
    pub region: Cow<'a, Region>,
    /// The record's cells, in the order of the operation's columns.
    pub cells: Cow<'a, [String]>,
    /// What stands beside them, in the order of the run's columns behind the operation's; empty in
    /// a row that was read, whose cells have all that was asked for.
    pub beside: Cow<'a, [String]>,
}

impl RecordRow<'_> {
    /// All cells, in the order of [`columns`], then what stands beside them.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let target = [self.account_id.as_str(), &self.account_name, self.region.as_str()];
        target.into_iter().chain(self.cells.iter().chain(self.beside.iter()).map(String::as_str))
    }

    /// Appends the row to `lines` as one JSON object, its fields in the order of `columns`.
    ///
    /// # Errors
    /// `Internal` where it cannot be serialized.
    pub fn write_line(
        &self,
        columns: &[impl AsRef<str>],
        lines: &mut Vec<u8>,
    ) -> Result<(), Error> {
        document::line_of(columns.iter().map(AsRef::as_ref).zip(self.texts()), lines)
    }
}

impl RecordRow<'static> {
    /// Reads a line of `<operation>.jsonl`. A column of `columns` that the line lacks is empty, as
    /// in a file of an earlier release; fields that are not in `columns` are skipped.
    ///
    /// # Errors
    /// Says what is wrong: no JSON object, no target, or a value that is not text.
    pub fn parse_line(columns: &[impl AsRef<str>], line: &[u8]) -> Result<Self, String> {
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        let cells = ByName { columns }.deserialize(&mut deserializer).map_err(|e| e.to_string())?;
        Self::from_cells(cells)
    }

    /// Reads a row of `<operation>.csv`, of which `header` names the columns.
    ///
    /// # Errors
    /// Says that the row has no target.
    pub fn parse_csv(
        columns: &[impl AsRef<str>],
        header: &csv::StringRecord,
        row: &csv::StringRecord,
    ) -> Result<Self, String> {
        let cell = |name: &str| {
            let index = header.iter().position(|column| column == name);
            index.and_then(|index| row.get(index)).unwrap_or_default().to_owned()
        };
        Self::from_cells(columns.iter().map(|name| cell(name.as_ref())).collect())
    }

    /// The row of cells in the order of [`columns`].
    fn from_cells(mut cells: Vec<String>) -> Result<Self, String> {
        let own = cells.split_off(TARGET_COLUMNS.len().min(cells.len()));
        let target = <[String; 3]>::try_from(cells).map_err(|_| "no target".to_owned())?;
        let [account_id, account_name, region] = target;
        Ok(Self {
            account_id: Cow::Owned(account_id.try_into()?),
            account_name: Cow::Owned(account_name),
            region: Cow::Owned(region.try_into()?),
            cells: Cow::Owned(own),
            beside: Cow::Borrowed(&[]),
        })
    }
}

/// Reads a JSON object into the cells of `columns`, in their order.
struct ByName<'c, S> {
    columns: &'c [S],
}

impl<'de, S: AsRef<str>> DeserializeSeed<'de> for ByName<'_, S> {
    type Value = Vec<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<String>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: AsRef<str>> Visitor<'de> for ByName<'_, S> {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with text in every column")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<String>, A::Error> {
        let mut cells = vec![String::new(); self.columns.len()];
        while let Some(name) = map.next_key::<String>()? {
            match self.columns.iter().position(|column| column.as_ref() == name) {
                Some(index) => cells[index] = map.next_value()?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(cells)
    }
}

/// What happened to a record between two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// Only the later run has it.
    Added,
    /// Only the earlier run has it.
    Removed,
}

impl ChangeKind {
    /// The word in `changes.csv`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }

    /// The kind that `name` names, if any.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Added, Self::Removed].into_iter().find(|kind| kind.name() == name)
    }
}

/// A row of `changes.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow<'a> {
    /// Whether the record was added or removed.
    pub change: ChangeKind,
    /// The record with its target.
    pub record: RecordRow<'a>,
}

impl ChangeRow<'_> {
    /// The column in front of those of the record.
    pub const COLUMN: &'static str = "change";

    /// All cells, the kind of change first.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.change.name()).chain(self.record.texts())
    }
}

impl ChangeRow<'static> {
    /// Reads a row of `changes.csv`, of which `header` names the columns.
    ///
    /// # Errors
    /// Says that the row has no kind of change or no target.
    pub fn parse_csv(
        columns: &[impl AsRef<str>],
        header: &csv::StringRecord,
        row: &csv::StringRecord,
    ) -> Result<Self, String> {
        let index = header.iter().position(|column| column == Self::COLUMN);
        let name = index.and_then(|index| row.get(index)).unwrap_or_default();
        let change = ChangeKind::parse(name);
        let change = change.ok_or_else(|| format!("`{name}` is neither added nor removed"))?;
        Ok(Self { change, record: RecordRow::parse_csv(columns, header, row)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [&str; 5] = ["account_id", "account_name", "region", "thing", "new"];

    #[test]
    fn a_line_reads_back_and_keeps_any_text() {
        let row = RecordRow {
            account_id: Cow::Owned(AccountId::parse("000000000001").unwrap()),
            account_name: Cow::Borrowed("=a \"b\"\n\u{202e}ö"),
            region: Cow::Owned(Region::parse("eu-west-1").unwrap()),
            cells: Cow::Owned(vec!["<script>".to_owned(), "\u{1}".to_owned()]),
            beside: Cow::Borrowed(&[]),
        };
        let mut line = Vec::new();
        row.write_line(&COLUMNS, &mut line).unwrap();
        assert_eq!(RecordRow::parse_line(&COLUMNS, &line).unwrap(), row);
    }

    #[test]
    fn a_lacking_column_is_empty_and_an_unknown_field_is_skipped() {
        let line = br#"{"later": [{"a": 1}], "region": "eu-west-1", "account_id": "000000000001", "thing": "x"}"#;
        let row = RecordRow::parse_line(&COLUMNS, line).unwrap();
        assert_eq!(row.cells.as_ref(), ["x", ""]);
        assert_eq!(row.account_name, "");
    }

    #[test]
    fn a_line_without_a_target_or_with_a_number_is_an_error() {
        for line in [&b"{}"[..], b"[]", b"", br#"{"account_id": 1}"#] {
            assert!(RecordRow::parse_line(&COLUMNS, line).is_err());
        }
    }

    #[test]
    fn rows_of_csv_are_read_by_column_name() {
        let header = csv::StringRecord::from(vec!["change", "region", "account_id", "thing"]);
        let row = csv::StringRecord::from(vec!["removed", "eu-west-1", "000000000001", "x"]);
        let change = ChangeRow::parse_csv(&COLUMNS, &header, &row).unwrap();
        assert_eq!(change.change, ChangeKind::Removed);
        assert_eq!(change.record.cells.as_ref(), ["x", ""]);
        let strange = csv::StringRecord::from(vec!["moved", "eu-west-1", "000000000001", "x"]);
        assert!(ChangeRow::parse_csv(&COLUMNS, &header, &strange).is_err());
    }
}
