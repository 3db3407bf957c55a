//! The ledger in a run's folder: one append-only file per account, a line per entry, the last line
//! of a key wins.
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
        Self { folder: folder.to_owned(), appends: Arc::default(), progress }
    }

    /// Notes that a work item was given up.
    pub fn put_failure(
        &self,
        partition: &LedgerPartition,
        failure: &WorkerFailure,
    ) -> Result<(), Error> {
        let mut batch = Vec::new();
        JournalLine::from(failure).write(&mut batch)?;
        let (account, path) = (&partition.account, self.path(&partition.account));
        self.appends.append(account, &path, &batch).map_err(|e| broken("writing", &path, &e))
    }

    /// Frees the memory of an account after a work item; another one of it may still be at work.
    pub fn forget(&self, account: &AccountId) {
        self.appends.forget(account);
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
            self.appends.hold(&partition.account, &record.region, &line);
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
        let (account, path) = (&partition.account, self.path(&partition.account));
        let written = self.appends.commit(account, &outcome.region, &path, &batch);
        written.map_err(|e| broken("writing", &path, &e))?;
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
