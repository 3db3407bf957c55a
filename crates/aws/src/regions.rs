//! Which Regions are on in an account, from AWS Account Management, without entering the account.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use aws_sdk_account::Client;
use aws_sdk_account::types::RegionOptStatus;
use org_operator_core::model::account::Account;
use org_operator_core::{Error, ErrorKind, Region};

use crate::failure::own;
use crate::organization::{is_last, unreadable};
use crate::rate_limiter::RateLimiter;

/// `ListRegions` gives at most this many in a page (Account Management API reference).
const PAGE: i32 = 50;

/// AWS Account Management.
#[derive(Debug)]
pub(crate) struct EnabledRegions {
    client: Client,
    // 5 calls a second per account (AWS Account Management reference, "Quotas"), of which two are
    // left for what comes late.
    rate: RateLimiter,
}

impl EnabledRegions {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config), rate: RateLimiter::new(5.0, 3.0) }
    }

    /// The Regions that are on in `account`.
    pub(crate) async fn of(&self, account: &Account) -> Result<BTreeSet<Region>, Error> {
        // The management account must not name itself (API reference, ListRegions).
        let id = (!account.is_management()).then(|| account.id.to_string());
        let on = [RegionOptStatus::Enabled, RegionOptStatus::EnabledByDefault];
        let list = self.client.list_regions().set_account_id(id).max_results(PAGE);
        let mut pages = list
            .set_region_opt_status_contains(Some(on.into()))
            .into_paginator()
            .stop_on_duplicate_token(false)
            .send();
        let mut regions = BTreeSet::new();
        loop {
            self.rate.acquire().await;
            let Some(page) = pages.next().await else { break };
            let page = page.map_err(|e| own(&doing(account), &e))?;
            for region in page.regions() {
                let name = region.region_name().and_then(Region::parse);
                regions.insert(name.ok_or_else(|| unreadable("a Region"))?);
            }
            if is_last(page.next_token()) {
                break;
            }
        }
        if regions.is_empty() {
            let error = Error::new(ErrorKind::OperationFailed, "no Region is on, which cannot be");
            return Err(error.context(doing(account)));
        }
        Ok(regions)
    }
}

fn doing(account: &Account) -> String {
    format!(
        "listing the enabled Regions of {} (Regions \"ENABLED\" needs trusted access for \
         account.amazonaws.com, and to run in the management account or in a delegated \
         administrator of AWS Account Management)",
        account.id
    )
}
