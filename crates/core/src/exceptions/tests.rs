//! Exceptions: what they are read from, and what they are for.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::input::violation::Violations;

fn account(n: u8) -> AccountId {
    AccountId::parse(&format!("{n:012}")).unwrap()
}

fn region(n: u8) -> Region {
    Region::parse(&format!("xx-made-{n}")).unwrap()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn read(value: &Value) -> Result<Vec<Exception>, String> {
    let mut violations = Violations::default();
    let read = read::exceptions(value, &mut violations);
    if violations.is_empty() { Ok(read) } else { Err(violations.to_string()) }
}

fn refusal(number: &str, region: &str, expires: &str) -> Value {
    json!({
        "account": number, "region": region, "error": "AccessDenied", "reason": "by contract",
        "expires": expires,
    })
}

#[test]
fn a_failure_is_expected_until_the_last_day_and_expired_after() {
    let known = read(&json!({"exception": [refusal("000000000001", "xx-made-1", "2027-01-31")]}));
    for (today, expected) in [("2027-01-30", true), ("2027-01-31", true), ("2027-02-01", false)] {
        let exceptions = Exceptions::new(day(today), known.clone().unwrap());
        let judged = exceptions.failure("op", &account(1), &region(1), ErrorKind::AccessDenied);
        assert_eq!(judged.is_expected(), expected, "{today}");
        assert_eq!(judged.reason(), if expected { "by contract" } else { "" });
        assert_eq!(matches!(judged, Judgement::Expired(_)), !expected);
        for other in [
            exceptions.failure("op", &account(2), &region(1), ErrorKind::AccessDenied),
            exceptions.failure("op", &account(1), &region(2), ErrorKind::AccessDenied),
            exceptions.failure("op", &account(1), &region(1), ErrorKind::Throttled),
            exceptions.record("op", &account(1), &region(1), "AccessDenied"),
        ] {
            assert_eq!(other, Judgement::Unexpected);
        }
    }
}

#[test]
fn one_that_holds_counts_before_one_that_has_expired() {
    let old = refusal("000000000001", "*", "2026-01-01");
    let mut new = refusal("*", "*", "2027-01-01");
    new["reason"] = json!("known");
    let listed = read(&json!({"exception": [old, new]})).unwrap();
    let exceptions = Exceptions::new(day("2026-06-01"), listed);
    let judged = exceptions.failure("op", &account(1), &region(1), ErrorKind::AccessDenied);
    assert_eq!(judged.reason(), "known");
}

#[test]
fn a_record_is_expected_by_its_key_and_only_for_its_operation() {
    let known = json!({
        "account": "*", "region": "global", "operation": "iam-role-trusts",
        "record": "vendor-*#*", "reason": "the vendor", "expires": "2027-01-01",
    });
    let exceptions =
        Exceptions::new(day("2026-06-01"), read(&json!({"exception": [known]})).unwrap());
    let judged = |operation, region: &Region, key| {
        exceptions.record(operation, &account(1), region, key).is_expected()
    };
    let global = Region::global();
    assert!(judged("iam-role-trusts", &global, "vendor-a#arn"));
    assert!(!judged("iam-role-trusts", &global, "admin#arn"));
    assert!(!judged("iam-role-trusts", &region(1), "vendor-a#arn"));
    assert!(!judged("other", &global, "vendor-a#arn"));
}

#[test]
fn all_faults_of_a_file_are_told_together_with_what_is_allowed() {
    let text = read(&json!({"exception": [
        {"account": 1, "region": "europe", "error": "AccesDenied", "reason": " ", "expires": "soon"},
        {"account": "*", "region": "*", "record": "a", "reason": "b", "expires": "2027-01-01"},
        {"acount": "*", "region": "*", "error": "RegionDisabled", "record": "a", "operation": "x"},
    ], "exeption": []}))
    .unwrap_err();
    for part in [
        "exeption: got an unknown field",
        "exception[0].account: got 1, allowed: an account id of 12 digits",
        "exception[0].region: got \"europe\"",
        "(nearest: `AccessDenied`)",
        "exception[0].reason: got \" \"",
        "exception[0].expires: got \"soon\", allowed: a day such as 2027-01-31",
        "exception[1].record: got \"a\", allowed: a record beside the operation",
        "exception[2].acount: got an unknown field",
        "exception[2].account: got nothing",
        "exception[2].error: got \"RegionDisabled\"",
        "exception[2].error: got both",
        "exception[2].reason: got nothing",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn the_runs_own_file_reads_back() {
    let record = json!({
        "account": "000000000001", "region": "*", "operation": "op", "record": "a#*",
        "reason": "\"quoted\", \n", "expires": "2027-01-01",
    });
    let refused = refusal("*", "xx-made-1", "2026-01-01");
    let listed = read(&json!({"exception": [record, refused]})).unwrap();
    let exceptions = Exceptions::new(day("2026-06-01"), listed);
    let text = serde_json::to_string(&exceptions).unwrap();
    assert!(text.starts_with(r#"{"Day":"2026-06-01","Exceptions":[{"Account":"000000000001""#));
    assert_eq!(serde_json::from_str::<Exceptions>(&text).unwrap(), exceptions);
}

/// Account, Region and last day of an exception, each of a few; 0 is any.
type Made = (u8, u8, u8);

fn made((number, place, last): Made) -> Exception {
    let any = Star::Star;
    Exception {
        account: if number == 0 { Which::Any(any) } else { Which::One(account(number)) },
        region: if place == 0 { Which::Any(any) } else { Which::One(region(place)) },
        operation: None,
        exempted: Exempted::Error(ErrorKind::AccessDenied),
        reason: format!("{number} {place} {last}"),
        expires: day(&format!("2026-01-0{}", last + 1)),
    }
}

proptest! {
    #[test]
    fn a_failure_is_judged_as_by_looking_at_every_exception(
        listed in proptest::collection::vec((0u8..4, 0u8..4, 0u8..4), 0..12),
        number in 1u8..4, place in 1u8..4, today in 0u8..4,
    ) {
        let all: Vec<Exception> = listed.iter().copied().map(made).collect();
        let today = day(&format!("2026-01-0{}", today + 1));
        let here: Vec<&Exception> = all.iter().filter(|e| {
            e.account.is_for(&account(number)) && e.region.is_for(&region(place))
        }).collect();
        let exceptions = Exceptions::new(today.clone(), all.clone());
        let kind = ErrorKind::AccessDenied;
        match exceptions.failure("op", &account(number), &region(place), kind) {
            Judgement::Unexpected => prop_assert!(here.is_empty()),
            Judgement::Expected(by) => prop_assert!(here.contains(&by) && by.expires >= today),
            Judgement::Expired(by) => {
                prop_assert!(here.contains(&by));
                prop_assert!(here.iter().all(|e| e.expires < today));
            }
        }
    }
}
