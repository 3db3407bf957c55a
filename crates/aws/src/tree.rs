//! The organization as a tree of units and accounts, read below the rate limits of Organizations.

use org_operator_core::model::account::Account;
use org_operator_core::model::unit_tree::Unit;
use org_operator_core::{AccountId, Error, ErrorKind, UnitId};

use crate::failure::own;
use crate::organization::Organization;

/// A breadth-first walk. Async recursion would give futures that cannot move between threads.
struct Walk {
    units: Vec<Unit>,
    /// For each of `units` the index of its parent; the root is its own parent.
    parents: Vec<usize>,
}

impl Organization {
    /// The organization's root with all units and `accounts` below it. Where every account has
    /// `Paths`, the calls that list a unit's accounts are saved.
    ///
    /// # Errors
    /// What Organizations answered.
    pub async fn tree(&self, accounts: &[Account]) -> Result<Unit, Error> {
        let mut walk = Walk { units: vec![self.root().await?], parents: vec![0] };
        let list_members = accounts.iter().any(|account| account.units.is_none());
        let mut next = 0;
        while next < walk.units.len() {
            let id = walk.units[next].id.clone();
            if list_members {
                walk.units[next].accounts = self.accounts_of(&id).await?;
            }
            for unit in self.units_of(&id).await? {
                walk.units.push(unit);
                walk.parents.push(next);
            }
            next += 1;
        }
        let mut root = walk.folded()?;
        if !list_members {
            root.place(accounts);
        }
        Ok(root)
    }

    async fn accounts_of(&self, unit: &UnitId) -> Result<Vec<AccountId>, Error> {
        // `None` is a unit that has just been deleted: it has neither accounts nor units.
        Ok(self.direct_members(unit).await?.unwrap_or_default())
    }

    async fn root(&self) -> Result<Unit, Error> {
        let sent = self.client().list_roots().send().await;
        let listed = sent.map_err(|e| own("listing the organization's root", &e));
        let output = self.named(listed, "organizations:ListRoots").await?;
        let root = output.roots().first();
        let id = root.and_then(|root| root.id()).and_then(UnitId::parse);
        let name = root.and_then(|root| root.name()).unwrap_or("Root");
        id.map(|id| Unit::new(id, name))
            .ok_or_else(|| Error::new(ErrorKind::OperationFailed, "the organization has no root"))
    }

    async fn units_of(&self, parent: &UnitId) -> Result<Vec<Unit>, Error> {
        let mut units = self.children(parent).await?.unwrap_or_default();
        units.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(units)
    }
}

impl Walk {
    /// Moves each unit into its parent, last ones first, and returns the root.
    fn folded(mut self) -> Result<Unit, Error> {
        while let (Some(mut unit), Some(parent)) = (self.units.pop(), self.parents.pop()) {
            // The children were moved in reverse order.
            unit.units.reverse();
            match self.units.get_mut(parent) {
                Some(parent) => parent.units.push(unit),
                None => return Ok(unit),
            }
        }
        Err(Error::new(ErrorKind::OperationFailed, "the organization has no root"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::answering;

    #[tokio::test]
    async fn the_tree_has_units_by_name_and_their_accounts() {
        let roots = r#"{"Roots":[{"Id":"r-ab12","Name":"Root"}]}"#;
        let units = r#"{"OrganizationalUnits":[{"Id":"ou-ab12-22222222","Name":"B"},
            {"Id":"ou-ab12-11111111","Name":"A"}]}"#;
        let below = r#"{"OrganizationalUnits":[{"Id":"ou-ab12-33333333","Name":"C"}]}"#;
        let none = r#"{"OrganizationalUnits":[]}"#;
        let accounts = r#"{"Accounts":[{"Id":"000000000002"}]}"#;
        let empty = r#"{"Accounts":[]}"#;
        let answers = [roots, empty, units, empty, below, empty, none, accounts, none];
        let (_, config) = answering(&answers.map(|answer| (200, answer)));
        let account = Account {
            id: AccountId::parse("000000000002").unwrap(),
            name: String::new(),
            state: "ACTIVE".to_owned(),
            management_account: None,
            units: None,
            email: String::new(),
        };
        let tree = Organization::new(&config).tree(std::slice::from_ref(&account)).await.unwrap();
        let paths: Vec<String> = tree.paths().into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["/", "/A", "/A/C", "/B"]);
        assert_eq!(tree.by_account()[&account.id], "/A/C");
    }
}
