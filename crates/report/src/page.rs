//! The page as it is written: blocks of records, coverage and changes, each as soon as it is full.
//!
//! Accounts come one after the other, in order: first an account's records and changes, then its
//! coverage. Texts are cut, because a page is for looking; the CSV files have everything.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::{Value, json};

use crate::target::{Target, letter, why};
use crate::{block, frame};

/// Rows beyond these are counted and left out: a page of 500,000 takes a browser 5 s and 600 MB.
const MOST_ROWS: u64 = 250_000;
/// Changes that the page lists; `changes.csv` has all.
const MOST_CHANGES: usize = 1_000;
/// Characters of a cell that the page holds.
const CELL_CHARS: usize = 4_096;
/// Characters of all listed changes together: they stay in memory to the end.
const CHANGES_CHARS: usize = 1_000_000;
/// Records in a block.
const BLOCK_ROWS: usize = 4_000;
/// Bytes of text in a block: long texts must not fill the memory.
const BLOCK_BYTES: usize = 2_000_000;
/// Accounts in a block.
const BLOCK_ACCOUNTS: usize = 500;

/// A column of the operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The name, as in the CSV's header.
    pub name: String,
    /// What a cell means, in words.
    pub meaning: String,
}

/// A list of the operation's records, beside their tree: each item once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct List {
    /// What is listed, for a person.
    pub title: String,
    /// The column whose cells are the items.
    pub of: String,
    /// The columns that are shown beside an item.
    pub about: Vec<String>,
    /// The columns of each line below an item.
    pub lines: Vec<Vec<String>>,
}

/// What is known before the first record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Meta {
    /// The operation's name.
    pub operation: String,
    /// The operation's columns, in the order of a record's cells.
    pub columns: Vec<Column>,
    /// The columns that make the levels of the topology below a Region, outermost first.
    pub levels: Vec<String>,
    /// The lists beside the topology; none for most operations.
    pub lists: Vec<List>,
    /// The partition, for links to its console: `aws`, `aws-us-gov` or `aws-cn`.
    pub partition: String,
    /// The parameters of the request, as JSON; empty where none is set.
    pub parameters: String,
    /// The address of Identity Center's portal, through which links open in the right account.
    pub portal: Option<String>,
    /// The portal's role for links; without one the portal asks.
    pub portal_role: Option<String>,
    /// What asks the failed targets once more, for copying.
    pub resume: String,
    /// What to do about each error kind.
    pub remedies: BTreeMap<String, String>,
}

#[derive(Debug, Default, Serialize)]
struct Rows {
    regions: Vec<String>,
    account: Vec<usize>,
    region: Vec<usize>,
    columns: Vec<Vec<String>>,
    #[serde(skip)]
    bytes: usize,
}

impl Rows {
    fn is_full(&self) -> bool {
        self.account.len() >= BLOCK_ROWS || self.bytes >= BLOCK_BYTES
    }
}

/// An account's line: id, name, unit, a letter per Region of the block, reasons, counts.
type AccountLine = (String, String, String, String, Vec<usize>, Vec<u64>);

#[derive(Debug, Default, Serialize)]
struct Coverage {
    regions: Vec<String>,
    reasons: Vec<(String, String)>,
    accounts: Vec<AccountLine>,
    #[serde(skip)]
    known: HashMap<(String, String), usize>,
    #[serde(skip)]
    bytes: usize,
}

impl Coverage {
    /// The place of a reason among those of the block.
    fn reason(&mut self, kind: &str, message: &str) -> usize {
        let reason = (kind.to_owned(), cut(message));
        let next = self.reasons.len();
        let place = *self.known.entry(reason.clone()).or_insert(next);
        if place == next {
            self.bytes += reason.1.len();
            self.reasons.push(reason);
        }
        place
    }

    fn is_full(&self) -> bool {
        self.accounts.len() >= BLOCK_ACCOUNTS || self.bytes >= BLOCK_BYTES
    }
}

/// A page that is being written.
#[derive(Debug)]
pub struct Page {
    out: String,
    accounts: usize,
    rows_seen: u64,
    rows: Rows,
    coverage: Coverage,
    changes: Vec<Vec<Value>>,
    changes_chars: usize,
    columns: usize,
}

impl Page {
    /// A page about a run of which `meta` is known; [`Page::take`] has its beginning.
    ///
    /// # Errors
    /// Where `meta` cannot be written as JSON, which its type excludes.
    pub fn begin(meta: &Meta) -> Result<Self, serde_json::Error> {
        let mut value = serde_json::to_value(meta)?;
        value["kind"] = "meta".into();
        let out = frame::head() + &block::element(&value)?;
        let (rows, coverage) = (Rows::default(), Coverage::default());
        let columns = meta.columns.len();
        let (changes, changes_chars) = (Vec::new(), 0);
        let (accounts, rows_seen) = (0, 0);
        Ok(Self { out, accounts, rows_seen, rows, coverage, changes, changes_chars, columns })
    }

    /// How many bytes are ready to be written.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.out.len()
    }

    /// The bytes that are ready to be written; each is given once.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out).into_bytes()
    }

    /// Takes a record of the account whose coverage comes next. Missing cells are empty.
    ///
    /// # Errors
    /// As [`Page::begin`].
    pub fn record<S: AsRef<str>>(
        &mut self,
        region: &str,
        cells: &[S],
    ) -> Result<(), serde_json::Error> {
        self.rows_seen += 1;
        if self.rows_seen > MOST_ROWS {
            return Ok(());
        }
        let place = index_of(&mut self.rows.regions, region);
        self.rows.region.push(place);
        self.rows.account.push(self.accounts);
        self.rows.columns.resize_with(self.columns, Vec::new);
        for (i, column) in self.rows.columns.iter_mut().enumerate() {
            let cell = cut(cells.get(i).map_or("", AsRef::as_ref));
            self.rows.bytes += cell.len();
            column.push(cell);
        }
        if self.rows.is_full() { self.flush_rows() } else { Ok(()) }
    }

    /// Takes a change of the account whose coverage comes next; `kind` is `added` or `removed`.
    pub fn change<S: AsRef<str>>(&mut self, kind: &str, region: &str, cells: &[S]) {
        if self.changes.len() < MOST_CHANGES && self.changes_chars < CHANGES_CHARS {
            self.changes_chars += cells.iter().map(|cell| cell.as_ref().len()).sum::<usize>();
            let mut change: Vec<Value> = vec![kind.into(), self.accounts.into(), region.into()];
            change.extend(cells.iter().map(|cell| cut(cell.as_ref()).into()));
            self.changes.push(change);
        }
    }

    /// Takes an account's coverage, and with it the account; `unit` is its path, or empty.
    ///
    /// # Errors
    /// As [`Page::begin`].
    pub fn account(
        &mut self,
        (id, name, unit): (&str, &str, &str),
        targets: &[Target],
    ) -> Result<(), serde_json::Error> {
        let mut letters = Vec::new();
        let (mut reasons, mut records) = (BTreeMap::new(), BTreeMap::new());
        for target in targets {
            let place = index_of(&mut self.coverage.regions, target.region);
            letters.resize(self.coverage.regions.len().max(letters.len()), '.');
            letters[place] = letter(target);
            if letters[place] == 'S' {
                records.insert(place, target.records);
            } else {
                reasons.insert(place, self.coverage.reason(target.kind, &why(target)));
            }
        }
        let line = (
            id.to_owned(),
            cut(name),
            cut(unit),
            letters.into_iter().collect(),
            reasons.into_values().collect(),
            records.into_values().collect(),
        );
        self.coverage.accounts.push(line);
        self.accounts += 1;
        if self.coverage.is_full() { self.flush_coverage() } else { Ok(()) }
    }

    /// Writes the rest of the page, with the run's `summary` as `summary.json` has it;
    /// [`Page::take`] has its end.
    ///
    /// # Errors
    /// As [`Page::begin`].
    pub fn finish(&mut self, summary: &Value) -> Result<(), serde_json::Error> {
        self.flush_rows()?;
        self.flush_coverage()?;
        let changes = json!({ "kind": "changes", "changes": self.changes });
        let left_out = self.rows_seen.saturating_sub(MOST_ROWS);
        let last = json!({ "kind": "summary", "summary": summary, "rows_left_out": left_out });
        self.out += &block::element(&changes)?;
        self.out += &block::element(&last)?;
        self.out += &frame::tail();
        Ok(())
    }

    fn flush_rows(&mut self) -> Result<(), serde_json::Error> {
        let rows = std::mem::take(&mut self.rows);
        self.flush("rows", &rows)
    }

    fn flush_coverage(&mut self) -> Result<(), serde_json::Error> {
        let coverage = std::mem::take(&mut self.coverage);
        self.flush("coverage", &coverage)
    }

    fn flush(
        &mut self,
        kind: &'static str,
        data: &impl Serialize,
    ) -> Result<(), serde_json::Error> {
        #[derive(Serialize)]
        struct Block<'a, T> {
            kind: &'a str,
            #[serde(flatten)]
            data: &'a T,
        }
        self.out += &block::element(&Block { kind, data })?;
        Ok(())
    }
}

fn index_of(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(CELL_CHARS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests;
