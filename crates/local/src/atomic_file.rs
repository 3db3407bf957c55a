//! A file that is written under a temporary name and renamed when it is complete, so that a reader
//! never sees a part of it. An unfinished file is removed when it is dropped.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::private;

/// The suffix of temporary names.
const SUFFIX: &str = ".partial";

/// A file that is being written under its temporary name.
#[derive(Debug)]
pub struct AtomicFile {
    file: File,
    temporary: PathBuf,
    target: PathBuf,
}

impl AtomicFile {
    /// An empty file in `target`'s folder, which is made if it is missing. An existing file or link
    /// is never opened.
    ///
    /// # Errors
    /// What the system answered.
    pub fn create(target: &Path) -> io::Result<Self> {
        let folder = target.parent().unwrap_or(Path::new("."));
        private::folder(folder)?;
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The process id alone is not unique: two containers may share the folder.
        let (process, random) = (std::process::id(), fastrand::u32(..));
        let temporary = folder.join(format!(".{name}.{process}-{random:08x}{SUFFIX}"));
        let file = private::file().write(true).create_new(true).open(&temporary)?;
        Ok(Self { file, temporary, target: target.to_owned() })
    }

    /// Appends `bytes` to the file.
    ///
    /// # Errors
    /// What the system answered.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Sets the file's permissions, for one that replaces another file.
    ///
    /// # Errors
    /// What the system answered.
    pub fn permit(&self, permissions: fs::Permissions) -> io::Result<()> {
        self.file.set_permissions(permissions)
    }

    /// Writes the file through to the disk and renames it to its target.
    ///
    /// # Errors
    /// What the system answered; the temporary file is removed then.
    pub fn finish(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.temporary, &self.target)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        // After a rename there is nothing to remove.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Removes the temporary files of killed processes from `folder`; no other process may write there.
///
/// # Errors
/// What the system answered.
pub fn sweep(folder: &Path) -> io::Result<()> {
    remove(folder, ".")
}

/// Removes the temporary files of `target` that killed processes left; no other process may write it.
///
/// # Errors
/// What the system answered.
pub fn sweep_of(target: &Path) -> io::Result<()> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    match remove(target.parent().unwrap_or(Path::new(".")), &format!(".{name}.")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn remove(folder: &Path, prefix: &str) -> io::Result<()> {
    for found in fs::read_dir(folder)? {
        let entry = found?;
        let file_name = entry.file_name();
        let name = file_name.to_string_lossy();
        if name.starts_with(prefix) && name.ends_with(SUFFIX) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn concurrent_writers_do_not_collide_and_the_last_one_wins() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x");
        let (mut one, mut two) =
            (AtomicFile::create(&target).unwrap(), AtomicFile::create(&target).unwrap());
        one.write(b"one").unwrap();
        two.write(b"two").unwrap();
        assert_eq!(names(folder.path()).len(), 2);
        two.finish().unwrap();
        one.finish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"one");
        assert_eq!(names(folder.path()), ["x"]);
    }

    #[test]
    fn only_temporary_files_of_killed_processes_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".x.csv.17.partial", ".x.csv.17-00ff00ff.partial", "x.partial", ".x"] {
            fs::write(folder.path().join(name), "half").unwrap();
        }
        sweep(folder.path()).unwrap();
        let mut remaining = names(folder.path());
        remaining.sort();
        assert_eq!(remaining, [".x", "x.partial"]);
    }

    #[test]
    fn of_one_file_only_its_own_temporary_files_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".r1.jsonl.17-00ff00ff.partial", ".r10.jsonl.17-00ff00ff.partial", "r1.jsonl"]
        {
            fs::write(folder.path().join(name), "half").unwrap();
        }
        sweep_of(&folder.path().join("r1.jsonl")).unwrap();
        sweep_of(&folder.path().join("no/folder/r1.jsonl")).unwrap();
        let mut remaining = names(folder.path());
        remaining.sort();
        assert_eq!(remaining, [".r10.jsonl.17-00ff00ff.partial", "r1.jsonl"]);
    }

    #[cfg(unix)]
    #[test]
    fn files_and_folders_are_readable_by_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a/b/x");
        AtomicFile::create(&target).unwrap().finish().unwrap();
        let mode = |path: &str| {
            let data = fs::metadata(folder.path().join(path)).unwrap();
            data.permissions().mode() & 0o777
        };
        assert_eq!([mode("a"), mode("a/b"), mode("a/b/x")], [0o700, 0o700, 0o600]);
    }
}
