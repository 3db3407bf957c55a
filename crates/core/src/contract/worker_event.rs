//! A worker's event: a work item with what the plan says about the run. People may write one too, so
//! it is read strictly.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::contract::work_item::WorkItem;
use crate::error::Error;
use crate::input::parse::{self, Fields};
use crate::input::path::FieldPath;
use crate::input::request::DEFAULT_OPERATION;
use crate::input::violation::Violations;
use crate::model::id::{AccountId, RunId};
use crate::model::region::Region;

/// A work item with what the plan says about the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "StateMachineEvent")]
pub struct WorkerEvent {
    /// The account and its Regions.
    pub item: WorkItem,
    /// The run; absent where a person invokes the function directly.
    pub run_id: Option<RunId>,
    /// The operation's name, not yet looked up; [`crate::artifact::SUITES`] in a suite run.
    pub operation: String,
    /// The names of a suite run's operations, not yet looked up; empty in other runs.
    pub operations: Vec<String>,
    /// The operation itself, where it is none of the catalogue's; not yet checked.
    pub definition: Option<Map<String, Value>>,
    /// The operation's parameters, not yet checked.
    pub parameters: Map<String, Value>,
    /// Whether the account's rows of the run's plan are to be applied.
    pub apply: bool,
    /// When the run's entries in the ledger expire, in seconds since 1970; absent as the run id.
    pub expires_at: Option<i64>,
}

/// The event in the form of the state machine's `ItemSelector`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StateMachineEvent {
    account_id: AccountId,
    account_name: String,
    regions: Vec<Region>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<RunId>,
    operation: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    operations: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<Map<String, Value>>,
    parameters: Map<String, Value>,
    apply: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
}

impl From<WorkerEvent> for StateMachineEvent {
    fn from(event: WorkerEvent) -> Self {
        let WorkerEvent { item, run_id, operation, operations, .. } = event;
        let WorkerEvent { definition, parameters, apply, expires_at, .. } = event;
        // What else an item says about its account is the result handler's.
        let WorkItem { account_id, account_name, regions, .. } = item;
        Self {
            account_id,
            account_name,
            regions,
            run_id,
            operation,
            operations,
            definition,
            parameters,
            apply,
            expires_at,
        }
    }
}

impl TryFrom<Value> for WorkerEvent {
    type Error = Error;

    fn try_from(value: Value) -> Result<Self, Error> {
        Self::parse(&value)
    }
}

const EVENT_FIELDS: &[&str] = &[
    "AccountId",
    "AccountName",
    "Regions",
    "Region",
    "RunId",
    "Operation",
    "Operations",
    "Definition",
    "Parameters",
    "Apply",
    "ExpiresAt",
];

impl WorkerEvent {
    /// Reads the state machine's form, or the flat form with one `Region` of a local invoke.
    ///
    /// # Errors
    /// `InvalidRequest` with every violation.
    pub fn parse(value: &Value) -> Result<Self, Error> {
        let mut violations = Violations::default();
        let event = read(value, &mut violations);
        violations.into_result("worker event", event)
    }
}

fn read(value: &Value, violations: &mut Violations) -> Option<WorkerEvent> {
    let fields = Fields::open(&FieldPath::root(), value, EVENT_FIELDS, violations)?;
    let account_id = fields.required("AccountId", violations, parse::account_id);
    let account_name = fields.optional("AccountName", violations, parse::text);
    let regions = read_regions(&fields, violations);
    Some(WorkerEvent {
        run_id: fields.optional("RunId", violations, parse::run_id),
        operation: fields
            .optional("Operation", violations, parse::text)
            .unwrap_or_else(|| DEFAULT_OPERATION.to_owned()),
        operations: fields.list("Operations", violations, parse::text),
        definition: fields.optional("Definition", violations, parse::object),
        parameters: fields.optional("Parameters", violations, parse::object).unwrap_or_default(),
        apply: fields.optional("Apply", violations, parse::boolean).unwrap_or_default(),
        expires_at: fields.optional("ExpiresAt", violations, parse::epoch_seconds),
        item: WorkItem {
            account_id: account_id?,
            account_name: account_name.unwrap_or_default(),
            regions: regions?,
            unit_path: String::new(),
            account_columns: BTreeMap::new(),
        },
    })
}

fn read_regions(fields: &Fields, violations: &mut Violations) -> Option<Vec<Region>> {
    let regions = match (fields.get("Regions"), fields.get("Region")) {
        (Some(_), None) => fields.list("Regions", violations, parse::region),
        (None, Some(_)) => vec![fields.optional("Region", violations, parse::region)?],
        _ => Vec::new(),
    };
    let distinct: BTreeSet<Region> = regions.into_iter().collect();
    if distinct.is_empty() {
        let allowed = "either Regions, a list of at least one Region, or Region, one of them";
        violations.note_text(fields.path("Regions"), "neither, both or an empty list", allowed);
        return None;
    }
    Some(distinct.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_flat_form_is_one_target_with_defaults_for_the_rest() {
        let event =
            WorkerEvent::parse(&json!({"AccountId": "111111111111", "Region": "eu-west-1"}));
        let event = event.unwrap();
        assert_eq!(event.item.regions.len(), 1);
        assert_eq!(event.operation, "internet-routes");
        assert_eq!(event.run_id, None);
    }

    #[test]
    fn regions_are_sorted_and_distinct() {
        let regions = json!(["us-east-1", "eu-west-1", "us-east-1"]);
        let event = WorkerEvent::parse(&json!({"AccountId": "111111111111", "Regions": regions}));
        let names: Vec<String> =
            event.unwrap().item.regions.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["eu-west-1", "us-east-1"]);
    }

    #[test]
    fn every_violation_is_named() {
        let wrong = json!({"AccountId": "12", "Regions": [], "RunId": "a/b", "Apply": 1, "X": 1});
        let text = WorkerEvent::parse(&wrong).unwrap_err().to_string();
        for part in ["AccountId: got \"12\"", "Regions: got", "RunId: got", "Apply: got", "X: got"]
        {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
        let nothing = WorkerEvent::parse(&json!({})).unwrap_err().to_string();
        assert!(nothing.contains("AccountId: got nothing"), "{nothing}");
    }

    #[test]
    fn a_suite_runs_event_names_its_operations() {
        let event = json!({
            "AccountId": "111111111111", "AccountName": "a", "Regions": ["eu-west-1", "global"],
            "RunId": "r", "Operation": "suites", "Operations": ["s3-buckets", "vpcs"],
            "Parameters": {}, "Apply": false, "ExpiresAt": 9,
        });
        let parsed = WorkerEvent::parse(&event).unwrap();
        assert_eq!(parsed.operations, ["s3-buckets", "vpcs"]);
        assert_eq!(serde_json::to_value(&parsed).unwrap(), event);
    }

    #[test]
    fn an_event_reads_back_from_the_state_machines_form() {
        let event = json!({
            "AccountId": "111111111111", "AccountName": "a", "Regions": ["eu-west-1"], "RunId": "r",
            "Operation": "x", "Parameters": {"Depth": 3}, "Apply": true, "ExpiresAt": 9,
        });
        let parsed = WorkerEvent::parse(&event).unwrap();
        assert_eq!(serde_json::to_value(&parsed).unwrap(), event);
        assert_eq!(serde_json::from_value::<WorkerEvent>(event).unwrap(), parsed);
    }
}
