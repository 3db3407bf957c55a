//! A lock on a run's folder, so that one process works on a run at a time. The system releases it
//! when the process ends, however it ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::{atomic_file, private};

/// Why a run's folder could not be locked.
#[derive(Debug)]
pub enum LockError {
    /// Another process holds the lock.
    Held,
    /// The lock's file could not be opened or locked.
    Io(io::Error),
}

/// The lock of a run's folder; dropping it releases the lock.
#[derive(Debug)]
pub struct Lock {
    journal: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock in `folder`, the folder of a run's journal.
    ///
    /// # Errors
    /// [`LockError::Held`] where another process holds it, else what the system answered.
    pub fn take(folder: &Path) -> Result<Self, LockError> {
        let path = folder.join("lock");
        let opened = private::folder(folder)
            .and_then(|()| private::file().create(true).truncate(false).write(true).open(&path));
        let file = opened.map_err(LockError::Io)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { journal: folder.to_owned(), _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held),
            Err(TryLockError::Error(error)) => Err(LockError::Io(error)),
        }
    }

    /// Removes the temporary files that killed processes left in the run's folder, and in those of a
    /// suite run's operations below it.
    ///
    /// # Errors
    /// What the system answered.
    pub fn sweep(&self) -> io::Result<()> {
        let Some(folder) = self.run_folder() else { return Ok(()) };
        atomic_file::sweep(folder)?;
        for found in fs::read_dir(folder)? {
            let entry = found?;
            // A link may lead anywhere.
            if entry.file_type()?.is_dir() {
                atomic_file::sweep(&entry.path())?;
            }
        }
        Ok(())
    }

    /// The folder of the locked run, which is the parent of its journal's.
    #[must_use]
    pub fn run_folder(&self) -> Option<&Path> {
        self.journal.parent()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_lock_is_refused_and_free_after_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        let second = Lock::take(folder.path()).unwrap_err();
        assert!(matches!(second, LockError::Held), "{second:?}");
        drop(first);
        assert!(Lock::take(folder.path()).is_ok());
    }
}
