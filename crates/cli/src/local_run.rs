//! Runs that lie on this machine, whether they ran here or were fetched: which one a person means,
//! and of which operation it is. What is in their files is the core's.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use org_operator_core::artifact::{CHANGE, Folder, MANIFEST, OPERATION, SUITES};
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
            let (root, run) = (self.out.to_owned(), RunId::parse(text)?);
            let in_suite = self.operation.filter(|operation| {
                let folder = Folder::new("", operation, &run).in_suite();
                root.join(folder.key("")).is_dir()
            });
            if let Some(operation) = in_suite {
                let operation = operation.to_owned();
                return Some(LocalRun { root, operation, run, is_in_suite: true });
            }
            let operation = operation_of(self.out, &run, self.operation)?;
            Some(LocalRun { root, operation, run, is_in_suite: false })
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
        if after.operation == SUITES || before.operation == SUITES {
            let why = "a suite run has several operations, each with files of its own";
            return Err(CliError::usage(self.what, why, "name one of them by --operation"));
        }
        if before.operation == after.operation {
            return Ok((before, after));
        }
        let why = format!("one is of {}, the other of {}", before.operation, after.operation);
        Err(CliError::usage(self.what, why, "compare runs of one operation"))
    }
}

/// Where a run lies: `root/operation/run/`, or `root/suites/run/operation/`.
pub(crate) struct LocalRun {
    root: PathBuf,
    /// The name of the run's operation.
    pub(crate) operation: String,
    /// The run's id.
    pub(crate) run: RunId,
    is_in_suite: bool,
}

impl LocalRun {
    fn folder(path: &Path) -> Option<Self> {
        // A run of this machine that applied a plan has no manifest.
        if ![MANIFEST, CHANGE].iter().any(|file| path.join(file.name).is_file()) {
            return None;
        }
        let absolute = path.canonicalize().ok()?;
        let name = |path: &Path| Some(path.file_name()?.to_str()?.to_owned());
        let (own, above) = (name(&absolute)?, absolute.parent()?);
        let root = above.parent()?;
        if let Some(runs) = root.parent().filter(|_| root.ends_with(SUITES)) {
            let (root, run) = (runs.to_owned(), RunId::parse(&name(above)?)?);
            return Some(Self { root, operation: own, run, is_in_suite: true });
        }
        let (root, run) = (root.to_owned(), RunId::parse(&own)?);
        Some(Self { root, operation: name(above)?, run, is_in_suite: false })
    }

    /// The operation of the run: one of the catalogue, or the one that its request brought.
    pub(crate) fn operation(&self) -> Result<Arc<dyn Operation>, Error> {
        let Written { artifacts, folder } = self.written();
        let definition = definition(&artifacts.path(&folder.artifact(&OPERATION)))?;
        let mut violations = Violations::default();
        let found = catalogue().requested(&self.operation, definition.as_ref(), &mut violations);
        violations.into_result("run", found)
    }

    /// Whether it is an operation of a suite run.
    pub(crate) fn is_in_suite(&self) -> bool {
        self.is_in_suite
    }

    /// The run's files.
    pub(crate) fn written(&self) -> Written<Directory> {
        let alone = Folder::new("", &self.operation, &self.run);
        let folder = if self.is_in_suite { alone.in_suite() } else { alone };
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
    fn an_operation_of_a_suite_run_is_found_by_its_folder_and_by_id_and_name() {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().join("suites/r1/vpcs");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("manifest.json"), "[]").unwrap();
        let found = |operation: Option<&str>, text: &str| {
            let runs = LocalRuns { out: out.path(), operation, what: "", hint: "" };
            let run = runs.find(text).ok()?;
            Some((run.operation.clone(), run.run.to_string(), run.written().folder.key("")))
        };
        let own = ("vpcs".to_owned(), "r1".to_owned(), "suites/r1/vpcs/".to_owned());
        assert_eq!(found(None, folder.to_str().unwrap()), Some(own.clone()));
        assert_eq!(found(Some("vpcs"), "r1"), Some(own));
        assert_eq!(found(None, "r1").map(|(operation, ..)| operation), Some("suites".to_owned()));
        assert_eq!(found(Some("s3-buckets"), "r1"), None);
    }

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
