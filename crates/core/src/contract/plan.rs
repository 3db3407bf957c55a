//! The fanout's output: a small plan of the run, which the other steps read. `plan.json` is the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::input::parse::{self, Fields};
use crate::input::path::FieldPath;
use crate::input::violation::Violations;
use crate::model::id::RunId;
use crate::model::region::Region;
use crate::model::timestamp::Timestamp;

/// The plan of a run; it stays small however many accounts there are: under 1 KB, and the
/// definition or the names of a suite run's operations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RunPlan {
    /// The run's id; in the plan of a resumed run, that of the run that is resumed.
    pub run_id: RunId,
    /// The name of the operation in the catalogue; [`crate::artifact::SUITES`] in a suite run.
    pub operation: String,
    /// The names of a suite run's operations, in order; empty in other runs, whose `plan.json` does
    /// not have the field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<String>,
    /// The operation itself, where it is none of the catalogue's: what `operation.json` has.
    #[serde(default)]
    pub definition: Option<Map<String, Value>>,
    /// The operation's parameters, checked.
    pub parameters: Map<String, Value>,
    /// Whether a mutating operation may change something.
    pub apply: bool,
    /// Whether a person has to approve the changes before any worker starts; plans of earlier
    /// releases change nothing.
    #[serde(default)]
    pub approval: bool,
    /// How many rows a run that applies a plan would change, by what is done to them; empty in other
    /// runs, whose `plan.json` does not have the field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub changes: BTreeMap<String, u64>,
    /// Where the work items are.
    pub manifest: ManifestLocation,
    /// How many work items the manifest has.
    pub work_items: u64,
    /// How many targets the work items have together, those of all operations.
    pub targets: u64,
    /// How many work items may run at the same time.
    pub max_concurrency: u32,
    /// The worker function to invoke: the read-only one or the admin one.
    pub worker_function: String,
    /// When the run's entries in the ledger expire, in seconds since 1970: one time for the whole
    /// run, so that no outcome outlives its records for long.
    pub expires_at: i64,
    /// When the run was planned, which stays where it is resumed: its day in `tables/`. Plans of
    /// earlier releases have none.
    #[serde(default)]
    pub planned_at: Option<Timestamp>,
    /// The Region of the function or machine that planned the run, whose partition is the run's also where
    /// it asks `global` alone. Plans of earlier releases have none.
    #[serde(default)]
    pub home_region: Option<Region>,
}

impl RunPlan {
    /// The plan as the fanout's output: with every field, because a path of the state machine must
    /// lead somewhere.
    #[must_use]
    pub fn output(&self) -> Value {
        let mut output = serde_json::to_value(self).unwrap_or_default();
        output["Operations"] = self.operations.clone().into();
        output["Changes"] = self.changes.iter().map(|(name, n)| (name.clone(), *n)).collect();
        output
    }
}

/// The S3 object with the work items; on one machine, the directory of all runs and a path in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManifestLocation {
    /// The name of the bucket.
    pub bucket: String,
    /// The object's key.
    pub key: String,
}

/// What the result handler reads of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResultEvent {
    /// The run whose artifacts are to be written.
    pub run_id: RunId,
    /// The operation's name, not yet looked up.
    pub operation: String,
    /// The names of a suite run's operations, not yet looked up; empty in other runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<String>,
    /// The operation itself, where it is none of the catalogue's; not yet checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<Map<String, Value>>,
    /// The operation's parameters, which only the report shows.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Value>,
    /// When the run was planned; where it is missing, `plan.json` says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned_at: Option<Timestamp>,
    /// Whether the run applies a plan.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub apply: bool,
    /// Whether nobody approved its changes: no worker was started.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rejected: bool,
}

const PLAN_FIELDS: &[&str] = &[
    "RunId",
    "Operation",
    "Operations",
    "Definition",
    "Parameters",
    "Apply",
    "Approval",
    "Changes",
    "Manifest",
    "WorkItems",
    "Targets",
    "MaxConcurrency",
    "WorkerFunction",
    "ExpiresAt",
    "PlannedAt",
    "HomeRegion",
];

/// What the state machine adds where nobody approved.
const REJECTED: &str = "Rejected";

impl ResultEvent {
    /// Reads a [`RunPlan`] strictly; only `RunId` and `Operation` are required.
    ///
    /// # Errors
    /// `InvalidRequest` with every violation.
    pub fn parse(value: &Value) -> Result<Self, Error> {
        let mut violations = Violations::default();
        let event = read(value, &mut violations);
        violations.into_result("run plan", event)
    }
}

fn read(value: &Value, violations: &mut Violations) -> Option<ResultEvent> {
    let known = [PLAN_FIELDS, &[REJECTED]].concat();
    let fields = Fields::open(&FieldPath::root(), value, &known, violations)?;
    let run_id = fields.required("RunId", violations, parse::run_id);
    let operation = fields.required("Operation", violations, parse::text);
    let definition = fields.optional("Definition", violations, parse::object);
    let parameters = fields.optional("Parameters", violations, parse::object).unwrap_or_default();
    let operations = fields.list("Operations", violations, parse::text);
    let planned_at = fields.optional("PlannedAt", violations, parse::time);
    let apply = fields.optional("Apply", violations, parse::boolean).unwrap_or_default();
    let rejected = fields.optional(REJECTED, violations, parse::boolean).unwrap_or_default();
    Some(ResultEvent {
        run_id: run_id?,
        operation: operation?,
        operations,
        definition,
        parameters,
        planned_at,
        apply,
        rejected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_result_handler_reads_a_plan_and_names_what_it_lacks() {
        let plan = RunPlan {
            run_id: RunId::parse("r1").unwrap(),
            operation: "op".to_owned(),
            operations: Vec::new(),
            definition: None,
            parameters: Map::new(),
            apply: true,
            approval: true,
            manifest: ManifestLocation { bucket: "b".to_owned(), key: "k".to_owned() },
            work_items: 1,
            targets: 2,
            max_concurrency: 3,
            worker_function: "w".to_owned(),
            expires_at: 4,
            changes: BTreeMap::new(),
            planned_at: Some(Timestamp::from_epoch_millis(5)),
            home_region: Region::parse("eu-west-1"),
        };
        let value = plan.output();
        let mut fields: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        let mut known = PLAN_FIELDS.to_vec();
        fields.sort_unstable();
        known.sort_unstable();
        assert_eq!(fields, known);
        let event = ResultEvent::parse(&value).unwrap();
        assert_eq!((event.operation.as_str(), event.planned_at), ("op", plan.planned_at));
        assert!(event.apply && !event.rejected);
        let mut rejected = value.clone();
        rejected["Rejected"] = json!(true);
        assert!(ResultEvent::parse(&rejected).unwrap().rejected);
        let wrong = json!({"RunId": 1, "PlannedAt": "yesterday"});
        let text = ResultEvent::parse(&wrong).unwrap_err().to_string();
        for part in ["RunId: got 1", "Operation: got nothing", "PlannedAt: got \"yesterday\""] {
            assert!(text.contains(part), "{text}");
        }
    }
}
