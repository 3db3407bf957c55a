//! Which accounts a run covers, and the work items they make.
//!
//! What the organization must be asked beyond its list of accounts (who is in a unit, which tags
//! an account has) comes in as [`Facts`]; asking is the fanout's business.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::work_item::WorkItem;
use crate::error::{Error, ErrorKind};
use crate::input::path::FieldPath;
use crate::input::request::AccountFilter;
use crate::input::violation::{Expected, Violations};
use crate::model::account::Account;
use crate::model::id::{AccountId, UnitId};
use crate::model::region::Region;
use crate::plan::context::Tags;

/// Why an account is not in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its state is not `ACTIVE`.
    NotActive,
    /// It is the management account: service-managed `StackSets` put no role there.
    Management,
    /// The request excludes it.
    Excluded,
    /// The request excludes a unit that it is in.
    UnitExcluded,
    /// The request names other accounts or units only.
    NotIncluded,
    /// It has not the tags.
    Tags,
}

impl Reason {
    /// Every reason, in the order in which they are asked.
    pub const ALL: [Self; 6] = [
        Self::NotActive,
        Self::Management,
        Self::Excluded,
        Self::UnitExcluded,
        Self::NotIncluded,
        Self::Tags,
    ];

    /// The reason in words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::NotActive => "the account is not active",
            Self::Management => "the management account, where the StackSet puts no role",
            Self::Excluded => "in Accounts.Exclude",
            Self::UnitExcluded => "in a unit of Accounts.ExcludeOrganizationalUnits",
            Self::NotIncluded => "neither in Accounts.Include nor in Accounts.OrganizationalUnits",
            Self::Tags => "not tagged as Accounts.Tags asks",
        }
    }
}

/// What the organization says about units and tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The accounts in each unit that was asked for, at any depth.
    pub members: BTreeMap<UnitId, BTreeSet<AccountId>>,
    /// The tags of each account that was asked for; absent: not asked, so not a reason.
    pub tags: Tags,
}

/// The named units that only the organization can say something about: accounts without `Paths`
/// may be in any of them, and one that no path names may be empty or not exist.
#[must_use]
pub fn units_to_ask(accounts: &[Account], filter: &AccountFilter) -> BTreeSet<UnitId> {
    let all_have_paths = accounts.iter().all(|account| account.units.is_some());
    let named: BTreeSet<&UnitId> =
        accounts.iter().filter_map(|a| a.units.as_ref()).flatten().collect();
    let to_ask = |unit: &&UnitId| !all_have_paths || !named.contains(unit);
    filter.named_units().filter(to_ask).cloned().collect()
}

/// Every account of the organization, sorted by id, with the reason where it is not selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    judged: Vec<(Account, Option<Reason>)>,
    tags: Tags,
}

impl Selection {
    /// Selects among `accounts`; an account listed twice counts once.
    #[must_use]
    pub fn new(mut accounts: Vec<Account>, filter: &AccountFilter, facts: &Facts) -> Self {
        accounts.sort_by(|a, b| a.id.cmp(&b.id));
        accounts.dedup_by(|a, b| a.id == b.id);
        let judged = accounts.into_iter().map(|account| {
            let reason = Reason::ALL.into_iter().find(|r| holds(*r, &account, filter, facts));
            (account, reason)
        });
        Self { judged: judged.collect(), tags: facts.tags.clone() }
    }

    /// The tags that were asked for in order to select: of accounts that all else selects.
    #[must_use]
    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    /// Every account with the reason why it is not selected, or `None` where it is.
    pub fn all(&self) -> impl Iterator<Item = (&Account, Option<Reason>)> {
        self.judged.iter().map(|(account, reason)| (account, *reason))
    }

    /// The selected accounts.
    pub fn selected(&self) -> impl Iterator<Item = &Account> {
        self.all().filter(|(_, reason)| reason.is_none()).map(|(account, _)| account)
    }

    /// The accounts, for selecting again with more facts.
    #[must_use]
    pub fn into_accounts(self) -> Vec<Account> {
        self.judged.into_iter().map(|(account, _)| account).collect()
    }

    /// Notes each account that the request names and a run cannot cover: unknown ones, and ones
    /// it asks for by id that are not active or are the management account.
    pub fn note_impossible(&self, filter: &AccountFilter, violations: &mut Violations) {
        let ids: BTreeSet<&AccountId> =
            self.judged.iter().map(|(account, _)| &account.id).collect();
        let accounts = FieldPath::root().field("Accounts");
        for (field, named) in [("Include", &filter.include), ("Exclude", &filter.exclude)] {
            for id in named.iter().filter(|id| !ids.contains(id)) {
                let text = "an account of this organization";
                let expected = if violations.is_full() {
                    text.into()
                } else {
                    // Compares with every account, for each wrong id.
                    Expected::name(text, id.as_str(), ids.iter().map(|id| id.as_str()))
                };
                violations.note_text(accounts.field(field), format!("\"{id}\""), expected);
            }
        }
        for (account, reason) in self.all().filter(|(a, _)| filter.include.contains(&a.id)) {
            if let Some(reason @ (Reason::NotActive | Reason::Management)) = reason {
                let actual = format!("\"{}\" ({}: {})", account.id, account.state, reason.text());
                violations.note_text("Accounts.Include", actual, "an active member account");
            }
        }
    }

    /// Notes the named units that the organization does not have.
    pub fn note_unknown_units(&self, unknown: &BTreeSet<UnitId>, violations: &mut Violations) {
        let known: BTreeSet<&str> = self
            .judged
            .iter()
            .filter_map(|(a, _)| a.units.as_ref())
            .flatten()
            .map(UnitId::as_str)
            .collect();
        for unit in unknown {
            let text = "a unit of this organization";
            let expected = Expected::name(text, unit.as_str(), known.iter().copied());
            violations.note_text("Accounts.OrganizationalUnits", format!("\"{unit}\""), expected);
        }
    }

    /// # Errors
    /// `NoTargets` where no account is selected, with a count per reason: a run over nothing is
    /// never a success.
    pub fn require_some(&self) -> Result<(), Error> {
        if self.selected().next().is_some() {
            return Ok(());
        }
        let count = |r: Reason| self.all().filter(|(_, reason)| *reason == Some(r)).count();
        let said: Vec<String> = Reason::ALL
            .into_iter()
            .filter(|reason| count(*reason) > 0)
            .map(|reason| format!("{} × {}", count(reason), reason.text()))
            .collect();
        let said = if said.is_empty() { "no accounts at all".to_owned() } else { said.join(", ") };
        let message = format!("the request selects no account; the organization has {said}");
        Err(Error::new(ErrorKind::NoTargets, message))
    }

    /// The work items: each selected account with its Regions, at most `per_item` of them in one.
    #[must_use]
    pub fn work_items(&self, regions: &Regions, per_item: Option<u32>) -> Vec<WorkItem> {
        let items = self.selected().flat_map(|account| {
            let regions: Vec<&Region> = regions.of(&account.id).collect();
            let size = per_item.map_or(regions.len(), |n| n as usize).max(1);
            let item = |chunk: &[&Region]| WorkItem {
                account_id: account.id.clone(),
                account_name: account.name.clone(),
                regions: chunk.iter().map(|region| (*region).clone()).collect(),
                unit_path: account.unit_ids(),
                account_columns: BTreeMap::new(),
            };
            regions.chunks(size).map(item).collect::<Vec<_>>()
        });
        items.collect()
    }
}

/// The Regions that each account is asked in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Regions {
    /// The same in every account.
    Same(BTreeSet<Region>),
    /// Those that are on in the account.
    Enabled(BTreeMap<AccountId, BTreeSet<Region>>),
}

impl Regions {
    fn of(&self, account: &AccountId) -> impl Iterator<Item = &Region> {
        let regions = match self {
            Self::Same(regions) => Some(regions),
            Self::Enabled(accounts) => accounts.get(account),
        };
        regions.into_iter().flatten()
    }
}

/// Whether `reason` keeps `account` out.
fn holds(reason: Reason, account: &Account, filter: &AccountFilter, facts: &Facts) -> bool {
    let in_any = |units: &BTreeSet<UnitId>| units.iter().any(|unit| is_in(account, unit, facts));
    match reason {
        Reason::NotActive => !account.is_active(),
        Reason::Management => account.is_management() && !filter.include_management,
        Reason::Excluded => filter.exclude.contains(&account.id),
        Reason::UnitExcluded => in_any(&filter.exclude_units),
        Reason::NotIncluded => {
            let names_some = !filter.include.is_empty() || !filter.units.is_empty();
            names_some && !filter.include.contains(&account.id) && !in_any(&filter.units)
        }
        Reason::Tags => facts.tags.get(&account.id).is_some_and(|tags| !has_tags(tags, filter)),
    }
}

fn is_in(account: &Account, unit: &UnitId, facts: &Facts) -> bool {
    let by_path = account.units.as_ref().is_some_and(|units| units.contains(unit));
    by_path || facts.members.get(unit).is_some_and(|members| members.contains(&account.id))
}

fn has_tags(tags: &BTreeMap<String, String>, filter: &AccountFilter) -> bool {
    let has = |(name, values): (&String, &BTreeSet<String>)| {
        tags.get(name).is_some_and(|value| values.contains(value))
    };
    filter.tags.iter().all(has)
}

#[cfg(test)]
mod tests;
