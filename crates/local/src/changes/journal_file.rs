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

    /// The same, which stops rows once more targets failed than `failed` allows.
    #[must_use]
    pub fn limited(self, failed: FailedTargets) -> Self {
        Self { failed: Mutex::new(failed), ..self }
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
