//! What one worker does: an account with its Regions, and the worker's event around it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::input::parse::{self, Fields};
use crate::input::path::FieldPath;
use crate::input::request::DEFAULT_OPERATION;
use crate::input::violation::Violations;
use crate::model::id::{AccountId, RunId};
use crate::model::region::Region;

/// One account with its Regions: an element of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct WorkItem {
    /// The account.
    pub account_id: AccountId,
    /// Its name.
    pub account_name: String,
    /// The Regions to ask, sorted, none twice.
    pub regions: Vec<Region>,
}

/// A work item with what the run says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerEvent {
    /// The account and its Regions.
    pub item: WorkItem,
    /// The run; absent where a person invokes the function directly.
    pub run_id: Option<RunId>,
    /// The operation's name, not yet looked up.
    pub operation: String,
    /// Its parameters, not yet checked.
    pub parameters: Map<String, Value>,
    /// When the run's entries in the ledger expire, in seconds since 1970; absent as the run id.
    pub expires_at: Option<i64>,
}

const ITEM_FIELDS: &[&str] = &[
    "AccountId",
    "AccountName",
    "Regions",
    "Region",
    "RunId",
    "Operation",
    "Parameters",
    "Apply",
    "ExpiresAt",
];

impl WorkerEvent {
    /// Reads the state machine's form, or the flat form with one `Region` of a local invoke.
    ///
    /// # Errors
    /// `InvalidRequest` with every fault.
    pub fn parse(value: &Value) -> Result<Self, Error> {
        let mut violations = Violations::default();
        let event = read(value, &mut violations);
        violations.into_result("worker event", event)
    }
}

fn read(value: &Value, violations: &mut Violations) -> Option<WorkerEvent> {
    let fields = Fields::open(&FieldPath::root(), value, ITEM_FIELDS, violations)?;
    let account_id = fields.required("AccountId", violations, parse::account_id);
    let account_name = fields.optional("AccountName", violations, parse::text);
    let regions = read_regions(&fields, violations);
    if fields.optional("Apply", violations, parse::boolean) == Some(true) {
        let allowed = "false: no operation of this version changes anything";
        violations.note_text(fields.path("Apply"), "true", allowed);
    }
    Some(WorkerEvent {
        run_id: fields.optional("RunId", violations, parse::run_id),
        operation: fields
            .optional("Operation", violations, parse::text)
            .unwrap_or_else(|| DEFAULT_OPERATION.to_owned()),
        parameters: fields.optional("Parameters", violations, parse::object).unwrap_or_default(),
        expires_at: fields.optional("ExpiresAt", violations, parse::epoch_seconds),
        item: WorkItem {
            account_id: account_id?,
            account_name: account_name.unwrap_or_default(),
            regions: regions?,
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
    fn the_flat_form_asks_one_pair_with_the_rest_defaulted() {
        let event =
            WorkerEvent::parse(&json!({"AccountId": "111111111111", "Region": "eu-west-1"}));
        let event = event.unwrap();
        assert_eq!(event.item.regions.len(), 1);
        assert_eq!(event.operation, "internet-routes");
        assert_eq!(event.run_id, None);
    }

    #[test]
    fn regions_are_sorted_and_asked_once() {
        let regions = json!(["us-east-1", "eu-west-1", "us-east-1"]);
        let event = WorkerEvent::parse(&json!({"AccountId": "111111111111", "Regions": regions}));
        let names: Vec<String> =
            event.unwrap().item.regions.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["eu-west-1", "us-east-1"]);
    }

    #[test]
    fn every_fault_is_named() {
        let wrong =
            json!({"AccountId": "12", "Regions": [], "RunId": "a/b", "Apply": true, "X": 1});
        let text = WorkerEvent::parse(&wrong).unwrap_err().to_string();
        for part in ["AccountId: got \"12\"", "Regions: got", "RunId: got", "Apply: got", "X: got"]
        {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
        let nothing = WorkerEvent::parse(&json!({})).unwrap_err().to_string();
        assert!(nothing.contains("AccountId: got nothing"), "{nothing}");
    }

    #[test]
    fn a_work_item_reads_back_and_refuses_a_foreign_field() {
        let text = r#"{"AccountId":"111111111111","AccountName":"a","Regions":["eu-west-1"]}"#;
        let item: WorkItem = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&item).unwrap(), text);
        assert!(serde_json::from_str::<WorkItem>(&text.replace("Name", "Nam")).is_err());
    }
}
