//! One process at a time on a run's folder. The system lets the lock go when the process ends,
//! however it ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::local::{partial, private};
use crate::trouble::Trouble;

/// A run's folder that is this process's alone.
#[derive(Debug)]
pub(crate) struct Lock {
    journal: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock in `folder`, a journal's.
    pub(crate) fn take(folder: &Path) -> Result<Self, Trouble> {
        let path = folder.join("lock");
        let what = format!("the run in {} cannot be locked", folder.display());
        let opened = private::folder(folder)
            .and_then(|()| private::file().create(true).truncate(false).write(true).open(&path));
        let file = opened.map_err(|e| Trouble::machine(what.as_str(), &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { journal: folder.to_owned(), _file: file }),
            Err(TryLockError::WouldBlock) => Err(Trouble::usage(
                &what,
                "another process is working on it",
                "wait until that process has ended, or end it",
            )),
            Err(TryLockError::Error(error)) => Err(Trouble::machine(what, &error)),
        }
    }

    /// Removes what processes that were killed left of the run's files.
    pub(crate) fn sweep(&self) -> Result<(), Trouble> {
        let Some(run) = self.journal.parent() else { return Ok(()) };
        let what = format!("{} cannot be tidied up", run.display());
        partial::sweep(run).map_err(|e| Trouble::machine(what, &e))
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
        assert!(second.why.contains("another process"), "{second:?}");
        drop(first);
        assert!(Lock::take(folder.path()).is_ok());
    }
}
