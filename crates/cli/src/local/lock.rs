//! One process at a time on a run's folder. The system lets the lock go when the process ends,
//! however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::trouble::Trouble;

/// A run's folder that is this process's alone.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock in `folder`, a journal's.
    pub(crate) fn take(folder: &Path) -> Result<Self, Trouble> {
        let path = folder.join("lock");
        let what = format!("the run in {} cannot be locked", folder.display());
        let opened = std::fs::create_dir_all(folder)
            .and_then(|()| OpenOptions::new().create(true).truncate(false).write(true).open(&path));
        let file = opened.map_err(|e| Trouble::machine(what.as_str(), &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Trouble::usage(
                &what,
                "another process is working on it",
                "wait until that process has ended, or end it",
            )),
            Err(TryLockError::Error(error)) => Err(Trouble::machine(what, &error)),
        }
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
