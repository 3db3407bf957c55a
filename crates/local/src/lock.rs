//! One process at a time on a run's folder. The system lets the lock go when the process ends,
//! however it ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use std::io;

use crate::{atomic_file, private};

/// Why a run's folder could not be locked.
#[derive(Debug)]
pub enum LockError {
    /// Another process is working on the run.
    Held,
    /// The lock's file could not be opened or locked.
    Io(io::Error),
}

/// A run's folder that is this process's alone.
#[derive(Debug)]
pub struct Lock {
    journal: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock in `folder`, a journal's.
    ///
    /// # Errors
    /// [`LockError::Held`] where another process has it, else what the system said.
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

    /// Removes what processes that were killed left of the run's files.
    ///
    /// # Errors
    /// What the system said.
    pub fn sweep(&self) -> io::Result<()> {
        self.run_folder().map_or(Ok(()), atomic_file::sweep)
    }

    /// The folder of the run that is locked.
    #[must_use]
    pub fn run_folder(&self) -> Option<&Path> {
        self.journal.parent()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_locked_once_and_free_again() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        let second = Lock::take(folder.path()).unwrap_err();
        assert!(matches!(second, LockError::Held), "{second:?}");
        drop(first);
        assert!(Lock::take(folder.path()).is_ok());
    }
}
