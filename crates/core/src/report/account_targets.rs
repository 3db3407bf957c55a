//! The manifest by account, as whoever reports on a run needs it. What became of a target is
//! [`super::coverage`]'s.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use crate::contract::document::each_of;
use crate::contract::work_item::WorkItem;
use crate::model::account_column::AccountColumn;
use crate::model::id::AccountId;
use crate::model::region::Region;

/// An account's Regions, sorted, none twice, each with the number that its work item has among the
/// account's own.
type RegionsInItems = [(Region, u32)];

/// An account's targets of a run, from all of its work items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountTargets {
    /// The account's id.
    pub account_id: AccountId,
    /// The name that its people gave it.
    pub account_name: String,
    /// The path of its unit, as in the work item; empty where it is not known.
    pub unit_path: String,
    /// What stands beside its records, in the order of the run's account columns.
    pub beside: Vec<String>,
    regions: Arc<RegionsInItems>,
}

impl AccountTargets {
    /// The account's Regions, sorted.
    pub fn regions(&self) -> impl Iterator<Item = &Region> {
        self.regions.iter().map(|(region, _)| region)
    }

    pub(super) fn regions_in_items(&self) -> &RegionsInItems {
        &self.regions
    }

    pub(super) fn item_of(&self, region: &Region) -> Option<u32> {
        let found = self.regions.binary_search_by_key(&region, |(region, _)| region);
        found.ok().and_then(|place| self.regions.get(place)).map(|(_, item)| *item)
    }
}

/// A manifest by account. It is read item by item, and accounts with the same Regions share one list
/// of them: a large run has it in memory until its last file is written.
#[derive(Debug, Clone, Default)]
pub struct ManifestAccounts {
    accounts: BTreeMap<AccountId, OfAccount>,
    columns: BTreeSet<AccountColumn>,
    lists: HashSet<Arc<RegionsInItems>>,
}

#[derive(Debug, Clone)]
struct OfAccount {
    name: String,
    unit_path: String,
    cells: BTreeMap<AccountColumn, String>,
    items: u32,
    regions: Arc<RegionsInItems>,
}

impl ManifestAccounts {
    /// The columns about accounts that the run has beside its records.
    #[must_use]
    pub fn columns(&self) -> &BTreeSet<AccountColumn> {
        &self.columns
    }

    /// The accounts, sorted.
    #[must_use]
    pub fn into_targets(self) -> Vec<AccountTargets> {
        let columns = self.columns;
        let targets = |(account_id, mut own): (AccountId, OfAccount)| {
            let cell = |column| own.cells.remove(column).unwrap_or_default();
            let beside = columns.iter().map(cell).collect();
            let OfAccount { name: account_name, unit_path, regions, .. } = own;
            AccountTargets { account_id, account_name, unit_path, beside, regions }
        };
        self.accounts.into_iter().map(targets).collect()
    }

    fn add(&mut self, item: WorkItem) {
        let WorkItem { account_id, account_name: name, regions, unit_path, account_columns } = item;
        self.columns.extend(account_columns.keys().cloned());
        let own = self.accounts.entry(account_id).or_insert_with(|| OfAccount {
            name,
            unit_path,
            cells: account_columns,
            items: 0,
            regions: Arc::new([]),
        });
        let added = regions.into_iter().map(|region| (region, own.items));
        own.regions = shared(&mut self.lists, merged(&own.regions, added));
        own.items += 1;
    }
}

/// Sorts the Regions; one that is in two work items is the later one's.
fn merged(
    known: &RegionsInItems,
    added: impl Iterator<Item = (Region, u32)>,
) -> Vec<(Region, u32)> {
    let mut all: Vec<_> = known.iter().cloned().chain(added).collect();
    all.sort_by(|(a, in_a), (b, in_b)| a.cmp(b).then(in_b.cmp(in_a)));
    all.dedup_by(|(later, _), (earlier, _)| later == earlier);
    all
}

fn shared(
    lists: &mut HashSet<Arc<RegionsInItems>>,
    own: Vec<(Region, u32)>,
) -> Arc<RegionsInItems> {
    if let Some(known) = lists.get(own.as_slice()) {
        return Arc::clone(known);
    }
    let list: Arc<RegionsInItems> = own.into();
    lists.insert(Arc::clone(&list));
    list
}

impl FromIterator<WorkItem> for ManifestAccounts {
    fn from_iter<I: IntoIterator<Item = WorkItem>>(items: I) -> Self {
        let mut accounts = Self::default();
        items.into_iter().for_each(|item| accounts.add(item));
        accounts
    }
}

impl<'de> Deserialize<'de> for ManifestAccounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut accounts = Self::default();
        each_of(deserializer, |item| accounts.add(item))?;
        Ok(accounts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(account: &str, regions: &[&str]) -> WorkItem {
        let regions = regions.iter().map(|name| Region::parse(name).unwrap()).collect();
        WorkItem {
            account_id: AccountId::parse(account).unwrap(),
            account_name: "n".to_owned(),
            regions,
            unit_path: String::new(),
            account_columns: BTreeMap::new(),
        }
    }

    fn targets(items: Vec<WorkItem>) -> Vec<AccountTargets> {
        items.into_iter().collect::<ManifestAccounts>().into_targets()
    }

    #[test]
    fn cells_beside_the_records_follow_the_columns_of_the_whole_manifest() {
        let column = |name| AccountColumn::parse(name).unwrap();
        let mut one = item("111111111111", &["eu-west-1"]);
        one.account_columns = [(column("tag:b"), "x".to_owned())].into();
        let mut two = item("222222222222", &["eu-west-1"]);
        two.account_columns = [(column("email"), "two@example.com".to_owned())].into();
        let accounts: ManifestAccounts = vec![one, two].into_iter().collect();
        assert_eq!(*accounts.columns(), [column("email"), column("tag:b")].into());
        let accounts = accounts.into_targets();
        assert_eq!(accounts[0].beside, ["", "x"]);
        assert_eq!(accounts[1].beside, ["two@example.com", ""]);
    }

    #[test]
    fn accounts_with_the_same_regions_share_one_list() {
        let of = |account| item(account, &["eu-west-1", "us-east-1"]);
        let split = [item("333333333333", &["us-east-1"]), item("333333333333", &["eu-west-1"])];
        let items = [of("111111111111"), of("222222222222")].into_iter().chain(split);
        let accounts = targets(items.collect());
        assert!(Arc::ptr_eq(&accounts[0].regions, &accounts[1].regions));
        assert!(accounts[2].regions().eq(accounts[0].regions()));
        let item = |place: usize, name| accounts[place].item_of(&Region::parse(name).unwrap());
        assert_eq!((item(0, "eu-west-1"), item(0, "us-east-1")), (Some(0), Some(0)));
        assert_eq!((item(2, "eu-west-1"), item(2, "us-east-1")), (Some(1), Some(0)));
        assert_eq!(item(2, "eu-west-2"), None);
    }

    #[test]
    fn a_region_of_two_work_items_is_the_later_ones() {
        let twice =
            vec![item("111111111111", &["eu-west-1"]), item("111111111111", &["eu-west-1"])];
        let accounts = targets(twice);
        assert_eq!(accounts[0].regions().count(), 1);
        assert_eq!(accounts[0].item_of(&Region::parse("eu-west-1").unwrap()), Some(1));
    }

    #[test]
    fn a_manifest_is_read_as_its_items_would_be() {
        let items =
            vec![item("222222222222", &["eu-west-1"]), item("111111111111", &["eu-west-1"])];
        let text = serde_json::to_string(&items).unwrap();
        let read: ManifestAccounts = serde_json::from_str(&text).unwrap();
        assert_eq!(read.into_targets(), targets(items));
        assert!(serde_json::from_str::<ManifestAccounts>(&text[..text.len() - 1]).is_err());
    }
}
