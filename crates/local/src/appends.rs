//! The writing side of a journal: one append-only file per account, of a suite run per operation and
//! account. What the lines say is decided
//! elsewhere.
//!
//! Records wait in memory for their outcome, and are written with it, before it, in one append:
//! without an outcome they count for nothing. Few files are kept open, because a run may be working
//! in a thousand accounts, and each of their targets needs a connection.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use org_operator_core::contract::ledger::LedgerPartition;
use org_operator_core::{AccountId, Region};
use org_operator_worker::CONCURRENT_OPERATIONS;

use crate::private;

/// Accounts share this many locks: two work items of one account never append at once.
const LOCKS: usize = 64;

/// The files that each lock keeps open: those of the operations of a suite run that an account is asked
/// at once, so that they do not open theirs in turn.
const KEPT: usize = CONCURRENT_OPERATIONS;

/// A process that may open fewer files keeps one for each lock: its connections need the others.
const MANY: u64 = 4_096;

/// How many files journals keep open in a process that may open `files`.
pub(crate) fn kept_open(files: Option<u64>) -> usize {
    LOCKS * kept(files)
}

fn kept(files: Option<u64>) -> usize {
    if files.is_none_or(|files| files >= MANY) { KEPT } else { 1 }
}

/// The accounts that are being written.
#[derive(Debug)]
pub(crate) struct Appends(Box<[Mutex<Shard>]>);

/// An operation of a suite run, and an account.
type Key = (Option<String>, AccountId);

/// The accounts that share a lock.
#[derive(Debug)]
struct Shard {
    accounts: HashMap<Key, Account>,
    /// The files that were written last, in that order: an account's Regions finish one soon after
    /// the other.
    open: Vec<(Key, File)>,
    /// How many of them stay open.
    kept: usize,
}

#[derive(Debug, Default)]
struct Account {
    /// This process wrote the file's last line, so the line is complete.
    ends_with_line: bool,
    records: BTreeMap<Region, Vec<u8>>,
}

impl Appends {
    /// The accounts of a process that may open `files`, where there is a limit.
    pub(crate) fn new(files: Option<u64>) -> Self {
        let kept = kept(files);
        let shard = || Shard { accounts: HashMap::new(), open: Vec::new(), kept };
        Self((0..LOCKS).map(|_| Mutex::new(shard())).collect())
    }

    /// Keeps lines of records in memory until the outcome of `region` is appended.
    pub(crate) fn hold(&self, partition: &LedgerPartition, region: &Region, lines: &[u8]) {
        let mut shard = self.lock(&partition.account);
        let records = &mut shard.accounts.entry(key(partition)).or_default().records;
        records.entry(region.clone()).or_default().extend_from_slice(lines);
    }

    /// Appends the records of `region` and then `line`, its outcome.
    ///
    /// # Errors
    /// What the system answered; the records are gone then, and the target has no outcome.
    pub(crate) fn commit(
        &self,
        partition: &LedgerPartition,
        region: &Region,
        path: &Path,
        line: &[u8],
    ) -> io::Result<()> {
        let mut shard = self.lock(&partition.account);
        let key = key(partition);
        let state = shard.accounts.entry(key.clone()).or_default();
        match state.records.remove(region) {
            Some(records) => shard.append(key, path, &[&records, line].concat()),
            None => shard.append(key, path, line),
        }
    }

    /// Appends lines that have no records.
    ///
    /// # Errors
    /// What the system answered.
    pub(crate) fn append(
        &self,
        partition: &LedgerPartition,
        path: &Path,
        lines: &[u8],
    ) -> io::Result<()> {
        self.lock(&partition.account).append(key(partition), path, lines)
    }

    /// Forgets an account for which nothing waits to be written.
    pub(crate) fn forget(&self, account: &AccountId) {
        let mut shard = self.lock(account);
        shard.accounts.retain(|(_, other), state| other != account || !state.records.is_empty());
        let Shard { accounts, open, .. } = &mut *shard;
        open.retain(|(key, _)| accounts.contains_key(key));
    }

    fn lock(&self, account: &AccountId) -> MutexGuard<'_, Shard> {
        let digits = account.as_str().bytes().fold(0, |sum, byte| sum * 31 + usize::from(byte));
        self.0[digits % LOCKS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(partition: &LedgerPartition) -> Key {
    (partition.operation.clone(), partition.account.clone())
}

impl Shard {
    /// Appends in one write, on a line of its own even where the last one was cut.
    fn append(&mut self, key: Key, path: &Path, lines: &[u8]) -> io::Result<()> {
        let mut file = self.take_open(&key).map_or_else(|| opened(path), Ok)?;
        let state = self.accounts.entry(key.clone()).or_default();
        let cut = !std::mem::take(&mut state.ends_with_line) && ends_cut(&mut file)?;
        if cut {
            file.write_all(&[b"\n", lines].concat())?;
        } else {
            file.write_all(lines)?;
        }
        state.ends_with_line = true;
        self.open.push((key, file));
        // What was not written for longest is closed.
        self.open.drain(..self.open.len().saturating_sub(self.kept));
        Ok(())
    }

    /// The file of `key` where it is open. It is put back once it has been written.
    fn take_open(&mut self, key: &Key) -> Option<File> {
        let place = self.open.iter().position(|(of, _)| of == key)?;
        Some(self.open.remove(place).1)
    }
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
