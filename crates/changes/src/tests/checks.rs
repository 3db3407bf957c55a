//! Plans that may not be applied, each refused with its field.

use std::collections::BTreeSet;

use org_operator_core::RunId;
use org_operator_core::input::violation::Violations;

use super::*;
use crate::{Guards, Limit, Plan, Protected, Wanted, check};

fn guards() -> Guards {
    Guards {
        max_changes: None,
        max_failures: None,
        canary: None,
        plan_max_age_hours: Guards::PLAN_MAX_AGE_HOURS,
        protected: Protected::default(),
    }
}

fn plan() -> Plan {
    let (run, operation) = (RunId::parse("r1").unwrap(), "close-open-ingress".to_owned());
    Plan { run, operation, made_at: at(0), rows: vec![row(1, 1), row(2, 2)] }
}

fn refusals(plan: &Plan, wanted: &Wanted<'_>) -> Vec<(String, String)> {
    let mut violations = Violations::default();
    check(plan, wanted, &mut violations);
    let texts = violations.listed().iter();
    texts.map(|v| (v.path().to_string(), v.to_string())).collect()
}

#[test]
fn a_plan_of_this_organization_that_is_young_is_applied() {
    let organization = BTreeSet::from([account(1), account(2), account(3)]);
    let guards = guards();
    let operation = Some("close-open-ingress");
    let wanted = Wanted {
        operation,
        accounts: None,
        organization: &organization,
        guards: &guards,
        now: at(1),
    };
    assert_eq!(refusals(&plan(), &wanted), []);
}

#[test]
fn all_faults_of_a_plan_are_named_with_their_fields() {
    let (organization, selected) = (BTreeSet::from([account(1)]), BTreeSet::from([account(2)]));
    let guards = Guards { max_changes: Some(Limit::Number(1)), ..guards() };
    let wanted = Wanted {
        operation: Some("tag-resources"),
        accounts: Some(&selected),
        organization: &organization,
        guards: &guards,
        now: at(24 * 3_600_000),
    };
    let refused = refusals(&plan(), &wanted);
    let fields: Vec<&str> = refused.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["PlanRun", "PlanRun", "PlanRun", "Accounts.Include", "MaxChanges"]);
    assert!(refused[0].1.contains("a run of close-open-ingress"), "{refused:?}");
    assert!(refused[1].1.contains("PlanMaxAgeHours, which is 24"), "{refused:?}");
    assert!(refused[2].1.contains("000000000002"), "{refused:?}");
    assert!(refused[4].1.contains("2 changes in 2 rows"), "{refused:?}");
}

#[test]
fn a_plan_from_the_future_is_refused() {
    let organization = BTreeSet::from([account(1), account(2)]);
    let guards = guards();
    let wanted = Wanted {
        operation: None,
        accounts: None,
        organization: &organization,
        guards: &guards,
        now: at(-1),
    };
    assert_eq!(refusals(&plan(), &wanted).len(), 1);
}
