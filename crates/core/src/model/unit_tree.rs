//! The organization as a tree: a root or unit, the units in it, the accounts in it. Who is
//! selected is [`crate::plan::selection`]'s.

use std::collections::BTreeMap;

use crate::model::account::Account;
use crate::model::id::{AccountId, UnitId};

/// A root or an organizational unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// The id of the root or unit.
    pub id: UnitId,
    /// The name people gave it.
    pub name: String,
    /// The accounts that are in it directly.
    pub accounts: Vec<AccountId>,
    /// The units that are in it directly, sorted by name.
    pub units: Vec<Unit>,
}

impl Unit {
    /// A unit with nothing in it yet.
    #[must_use]
    pub fn new(id: UnitId, name: &str) -> Self {
        Self { id, name: name.to_owned(), accounts: Vec::new(), units: Vec::new() }
    }

    /// Every unit with its place from here, itself first: `/Workloads/Production`.
    #[must_use]
    pub fn paths(&self) -> Vec<(String, &Self)> {
        let mut paths = vec![("/".to_owned(), self)];
        self.collect("", &mut paths);
        paths
    }

    fn collect<'a>(&'a self, place: &str, paths: &mut Vec<(String, &'a Self)>) {
        for unit in &self.units {
            let place = format!("{place}/{}", unit.name);
            paths.push((place.clone(), unit));
            unit.collect(&place, paths);
        }
    }

    /// The place of the unit that each account is in.
    #[must_use]
    pub fn by_account(&self) -> BTreeMap<AccountId, String> {
        let of_unit = |(place, unit): (String, &Self)| {
            let pair = |id: &AccountId| (id.clone(), place.clone());
            unit.accounts.iter().map(pair).collect::<Vec<_>>()
        };
        self.paths().into_iter().flat_map(of_unit).collect()
    }

    /// Puts the accounts whose `Paths` are known where they are: in the unit that is deepest among
    /// theirs. Gives the others back.
    pub fn place<'a>(&mut self, accounts: &'a [Account]) -> Vec<&'a Account> {
        let (known, unknown): (Vec<_>, Vec<_>) =
            accounts.iter().partition(|account| account.units.is_some());
        self.take(&known);
        unknown
    }

    fn take(&mut self, accounts: &[&Account]) {
        let is_in = |account: &Account, unit: &UnitId| {
            account.units.as_ref().is_some_and(|units| units.contains(unit))
        };
        for account in accounts.iter().filter(|account| is_in(account, &self.id)) {
            if !self.units.iter().any(|unit| is_in(account, &unit.id)) {
                self.accounts.push(account.id.clone());
            }
        }
        for unit in &mut self.units {
            unit.take(accounts);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(id: &str, name: &str, units: Vec<Unit>) -> Unit {
        Unit { units, ..Unit::new(UnitId::parse(id).unwrap(), name) }
    }

    #[test]
    fn accounts_are_placed_in_their_deepest_unit() {
        let production = unit("ou-ab12-22222222", "Production", vec![]);
        let mut root =
            unit("r-ab12", "Root", vec![unit("ou-ab12-11111111", "Workloads", vec![production])]);
        let account = |id: &str, units: Option<&[&str]>| Account {
            id: AccountId::parse(id).unwrap(),
            name: String::new(),
            state: "ACTIVE".to_owned(),
            management_account: None,
            units: units.map(|units| units.iter().filter_map(|u| UnitId::parse(u)).collect()),
            email: String::new(),
        };
        let accounts = [
            account("000000000001", Some(&["r-ab12"])),
            account("000000000002", Some(&["r-ab12", "ou-ab12-11111111", "ou-ab12-22222222"])),
            account("000000000003", None),
        ];
        assert_eq!(root.place(&accounts), [&accounts[2]]);
        let paths = root.by_account();
        assert_eq!(paths[&accounts[0].id], "/");
        assert_eq!(paths[&accounts[1].id], "/Workloads/Production");
        assert_eq!(paths.len(), 2);
    }
}
