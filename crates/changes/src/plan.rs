//! The rows of a plan, and their files: `plan.jsonl` for programs, `plan.csv` for people. What a row
//! means for one kind of resource is that operation's part.

use std::collections::{BTreeMap, BTreeSet};

use org_operator_core::contract::document;
use org_operator_core::input::violation::Violations;
use org_operator_core::report::csv_table::Table;
use org_operator_core::{AccountId, Error, Region};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The action of a row that the plan leaves as it is, and says why.
pub const SKIP: &str = "skip";

/// What tells a row from all others of its plan.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RowKey {
    /// The account that the resource is in.
    pub account_id: AccountId,
    /// The resource's Region.
    pub region: Region,
    /// The resource in its target, such as a rule's id.
    pub key: String,
}

/// One row of a plan: what would be changed, from what to what, why, and how it is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PlanRow {
    /// The resource.
    #[serde(flatten)]
    pub key: RowKey,
    /// The account's name, for people.
    pub account_name: String,
    /// What is done, in the operation's own word; [`SKIP`] for a row that stays as it is.
    pub action: String,
    /// The state that was seen; null where there was none.
    pub before: Value,
    /// The state that is wanted; null for none.
    pub after: Value,
    /// Why, in words.
    pub reason: String,
    /// What takes the change back; null for a row that stays as it is.
    pub inverse: Option<Inverse>,
}

/// What takes a change back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Inverse {
    /// The resource; null where its id is known only once the change is made.
    pub key: Option<String>,
    /// What is done, in the operation's own word.
    pub action: String,
}

impl PlanRow {
    /// Whether the row is to be changed; the others only say why not.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.action != SKIP
    }
}

/// The columns of `plan.csv`, in order.
const COLUMNS: [&str; 8] =
    ["account_id", "account_name", "region", "key", "action", "reason", "before", "after"];

/// How many of `rows` are to be changed, by action; rows that stay as they are do not count.
#[must_use]
pub fn changes_by_action<'a>(rows: impl IntoIterator<Item = &'a PlanRow>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for row in rows.into_iter().filter(|row| row.is_change()) {
        *counts.entry(row.action.clone()).or_insert(0) += 1;
    }
    counts
}

/// `plan.jsonl`: the rows, one object a line.
///
/// # Errors
/// `Internal` where a row cannot be serialized.
pub fn write_plan(rows: &[PlanRow]) -> Result<Vec<u8>, Error> {
    let mut lines = Vec::new();
    for row in rows {
        lines.extend(document::compact(row)?);
        lines.push(b'\n');
    }
    Ok(lines)
}

/// `plan.csv`: the same rows without their inverses, safe to open in a spreadsheet.
///
/// # Errors
/// `Internal`, never in practice: the table is in memory.
pub fn write_plan_table(rows: &[PlanRow]) -> Result<Vec<u8>, Error> {
    let mut table = PlanTable::new()?;
    for row in rows {
        table.row(row)?;
    }
    table.take()
}

/// `plan.csv` while it grows.
#[derive(Debug)]
pub struct PlanTable(Table);

impl PlanTable {
    /// A table with its header.
    ///
    /// # Errors
    /// `Internal`, never in practice: the table is in memory.
    pub fn new() -> Result<Self, Error> {
        Table::new(COLUMNS).map(Self)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn row(&mut self, row: &PlanRow) -> Result<(), Error> {
        let PlanRow { key, account_name, action, before, after, reason, .. } = row;
        let (from, to) = (shown(before), shown(after));
        let (account, region) = (key.account_id.as_str(), key.region.as_str());
        self.0.row([account, account_name, region, &key.key, action, reason, &from, &to])
    }

    /// Takes the bytes of the rows so far.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn take(&mut self) -> Result<Vec<u8>, Error> {
        self.0.take()
    }
}

/// A state in a cell: empty for none, else JSON.
pub(crate) fn shown(state: &Value) -> String {
    if state.is_null() { String::new() } else { state.to_string() }
}

/// Reads `plan.jsonl` or `undo.jsonl`. A row that stands twice is refused: it would be changed twice.
///
/// # Errors
/// `InvalidRequest` with every line that is no row; `name` is the file's.
pub fn read_plan(name: &str, bytes: &[u8]) -> Result<Vec<PlanRow>, Error> {
    let (mut violations, mut rows, mut keys) = (Violations::default(), Vec::new(), BTreeSet::new());
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
        let place = format!("line {}", number + 1);
        match serde_json::from_slice::<PlanRow>(line) {
            Err(error) => violations.note_text(place, error.to_string(), "a row of a plan"),
            Ok(row) if !keys.insert(row.key.clone()) => {
                violations.note_text(place, format!("{} again", row.key.key), "each row once");
            }
            Ok(row) => rows.push(row),
        }
    }
    violations.into_result(name, Some(rows))
}

/// The rows of a plan from the records of the run that made it, one a line.
///
/// # Errors
/// As [`planned_row`].
pub fn planned(key_column: &str, records: &[u8]) -> Result<Vec<PlanRow>, Error> {
    let lines = records.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| planned_row(key_column, line)).collect()
}

/// The row of a plan from a record: an object of text with the columns `action`, `reason`, `before`,
/// `after`, `inverse` and, as the key, `key_column`.
///
/// # Errors
/// `Internal` where the line is no such record: this release wrote it.
pub fn planned_row(key_column: &str, line: &[u8]) -> Result<PlanRow, Error> {
    let record: Value = serde_json::from_slice(line).map_err(Error::internal)?;
    let text = |name: &str| {
        let cell = record.get(name).and_then(Value::as_str);
        cell.ok_or_else(|| Error::internal(format!("a record without the column `{name}`")))
    };
    let state = |name: &str| match text(name)? {
        "" => Ok(Value::Null),
        json => serde_json::from_str(json).map_err(Error::internal),
    };
    Ok(PlanRow {
        key: RowKey {
            account_id: text("account_id")?.to_owned().try_into().map_err(Error::internal)?,
            region: text("region")?.to_owned().try_into().map_err(Error::internal)?,
            key: text(key_column)?.to_owned(),
        },
        account_name: text("account_name")?.to_owned(),
        action: text("action")?.to_owned(),
        before: state("before")?,
        after: state("after")?,
        reason: text("reason")?.to_owned(),
        inverse: serde_json::from_value(state("inverse")?).map_err(Error::internal)?,
    })
}
