//! Where a run's artifacts lie: keys of objects in a bucket, or paths below a directory.

use super::{Artifact, Place, TableFile, resume_file_name};
use crate::model::id::RunId;

/// The folder of a run, `<prefix>/<operation>/<RunId>/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    prefix: String,
    operation: String,
    run_id: RunId,
}

impl Folder {
    /// The folder of a run of `operation`; an empty prefix is left out.
    #[must_use]
    pub fn new(prefix: &str, operation: &str, run_id: &RunId) -> Self {
        let prefix = prefix.trim_matches('/').to_owned();
        Self { prefix, operation: operation.to_owned(), run_id: run_id.clone() }
    }

    /// The folder of another run of the same operation.
    #[must_use]
    pub fn of_run(&self, run_id: &RunId) -> Self {
        Self { run_id: run_id.clone(), ..self.clone() }
    }

    /// The key of an artifact.
    #[must_use]
    pub fn artifact(&self, artifact: &Artifact) -> String {
        let name = artifact.file_name(&self.operation);
        match artifact.place {
            Place::Run => self.key(&name),
            Place::Operation => self.below_prefix(&name),
        }
    }

    /// The key of a file for SQL of the run, which was planned on `day`: beside the folder of all runs,
    /// and in it where that has no name.
    #[must_use]
    pub fn table(&self, table: &TableFile, day: &str) -> String {
        Self::beside_runs(&self.prefix) + &table.path(&self.operation, day, &self.run_id)
    }

    /// The folder in which the folder of all runs lies, where `prefix` is the latter: empty, or with a
    /// `/` at the end.
    #[must_use]
    pub fn beside_runs(prefix: &str) -> String {
        let parent = prefix.trim_matches('/').rsplit_once('/').map(|(parent, _)| parent);
        parent.map(|parent| format!("{parent}/")).unwrap_or_default()
    }

    /// The key of the manifest of an execution that resumed the run.
    #[must_use]
    pub fn resume_manifest(&self, execution: &RunId) -> String {
        self.key(&resume_file_name(execution))
    }

    /// The key of the file `name` in the folder; the folder's own key where `name` is empty.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        self.below_prefix(&format!("{}/{name}", self.run_id))
    }

    fn below_prefix(&self, path: &str) -> String {
        let joint = if self.prefix.is_empty() { "" } else { "/" };
        format!("{}{joint}{}/{path}", self.prefix, self.operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{LATEST, MANIFEST, RECORDS_CSV, RECORDS_TABLE};

    #[test]
    fn keys_lie_in_the_runs_folder_with_or_without_a_prefix() {
        let run = RunId::parse("r1").unwrap();
        let folder = Folder::new("/runs/", "op", &run);
        assert_eq!(folder.artifact(&MANIFEST), "runs/op/r1/manifest.json");
        assert_eq!(folder.artifact(&RECORDS_CSV), "runs/op/r1/op.csv");
        assert_eq!(folder.artifact(&LATEST), "runs/op/latest.json");
        assert_eq!(folder.key(""), "runs/op/r1/");
        assert_eq!(folder.resume_manifest(&run), "runs/op/r1/resume-r1.json");
        assert_eq!(Folder::new("", "op", &run).artifact(&MANIFEST), "op/r1/manifest.json");
        assert_eq!(Folder::new("", "op", &run).artifact(&LATEST), "op/latest.json");
    }

    #[test]
    fn tables_lie_beside_the_folder_of_all_runs() {
        let run = RunId::parse("r1").unwrap();
        for (prefix, parent) in [("", ""), ("runs", ""), ("/a/b/runs/", "a/b/")] {
            let key = Folder::new(prefix, "op", &run).table(&RECORDS_TABLE, "2026-11-22");
            assert_eq!(key, format!("{parent}tables/op/dt=2026-11-22/r1.jsonl"));
        }
    }
}
