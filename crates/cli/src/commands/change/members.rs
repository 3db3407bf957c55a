//! What the organization says about the plan's accounts: whether they are there, and what keeps a run
//! out of them.

use std::collections::{BTreeMap, BTreeSet};

use org_operator_changes::{Hold, Plan, Protected};
use org_operator_core::input::violation::Violations;
use org_operator_core::ports::AccountDirectory;
use org_operator_core::{Account, AccountId, Error, UnitId};

/// The accounts of the organization, as far as a plan is concerned.
pub(super) struct Members {
    /// All of them.
    pub(super) all: BTreeSet<AccountId>,
    /// Those of the plan that nothing is done in.
    pub(super) holds: BTreeMap<AccountId, Hold>,
}

/// Asks the organization; a protected unit that it does not have is noted.
pub(super) async fn of(
    directory: &impl AccountDirectory,
    plan: &Plan,
    protected: &Protected,
    violations: &mut Violations,
) -> Result<Members, Error> {
    let accounts = directory.accounts().await?;
    let units = units(directory, protected, violations).await?;
    let planned: BTreeSet<&AccountId> = plan.rows.iter().map(|row| &row.key.account_id).collect();
    let held = accounts.iter().filter(|account| planned.contains(&account.id));
    let held =
        held.filter_map(|account| Some((account.id.clone(), hold(account, &units, protected)?)));
    let holds = held.collect();
    Ok(Members { all: accounts.into_iter().map(|account| account.id).collect(), holds })
}

/// The accounts of each protected unit.
async fn units(
    directory: &impl AccountDirectory,
    protected: &Protected,
    violations: &mut Violations,
) -> Result<BTreeMap<UnitId, BTreeSet<AccountId>>, Error> {
    let mut units = BTreeMap::new();
    for unit in &protected.units {
        match directory.members(unit).await? {
            Some(members) => drop(units.insert(unit.clone(), members)),
            None => violations.note_text(
                "ProtectedUnits",
                format!("\"{unit}\""),
                "a unit of the organization: a typing error would protect nothing",
            ),
        }
    }
    Ok(units)
}

fn hold(
    account: &Account,
    units: &BTreeMap<UnitId, BTreeSet<AccountId>>,
    protected: &Protected,
) -> Option<Hold> {
    if !account.is_active() {
        return Some(Hold::NotActive(account.state.clone()));
    }
    let within = units.iter().filter(|(_, members)| members.contains(&account.id));
    protected.account(&account.id, &within.map(|(unit, _)| unit.clone()).collect())
}
