//! An element of the manifest: an account with its Regions, and what a worker returns for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::account_column::AccountColumn;
use crate::model::id::AccountId;
use crate::model::region::Region;

/// An account with its Regions, or with some of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WorkItem {
    /// The account to enter.
    pub account_id: AccountId,
    /// The name that its people gave it.
    pub account_name: String,
    /// The Regions to ask, sorted, none twice.
    pub regions: Vec<Region>,
    /// The path of the account's unit: the root and the units down to its own, by name where the
    /// request asks for the column `unit_path`, else by id. Empty where Organizations does not say,
    /// and in manifests of earlier releases. No worker needs it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit_path: String,
    /// What stands beside the account's records, as the request asks; empty in manifests of earlier
    /// releases. No worker needs it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub account_columns: BTreeMap<AccountColumn, String>,
}

/// A worker's output: how many of the work item's targets have which status, over all attempts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WorkerResult {
    /// The work item's account.
    pub account_id: AccountId,
    /// Targets whose records are complete.
    pub succeeded: u64,
    /// Targets that are SKIPPED.
    pub skipped: u64,
    /// Targets that FAILED and will not be retried.
    pub failed: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_work_item_reads_back_and_skips_a_field_of_a_later_release() {
        let text = r#"{"AccountId":"111111111111","AccountName":"a","Regions":["eu-west-1"]}"#;
        let item: WorkItem = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&item).unwrap(), text);
        let later = text.replace('{', r#"{"Unit":"r-ab12","#);
        assert_eq!(serde_json::from_str::<WorkItem>(&later).unwrap(), item);
        assert!(serde_json::from_str::<WorkItem>(&text.replace("Name", "Nam")).is_err());
        let placed = text.replace('}', r#","UnitPath":"r-ab12"}"#);
        let read: WorkItem = serde_json::from_str(&placed).unwrap();
        assert_eq!((read.unit_path.as_str(), item.unit_path.as_str()), ("r-ab12", ""));
        assert_eq!(serde_json::to_string(&read).unwrap(), placed);
    }
}
