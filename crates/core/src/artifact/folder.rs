//! Where a run's artifacts lie: keys of objects in a bucket, or paths below a directory.

use super::{Artifact, Place, SUITES, TableFile, below, resume_file_name};
use crate::model::id::RunId;

/// The folder of a run, `<prefix>/<operation>/<RunId>/`; of an operation in a suite run,
/// `<prefix>/suites/<RunId>/<operation>/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    prefix: String,
    operation: String,
    run_id: RunId,
    is_in_suite: bool,
}

impl Folder {
    /// The folder of a run of `operation`; an empty prefix is left out.
    #[must_use]
    pub fn new(prefix: &str, operation: &str, run_id: &RunId) -> Self {
        let prefix = prefix.trim_matches('/').to_owned();
        let operation = operation.to_owned();
        Self { prefix, operation, run_id: run_id.clone(), is_in_suite: false }
    }

    /// The folder of the same operation and run id within a suite run's.
    #[must_use]
    pub fn in_suite(self) -> Self {
        Self { is_in_suite: true, ..self }
    }

    /// Where another run of the same operation may lie: by itself, or within a suite run's folder.
    #[must_use]
    pub fn of_run(&self, run_id: &RunId) -> [Self; 2] {
        let alone = Self { run_id: run_id.clone(), is_in_suite: false, ..self.clone() };
        let in_suite = alone.clone().in_suite();
        [alone, in_suite]
    }

    /// The key of an artifact.
    #[must_use]
    pub fn artifact(&self, artifact: &Artifact) -> String {
        let name = artifact.file_name(&self.operation);
        match artifact.place {
            Place::Run => self.key(&name),
            Place::Operation => below(&self.prefix, &format!("{}/{name}", self.operation)),
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
        let Self { operation, run_id, .. } = self;
        let path = if self.is_in_suite {
            format!("{SUITES}/{run_id}/{operation}/{name}")
        } else {
            format!("{operation}/{run_id}/{name}")
        };
        below(&self.prefix, &path)
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

    #[test]
    fn a_suite_runs_operations_lie_in_its_folder_and_their_newest_run_does_not() {
        let run = RunId::parse("r1").unwrap();
        let folder = Folder::new("runs", "op", &run).in_suite();
        assert_eq!(folder.artifact(&RECORDS_CSV), "runs/suites/r1/op/op.csv");
        assert_eq!(folder.artifact(&LATEST), "runs/op/latest.json");
        let other = RunId::parse("r0").unwrap();
        let places = folder.of_run(&other).map(|folder| folder.key(""));
        assert_eq!(places, ["runs/op/r0/", "runs/suites/r0/op/"]);
        let suite = Folder::new("runs", SUITES, &run);
        assert_eq!(suite.artifact(&MANIFEST), "runs/suites/r1/manifest.json");
    }
}
