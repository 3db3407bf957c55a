//! The fanout's answer: a small plan of the run, which the other steps read.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::input::parse::{self, Fields};
use crate::input::path::FieldPath;
use crate::input::violation::Violations;
use crate::model::id::RunId;

/// A plan of a run; it stays under 1 KB however many accounts there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RunPlan {
    /// The run.
    pub run_id: RunId,
    /// The operation's name.
    pub operation: String,
    /// Its parameters.
    pub parameters: Map<String, Value>,
    /// Whether a mutating operation may change something.
    pub apply: bool,
    /// Where the work items are.
    pub manifest: ManifestLocation,
    /// How many work items.
    pub work_items: u64,
    /// How many targets.
    pub targets: u64,
    /// How many work items at once.
    pub max_concurrency: u32,
    /// The worker to invoke: the read-only one or the admin one.
    pub worker_function: String,
    /// When the run's entries in the ledger expire, in seconds since 1970: one time for the whole
    /// run, so that no outcome outlives its records for long.
    pub expires_at: i64,
}

/// An S3 object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManifestLocation {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
}

/// What the result handler needs of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultEvent {
    /// The run.
    pub run_id: RunId,
    /// The operation's name, not yet looked up.
    pub operation: String,
}

const PLAN_FIELDS: &[&str] = &[
    "RunId",
    "Operation",
    "Parameters",
    "Apply",
    "Manifest",
    "WorkItems",
    "Targets",
    "MaxConcurrency",
    "WorkerFunction",
    "ExpiresAt",
];

impl ResultEvent {
    /// Reads a [`RunPlan`]; only `RunId` and `Operation` are needed.
    ///
    /// # Errors
    /// `InvalidRequest` with every fault.
    pub fn parse(value: &Value) -> Result<Self, Error> {
        let mut violations = Violations::default();
        let event = read(value, &mut violations);
        violations.into_result("run plan", event)
    }
}

fn read(value: &Value, violations: &mut Violations) -> Option<ResultEvent> {
    let fields = Fields::open(&FieldPath::root(), value, PLAN_FIELDS, violations)?;
    let run_id = fields.required("RunId", violations, parse::run_id);
    let operation = fields.required("Operation", violations, parse::text);
    Some(ResultEvent { run_id: run_id?, operation: operation? })
}

/// The names of a run's artifacts, and their keys under a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    prefix: String,
    operation: String,
    run_id: RunId,
}

impl Folder {
    /// The folder `<prefix>/<operation>/<RunId>/` of a run; an empty prefix is left out.
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

    /// The key of `latest.json`.
    #[must_use]
    pub fn latest_key(&self) -> String {
        let joint = if self.prefix.is_empty() { "" } else { "/" };
        format!("{}{joint}{}/{LATEST}", self.prefix, self.operation)
    }

    /// The key of the artifact `name` of this run.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        let joint = if self.prefix.is_empty() { "" } else { "/" };
        format!("{}{joint}{}/{}/{name}", self.prefix, self.operation, self.run_id)
    }
}

/// The plan of a run, for resuming it.
pub const PLAN: &str = "plan.json";
/// The work items of a run.
pub const MANIFEST: &str = "manifest.json";
/// Every account of the organization, and why it is or is not in the run.
pub const ACCOUNTS: &str = "accounts.csv";
/// One row per target.
pub const COVERAGE: &str = "coverage.csv";
/// The result handler's output and more.
pub const SUMMARY: &str = "summary.json";
/// Records added and removed since the run before.
pub const CHANGES: &str = "changes.csv";
/// Which run of an operation is the newest; it lies beside the runs' folders.
pub const LATEST: &str = "latest.json";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_lie_in_the_runs_folder_with_or_without_a_prefix() {
        let run = RunId::parse("r1").unwrap();
        assert_eq!(Folder::new("runs/", "op", &run).key(MANIFEST), "runs/op/r1/manifest.json");
        assert_eq!(Folder::new("", "op", &run).key(MANIFEST), "op/r1/manifest.json");
    }

    #[test]
    fn a_plan_is_what_the_result_handler_reads() {
        let plan = RunPlan {
            run_id: RunId::parse("r1").unwrap(),
            operation: "op".to_owned(),
            parameters: Map::new(),
            apply: false,
            manifest: ManifestLocation { bucket: "b".to_owned(), key: "k".to_owned() },
            work_items: 1,
            targets: 2,
            max_concurrency: 3,
            worker_function: "w".to_owned(),
            expires_at: 4,
        };
        let value = serde_json::to_value(&plan).unwrap();
        let mut fields: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        let mut known = PLAN_FIELDS.to_vec();
        fields.sort_unstable();
        known.sort_unstable();
        assert_eq!(fields, known);
        assert_eq!(ResultEvent::parse(&value).unwrap().operation, "op");
        let text = ResultEvent::parse(&json!({"RunId": 1})).unwrap_err().to_string();
        assert!(text.contains("RunId: got 1") && text.contains("Operation: got nothing"), "{text}");
    }
}
