//! The organization as AWS Organizations describes it: accounts, units and tags, each list read
//! below its own rate limit.
//!
//! Paginators continue past a repeated token: the SDK's default stops there silently, and every
//! account after it would be lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_organizations::Client;
use aws_sdk_organizations::operation::list_accounts::ListAccountsOutput;
use aws_sdk_organizations::operation::list_accounts_for_parent::{
    ListAccountsForParentError, ListAccountsForParentOutput,
};
use aws_sdk_organizations::operation::list_organizational_units_for_parent::{
    ListOrganizationalUnitsForParentError, ListOrganizationalUnitsForParentOutput,
};
use aws_sdk_organizations::operation::list_tags_for_resource::ListTagsForResourceOutput;
use aws_sdk_organizations::types::{
    Account as OrganizationsAccount, AccountState, AccountStatus, OrganizationalUnit,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use org_operator_core::model::account::{Account, management_account, state_of, units_of};
use org_operator_core::model::unit_tree::Unit;
use org_operator_core::ports::AccountDirectory;
use org_operator_core::{AccountId, Error, Region, UnitId};

use crate::caller::Caller;
use crate::pages::{ListError, list_error, read_all, unreadable};
use crate::rate_limiter::RateLimiter;
use crate::regions::EnabledRegions;

/// `ListAccounts` returns at most this many accounts per page (Organizations API reference).
const PAGE: i32 = 20;

/// The rates of the Organizations user guide, "Quotas and service limits": 8 calls a second after a
/// burst of 12, 5 after 8, 10 after 15. Units and their accounts share one. The bursts here are
/// smaller by two or three calls: calls that leave at the right rate can arrive closer together
/// where one of them is delayed by up to a quarter of a second.
#[derive(Debug)]
struct Rates {
    accounts: RateLimiter,
    units: RateLimiter,
    tags: RateLimiter,
}

/// The organization that the caller's account belongs to.
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

    /// The result of a call of `action`; a refusal names the caller and the action.
    pub(crate) async fn named<T>(
        &self,
        result: Result<T, Error>,
        action: &str,
    ) -> Result<T, Error> {
        self.caller.named(result, action).await
    }

    /// The accounts directly in `unit`, or `None` where there is no such unit.
    pub(crate) async fn direct_members(
        &self,
        unit: &UnitId,
    ) -> Result<Option<Vec<AccountId>>, Error> {
        let request = self.client.list_accounts_for_parent().parent_id(unit.as_str());
        let pages = request.max_results(PAGE).into_paginator().stop_on_duplicate_token(false);
        let ids =
            |page: &ListAccountsForParentOutput| page.accounts().iter().map(read_id).collect();
        let token = ListAccountsForParentOutput::next_token;
        let listed = read_all(pages.send(), &self.rates.units, token, ids).await;
        let not_found = ListAccountsForParentError::is_parent_not_found_exception;
        let members = found(listed, not_found, || format!("listing the accounts of {unit}"));
        self.named(members, "organizations:ListAccountsForParent").await
    }

    /// The units directly in `unit`, or `None` where there is no such unit.
    pub(crate) async fn children(&self, unit: &UnitId) -> Result<Option<Vec<Unit>>, Error> {
        let request = self.client.list_organizational_units_for_parent().parent_id(unit.as_str());
        let pages = request.max_results(PAGE).into_paginator().stop_on_duplicate_token(false);
        let units = |page: &ListOrganizationalUnitsForParentOutput| {
            page.organizational_units().iter().map(read_unit).collect()
        };
        let token = ListOrganizationalUnitsForParentOutput::next_token;
        let listed = read_all(pages.send(), &self.rates.units, token, units).await;
        let not_found = ListOrganizationalUnitsForParentError::is_parent_not_found_exception;
        let children = found(listed, not_found, || format!("listing the units of {unit}"));
        self.named(children, "organizations:ListOrganizationalUnitsForParent").await
    }

    /// Every account, whatever its state. `on_page` gets the accounts of each page as it comes.
    ///
    /// # Errors
    /// What Organizations answered; pages that came before have been given to `on_page` then.
    pub async fn accounts_by_page(
        &self,
        on_page: impl Fn(&[Account]) + Send + Sync,
    ) -> Result<Vec<Account>, Error> {
        let listed = self.list_accounts(on_page).await;
        self.named(listed, "organizations:ListAccounts").await
    }

    async fn list_accounts(
        &self,
        on_page: impl Fn(&[Account]) + Send + Sync,
    ) -> Result<Vec<Account>, Error> {
        let request = self.client.list_accounts().max_results(PAGE);
        let pages = request.into_paginator().stop_on_duplicate_token(false).send();
        let listed =
            read_all(pages, &self.rates.accounts, ListAccountsOutput::next_token, |page| {
                let accounts =
                    page.accounts().iter().map(read_account).collect::<Result<Vec<_>, _>>();
                accounts.inspect(|accounts| on_page(accounts))
            });
        listed.await.map_err(|e| list_error(e, "listing the organization's accounts"))
    }

    async fn list_tags(&self, account: &AccountId) -> Result<BTreeMap<String, String>, Error> {
        let request = self.client.list_tags_for_resource().resource_id(account.as_str());
        let pages = request.into_paginator().stop_on_duplicate_token(false).send();
        let listed =
            read_all(pages, &self.rates.tags, ListTagsForResourceOutput::next_token, |page| {
                Ok(page.tags().iter().map(|t| (t.key().to_owned(), t.value().to_owned())).collect())
            });
        let tags =
            listed.await.map_err(|e| list_error(e, &format!("reading the tags of {account}")));
        Ok(tags?.into_iter().collect())
    }
}

impl AccountDirectory for Organization {
    async fn accounts(&self) -> Result<Vec<Account>, Error> {
        self.accounts_by_page(|_| ()).await
    }

    async fn members(&self, unit: &UnitId) -> Result<Option<BTreeSet<AccountId>>, Error> {
        let mut members = BTreeSet::new();
        let mut pending = vec![unit.clone()];
        while let Some(next) = pending.pop() {
            match self.direct_members(&next).await? {
                Some(accounts) => members.extend(accounts),
                // Only the named unit can be unknown; one below it has just been deleted.
                None if next == *unit => return Ok(None),
                None => continue,
            }
            let children = self.children(&next).await?.unwrap_or_default();
            pending.extend(children.into_iter().map(|unit| unit.id));
        }
        Ok(Some(members))
    }

    async fn enabled_regions(&self, account: &Account) -> Result<BTreeSet<Region>, Error> {
        let listed = self.regions.list(account).await;
        self.named(listed, "account:ListRegions").await
    }

    async fn unit_names(&self, parent: &UnitId) -> Result<BTreeMap<UnitId, String>, Error> {
        let children = self.children(parent).await?.unwrap_or_default();
        Ok(children.into_iter().map(|unit| (unit.id, unit.name)).collect())
    }

    async fn tags(&self, account: &AccountId) -> Result<BTreeMap<String, String>, Error> {
        let listed = self.list_tags(account).await;
        self.named(listed, "organizations:ListTagsForResource").await
    }
}

/// The items of a list below a parent, or `None` where `not_found` recognizes the service's error.
fn found<T, E>(
    listed: Result<Vec<T>, ListError<SdkError<E, HttpResponse>>>,
    not_found: impl Fn(&E) -> bool,
    doing: impl Fn() -> String,
) -> Result<Option<Vec<T>>, Error>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match listed {
        Ok(items) => Ok(Some(items)),
        Err(ListError::Call(error)) if error.as_service_error().is_some_and(not_found) => Ok(None),
        Err(error) => Err(list_error(error, &doing())),
    }
}

fn read_id(account: &OrganizationsAccount) -> Result<AccountId, Error> {
    account.id().and_then(AccountId::parse).ok_or_else(|| unreadable("an account"))
}

fn read_unit(unit: &OrganizationalUnit) -> Result<Unit, Error> {
    let id = unit.id().and_then(UnitId::parse).ok_or_else(|| unreadable("a unit"))?;
    Ok(Unit::new(id, unit.name().unwrap_or_default()))
}

fn read_account(account: &OrganizationsAccount) -> Result<Account, Error> {
    Ok(Account {
        id: read_id(account)?,
        name: account.name().unwrap_or_default().to_owned(),
        // AWS removed `Status` from its responses; emulators still return nothing else.
        state: state_of(
            account.state().map(AccountState::as_str),
            account.status().map(AccountStatus::as_str),
        ),
        management_account: account.arn().and_then(management_account),
        units: units_of(account.paths()),
        email: account.email().unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests;
