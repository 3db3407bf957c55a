//! Runs that lie on this machine, whether they ran here or were fetched: which one a person means,
//! and of which operation it is. What is in their files is the core's.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use org_operator_core::artifact::{Folder, MANIFEST, OPERATION};
use org_operator_core::input::violation::Violations;
use org_operator_core::{Error, RunId};
use org_operator_local::directory::Directory;
use org_operator_local::engine::operation_of;
use org_operator_operations::{Operation, catalogue};
use org_operator_result_handler::Written;
use serde_json::{Map, Value};

use crate::error::CliError;

/// Where runs are looked for, and what for.
pub(crate) struct LocalRuns<'a> {
    /// The folder of all runs.
    pub(crate) out: &'a Path,
    /// The operation, where a person named it.
    pub(crate) operation: Option<&'a str>,
    /// What does not work where there is no such run, in one clause.
    pub(crate) what: &'a str,
    /// What to do then.
    pub(crate) hint: &'a str,
}

impl LocalRuns<'_> {
    /// The run that `text` names: its folder, or its id.
    pub(crate) fn find(&self, text: &str) -> Result<LocalRun, CliError> {
        let by_id = || {
            let run = RunId::parse(text)?;
            let operation = operation_of(self.out, &run, self.operation)?;
            Some(LocalRun { root: self.out.to_owned(), operation, run })
        };
        LocalRun::folder(Path::new(text)).or_else(by_id).ok_or_else(|| {
            let why =
                format!("`{text}` is no run's folder, and {} has no such run", self.out.display());
            CliError::usage(self.what, why, self.hint)
        })
    }

    /// Two runs of one operation.
    pub(crate) fn pair(&self, before: &str, after: &str) -> Result<(LocalRun, LocalRun), CliError> {
        let (before, after) = (self.find(before)?, self.find(after)?);
        if before.operation == after.operation {
            return Ok((before, after));
        }
        let why = format!("one is of {}, the other of {}", before.operation, after.operation);
        Err(CliError::usage(self.what, why, "compare runs of one operation"))
    }
}

/// Where a run lies: `root/operation/run/`.
pub(crate) struct LocalRun {
    root: PathBuf,
    /// The name of the run's operation.
    pub(crate) operation: String,
    /// The run's id.
    pub(crate) run: RunId,
}

impl LocalRun {
    fn folder(path: &Path) -> Option<Self> {
        if !path.join(MANIFEST.name).is_file() {
            return None;
        }
        let absolute = path.canonicalize().ok()?;
        let name = |path: &Path| Some(path.file_name()?.to_str()?.to_owned());
        let run = RunId::parse(&name(&absolute)?)?;
        let folder = absolute.parent()?;
        Some(Self { root: folder.parent()?.to_owned(), operation: name(folder)?, run })
    }

    /// The operation of the run: one of the catalogue, or the one that its request brought.
    pub(crate) fn operation(&self) -> Result<Arc<dyn Operation>, Error> {
        let Written { artifacts, folder } = self.written();
        let definition = definition(&artifacts.path(&folder.artifact(&OPERATION)))?;
        let mut violations = Violations::default();
        let found = catalogue().requested(&self.operation, definition.as_ref(), &mut violations);
        violations.into_result("run", found)
    }

    /// The run's files.
    pub(crate) fn written(&self) -> Written<Directory> {
        let folder = Folder::new("", &self.operation, &self.run);
        Written { artifacts: Directory::new(&self.root), folder }
    }
}

/// The definition in the file at `path`; `None` where the run has no such file.
fn definition(path: &Path) -> Result<Option<Map<String, Value>>, Error> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|e| Error::invalid(format!("{}: {e}", path.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("reading", path, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_that_cannot_be_read_is_not_taken_for_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("operation.json");
        assert_eq!(definition(&path), Ok(None));
        std::fs::write(&path, "{\"name\": ").unwrap();
        let refused = definition(&path).unwrap_err().to_string();
        assert!(refused.contains("operation.json"), "{refused}");
        assert!(definition(folder.path()).is_err());
    }
}
