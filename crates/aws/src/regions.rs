//! The Regions that are on in an account, as AWS Account Management lists them; no role is assumed.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use aws_sdk_account::Client;
use aws_sdk_account::operation::list_regions::ListRegionsOutput;
use aws_sdk_account::types::{Region as ListedRegion, RegionOptStatus};
use org_operator_core::model::account::Account;
use org_operator_core::{Error, ErrorKind, Region};

use crate::pages::{list_error, read_all, unreadable};
use crate::rate_limiter::RateLimiter;

/// `ListRegions` returns at most this many Regions per page (Account Management API reference).
const PAGE: i32 = 50;

/// Lists Regions through AWS Account Management.
#[derive(Debug)]
pub(crate) struct EnabledRegions {
    client: Client,
    // 5 calls a second per account (AWS Account Management reference, "Quotas"). The burst is smaller
    // by two: a delayed call can arrive together with the next ones.
    rate: RateLimiter,
}

impl EnabledRegions {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config), rate: RateLimiter::new(5.0, 3.0) }
    }

    /// The Regions that are on in `account`.
    ///
    /// # Errors
    /// What Account Management answered, and `OperationFailed` for an answer without any Region.
    pub(crate) async fn list(&self, account: &Account) -> Result<BTreeSet<Region>, Error> {
        // The management account must not name itself (API reference, ListRegions).
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
