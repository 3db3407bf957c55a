//! The organization's accounts, from AWS Organizations.

use aws_config::SdkConfig;
use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::Account as OrganizationsAccount;
use org_operator_core::account::{Account, management_account, state_of};
use org_operator_core::ports::AccountDirectory;
use org_operator_core::{AccountId, Error, ErrorKind};

use crate::failure::own;

/// `ListAccounts` gives at most this many in a page (Organizations API reference).
const PAGE: i32 = 20;

/// The organization that the caller belongs to.
#[derive(Debug, Clone)]
pub struct Organization {
    client: Client,
}

impl Organization {
    /// The organization as `config`'s identity sees it.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }
}

impl AccountDirectory for Organization {
    /// Every account. Pages may be empty and still have a successor; the paginator goes on.
    async fn accounts(&self) -> Result<Vec<Account>, Error> {
        let mut pages = self.client.list_accounts().max_results(PAGE).into_paginator().send();
        let mut accounts = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|e| own("listing the organization's accounts", &e))?;
            for account in page.accounts() {
                accounts.push(read(account)?);
            }
        }
        Ok(accounts)
    }
}

// AWS removed `Status` from its answers; emulators still give nothing else.
fn read(account: &OrganizationsAccount) -> Result<Account, Error> {
    let id = account.id().and_then(AccountId::parse);
    let id = id.ok_or_else(|| {
        let message = "ListAccounts gave an account without a valid id";
        Error::new(ErrorKind::OperationFailed, message)
    })?;
    Ok(Account {
        id,
        name: account.name().unwrap_or_default().to_owned(),
        state: state_of(
            account.state().map(aws_sdk_organizations::types::AccountState::as_str),
            account.status().map(aws_sdk_organizations::types::AccountStatus::as_str),
        ),
        management_account: account.arn().and_then(management_account),
    })
}
