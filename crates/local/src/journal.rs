//! The ledger in a run's folder: one append-only file per account, a line per entry, the last line
//! of a key wins. Each operation of a suite run has a folder of such files.
//!
//! An outcome is one append with its records, so a process that dies leaves at the most one cut
//! line: readers ignore it, and the next append begins on a new line. Only then does a person's
//! Ctrl-C lose nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use org_operator_core::contract::journal::JournalLine;
use org_operator_core::contract::ledger::{Entry, LedgerPartition, LedgerRecord, WorkerFailure};
use org_operator_core::ports::{LedgerReader, LedgerWriter, Outcomes, Page};
use org_operator_core::{AccountId, Error, Outcome};

use crate::appends::Appends;
use crate::directory::broken;
use crate::open_files;
use crate::progress::Progress;

/// The journal of one run.
#[derive(Debug, Clone)]
pub struct Journal {
    folder: PathBuf,
    appends: Arc<Appends>,
    progress: Arc<Progress>,
}

impl Journal {
    /// The journal in `folder`, which need not exist yet; `progress` hears of what is final.
    pub fn new(folder: &Path, progress: Arc<Progress>) -> Self {
        let appends = Arc::new(Appends::new(open_files::allowed()));
        Self { folder: folder.to_owned(), appends, progress }
    }

    /// Notes that a work item was given up.
    ///
    /// # Errors
    /// Where the journal cannot be read or written, or a line of it cannot be understood.
    pub fn put_failure(
        &self,
        partition: &LedgerPartition,
        failure: &WorkerFailure,
    ) -> Result<(), Error> {
        let mut batch = Vec::new();
        JournalLine::from(failure).write(&mut batch)?;
        let path = self.path(partition);
        self.appends.append(partition, &path, &batch).map_err(|e| broken("writing", &path, &e))
    }

    /// Frees the memory of an account after a work item; another one of it may still be at work.
    pub fn forget(&self, account: &AccountId) {
        self.appends.forget(account);
    }

    /// What is known of an account's targets.
    ///
    /// # Errors
    /// Where the journal cannot be read or written, or a line of it cannot be understood.
    pub fn known(&self, partition: &LedgerPartition) -> Result<Vec<Outcome>, Error> {
        let entries = self.entries(partition, JournalLine::is_outcome)?;
        let outcome = |entry| match entry {
            Entry::Outcome(outcome) => Some(outcome),
            _ => None,
        };
        Ok(entries.into_values().filter_map(outcome).collect())
    }

    fn path(&self, partition: &LedgerPartition) -> PathBuf {
        let name = format!("{}.jsonl", partition.account);
        match &partition.operation {
            Some(operation) => self.folder.join(operation).join(name),
            None => self.folder.join(name),
        }
    }

    /// An account's entries by sort key, of the lines that `wanted` takes.
    fn entries(
        &self,
        partition: &LedgerPartition,
        wanted: fn(&[u8]) -> bool,
    ) -> Result<BTreeMap<String, Entry>, Error> {
        let path = self.path(partition);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(broken("reading", &path, &error)),
        };
        let wanted = bytes.split(|byte| *byte == b'\n').filter(|line| wanted(line));
        Ok(wanted.filter_map(JournalLine::parse).collect())
    }
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
        for record in records {
            let mut line = Vec::new();
            JournalLine::from(record).write(&mut line)?;
            self.appends.hold(partition, &record.region, &line);
        }
        Ok(())
    }

    async fn put_outcome(
        &self,
        partition: &LedgerPartition,
        outcome: &Outcome,
        _: i64,
    ) -> Result<(), Error> {
        let mut batch = Vec::new();
        JournalLine::from(outcome).write(&mut batch)?;
        let path = self.path(partition);
        let written = self.appends.commit(partition, &outcome.region, &path, &batch);
        written.map_err(|e| broken("writing", &path, &e))?;
        self.progress.outcome(&outcome.verdict);
        Ok(())
    }
}

impl Journal {
    /// The entries after a sort key, at most `most`. The whole file is read for it, to be sorted.
    async fn read(
        &self,
        partition: &LedgerPartition,
        after: Option<String>,
        most: usize,
    ) -> Result<Page, Error> {
        // Reading never waits for anything: without this nobody could stop a long export.
        tokio::task::yield_now().await;
        let mut entries = self.entries(partition, |line| !line.is_empty())?;
        if let Some(after) = after {
            entries.retain(|key, _| *key > after);
        }
        let next = if entries.len() > most { entries.keys().nth(most - 1).cloned() } else { None };
        Ok(Page { entries: entries.into_values().take(most).collect(), next })
    }
}

impl LedgerReader for Journal {
    async fn page(
        &self,
        partition: &LedgerPartition,
        after: Option<String>,
    ) -> Result<Page, Error> {
        self.read(partition, after, usize::MAX).await
    }

    async fn first_page(&self, partition: &LedgerPartition, most: u16) -> Result<Page, Error> {
        self.read(partition, None, usize::from(most.max(1))).await
    }
}

#[cfg(test)]
#[path = "journal/tests.rs"]
mod tests;
