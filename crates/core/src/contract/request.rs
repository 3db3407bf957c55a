//! Requests as people write them: how a parsed request is written again. Reading and what is refused
//! is [`crate::input::request`]'s.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use std::collections::{BTreeMap, BTreeSet};

use crate::input::change_request::{ChangeRequest, ChangeSource};
use crate::input::request::{AccountFilter, FanoutEvent, RegionChoice, RunRequest};
use crate::input::violation::Violations;
use crate::model::account_column::AccountColumn;
use crate::model::id::{AccountId, RunId, UnitId};
use crate::model::limit::Limit;
use crate::model::region::Region;

/// A request with the fields that it needs, and no others.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Written<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    operations: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    suite: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<&'a Map<String, Value>>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    parameters: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "WrittenAccounts::is_empty")]
    accounts: WrittenAccounts<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    regions: Option<WrittenRegions<'a>>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    account_columns: &'a BTreeSet<AccountColumn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_concurrency: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    regions_per_work_item: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resume_run: Option<&'a RunId>,
    #[serde(flatten)]
    change: Option<WrittenChange<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct WrittenChange<'a> {
    apply: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_run: Option<&'a RunId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undo: Option<&'a RunId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drop_run: Option<&'a RunId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_changes: Option<Limit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_failures: Option<Limit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    canary: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_max_age_hours: Option<u32>,
}

impl<'a> From<&'a ChangeRequest> for WrittenChange<'a> {
    fn from(change: &'a ChangeRequest) -> Self {
        let (mut plan_run, mut undo, mut drop_run) = (None, None, None);
        match &change.source {
            ChangeSource::Plan(run) => plan_run = Some(run),
            ChangeSource::Undo(run) => undo = Some(run),
            ChangeSource::Drop(run) => drop_run = Some(run),
        }
        Self {
            apply: true,
            plan_run,
            undo,
            drop_run,
            max_changes: change.max_changes,
            max_failures: change.max_failures,
            canary: change.canary,
            plan_max_age_hours: change.plan_max_age_hours,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct WrittenAccounts<'a> {
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    include: &'a BTreeSet<AccountId>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    organizational_units: &'a BTreeSet<UnitId>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: &'a BTreeMap<String, BTreeSet<String>>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    exclude: &'a BTreeSet<AccountId>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    exclude_organizational_units: &'a BTreeSet<UnitId>,
    #[serde(skip_serializing_if = "is_false")]
    include_management_account: bool,
    #[serde(skip)]
    filter: &'a AccountFilter,
}

impl WrittenAccounts<'_> {
    fn is_empty(&self) -> bool {
        *self.filter == AccountFilter::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes every field by reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl<'a> From<&'a AccountFilter> for WrittenAccounts<'a> {
    fn from(filter: &'a AccountFilter) -> Self {
        Self {
            include: &filter.include,
            organizational_units: &filter.units,
            tags: &filter.tags,
            exclude: &filter.exclude,
            exclude_organizational_units: &filter.exclude_units,
            include_management_account: filter.include_management,
            filter,
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum WrittenRegions<'a> {
    Enabled(&'static str),
    Listed(&'a [Region]),
}

fn written_regions(choice: &RegionChoice) -> Option<WrittenRegions<'_>> {
    match choice {
        RegionChoice::Configured => None,
        RegionChoice::Listed(regions) => Some(WrittenRegions::Listed(regions)),
        RegionChoice::Enabled => Some(WrittenRegions::Enabled("ENABLED")),
    }
}

impl Serialize for RunRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written {
            // A definition has the name itself; several operations have none.
            operation: Some(self.operation.as_str())
                .filter(|_| self.definition.is_none() && !self.is_suite()),
            operations: &self.operations,
            suite: self.suite.as_deref(),
            definition: self.definition.as_ref(),
            parameters: &self.parameters,
            accounts: (&self.accounts).into(),
            regions: written_regions(&self.regions),
            account_columns: &self.account_columns,
            max_concurrency: self.max_concurrency,
            regions_per_work_item: self.regions_per_work_item,
            resume_run: self.resume_run.as_ref(),
            change: self.change.as_ref().map(WrittenChange::from),
            approval: self.approval,
        };
        written.serialize(serializer)
    }
}

impl Serialize for FanoutEvent {
    /// The form that the state machine sends.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Event<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            run_id: Option<&'a RunId>,
            request: &'a RunRequest,
        }
        Event { run_id: self.run_id.as_ref(), request: &self.request }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FanoutEvent {
    /// Strict: the error has every violation.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let mut violations = Violations::default();
        let event = Self::read(&value, &mut violations).map_err(D::Error::custom)?;
        violations.into_result("request", Some(event)).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::SUITES;
    use proptest::prelude::*;
    use serde_json::json;

    fn accounts() -> impl Strategy<Value = AccountFilter> {
        let ids = || proptest::collection::btree_set("[0-9]{12}", 0..3);
        let units = || proptest::collection::btree_set("ou-[a-z0-9]{4}-[a-z0-9]{8}", 0..3);
        let values = proptest::collection::btree_set(any::<String>(), 1..3);
        let tags = proptest::collection::btree_map(any::<String>(), values, 0..3);
        (ids(), units(), tags, ids(), units(), any::<bool>()).prop_map(
            |(include, units, tags, exclude, exclude_units, include_management)| AccountFilter {
                include: include.iter().filter_map(|id| AccountId::parse(id)).collect(),
                units: units.iter().filter_map(|id| UnitId::parse(id)).collect(),
                tags,
                exclude: exclude.iter().filter_map(|id| AccountId::parse(id)).collect(),
                exclude_units: exclude_units.iter().filter_map(|id| UnitId::parse(id)).collect(),
                include_management,
            },
        )
    }

    fn regions() -> impl Strategy<Value = RegionChoice> {
        let listed = proptest::collection::vec("[a-z]{2}-[a-z]{4}-[1-9]", 1..3);
        let listed =
            listed.prop_map(|names| names.iter().filter_map(|name| Region::parse(name)).collect());
        prop_oneof![
            Just(RegionChoice::Configured),
            Just(RegionChoice::Enabled),
            listed.prop_map(RegionChoice::Listed)
        ]
    }

    /// One operation, several, or a suite.
    fn operations() -> impl Strategy<Value = (String, Vec<String>, Option<String>)> {
        let several = proptest::collection::btree_set(any::<String>(), 1..4);
        prop_oneof![
            any::<String>().prop_map(|name| (name, Vec::new(), None)),
            several.prop_map(|names| (SUITES.to_owned(), names.into_iter().collect(), None)),
            any::<String>().prop_map(|suite| (SUITES.to_owned(), Vec::new(), Some(suite))),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_of_a_request_reads_back_as_it(
            (operation, operations, suite) in operations(), accounts in accounts(), regions in regions(),
            depth in proptest::option::of(0u32..9), max_concurrency in proptest::option::of(1u32..10_000),
            regions_per_work_item in proptest::option::of(1u32..1_000),
            columns in proptest::collection::btree_set("(unit_path|email|tag:.{1,9})", 0..4),
        ) {
            let parameters = depth.map(|depth| ("Depth".to_owned(), json!(depth))).into_iter();
            let request = RunRequest {
                operation, operations, suite, parameters: parameters.collect(), accounts, regions, max_concurrency,
                regions_per_work_item, resume_run: None, definition: None, change: None, approval: None,
                account_columns: columns.iter().filter_map(|c| AccountColumn::parse(c)).collect(),
            };
            let event = FanoutEvent { run_id: RunId::parse("r1"), request };
            let text = serde_json::to_string(&event).unwrap();
            prop_assert_eq!(serde_json::from_str::<FanoutEvent>(&text).unwrap(), event);
        }
    }

    #[test]
    fn a_request_that_changes_something_reads_back() {
        let text = r#"{"Request":{"Operation":"x","Apply":true,"PlanRun":"r1","MaxChanges":"5%","Canary":1,"Approval":false}}"#;
        let event: FanoutEvent = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
        for field in ["Undo", "DropRun"] {
            let text = format!(r#"{{"Request":{{"Operation":"x","Apply":true,"{field}":"r1"}}}}"#);
            let event: FanoutEvent = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&event).unwrap(), text);
        }
    }

    #[test]
    fn a_resumed_run_reads_back_and_violations_are_named_together() {
        let text = r#"{"RunId":"r2","Request":{"Operation":"x","ResumeRun":"r1"}}"#;
        let event: FanoutEvent = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
        let wrong = serde_json::from_str::<FanoutEvent>(r#"{"Regions":[7],"Operaton":"x"}"#);
        let text = wrong.unwrap_err().to_string();
        assert!(text.contains("Regions[0]") && text.contains("Operaton"), "{text}");
    }
}
