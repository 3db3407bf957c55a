//! What the ledger keeps of a run's rows in one account: the rows themselves, what the worker needs to
//! know of the run, and what became of each row. Reading and writing it is other crates' part.

use std::collections::{BTreeMap, BTreeSet};

use org_operator_core::contract::change_item::{
    ChangeItem, ROWS, STATES, TASK, number, row_entry, state_entry,
};
use org_operator_core::contract::document;
use org_operator_core::{AccountId, Error, ErrorKind, RunId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::journal::{Journal, RowRecord};
use crate::plan::PlanRow;

/// What an account's worker needs to know of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccountTask {
    /// The execution: targets that fail are counted within one.
    pub execution: RunId,
    /// What stops every row of the account, in words; null where nothing does.
    pub hold: Option<String>,
    /// How many targets of the run may fail; null where all may.
    pub failures_allowed: Option<u64>,
    /// Keys of tags that protect a resource.
    pub protected_tag_keys: BTreeSet<String>,
}

/// What became of a row so far, with the stamp of its item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowState {
    /// The stamp of the item that has it.
    pub stamp: String,
    /// What is known of the row.
    pub record: RowRecord,
}

/// An account's part of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountBook {
    /// What the worker needs to know; `None` where the fanout wrote nothing.
    pub task: Option<AccountTask>,
    /// The rows to change by their number in the plan.
    pub rows: BTreeMap<u64, PlanRow>,
    /// What became of them, by the same numbers.
    pub states: BTreeMap<u64, RowState>,
}

impl AccountBook {
    /// The book that `items` are of; entries of other kinds are passed over.
    ///
    /// # Errors
    /// `OperationFailed` with the entry that cannot be read.
    pub fn read(items: &[ChangeItem]) -> Result<Self, Error> {
        let mut book = Self::default();
        for item in items {
            if item.entry == TASK {
                book.task = Some(body(item)?);
            } else if let Some(number) = number(&item.entry, ROWS) {
                book.rows.insert(number, body(item)?);
            } else if let Some(number) = number(&item.entry, STATES) {
                let state = RowState { stamp: item.stamp.clone(), record: body(item)? };
                book.states.insert(number, state);
            }
        }
        Ok(book)
    }

    /// What the fanout writes of an account: the task, and the rows unless all are held.
    ///
    /// # Errors
    /// `Internal` where a document cannot be serialized.
    pub fn items(task: &AccountTask, rows: &[(u64, &PlanRow)]) -> Result<Vec<ChangeItem>, Error> {
        let stamp = task.execution.as_str();
        let mut items = vec![item(TASK.to_owned(), stamp, task)?];
        if task.hold.is_none() {
            for (number, row) in rows {
                items.push(item(row_entry(*number), stamp, row)?);
            }
        }
        Ok(items)
    }

    /// Whether a run that goes on leaves the row with this number alone.
    #[must_use]
    pub fn is_final(&self, number: u64) -> bool {
        self.states.get(&number).is_some_and(|state| state.record.is_final())
    }
}

/// The item of what became of a row.
///
/// # Errors
/// `Internal` where it cannot be serialized.
pub fn state_item(number: u64, state: &RowState) -> Result<ChangeItem, Error> {
    item(state_entry(number), &state.stamp, &state.record)
}

/// The rows to change by account, each with its number in the plan.
#[must_use]
pub fn by_account(rows: &[PlanRow]) -> BTreeMap<&AccountId, Vec<(u64, &PlanRow)>> {
    let mut accounts: BTreeMap<_, Vec<(u64, &PlanRow)>> = BTreeMap::new();
    for (number, row) in (0..).zip(rows).filter(|(_, row)| row.is_change()) {
        accounts.entry(&row.key.account_id).or_default().push((number, row));
    }
    accounts
}

/// What `states` say of the rows of a plan, by the rows' keys.
#[must_use]
pub fn journal(rows: &[PlanRow], states: BTreeMap<u64, RowState>) -> Journal {
    let of_row = |(number, state): (u64, RowState)| {
        let row = rows.get(usize::try_from(number).ok()?)?;
        Some((row.key.clone(), state.record))
    };
    Journal::of_rows(states.into_iter().filter_map(of_row))
}

fn item(entry: String, stamp: &str, document: &impl Serialize) -> Result<ChangeItem, Error> {
    let body = String::from_utf8(document::compact(document)?).map_err(Error::internal)?;
    Ok(ChangeItem { entry, stamp: stamp.to_owned(), body })
}

fn body<T: DeserializeOwned>(item: &ChangeItem) -> Result<T, Error> {
    serde_json::from_str(&item.body).map_err(|e| {
        let message = format!("the ledger's entry `{}` cannot be read: {e}", item.entry);
        Error::new(ErrorKind::OperationFailed, message)
    })
}
