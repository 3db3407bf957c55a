//! The journal of a run that changes something as a file: each line is on disk before its call returns.
//! What the lines mean is decided in `org_operator_changes`.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use org_operator_changes::{FailedTargets, Hold, Journal, Line, RowKey, RowRecord};
use org_operator_core::{AccountId, Error, Region};
use org_operator_worker::changes::RowJournal;

use crate::private;

/// A journal that is being written.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    state: Mutex<(File, Journal)>,
    failed: Mutex<FailedTargets>,
}

impl JournalFile {
    /// Opens the journal at `path` and reads what it has; it is made where there is none.
    ///
    /// # Errors
    /// What the system answered.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let opened = open(path).map_err(|e| Error::io("opening", path, &e))?;
        let (state, failed) = (Mutex::new(opened), Mutex::default());
        Ok(Self { path: path.to_owned(), state, failed })
    }

    /// The same, which stops rows once more targets failed than `failed` allows, those that the journal
    /// has as FAILED among them.
    #[must_use]
    pub fn limited(self, failed: FailedTargets) -> Self {
        let mut counted = failed;
        for (account, region) in self.lock().1.failed_targets() {
            counted.note(account, region);
        }
        Self { failed: Mutex::new(counted), ..self }
    }

    /// Writes a line through to the disk.
    fn write(&self, line: Line) -> Result<(), Error> {
        let bytes = line.bytes()?;
        let mut state = self.lock();
        let (file, journal) = &mut *state;
        let written = file.write_all(&bytes).and_then(|()| file.sync_data());
        written.map_err(|e| Error::io("writing", &self.path, &e))?;
        journal.take(line);
        Ok(())
    }

    /// What is known of all rows.
    #[must_use]
    pub fn known(self) -> Journal {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).1
    }

    fn lock(&self) -> MutexGuard<'_, (File, Journal)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RowJournal for JournalFile {
    fn of(&self, key: &RowKey) -> RowRecord {
        self.lock().1.of(key)
    }

    async fn append(&self, line: Line) -> Result<(), Error> {
        self.write(line)
    }

    async fn failed(&self, account: &AccountId, region: &Region) -> Result<(), Error> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).note(account, region);
        Ok(())
    }

    async fn failures(&self) -> Result<Option<Hold>, Error> {
        Ok(self.failed.lock().unwrap_or_else(PoisonError::into_inner).hold())
    }
}

fn open(path: &Path) -> io::Result<(File, Journal)> {
    if let Some(folder) = path.parent() {
        private::folder(folder)?;
    }
    let mut file = private::file().read(true).append(true).create(true).open(path)?;
    let bytes = std::fs::read(path)?;
    if bytes.last().is_some_and(|last| *last != b'\n') {
        // A process died while it wrote: the next line must not be cut with it.
        file.write_all(b"\n")?;
    }
    Ok((file, Journal::read(&bytes)))
}

#[cfg(test)]
mod tests {
    use org_operator_changes::{PlanRow, Settled};
    use org_operator_core::model::limit::Limit;
    use org_operator_core::model::timestamp::Timestamp;
    use serde_json::Value;

    use super::*;

    fn failed(number: u8) -> Line {
        let account_id = AccountId::parse(&format!("{number:012}")).unwrap();
        let region = Region::parse("eu-west-1").unwrap();
        let row = PlanRow {
            key: RowKey { account_id, region, key: "sgr-1".to_owned() },
            account_name: "shop".to_owned(),
            action: "close".to_owned(),
            before: Value::Null,
            after: Value::Null,
            reason: String::new(),
            inverse: None,
        };
        let settled = Some(Settled::unrecorded(&row, "died"));
        Line { at: Timestamp::from_epoch_millis(0), key: row.key, settled, calls: 1 }
    }

    #[tokio::test]
    async fn a_resumed_run_goes_on_counting_the_targets_that_failed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal/changes.jsonl");
        let one_may = || FailedTargets::new(9, Some(Limit::Number(1)));
        let first = JournalFile::open(&path).unwrap().limited(one_may());
        first.append(failed(1)).await.unwrap();
        drop(first);
        let second = JournalFile::open(&path).unwrap().limited(one_may());
        assert_eq!(second.failures().await.unwrap(), None);
        second.append(failed(2)).await.unwrap();
        drop(second);
        let third = JournalFile::open(&path).unwrap().limited(one_may());
        let too_many = Some(Hold::Failures { failed: 2, allowed: 1 });
        assert_eq!(third.failures().await.unwrap(), too_many);
    }
}
