//! What a run writes beside its records about each account, and what must be asked to know it.
//! Asking is the fanout's business.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::work_item::WorkItem;
use crate::model::account::Account;
use crate::model::account_column::AccountColumn;
use crate::model::id::{AccountId, UnitId};
use crate::plan::selection::Selection;

/// The tags of accounts, by key.
pub type Tags = BTreeMap<AccountId, BTreeMap<String, String>>;

/// What is known of the accounts for the columns of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountContext {
    /// The columns that the request asks for.
    pub columns: BTreeSet<AccountColumn>,
    /// The path of each account's unit by names, where these were asked for; other accounts have
    /// the path by ids.
    pub unit_paths: BTreeMap<AccountId, String>,
    /// The tags of the selected accounts, where these were asked for.
    pub tags: Tags,
}

impl AccountContext {
    /// The path of the unit that `account` is in: by names where they were asked for, else by ids;
    /// empty where Organizations does not say.
    #[must_use]
    pub fn unit_path(&self, account: &Account) -> String {
        self.unit_paths.get(&account.id).cloned().unwrap_or_else(|| account.unit_ids())
    }

    /// Puts what is known into the work items of the selected accounts.
    pub fn complete(&self, selection: &Selection, items: &mut [WorkItem]) {
        let accounts: BTreeMap<&AccountId, &Account> =
            selection.selected().map(|account| (&account.id, account)).collect();
        for item in items {
            let Some(account) = accounts.get(&item.account_id) else { continue };
            item.unit_path = self.unit_path(account);
            let cell = |column: &AccountColumn| (column.clone(), self.cell(column, account));
            item.account_columns = self.columns.iter().map(cell).collect();
        }
    }

    fn cell(&self, column: &AccountColumn, account: &Account) -> String {
        match column {
            AccountColumn::UnitPath => self.unit_path(account),
            AccountColumn::Email => account.email.clone(),
            AccountColumn::Tag(key) => {
                let tags = self.tags.get(&account.id);
                tags.and_then(|tags| tags.get(key)).cloned().unwrap_or_default()
            }
        }
    }
}

/// Whether the tags of accounts must be known.
#[must_use]
pub fn needs_tags(columns: &BTreeSet<AccountColumn>) -> bool {
    columns.iter().any(|column| matches!(column, AccountColumn::Tag(_)))
}

/// The roots and units whose units must be listed so that the path of every account can be told by
/// names: all that another one is in. Empty where an account does not say in which units it is.
#[must_use]
pub fn parents(accounts: &[Account]) -> BTreeSet<UnitId> {
    let above = |account: &Account| -> Vec<UnitId> {
        let units = account.units.as_deref().unwrap_or_default();
        units.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default()
    };
    accounts.iter().flat_map(above).collect()
}

/// The path of `account`'s unit by `names`; a unit without a name has its id there, and the root is
/// called `Root`, as Organizations names it. `None` where the account does not say its units.
#[must_use]
pub fn named_path(account: &Account, names: &BTreeMap<UnitId, String>) -> Option<String> {
    let name = |unit: &UnitId| match names.get(unit) {
        Some(name) => name.clone(),
        None if unit.as_str().starts_with("r-") => ROOT.to_owned(),
        None => unit.to_string(),
    };
    let parts: Vec<String> = account.units.as_ref()?.iter().map(name).collect();
    Some(parts.join("/"))
}

/// What Organizations calls the root (Organizations user guide, "Terminology and concepts").
const ROOT: &str = "Root";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::request::AccountFilter;
    use crate::model::account::units_of;
    use crate::plan::selection::{Facts, Regions};
    use proptest::prelude::*;

    fn account(number: usize, path: &str) -> Account {
        Account {
            id: AccountId::parse(&format!("{number:012}")).unwrap(),
            name: "n".to_owned(),
            state: "ACTIVE".to_owned(),
            management_account: None,
            units: units_of(&[path]),
            email: format!("{number}@example.com"),
        }
    }

    fn unit(id: &str) -> UnitId {
        UnitId::parse(id).unwrap()
    }

    #[test]
    fn a_work_item_has_the_cells_of_the_columns_that_were_asked_for() {
        let known = account(1, "o-a/r-ab12/ou-ab12-11111111/");
        let id = known.id.clone();
        let selection = Selection::new(vec![known], &AccountFilter::default(), &Facts::default());
        let region = crate::Region::parse("eu-west-1").unwrap();
        let mut items = selection.work_items(&Regions::Same([region].into()), None);
        let columns = ["tag:team", "email", "unit_path", "tag:none"];
        let context = AccountContext {
            columns: columns.into_iter().filter_map(AccountColumn::parse).collect(),
            unit_paths: [(id.clone(), "Root/Sales".to_owned())].into(),
            tags: [(id, [("team".to_owned(), "=1+1".to_owned())].into())].into(),
        };
        context.complete(&selection, &mut items);
        let cells: Vec<&str> = items[0].account_columns.values().map(String::as_str).collect();
        assert_eq!(cells, ["Root/Sales", "1@example.com", "", "=1+1"]);
        assert_eq!(items[0].unit_path, "Root/Sales");
    }

    #[test]
    fn an_address_is_in_no_work_item_that_did_not_ask_for_it() {
        let selection = Selection::new(
            vec![account(1, "o-a/r-ab12/")],
            &AccountFilter::default(),
            &Facts::default(),
        );
        let region = crate::Region::parse("eu-west-1").unwrap();
        let mut items = selection.work_items(&Regions::Same([region].into()), None);
        AccountContext::default().complete(&selection, &mut items);
        assert!(!serde_json::to_string(&items).unwrap().contains("example.com"));
        assert_eq!(items[0].unit_path, "r-ab12");
    }

    #[test]
    fn only_units_with_units_are_listed() {
        let accounts = [
            account(1, "o-a/r-ab12/"),
            account(2, "o-a/r-ab12/ou-ab12-11111111/"),
            account(3, "o-a/r-ab12/ou-ab12-22222222/ou-ab12-33333333/"),
        ];
        assert_eq!(parents(&accounts), [unit("r-ab12"), unit("ou-ab12-22222222")].into());
        let names = [(unit("ou-ab12-22222222"), "Sales".to_owned())].into();
        let path = named_path(&accounts[2], &names).unwrap();
        assert_eq!(path, "Root/Sales/ou-ab12-33333333");
        let unknown = Account { units: None, ..account(4, "") };
        assert_eq!(named_path(&unknown, &names), None);
    }

    proptest! {
        #[test]
        fn the_listed_parents_name_every_unit_below_the_root(
            paths in proptest::collection::vec(proptest::collection::vec(1u8..6, 0..4), 1..8),
        ) {
            let id = |n: &u8| format!("ou-ab12-{n}{n}{n}{n}{n}{n}{n}{n}");
            let accounts: Vec<Account> = (1..).zip(&paths).map(|(number, units)| {
                let inner: Vec<String> = units.iter().map(id).collect();
                account(number, &format!("o-a/r-ab12/{}/", inner.join("/")))
            }).collect();
            let listed = parents(&accounts);
            for account in &accounts {
                let units = account.units.clone().unwrap();
                prop_assert!(units.windows(2).all(|pair| listed.contains(&pair[0])));
            }
        }
    }
}
