//! A file that is written beside its name and moved there when it is whole, so that whoever sees a
//! file sees all of it. What is given up is removed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::private;

const END: &str = ".partial";

/// A file that is not whole yet.
#[derive(Debug)]
pub struct AtomicFile {
    file: File,
    place: PathBuf,
    target: PathBuf,
}

impl AtomicFile {
    /// An empty one beside `target`, with the folder. Nothing that is there is opened, a link least
    /// of all.
    pub fn create(target: &Path) -> io::Result<Self> {
        let folder = target.parent().unwrap_or(Path::new("."));
        private::folder(folder)?;
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Two processes may write one file at once, each beside it, alone; in two containers both
        // may have the same number.
        let (process, alone) = (std::process::id(), fastrand::u32(..));
        let place = folder.join(format!(".{name}.{process}-{alone:08x}{END}"));
        let file = private::file().write(true).create_new(true).open(&place)?;
        Ok(Self { file, place, target: target.to_owned() })
    }

    /// Adds to it.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Gives it the permissions of another file.
    pub fn permit(&self, permissions: fs::Permissions) -> io::Result<()> {
        self.file.set_permissions(permissions)
    }

    /// Moves it to its place.
    pub fn finish(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.place, &self.target)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        // Where it has been moved there is nothing.
        let _ = fs::remove_file(&self.place);
    }
}

/// Removes what processes that were killed left in `folder`, which must be this process's alone.
pub fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') && name.ends_with(END) {
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
    fn two_that_write_one_file_do_not_meet_and_the_last_one_stays() {
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
    fn what_killed_processes_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".x.csv.17.partial", ".x.csv.17-00ff00ff.partial", "x.partial", ".x"] {
            fs::write(folder.path().join(name), "half").unwrap();
        }
        sweep(folder.path()).unwrap();
        let mut left = names(folder.path());
        left.sort();
        assert_eq!(left, [".x", "x.partial"]);
    }

    #[cfg(unix)]
    #[test]
    fn files_and_folders_are_their_owners_alone() {
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
