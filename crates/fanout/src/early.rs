//! Requests whose work items follow from each account alone, so that work may begin while the
//! organization is still being listed.

use std::collections::BTreeSet;

use org_operator_core::input::request::{AccountFilter, RegionChoice, RunRequest};
use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::{Access, Scope};
use org_operator_core::plan::selection::{Facts, Regions, Selection};
use org_operator_core::{Account, Region, WorkItem};

use crate::planner;

/// Work items of accounts before the list of accounts is complete. They have the accounts and Regions
/// that the complete list gives, as long as every account is listed here once; what else the manifest
/// says about an account is not in them.
#[derive(Debug)]
pub struct EarlyItems {
    filter: AccountFilter,
    regions: Regions,
    per_item: Option<u32>,
}

impl EarlyItems {
    /// `None` where only the complete list shows whether the request is right: it names accounts or
    /// units, asks for tags, or for the Regions that each account has enabled. `None` too for an
    /// operation that changes something: that must not begin before the plan is written.
    #[must_use]
    pub fn of(request: &RunRequest, target_regions: &[Region]) -> Option<Self> {
        let RunRequest { accounts, regions, regions_per_work_item, .. } = request;
        let mut violations = Violations::default();
        let operation = planner::operation(request, &mut violations)?;
        if !violations.is_empty() || operation.spec().access != Access::ReadOnly {
            return None;
        }
        let chosen: BTreeSet<Region> = match (operation.spec().scope, regions) {
            (Scope::Global, _) => [Region::global()].into(),
            (Scope::Regional, RegionChoice::Listed(named)) => named.iter().cloned().collect(),
            (Scope::Regional, RegionChoice::Configured) => target_regions.iter().cloned().collect(),
            (Scope::Regional, RegionChoice::Enabled) => return None,
        };
        if accounts.names_any() || !accounts.tags.is_empty() || request.resume_run.is_some() {
            return None;
        }
        let same = Regions::Same(chosen);
        Some(Self { filter: accounts.clone(), regions: same, per_item: *regions_per_work_item })
    }

    /// The work items of those of `accounts` that the request selects.
    #[must_use]
    pub fn items(&self, accounts: Vec<Account>) -> Vec<WorkItem> {
        let selection = Selection::new(accounts, &self.filter, &Facts::default());
        selection.work_items(&self.regions, self.per_item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use org_operator_core::input::request::FanoutEvent;
    use org_operator_core::{AccountId, Error};
    use serde_json::{Value, json};

    fn early(request: &Value) -> Result<Option<EarlyItems>, Error> {
        let event = json!({ "RunId": "r", "Request": request });
        let mut violations = Violations::default();
        let FanoutEvent { request, .. } = FanoutEvent::read(&event, &mut violations)?;
        let region = Region::parse("eu-west-1").ok_or_else(|| Error::invalid("region"))?;
        violations.into_result("request", Some(EarlyItems::of(&request, &[region])))
    }

    fn account(number: u8, state: &str) -> Account {
        let id = |number: u8| AccountId::parse(&format!("{number:012}"));
        Account {
            id: id(number).unwrap(),
            name: "n".to_owned(),
            state: state.to_owned(),
            management_account: id(1),
            units: None,
            email: String::new(),
        }
    }

    #[test]
    fn requests_that_the_list_could_refute_wait_for_it() {
        for accounts in [
            json!({"Include": ["000000000002"]}),
            json!({"Exclude": ["000000000002"]}),
            json!({"OrganizationalUnits": ["ou-ab12-11111111"]}),
            json!({"ExcludeOrganizationalUnits": ["ou-ab12-11111111"]}),
            json!({"Tags": {"stage": ["prod"]}}),
        ] {
            assert!(early(&json!({ "Accounts": accounts })).unwrap().is_none(), "{accounts}");
        }
        assert!(early(&json!({"Regions": "ENABLED"})).unwrap().is_none());
        assert!(early(&json!({"ResumeRun": "r1"})).unwrap().is_none());
    }

    #[test]
    fn page_by_page_gives_the_items_of_the_complete_list() {
        let pages = [
            vec![account(1, "ACTIVE"), account(5, "ACTIVE")],
            vec![account(3, "SUSPENDED"), account(2, "ACTIVE")],
        ];
        for request in [
            json!({}),
            json!({"Accounts": {"IncludeManagementAccount": true}}),
            json!({"Regions": ["eu-west-1", "us-east-1"], "RegionsPerWorkItem": 1}),
        ] {
            let early = early(&request).unwrap().unwrap();
            let by_page = pages.iter().flat_map(|page| early.items(page.clone()));
            let mut by_page: Vec<WorkItem> = by_page.collect();
            by_page.sort_by(|a, b| a.account_id.cmp(&b.account_id));
            assert_eq!(by_page, early.items(pages.concat()), "{request}");
        }
    }
}
