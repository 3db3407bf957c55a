//! The files of a run that changes something, in the folder of a run like any other.

use std::path::{Path, PathBuf};

use org_operator_changes::{
    ChangeResult, ChangeRun, Ended, Ending, Journal, Place, PlanRow, read_plan, write_plan,
    write_plan_table,
};
use org_operator_core::artifact::{APPLIED, Artifact, CHANGE, Folder, PLAN_ROWS, PLAN_TABLE, UNDO};
use org_operator_core::contract::document;
use org_operator_core::ports::{Artifacts, find};
use org_operator_core::{Error, RunId};
use serde::de::DeserializeOwned;

use crate::atomic_file;
use crate::directory::Directory;

/// The folder of a run that makes a plan, or that changes something.
#[derive(Debug, Clone)]
pub struct ChangeFolder {
    directory: Directory,
    folder: Folder,
}

impl ChangeFolder {
    /// The folder of a run of `operation` below `out`.
    #[must_use]
    pub fn new(out: &Path, operation: &str, run: &RunId) -> Self {
        let (directory, folder) = (Directory::new(out), Folder::new("", operation, run));
        Self { directory, folder }
    }

    /// The path of the file `name`; of the folder itself where `name` is empty.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path(&self.folder.key(name))
    }

    /// The path of the journal.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.path("journal/changes.jsonl")
    }

    /// Writes `plan.csv` and `plan.jsonl`.
    ///
    /// # Errors
    /// What the system answered.
    pub async fn put_plan(&self, rows: &[PlanRow]) -> Result<(), Error> {
        self.put(&PLAN_TABLE, write_plan_table(rows)?).await?;
        self.put(&PLAN_ROWS, write_plan(rows)?).await
    }

    /// The rows of the run's plan, or `None` where it has none.
    ///
    /// # Errors
    /// Where the file cannot be read, or a line of it is no row.
    pub async fn plan(&self) -> Result<Option<Vec<PlanRow>>, Error> {
        self.rows(&PLAN_ROWS).await
    }

    /// The rows that take back what the run changed, or `None` where it has not ended.
    ///
    /// # Errors
    /// As [`Self::plan`].
    pub async fn undo(&self) -> Result<Option<Vec<PlanRow>>, Error> {
        self.rows(&UNDO).await
    }

    async fn rows(&self, file: &Artifact) -> Result<Option<Vec<PlanRow>>, Error> {
        let bytes = find(&self.directory, &self.folder.artifact(file)).await?;
        bytes.map(|bytes| read_plan(file.name, &bytes)).transpose()
    }

    /// Writes what is asked for, before anything is done.
    ///
    /// # Errors
    /// What the system answered.
    pub async fn begin(&self, run: &ChangeRun, rows: &[PlanRow]) -> Result<(), Error> {
        self.put_plan(rows).await?;
        self.put(&CHANGE, document::pretty(run)?).await
    }

    /// What the run was asked for, or `None` where it changes nothing.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub async fn change(&self) -> Result<Option<ChangeRun>, Error> {
        self.document(&CHANGE).await
    }

    /// How the run ended, or `None` where it has not.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub async fn result(&self) -> Result<Option<ChangeResult>, Error> {
        self.document(&APPLIED).await
    }

    async fn document<T: DeserializeOwned>(&self, file: &Artifact) -> Result<Option<T>, Error> {
        let key = self.folder.artifact(file);
        let bytes = find(&self.directory, &key).await?;
        let read = |bytes: Vec<u8>| serde_json::from_slice(&bytes);
        bytes
            .map(read)
            .transpose()
            .map_err(|e| Error::invalid(format!("{}: {e}", self.directory.path(&key).display())))
    }

    /// Writes what became of each row, what takes it back, the report and the lines for SQL, and at last
    /// how the run ended. What a killed process left of these files is removed.
    ///
    /// # Errors
    /// What the system answered; `Internal` where a row has no outcome.
    pub async fn finish(
        &self,
        run: &ChangeRun,
        rows: &[PlanRow],
        journal: &Journal,
        ending: &Ending<'_>,
    ) -> Result<ChangeResult, Error> {
        let place = Place { folder: &self.folder, uri: &|key| self.directory.uri(key) };
        let Ended { result, files, .. } = Ended::of(run, rows, journal, ending, place)?;
        for (key, bytes) in files {
            let path = self.directory.path(&key);
            let swept = atomic_file::sweep_of(&path);
            swept.map_err(|e| Error::io("tidying up beside", &path, &e))?;
            self.directory.put(&key, bytes).await?;
        }
        Ok(result)
    }

    async fn put(&self, file: &Artifact, bytes: Vec<u8>) -> Result<(), Error> {
        self.directory.put(&self.folder.artifact(file), bytes).await
    }
}

/// What the run of `operation` in `out` was asked for, or `None` where it changes nothing.
///
/// # Errors
/// Where its file cannot be read.
pub async fn change_of_run(
    out: &Path,
    operation: &str,
    run: &RunId,
) -> Result<Option<ChangeRun>, Error> {
    ChangeFolder::new(out, operation, run).change().await
}

/// A run that has the rows of `source` and has not ended: its process died.
///
/// # Errors
/// Where a run's file cannot be read.
pub async fn unfinished(
    out: &Path,
    operation: &str,
    source: &RunId,
    is_undo: bool,
) -> Result<Option<RunId>, Error> {
    let Ok(folders) = std::fs::read_dir(out.join(operation)) else { return Ok(None) };
    // Beside the folders of the runs lies a file, too.
    let folders = folders.filter_map(Result::ok).filter(|found| found.path().is_dir());
    let names = folders.filter_map(|folder| folder.file_name().into_string().ok());
    let mut runs: Vec<RunId> = names.filter_map(|name| RunId::parse(&name)).collect();
    runs.sort();
    for run in runs {
        let folder = ChangeFolder::new(out, operation, &run);
        let Some(change) = folder.change().await? else { continue };
        let same = change.source == *source && change.is_undo == is_undo;
        if same && folder.result().await?.is_none() {
            return Ok(Some(run));
        }
    }
    Ok(None)
}
