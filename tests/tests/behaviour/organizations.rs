//! AWS Organizations: accounts, units, tags.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::Account;
use org_operator_testkit::TestResult;
use org_operator_tests::backend::Backend;

use super::check::{all, equal, holds, paged, pages, refused};

type Page<T> = (Vec<T>, Option<String>);

fn client(backend: &Backend) -> Client {
    Client::new(&backend.operation)
}

async fn page(backend: &Backend, size: i32, token: Option<String>) -> TestResult<Page<Account>> {
    let list = client(backend).list_accounts().max_results(size).set_next_token(token);
    let answer = list.send().await?;
    Ok((answer.accounts().to_vec(), answer.next_token().map(str::to_owned)))
}

async fn accounts(backend: &Backend) -> TestResult<Vec<Account>> {
    all(async |token| page(backend, 20, token).await).await
}

fn id(account: &Account) -> String {
    account.id().unwrap_or_default().to_owned()
}

pub(crate) async fn every_account_is_listed_with_its_state(backend: &Backend) -> TestResult<()> {
    let accounts = accounts(backend).await?;
    let place = &backend.fixture.organization;
    let found: BTreeSet<String> = accounts.iter().map(id).collect();
    equal("the accounts", &found, &place.accounts())?;
    equal("how many there are", &accounts.len(), &found.len())?;
    for account in &accounts {
        let state = account.state().ok_or_else(|| format!("{} has no State", id(account)))?;
        let is_active = place.active.contains(&id(account));
        holds((state.as_str() == "ACTIVE") == is_active, format!("{} is {state}", id(account)))?;
    }
    Ok(())
}

pub(crate) async fn accounts_come_in_pages(backend: &Backend) -> TestResult<()> {
    let found = pages(async |token| {
        let (accounts, next) = page(backend, 3, token).await?;
        Ok((accounts.iter().map(id).collect(), next))
    });
    paged(&found.await?, 3, &backend.fixture.organization.accounts())
}

pub(crate) async fn a_page_of_more_than_20_accounts_is_refused(
    backend: &Backend,
) -> TestResult<()> {
    let list = client(backend).list_accounts().max_results(21);
    refused(list.send().await, &["InvalidInputException"])
}

pub(crate) async fn an_invalid_token_is_refused(backend: &Backend) -> TestResult<()> {
    let list = client(backend).list_accounts().next_token("nonsense");
    refused(list.send().await, &["InvalidInputException"])
}

pub(crate) async fn an_accounts_arn_names_the_management_account(
    backend: &Backend,
) -> TestResult<()> {
    for account in accounts(backend).await? {
        let arn = account.arn().unwrap_or_default();
        let start = format!("arn:aws:organizations::{}:account/o-", backend.fixture.management);
        let whole = arn.starts_with(&start) && arn.ends_with(&format!("/{}", id(&account)));
        holds(whole, format!("an account's ARN is {arn}"))?;
    }
    Ok(())
}

pub(crate) async fn an_accounts_path_leads_through_its_units(backend: &Backend) -> TestResult<()> {
    let place = &backend.fixture.organization;
    for account in accounts(backend).await? {
        let found = account.paths().first().map_or("nothing", String::as_str);
        let mut steps: Vec<&str> = found.trim_end_matches('/').split('/').skip(1).collect();
        equal("where a path begins", &steps.first().copied(), &Some(place.root.as_str()))?;
        let below = |pair: &[&str]| place.units[pair[0]].contains(pair[1]);
        holds(steps.windows(2).all(below), format!("no units lie like {found}"))?;
        let last = steps.pop().unwrap_or_default();
        holds(place.members[last].contains(&id(&account)), format!("{found} is another's"))?;
    }
    Ok(())
}

async fn members(
    backend: &Backend,
    parent: &str,
    size: i32,
    token: Option<String>,
) -> TestResult<Page<String>> {
    let list = client(backend).list_accounts_for_parent().parent_id(parent);
    let answer = list.max_results(size).set_next_token(token).send().await?;
    Ok((answer.accounts().iter().map(id).collect(), answer.next_token().map(str::to_owned)))
}

async fn units(
    backend: &Backend,
    parent: &str,
    size: i32,
    token: Option<String>,
) -> TestResult<Page<String>> {
    let list = client(backend).list_organizational_units_for_parent().parent_id(parent);
    let answer = list.max_results(size).set_next_token(token).send().await?;
    let ids = answer.organizational_units().iter().filter_map(|unit| unit.id());
    Ok((ids.map(str::to_owned).collect(), answer.next_token().map(str::to_owned)))
}

pub(crate) async fn the_accounts_of_a_parent_are_its_own(backend: &Backend) -> TestResult<()> {
    for (parent, expected) in &backend.fixture.organization.members {
        let found = all(async |token| members(backend, parent, 20, token).await).await?;
        equal(parent, &found.into_iter().collect(), expected)?;
    }
    Ok(())
}

pub(crate) async fn the_units_of_a_parent_are_its_own(backend: &Backend) -> TestResult<()> {
    for (parent, expected) in &backend.fixture.organization.units {
        let found = all(async |token| units(backend, parent, 20, token).await).await?;
        equal(parent, &found.into_iter().collect(), expected)?;
    }
    Ok(())
}

/// The parent that has the most, and what it has.
fn fullest(of: &BTreeMap<String, BTreeSet<String>>) -> TestResult<(&String, &BTreeSet<String>)> {
    of.iter().max_by_key(|(_, has)| has.len()).ok_or_else(|| "there is no parent".into())
}

pub(crate) async fn what_a_parent_has_comes_in_pages(backend: &Backend) -> TestResult<()> {
    let (parent, expected) = fullest(&backend.fixture.organization.members)?;
    let found = pages(async |token| members(backend, parent, 1, token).await).await?;
    paged(&found, 1, expected)?;
    let (parent, expected) = fullest(&backend.fixture.organization.units)?;
    let found = pages(async |token| units(backend, parent, 1, token).await).await?;
    paged(&found, 1, expected)
}

/// An id of the right form that no unit has.
const UNKNOWN: &str = "ou-zzzz-zzzzzzzz";

pub(crate) async fn an_unknown_parent_has_no_accounts_to_list(backend: &Backend) -> TestResult<()> {
    let list = client(backend).list_accounts_for_parent().parent_id(UNKNOWN);
    refused(list.send().await, &["ParentNotFoundException"])
}

pub(crate) async fn an_unknown_parent_has_no_units_to_list(backend: &Backend) -> TestResult<()> {
    let list = client(backend).list_organizational_units_for_parent().parent_id(UNKNOWN);
    refused(list.send().await, &["ParentNotFoundException"])
}

async fn tags(backend: &Backend, account: &str) -> TestResult<BTreeMap<String, String>> {
    let tags = all(async |token| {
        let list = client(backend).list_tags_for_resource().resource_id(account);
        let answer = list.set_next_token(token).send().await?;
        let tags = answer.tags().iter().map(|t| (t.key().to_owned(), t.value().to_owned()));
        Ok((tags.collect(), answer.next_token().map(str::to_owned)))
    });
    Ok(tags.await?.into_iter().collect())
}

pub(crate) async fn tags_are_an_accounts_own(backend: &Backend) -> TestResult<()> {
    for (account, expected) in &backend.fixture.organization.tags {
        equal(account, &tags(backend, account).await?, expected)?;
    }
    equal("its own", &tags(backend, &backend.fixture.management).await?, &BTreeMap::new())
}

pub(crate) async fn an_unknown_account_has_no_tags_to_list(backend: &Backend) -> TestResult<()> {
    let list = client(backend).list_tags_for_resource().resource_id("999999999999");
    refused(list.send().await, &["TargetNotFoundException"])
}
