//! The Regions that are on in an account, as AWS Account Management lists them; no role is assumed.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use aws_sdk_account::Client;
use aws_sdk_account::operation::list_regions::ListRegionsOutput;
use aws_sdk_account::types::{Region as ListedRegion, RegionOptStatus};
use org_operator_core::model::account::Account;
use org_operator_core::{Error, ErrorKind, Partition, Region};

use crate::caller::Caller;
use crate::pages::{list_error, read_all, unreadable};
use crate::rate_limiter::RateLimiter;

/// `ListRegions` returns at most this many Regions per page (Account Management API reference).
const PAGE: i32 = 50;

/// Lists Regions through AWS Account Management.
#[derive(Debug)]
pub(crate) struct EnabledRegions {
    client: Client,
    caller: Caller,
    partition: Partition,
    // 5 calls a second per account (AWS Account Management reference, "Quotas"). The burst is smaller
    // by two: a delayed call can arrive together with the next ones.
    rate: RateLimiter,
}

impl EnabledRegions {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        let home = config.region().and_then(|region| Region::parse(region.as_ref()));
        let partition = home.as_ref().map_or(Partition::Commercial, Region::partition);
        let (client, caller) = (Client::new(config), Caller::new(config));
        Self { client, caller, partition, rate: RateLimiter::new(5.0, 3.0) }
    }

    /// The Regions that are on in `account`. The management account can only be listed by itself: to
    /// any other caller all known Regions are returned, and the worker asks the account.
    ///
    /// # Errors
    /// What Account Management answered, and `OperationFailed` for an answer without any Region.
    pub(crate) async fn list(&self, account: &Account) -> Result<BTreeSet<Region>, Error> {
        if account.is_management() && !self.caller.is_in(&account.id).await {
            return Ok(Region::all_known(self.partition));
        }
        // The management account must not name itself, and without a name AWS takes the caller's
        // account, whichever that is (API reference, ListRegions).
        let id = (!account.is_management()).then(|| account.id.to_string());
        let on = [RegionOptStatus::Enabled, RegionOptStatus::EnabledByDefault];
        let all = self.client.list_regions().set_account_id(id).max_results(PAGE);
        let request = all.set_region_opt_status_contains(Some(on.into()));
        let pages = request.into_paginator().stop_on_duplicate_token(false).send();
        let listed = read_all(pages, &self.rate, ListRegionsOutput::next_token, |page| {
            page.regions().iter().map(read_region).collect()
        });
        let regions = listed.await.map_err(|e| list_error(e, &doing(account)))?;
        if regions.is_empty() {
            let error = Error::new(ErrorKind::OperationFailed, "no Region is on, which cannot be");
            return Err(error.context(doing(account)));
        }
        Ok(regions.into_iter().collect())
    }
}

fn read_region(region: &ListedRegion) -> Result<Region, Error> {
    region.region_name().and_then(Region::parse).ok_or_else(|| unreadable("a Region"))
}

fn doing(account: &Account) -> String {
    format!(
        "listing the enabled Regions of {} (Regions \"ENABLED\" needs trusted access for \
         account.amazonaws.com, and to run in the management account or in a delegated \
         administrator of AWS Account Management)",
        account.id
    )
}

#[cfg(test)]
mod tests {
    use org_operator_core::AccountId;

    use super::*;
    use crate::replay::{answering, bodies};

    const MANAGEMENT: &str = "000000000001";
    const LISTED: &str =
        r#"{"Regions":[{"RegionName":"eu-west-1","RegionOptStatus":"ENABLED_BY_DEFAULT"}]}"#;

    fn account(id: &str) -> Account {
        Account {
            id: AccountId::parse(id).unwrap(),
            name: "n".to_owned(),
            state: "ACTIVE".to_owned(),
            management_account: AccountId::parse(MANAGEMENT),
            units: None,
            email: String::new(),
        }
    }

    fn identity(account: &str) -> String {
        format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>{account}</Account>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>"
        )
    }

    /// The Regions of the management account as a caller in `caller` gets them, and what was sent.
    async fn of_management(caller: &str) -> (BTreeSet<Region>, Vec<String>) {
        let (client, config) = answering(&[(200, &identity(caller)), (200, LISTED)]);
        let regions = EnabledRegions::new(&config).list(&account(MANAGEMENT)).await.unwrap();
        (regions, bodies(&client))
    }

    #[tokio::test]
    async fn a_delegated_administrators_regions_are_never_the_management_accounts() {
        let (regions, sent) = of_management("111111111111").await;
        assert_eq!(regions, Region::all_known(Partition::Commercial));
        assert_eq!(sent.len(), 1, "ListRegions without an id is about the caller: {sent:?}");
    }

    #[tokio::test]
    async fn the_management_account_lists_its_own_regions_without_naming_itself() {
        let (regions, sent) = of_management(MANAGEMENT).await;
        assert_eq!(regions.len(), 1);
        assert!(!sent[1].contains("AccountId"), "{sent:?}");
    }

    #[tokio::test]
    async fn a_member_account_is_named_and_no_identity_is_looked_up() {
        let (client, config) = answering(&[(200, LISTED)]);
        EnabledRegions::new(&config).list(&account("222222222222")).await.unwrap();
        assert!(bodies(&client)[0].contains("222222222222"));
    }
}
