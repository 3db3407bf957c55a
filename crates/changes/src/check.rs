//! Whether a plan may be applied: checked before anything is asked in an account, all faults together,
//! each with the field of the request that it is about.

use std::collections::BTreeSet;

use org_operator_core::input::violation::Violations;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{AccountId, RunId};

use crate::guards::Guards;
use crate::plan::PlanRow;

/// A plan with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The run that made it.
    pub run: RunId,
    /// The operation that it is of.
    pub operation: String,
    /// When the first of its resources was looked at.
    pub made_at: Timestamp,
    /// Its rows.
    pub rows: Vec<PlanRow>,
}

/// What a request says about the plan that it applies.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The operation, where the request names one.
    pub operation: Option<&'a str>,
    /// The accounts that the request selects; `None` where it names none.
    pub accounts: Option<&'a BTreeSet<AccountId>>,
    /// The accounts of the organization.
    pub organization: &'a BTreeSet<AccountId>,
    /// The guards of the run.
    pub guards: &'a Guards,
    /// The present time.
    pub now: Timestamp,
}

/// Accounts that a message names; more are only counted.
const NAMED: usize = 5;

/// Notes everything that keeps `plan` from being applied.
pub fn check(plan: &Plan, wanted: &Wanted<'_>, violations: &mut Violations) {
    operation(plan, wanted, violations);
    age(plan, wanted, violations);
    let what = "a plan of accounts that are in this organization";
    outside(plan, "PlanRun", wanted.organization, what, violations);
    if let Some(accounts) = wanted.accounts {
        let what = "all accounts of the plan, or no selection: a plan is applied whole";
        outside(plan, "Accounts.Include", accounts, what, violations);
    }
    changes(plan, wanted.guards, violations);
}

fn operation(plan: &Plan, wanted: &Wanted<'_>, violations: &mut Violations) {
    if let Some(named) = wanted.operation.filter(|named| *named != plan.operation) {
        let actual = format!("\"{}\", a run of {}", plan.run, plan.operation);
        violations.note_text("PlanRun", actual, format!("a plan of {named}"));
    }
}

fn age(plan: &Plan, wanted: &Wanted<'_>, violations: &mut Violations) {
    let hours = wanted.now.millis_since(plan.made_at) / 3_600_000;
    let most = wanted.guards.plan_max_age_hours;
    // A clock that was set back must not make an old plan young again.
    let future = plan.made_at > wanted.now;
    if future || hours >= u64::from(most) {
        let actual = format!("\"{}\", made at {}", plan.run, plan.made_at);
        let allowed = format!("a plan younger than PlanMaxAgeHours, which is {most}: plan anew");
        violations.note_text("PlanRun", actual, allowed);
    }
}

fn outside(
    plan: &Plan,
    field: &str,
    within: &BTreeSet<AccountId>,
    allowed: &str,
    violations: &mut Violations,
) {
    let changed = plan.rows.iter().filter(|row| row.is_change()).map(|row| &row.key.account_id);
    let others: BTreeSet<&AccountId> = changed.filter(|id| !within.contains(*id)).collect();
    if others.is_empty() {
        return;
    }
    let named: Vec<&str> = others.iter().take(NAMED).map(|id| id.as_str()).collect();
    let more = match others.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    violations.note_text(field, format!("a plan with {}{more}", named.join(", ")), allowed);
}

fn changes(plan: &Plan, guards: &Guards, violations: &mut Violations) {
    let count = plan.rows.iter().filter(|row| row.is_change()).count() as u64;
    let Some(limit) = guards.max_changes else { return };
    let allowed = limit.of(plan.rows.len() as u64);
    if count > allowed {
        let actual =
            format!("{limit}, and the plan has {count} changes in {} rows", plan.rows.len());
        let wanted = format!("a plan with at most {allowed} changes: nothing was changed");
        violations.note_text("MaxChanges", actual, wanted);
    }
}
