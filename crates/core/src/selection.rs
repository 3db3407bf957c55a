//! Which accounts a run covers, and the work items they make.

use std::collections::BTreeSet;

use crate::account::Account;
use crate::error::{Error, ErrorKind};
use crate::fault::{Faults, nearest_hint};
use crate::id::AccountId;
use crate::region::Region;
use crate::request::AccountFilter;
use crate::work_item::WorkItem;

/// Why an account is not in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its state is not `ACTIVE`.
    NotActive,
    /// It is the management account: service-managed `StackSets` put no role there.
    Management,
    /// The request excludes it.
    Excluded,
    /// The request includes others only.
    NotIncluded,
}

impl Reason {
    /// The reason in words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::NotActive => "the account is not active",
            Self::Management => "the management account, where the StackSet puts no role",
            Self::Excluded => "in Accounts.Exclude",
            Self::NotIncluded => "not in Accounts.Include",
        }
    }
}

/// Every account of the organization, sorted by id, with the reason where it is not selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection(Vec<(Account, Option<Reason>)>);

impl Selection {
    /// Selects among `accounts`; an account listed twice counts once.
    #[must_use]
    pub fn new(mut accounts: Vec<Account>, filter: &AccountFilter) -> Self {
        accounts.sort_by(|a, b| a.id.cmp(&b.id));
        accounts.dedup_by(|a, b| a.id == b.id);
        let judged = accounts.into_iter().map(|account| {
            let reason = reason(&account, filter);
            (account, reason)
        });
        Self(judged.collect())
    }

    /// Every account with the reason why it is not selected, or `None` where it is.
    pub fn all(&self) -> impl Iterator<Item = (&Account, Option<Reason>)> {
        self.0.iter().map(|(account, reason)| (account, *reason))
    }

    /// The selected accounts.
    pub fn selected(&self) -> impl Iterator<Item = &Account> {
        self.all().filter(|(_, reason)| reason.is_none()).map(|(account, _)| account)
    }

    /// Notes each account that the request names and a run cannot cover: unknown ones, and ones
    /// it asks for by id that are not active or are the management account.
    pub fn note_impossible(&self, filter: &AccountFilter, faults: &mut Faults) {
        let ids: BTreeSet<&AccountId> = self.0.iter().map(|(account, _)| &account.id).collect();
        for (field, named) in [("Include", &filter.include), ("Exclude", &filter.exclude)] {
            for id in named.iter().filter(|id| !ids.contains(id)) {
                let hint = nearest_hint(id.as_str(), ids.iter().map(|id| id.as_str()));
                let allowed = format!("an account of this organization{hint}");
                faults.note_text(format!("Accounts.{field}"), format!("\"{id}\""), allowed);
            }
        }
        for (account, reason) in self.all().filter(|(a, _)| filter.include.contains(&a.id)) {
            if let Some(reason @ (Reason::NotActive | Reason::Management)) = reason {
                let came = format!("\"{}\" ({}: {})", account.id, account.state, reason.text());
                faults.note_text("Accounts.Include", came, "an active member account");
            }
        }
    }

    /// # Errors
    /// `NoTargets` where no account is selected, with a count per reason: a run over nothing is
    /// never a success.
    pub fn require_some(&self) -> Result<(), Error> {
        if self.selected().next().is_some() {
            return Ok(());
        }
        let reasons =
            [Reason::NotActive, Reason::Management, Reason::Excluded, Reason::NotIncluded];
        let count = |r: Reason| self.all().filter(|(_, reason)| *reason == Some(r)).count();
        let said: Vec<String> = reasons
            .into_iter()
            .filter(|reason| count(*reason) > 0)
            .map(|reason| format!("{} × {}", count(reason), reason.text()))
            .collect();
        let said = if said.is_empty() { "no accounts at all".to_owned() } else { said.join(", ") };
        let message = format!("the request selects no account; the organization has {said}");
        Err(Error::new(ErrorKind::NoTargets, message))
    }

    /// The work items: each selected account with `regions`, at most `per_item` of them in one.
    #[must_use]
    pub fn work_items(&self, regions: &BTreeSet<Region>, per_item: Option<u32>) -> Vec<WorkItem> {
        let regions: Vec<Region> = regions.iter().cloned().collect();
        let size = per_item.map_or(regions.len(), |n| n as usize).max(1);
        let items = self.selected().flat_map(|account| {
            regions.chunks(size).map(|chunk| WorkItem {
                account_id: account.id.clone(),
                account_name: account.name.clone(),
                regions: chunk.to_vec(),
            })
        });
        items.collect()
    }
}

fn reason(account: &Account, filter: &AccountFilter) -> Option<Reason> {
    if !account.is_active() {
        Some(Reason::NotActive)
    } else if account.is_management() {
        Some(Reason::Management)
    } else if filter.exclude.contains(&account.id) {
        Some(Reason::Excluded)
    } else if !filter.include.is_empty() && !filter.include.contains(&account.id) {
        Some(Reason::NotIncluded)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(n: u64) -> AccountId {
        AccountId::parse(&format!("{n:012}")).unwrap()
    }

    fn account(n: u64, state: &str) -> Account {
        Account {
            id: id(n),
            name: format!("a{n}"),
            state: state.to_owned(),
            management_account: Some(id(0)),
        }
    }

    fn filter(include: &[u64], exclude: &[u64]) -> AccountFilter {
        AccountFilter {
            include: include.iter().copied().map(id).collect(),
            exclude: exclude.iter().copied().map(id).collect(),
        }
    }

    #[test]
    fn each_account_left_out_has_its_reason() {
        let accounts = vec![
            account(3, "ACTIVE"),
            account(1, "SUSPENDED"),
            account(0, "ACTIVE"),
            account(2, "ACTIVE"),
        ];
        let selection = Selection::new(accounts, &filter(&[3], &[2]));
        let reasons: Vec<_> = selection.all().map(|(_, reason)| reason).collect();
        let left_out = [Reason::Management, Reason::NotActive, Reason::Excluded].map(Some);
        assert_eq!(reasons[..3], left_out);
        assert_eq!(reasons[3], None);
    }

    #[test]
    fn selecting_nothing_is_an_error_that_counts_the_reasons() {
        let selection =
            Selection::new(vec![account(0, "ACTIVE"), account(1, "CLOSED")], &filter(&[], &[]));
        let error = selection.require_some().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoTargets);
        assert!(error.message().contains("1 × the account is not active"), "{error}");
        assert!(Selection::new(vec![], &filter(&[], &[])).require_some().is_err());
    }

    #[test]
    fn an_account_of_another_organization_is_a_fault_with_the_nearest_id() {
        let selection = Selection::new(vec![account(111_111_111_111, "ACTIVE")], &filter(&[], &[]));
        let mut faults = Faults::default();
        selection.note_impossible(&filter(&[111_111_111_112], &[7]), &mut faults);
        let text = faults.to_string();
        assert!(text.contains("Accounts.Include: got \"111111111112\""), "{text}");
        assert!(
            text.contains("nearest: `111111111111`") && text.contains("Accounts.Exclude"),
            "{text}"
        );
    }

    #[test]
    fn asking_for_an_account_that_cannot_be_asked_is_a_fault() {
        let accounts = vec![account(0, "ACTIVE"), account(1, "SUSPENDED"), account(2, "ACTIVE")];
        let asked = filter(&[0, 1, 2], &[]);
        let mut faults = Faults::default();
        Selection::new(accounts, &asked).note_impossible(&asked, &mut faults);
        let text = faults.to_string();
        assert!(text.contains("000000000001\" (SUSPENDED"), "{text}");
        assert!(text.contains("management account") && !text.contains("000000000002"), "{text}");
    }

    proptest! {
        #[test]
        fn selection_agrees_with_the_plain_reading(
            states in proptest::collection::vec(prop_oneof!["ACTIVE", "SUSPENDED", "CLOSED"], 0..12),
            include in proptest::collection::btree_set(0u64..14, 0..5),
            exclude in proptest::collection::btree_set(0u64..14, 0..5),
        ) {
            let accounts = (0u64..).zip(&states).map(|(n, state)| account(n, state)).collect();
            let include: Vec<u64> = include.into_iter().collect();
            let exclude: Vec<u64> = exclude.into_iter().collect();
            let selection = Selection::new(accounts, &filter(&include, &exclude));
            let expected: Vec<AccountId> = (0u64..).zip(&states)
                .filter(|(n, state)| *n != 0 && *state == "ACTIVE" && !exclude.contains(n))
                .filter(|(n, _)| include.is_empty() || include.contains(n))
                .map(|(n, _)| id(n)).collect();
            let selected: Vec<AccountId> = selection.selected().map(|a| a.id.clone()).collect();
            prop_assert_eq!(selected, expected);
        }

        #[test]
        fn work_items_hold_every_pair_once(accounts in 0u64..6, regions in 1usize..7, per in proptest::option::of(1u32..9)) {
            let names: BTreeSet<Region> =
                (0..regions).map(|i| Region::parse(&format!("xx-made-{i}")).unwrap()).collect();
            let all = (1..=accounts).map(|n| account(n, "ACTIVE")).collect();
            let items = Selection::new(all, &filter(&[], &[])).work_items(&names, per);
            let pairs: Vec<_> = items.iter()
                .flat_map(|item| item.regions.iter().map(|r| (item.account_id.clone(), r.clone())))
                .collect();
            let distinct: BTreeSet<_> = pairs.iter().cloned().collect();
            prop_assert_eq!(pairs.len(), distinct.len());
            prop_assert_eq!(pairs.len() as u64, accounts * regions as u64);
            let most = per.map_or(usize::MAX, |n| n as usize);
            prop_assert!(items.iter().all(|item| (1..=most).contains(&item.regions.len())));
        }
    }
}
