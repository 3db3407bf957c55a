//! The organization from AWS Organizations: accounts, units, tags, each below its own rate.
//!
//! Paginators go on where a token comes twice: the SDK's default is to stop there without a word,
//! and every account behind it would be lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_organizations::Client;
use aws_sdk_organizations::operation::list_accounts_for_parent::ListAccountsForParentError;
use aws_sdk_organizations::operation::list_organizational_units_for_parent::ListOrganizationalUnitsForParentError;
use aws_sdk_organizations::types::{
    Account as OrganizationsAccount, AccountState, AccountStatus, OrganizationalUnit,
};
use org_operator_core::model::account::{Account, management_account, state_of, units_of};
use org_operator_core::model::unit_tree::Unit;
use org_operator_core::ports::AccountDirectory;
use org_operator_core::{AccountId, Error, ErrorKind, Region, UnitId};

use crate::caller::Caller;
use crate::failure::own;
use crate::rate_limiter::RateLimiter;
use crate::regions::EnabledRegions;

/// `ListAccounts` gives at most this many in a page (Organizations API reference).
const PAGE: i32 = 20;

/// The rates of the Organizations user guide, "Quotas and service limits": 8 calls a second after a
/// burst of 12, 5 after 8, 10 after 15. Units and their accounts share one. The bursts here are
/// smaller: where one call is late and the next is not, they come closer together than they went
/// off, and two or three calls to spare are what a quarter of a second of that needs.
#[derive(Debug)]
struct Rates {
    accounts: RateLimiter,
    units: RateLimiter,
    tags: RateLimiter,
}

/// The organization that the caller belongs to.
#[derive(Debug, Clone)]
pub struct Organization {
    client: Client,
    caller: Caller,
    rates: Arc<Rates>,
    regions: Arc<EnabledRegions>,
}

impl Organization {
    /// The organization as `config`'s identity sees it.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let (accounts, units) = (RateLimiter::new(8.0, 10.0), RateLimiter::new(5.0, 6.0));
        let rates = Rates { accounts, units, tags: RateLimiter::new(10.0, 12.0) };
        let regions = Arc::new(EnabledRegions::new(config));
        let (client, caller) = (Client::new(config), Caller::new(config));
        Self { client, caller, rates: Arc::new(rates), regions }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// What came of a call of `action`; a refusal says who was refused what.
    pub(crate) async fn named<T>(&self, done: Result<T, Error>, action: &str) -> Result<T, Error> {
        self.caller.named(done, action).await
    }

    /// The accounts that are in `unit` itself, or `None` where there is no such unit.
    pub(crate) async fn direct_members(
        &self,
        unit: &UnitId,
    ) -> Result<Option<Vec<AccountId>>, Error> {
        let listed = self.list_direct_members(unit).await;
        self.named(listed, "organizations:ListAccountsForParent").await
    }

    async fn list_direct_members(&self, unit: &UnitId) -> Result<Option<Vec<AccountId>>, Error> {
        let list = self.client.list_accounts_for_parent().parent_id(unit.as_str());
        let mut pages =
            list.max_results(PAGE).into_paginator().stop_on_duplicate_token(false).send();
        let mut members = Vec::new();
        loop {
            self.rates.units.acquire().await;
            match pages.next().await {
                None => return Ok(Some(members)),
                Some(Ok(page)) => {
                    for account in page.accounts() {
                        members.push(read_id(account)?);
                    }
                    if is_last(page.next_token()) {
                        return Ok(Some(members));
                    }
                }
                Some(Err(error)) => {
                    let service = error.as_service_error();
                    if service
                        .is_some_and(ListAccountsForParentError::is_parent_not_found_exception)
                    {
                        return Ok(None);
                    }
                    return Err(own(&format!("listing the accounts of {unit}"), &error));
                }
            }
        }
    }

    /// The units directly below `unit`, or `None` where there is no such unit.
    pub(crate) async fn children(&self, unit: &UnitId) -> Result<Option<Vec<Unit>>, Error> {
        let listed = self.list_children(unit).await;
        self.named(listed, "organizations:ListOrganizationalUnitsForParent").await
    }

    async fn list_children(&self, unit: &UnitId) -> Result<Option<Vec<Unit>>, Error> {
        let list = self.client.list_organizational_units_for_parent().parent_id(unit.as_str());
        let mut pages =
            list.max_results(PAGE).into_paginator().stop_on_duplicate_token(false).send();
        let mut children = Vec::new();
        loop {
            self.rates.units.acquire().await;
            match pages.next().await {
                None => return Ok(Some(children)),
                Some(Ok(page)) => {
                    for unit in page.organizational_units() {
                        children.push(read_unit(unit)?);
                    }
                    if is_last(page.next_token()) {
                        return Ok(Some(children));
                    }
                }
                Some(Err(error)) => {
                    let service = error.as_service_error();
                    if service.is_some_and(
                        ListOrganizationalUnitsForParentError::is_parent_not_found_exception,
                    ) {
                        return Ok(None);
                    }
                    return Err(own(&format!("listing the units of {unit}"), &error));
                }
            }
        }
    }

    /// Every account. Pages may be empty and still have a successor; the paginator goes on.
    async fn list_accounts(&self) -> Result<Vec<Account>, Error> {
        let mut pages = self
            .client
            .list_accounts()
            .max_results(PAGE)
            .into_paginator()
            .stop_on_duplicate_token(false)
            .send();
        let mut accounts = Vec::new();
        loop {
            self.rates.accounts.acquire().await;
            let Some(page) = pages.next().await else { return Ok(accounts) };
            let page = page.map_err(|e| own("listing the organization's accounts", &e))?;
            for account in page.accounts() {
                accounts.push(read(account)?);
            }
            if is_last(page.next_token()) {
                return Ok(accounts);
            }
        }
    }

    async fn list_tags(&self, account: &AccountId) -> Result<BTreeMap<String, String>, Error> {
        let list = self.client.list_tags_for_resource().resource_id(account.as_str());
        let mut pages = list.into_paginator().stop_on_duplicate_token(false).send();
        let mut tags = BTreeMap::new();
        loop {
            self.rates.tags.acquire().await;
            let Some(page) = pages.next().await else { return Ok(tags) };
            let page = page.map_err(|e| own(&format!("reading the tags of {account}"), &e))?;
            let pairs =
                page.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned()));
            tags.extend(pairs);
            if is_last(page.next_token()) {
                return Ok(tags);
            }
        }
    }
}

impl AccountDirectory for Organization {
    async fn accounts(&self) -> Result<Vec<Account>, Error> {
        let listed = self.list_accounts().await;
        self.named(listed, "organizations:ListAccounts").await
    }

    async fn members(&self, unit: &UnitId) -> Result<Option<BTreeSet<AccountId>>, Error> {
        let mut members = BTreeSet::new();
        let mut todo = vec![unit.clone()];
        while let Some(next) = todo.pop() {
            match self.direct_members(&next).await? {
                Some(accounts) => members.extend(accounts),
                // Only the named unit can be unknown; one below it has just been deleted.
                None if next == *unit => return Ok(None),
                None => continue,
            }
            let children = self.children(&next).await?.unwrap_or_default();
            todo.extend(children.into_iter().map(|unit| unit.id));
        }
        Ok(Some(members))
    }

    async fn enabled_regions(&self, account: &Account) -> Result<BTreeSet<Region>, Error> {
        let listed = self.regions.of(account).await;
        self.named(listed, "account:ListRegions").await
    }

    async fn tags(&self, account: &AccountId) -> Result<BTreeMap<String, String>, Error> {
        let listed = self.list_tags(account).await;
        self.named(listed, "organizations:ListTagsForResource").await
    }
}

/// Whether a page is the last one. The paginator would say so only after another turn was waited for,
/// which is half of the time where a list has one page.
pub(crate) fn is_last(next_token: Option<&str>) -> bool {
    next_token.is_none_or(str::is_empty)
}

/// What cannot be read must not be missing from a list without a word.
pub(crate) fn unreadable(what: &str) -> Error {
    Error::new(ErrorKind::OperationFailed, format!("AWS gave {what} without a valid id"))
}

fn read_id(account: &OrganizationsAccount) -> Result<AccountId, Error> {
    account.id().and_then(AccountId::parse).ok_or_else(|| unreadable("an account"))
}

fn read_unit(unit: &OrganizationalUnit) -> Result<Unit, Error> {
    let id = unit.id().and_then(UnitId::parse).ok_or_else(|| unreadable("a unit"))?;
    Ok(Unit::new(id, unit.name().unwrap_or_default()))
}

fn read(account: &OrganizationsAccount) -> Result<Account, Error> {
    Ok(Account {
        id: read_id(account)?,
        name: account.name().unwrap_or_default().to_owned(),
        // AWS removed `Status` from its answers; emulators still give nothing else.
        state: state_of(
            account.state().map(AccountState::as_str),
            account.status().map(AccountStatus::as_str),
        ),
        management_account: account.arn().and_then(management_account),
        units: units_of(account.paths()),
    })
}

#[cfg(test)]
mod tests;
