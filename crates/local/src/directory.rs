//! The artifacts in a directory. A file appears under its name only when it is complete.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use org_operator_core::Error;
use org_operator_core::ports::{Artifacts, Download, Upload};

use crate::atomic_file::AtomicFile;

/// The size of a chunk in bytes.
const CHUNK: usize = 64 * 1024;

/// The artifacts below one directory.
#[derive(Debug, Clone)]
pub struct Directory {
    root: PathBuf,
}

impl Directory {
    /// The artifacts below `root`, which is made when the first one is written.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The path of the artifact with `key`.
    #[must_use]
    pub fn path(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }
}

impl Artifacts for Directory {
    type Upload = FileUpload;
    type Download = FileDownload;

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), Error> {
        let mut upload = self.upload(key);
        upload.write(&bytes).await?;
        upload.finish().await
    }

    async fn open(&self, key: &str) -> Result<Option<FileDownload>, Error> {
        let path = self.path(key);
        match File::open(&path) {
            Ok(file) => Ok(Some(FileDownload { file, path })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(broken("reading", &path, &error)),
        }
    }

    fn upload(&self, key: &str) -> FileUpload {
        FileUpload { path: self.path(key), partial: None }
    }

    fn uri(&self, key: &str) -> String {
        self.path(key).display().to_string()
    }
}

/// A file that is written piece by piece.
#[derive(Debug)]
pub struct FileUpload {
    path: PathBuf,
    partial: Option<AtomicFile>,
}

impl FileUpload {
    fn open(&mut self) -> io::Result<&mut AtomicFile> {
        match &mut self.partial {
            Some(partial) => Ok(partial),
            none => Ok(none.insert(AtomicFile::create(&self.path)?)),
        }
    }

    fn complete(mut self) -> io::Result<()> {
        // Without any write the artifact is an empty file.
        self.open()?;
        self.partial.map_or(Ok(()), AtomicFile::finish)
    }
}

impl Upload for FileUpload {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = self.open().and_then(|partial| partial.write(bytes));
        written.map_err(|e| broken("writing", &self.path, &e))
    }

    async fn finish(self) -> Result<(), Error> {
        let path = self.path.clone();
        self.complete().map_err(|e| broken("writing", &path, &e))
    }
}

/// A file that is read piece by piece.
#[derive(Debug)]
pub struct FileDownload {
    file: File,
    path: PathBuf,
}

impl Download for FileDownload {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let mut bytes = vec![0; CHUNK];
        let read = self.file.read(&mut bytes).map_err(|e| broken("reading", &self.path, &e))?;
        bytes.truncate(read);
        Ok(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }

    fn length(&self) -> usize {
        self.file.metadata().map_or(0, |file| usize::try_from(file.len()).unwrap_or_default())
    }
}

/// Our error for a file that cannot be read or written; `doing` is the verb in its message.
#[must_use]
pub fn broken(doing: &str, path: &Path, error: &io::Error) -> Error {
    Error::io(doing, path, error)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use org_operator_core::ports::find;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[tokio::test]
    async fn a_file_appears_only_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let directory = Directory::new(folder.path());
        let mut upload = directory.upload("op/r1/x.csv");
        upload.write(b"a,b\n").await.unwrap();
        assert_eq!(find(&directory, "op/r1/x.csv").await, Ok(None));
        upload.write(&vec![b'x'; 3 * CHUNK]).await.unwrap();
        upload.finish().await.unwrap();
        let found = find(&directory, "op/r1/x.csv").await.unwrap().unwrap();
        assert_eq!(found.len(), 4 + 3 * CHUNK);
        let mut given_up = directory.upload("op/r1/y.csv");
        given_up.write(b"half").await.unwrap();
        drop(given_up);
        assert_eq!(names(&folder.path().join("op/r1")), ["x.csv"]);
    }

    #[tokio::test]
    async fn an_empty_upload_makes_an_empty_file() {
        let folder = tempfile::tempdir().unwrap();
        let directory = Directory::new(folder.path());
        directory.upload("x").finish().await.unwrap();
        assert_eq!(find(&directory, "x").await, Ok(Some(Vec::new())));
    }
}
