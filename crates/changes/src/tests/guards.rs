//! Limits, protection, canaries and the count of failures.

use std::collections::BTreeSet;

use org_operator_core::UnitId;

use super::*;
use crate::{Canary, FailedTargets, Hold, Limit, Protected, SKIP, Seen};

#[test]
fn a_limit_is_a_number_or_a_share_that_is_rounded_down() {
    assert_eq!(Limit::parse("20").unwrap().of(7), 20);
    assert_eq!(Limit::parse("10%").unwrap().of(19), 1);
    assert_eq!(Limit::parse("0%").unwrap().of(19), 0);
    for wrong in ["", "-1", "101%", "1.5", "%", "ten"] {
        assert_eq!(Limit::parse(wrong), None, "{wrong}");
    }
    let text = serde_json::to_string(&Limit::Percent(5)).unwrap();
    assert_eq!(serde_json::from_str::<Limit>(&text).unwrap(), Limit::Percent(5));
}

#[test]
fn more_failed_targets_than_allowed_hold_what_is_left() {
    let mut failed = FailedTargets::new(20, Limit::parse("5%"));
    failed.note(&account(1), &region());
    failed.note(&account(1), &region());
    assert_eq!(failed.hold(), None);
    failed.note(&account(2), &region());
    assert_eq!(failed.hold(), Some(Hold::Failures { failed: 2, allowed: 1 }));
    let mut unlimited = FailedTargets::new(1, None);
    unlimited.note(&account(1), &region());
    assert_eq!(unlimited.hold(), None);
}

#[test]
fn a_canary_is_the_first_accounts_with_a_change() {
    let mut rows = vec![row(3, 1), row(1, 2), row(2, 3)];
    rows[1].action = SKIP.to_owned();
    let canary = Canary::of(&rows, 1);
    assert_eq!(canary.hold(&account(2)), None);
    assert_eq!(canary.hold(&account(3)), Some(Hold::Canary(1)));
}

#[test]
fn protected_accounts_units_and_tags_hold() {
    let unit = UnitId::parse("ou-ab12-cdefgh34").unwrap();
    let protected = Protected {
        accounts: BTreeSet::from([account(1)]),
        units: BTreeSet::from([unit.clone()]),
        tag_keys: BTreeSet::from(["keep".to_owned()]),
    };
    let none = BTreeSet::new();
    assert_eq!(protected.account(&account(1), &none), Some(Hold::Account));
    let within = BTreeSet::from([unit.clone()]);
    assert_eq!(protected.account(&account(2), &within), Some(Hold::Unit(unit)));
    assert_eq!(protected.account(&account(2), &none), None);
    let tagged = Seen { tags: BTreeSet::from(["keep".to_owned()]), ..Seen::default() };
    assert_eq!(protected.resource(&tagged), Some(Hold::Tag("keep".to_owned())));
    assert_eq!(protected.resource(&Seen::default()), None);
}
