//! Asks the organization no more than a request needs: its accounts always, its units where the
//! accounts do not say which they are in, tags and Regions only of accounts that all else selects.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_core::input::request::AccountFilter;
use org_operator_core::input::violation::Violations;
use org_operator_core::model::account_column::AccountColumn;
use org_operator_core::plan::context::{AccountContext, Tags, named_path, needs_tags, parents};
use org_operator_core::plan::selection::{Facts, Selection, units_to_ask};
use org_operator_core::ports::AccountDirectory;
use org_operator_core::{Account, AccountId, Error, Region, UnitId};

/// Accounts whose tags or Regions are requested concurrently; the directory keeps to the service's
/// rate.
const CONCURRENT_ACCOUNTS: usize = 10;

/// What the request's columns about accounts need to know. Nothing is asked for what `columns` does
/// not have, nor for tags that the selection has asked for.
pub(crate) async fn context(
    directory: &impl AccountDirectory,
    columns: &BTreeSet<AccountColumn>,
    selection: &Selection,
) -> Result<AccountContext, Error> {
    let mut context = AccountContext { columns: columns.clone(), ..AccountContext::default() };
    if columns.contains(&AccountColumn::UnitPath) {
        context.unit_paths = unit_paths(directory, selection).await?;
    }
    if needs_tags(columns) {
        context.tags = match selection.tags() {
            known if known.is_empty() => tags(directory, selection).await?,
            known => known.clone(),
        };
    }
    Ok(context)
}

/// The path of each account's unit by names, of the accounts that say in which units they are.
async fn unit_paths(
    directory: &impl AccountDirectory,
    selection: &Selection,
) -> Result<BTreeMap<AccountId, String>, Error> {
    let accounts: Vec<Account> = selection.all().map(|(account, _)| account.clone()).collect();
    let ask = |unit: UnitId| async move { directory.unit_names(&unit).await };
    let requests = stream::iter(parents(&accounts).into_iter().map(ask));
    let listed: Vec<BTreeMap<UnitId, String>> =
        requests.buffered(CONCURRENT_ACCOUNTS).try_collect().await?;
    let names: BTreeMap<UnitId, String> = listed.into_iter().flatten().collect();
    let path = |account: Account| named_path(&account, &names).map(|path| (account.id, path));
    Ok(accounts.into_iter().filter_map(path).collect())
}

/// The accounts that `filter` selects; what it names and the organization does not have is noted.
pub(crate) async fn select(
    directory: &impl AccountDirectory,
    filter: &AccountFilter,
    violations: &mut Violations,
) -> Result<Selection, Error> {
    let accounts = directory.accounts().await?;
    let (members, unknown) = members(directory, &accounts, filter).await?;
    let mut facts = Facts { members, ..Facts::default() };
    let selection = Selection::new(accounts, filter, &facts);
    selection.note_impossible(filter, violations);
    selection.note_unknown_units(&unknown, violations);
    if filter.tags.is_empty() || !violations.is_empty() {
        return Ok(selection);
    }
    facts.tags = tags(directory, &selection).await?;
    Ok(Selection::new(selection.into_accounts(), filter, &facts))
}

/// Accounts by unit, for the named units that the accounts themselves do not tell about.
type Members = BTreeMap<UnitId, BTreeSet<AccountId>>;

/// The members of the named units, and the units that the organization does not have.
async fn members(
    directory: &impl AccountDirectory,
    accounts: &[Account],
    filter: &AccountFilter,
) -> Result<(Members, BTreeSet<UnitId>), Error> {
    let (mut known, mut unknown) = (Members::new(), BTreeSet::new());
    for unit in units_to_ask(accounts, filter) {
        match directory.members(&unit).await? {
            Some(members) => drop(known.insert(unit, members)),
            None => drop(unknown.insert(unit)),
        }
    }
    Ok((known, unknown))
}

async fn tags(directory: &impl AccountDirectory, selection: &Selection) -> Result<Tags, Error> {
    let ids: Vec<AccountId> = selection.selected().map(|account| account.id.clone()).collect();
    let requests = stream::iter(ids).map(|id| async move {
        let tags = directory.tags(&id).await?;
        Ok::<_, Error>((id, tags))
    });
    requests.buffered(CONCURRENT_ACCOUNTS).try_collect().await
}

/// The Regions that are enabled in each selected account.
pub(crate) async fn enabled_regions(
    directory: &impl AccountDirectory,
    selection: &Selection,
) -> Result<BTreeMap<AccountId, BTreeSet<Region>>, Error> {
    let requests = selection.selected().map(|account| async move {
        let regions = directory.enabled_regions(account).await?;
        Ok::<_, Error>((account.id.clone(), regions))
    });
    stream::iter(requests).buffered(CONCURRENT_ACCOUNTS).try_collect().await
}
