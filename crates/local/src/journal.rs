//! The ledger in a run's folder: one append-only file per account, a line per entry, the last line
//! of a key wins.
//!
//! A batch is one append, so a process that dies leaves at the most one cut line: readers ignore
//! it, and the next append begins on a new line. Only then does a person's Ctrl-C lose nothing.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use org_operator_core::contract::journal::JournalLine;
use org_operator_core::contract::ledger::{Entry, LedgerPartition, LedgerRecord, WorkerFailure};
use org_operator_core::ports::{LedgerReader, LedgerWriter, Outcomes, Page};
use org_operator_core::{AccountId, Error, Outcome};

use crate::directory::broken;
use crate::private;
use crate::progress::Progress;

/// Accounts share this many locks: two work items of one account never append at once.
const LOCKS: usize = 64;

/// The journal of one run.
#[derive(Debug, Clone)]
pub struct Journal {
    folder: PathBuf,
    locks: Arc<[Mutex<()>; LOCKS]>,
    progress: Arc<Progress>,
}

impl Journal {
    /// The journal in `folder`, which need not exist yet; `progress` hears of what is final.
    pub fn new(folder: &Path, progress: Arc<Progress>) -> Self {
        let locks = Arc::new(std::array::from_fn(|_| Mutex::new(())));
        Self { folder: folder.to_owned(), locks, progress }
    }

    /// Notes that a work item was given up.
    pub fn put_failure(
        &self,
        partition: &LedgerPartition,
        failure: &WorkerFailure,
    ) -> Result<(), Error> {
        let mut batch = Vec::new();
        JournalLine::from(failure).write(&mut batch)?;
        self.append(&partition.account, &batch)
    }

    /// What is known of an account's targets.
    pub fn known(&self, partition: &LedgerPartition) -> Result<Vec<Outcome>, Error> {
        let entries = self.entries(&partition.account, JournalLine::is_outcome)?;
        let outcome = |entry| match entry {
            Entry::Outcome(outcome) => Some(outcome),
            _ => None,
        };
        Ok(entries.into_values().filter_map(outcome).collect())
    }

    fn path(&self, account: &AccountId) -> PathBuf {
        self.folder.join(format!("{account}.jsonl"))
    }

    fn append(&self, account: &AccountId, batch: &[u8]) -> Result<(), Error> {
        let digits = account.as_str().bytes().fold(0, |sum, byte| sum * 31 + usize::from(byte));
        let _alone = self.locks[digits % LOCKS].lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.path(account);
        append(&path, batch).map_err(|e| broken("writing", &path, &e))
    }

    /// An account's entries by sort key, of the lines that `wanted` takes.
    fn entries(
        &self,
        account: &AccountId,
        wanted: fn(&[u8]) -> bool,
    ) -> Result<BTreeMap<String, Entry>, Error> {
        let path = self.path(account);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(broken("reading", &path, &error)),
        };
        let wanted = bytes.split(|byte| *byte == b'\n').filter(|line| wanted(line));
        Ok(wanted.filter_map(JournalLine::parse).collect())
    }
}

/// Appends in one write, on a line of its own even where the last one was cut.
fn append(path: &Path, batch: &[u8]) -> io::Result<()> {
    let mut file = opened(path)?;
    if ends_cut(&mut file)? {
        return file.write_all(&[b"\n", batch].concat());
    }
    file.write_all(batch)
}

fn opened(path: &Path) -> io::Result<File> {
    let open = || private::file().read(true).append(true).create(true).open(path);
    match (open(), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
            private::folder(folder)?;
            open()
        }
        (opened, _) => opened,
    }
}

fn ends_cut(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

impl Outcomes for Journal {
    async fn outcomes(&self, partition: &LedgerPartition) -> Result<Vec<Outcome>, Error> {
        self.known(partition)
    }
}

impl LedgerWriter for Journal {
    async fn put_records(
        &self,
        partition: &LedgerPartition,
        records: &[LedgerRecord],
        _: i64,
    ) -> Result<(), Error> {
        if records.is_empty() {
            return Ok(());
        }
        let mut batch = Vec::new();
        for record in records {
            JournalLine::from(record).write(&mut batch)?;
        }
        self.append(&partition.account, &batch)
    }

    async fn put_outcome(
        &self,
        partition: &LedgerPartition,
        outcome: &Outcome,
        _: i64,
    ) -> Result<(), Error> {
        let mut batch = Vec::new();
        JournalLine::from(outcome).write(&mut batch)?;
        self.append(&partition.account, &batch)?;
        self.progress.outcome(&outcome.verdict);
        Ok(())
    }
}

impl LedgerReader for Journal {
    /// One page: an account's file is small, and it must be read whole to be sorted.
    async fn page(
        &self,
        partition: &LedgerPartition,
        after: Option<String>,
    ) -> Result<Page, Error> {
        // Reading never waits for anything: without this nobody could stop a long export.
        tokio::task::yield_now().await;
        let entries = self.entries(&partition.account, |line| !line.is_empty())?;
        let left = entries.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|a| key > a));
        Ok(Page { entries: left.map(|(_, entry)| entry).collect(), next: None })
    }
}

#[cfg(test)]
#[path = "journal/tests.rs"]
mod tests;
