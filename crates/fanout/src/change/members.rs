//! What the organization says about a plan's accounts: whether they are there, and what keeps a run out
//! of them.

use std::collections::{BTreeMap, BTreeSet};

use org_operator_changes::{Hold, Plan, Protected};
use org_operator_core::input::violation::Violations;
use org_operator_core::ports::AccountDirectory;
use org_operator_core::{Account, AccountId, Error, UnitId};

/// The accounts of the organization, as far as a plan is concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanMembers {
    /// All of them.
    pub all: BTreeSet<AccountId>,
    /// Those of the plan that nothing is done in.
    pub holds: BTreeMap<AccountId, Hold>,
    /// In which unit the plan's accounts are, as the coverage has it.
    pub unit_paths: BTreeMap<AccountId, String>,
}

/// Asks the organization; a protected unit that it does not have is noted.
///
/// # Errors
/// What Organizations answered.
pub async fn plan_members(
    directory: &impl AccountDirectory,
    plan: &Plan,
    protected: &Protected,
    violations: &mut Violations,
) -> Result<PlanMembers, Error> {
    let accounts = directory.accounts().await?;
    let units = units(directory, protected, violations).await?;
    let planned: BTreeSet<&AccountId> = plan.rows.iter().map(|row| &row.key.account_id).collect();
    let own = || accounts.iter().filter(|account| planned.contains(&account.id));
    let held =
        own().filter_map(|account| Some((account.id.clone(), hold(account, &units, protected)?)));
    let unit_paths = own().map(|account| (account.id.clone(), account.unit_ids())).collect();
    let holds = held.collect();
    let all = accounts.into_iter().map(|account| account.id).collect();
    Ok(PlanMembers { all, holds, unit_paths })
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
