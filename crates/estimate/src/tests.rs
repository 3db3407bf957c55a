//! What runs of several sizes take, checked by hand, and what must hold for all.

use super::*;
use proptest::prelude::*;

fn of(accounts: u64) -> Workload {
    Workload::new(accounts, accounts, accounts * 17, accounts)
}

fn estimated(work: &Workload) -> Estimate {
    estimate(work, &Limits::load().unwrap())
}

fn part(parts: &[(&'static str, f64)], name: &str) -> f64 {
    parts.iter().find(|(part, _)| *part == name).unwrap().1
}

#[test]
fn a_thousand_accounts_are_bound_by_the_start_of_children() {
    let work = Workload { max_concurrency: 1_000, ..of(1_000) };
    let told = estimated(&work);
    assert_eq!(told.bound_by, ("Step Functions starts 100 children a second", 100.0));
    assert_eq!(told.recommended, 125);
    assert!(told.reason.contains("100 work items a second of 1.2 s"), "{}", told.reason);
    assert!((part(&told.deployed.seconds, "the workers") - 11.25).abs() < 1e-9);
    // 50 pages: 12 at once, 38 at 8 a second.
    assert!((part(&told.deployed.seconds, "listing the accounts") - 4.75).abs() < 1e-9);
    assert!((told.calls - 18_050.0).abs() < 1e-9);
    assert!((part(&told.deployed.dollars, "state transitions") - 0.050_175).abs() < 1e-9);
}

#[test]
fn ten_thousand_accounts_take_a_minute_of_listing() {
    let told = estimated(&of(10_000));
    assert!((part(&told.local.seconds, "listing the accounts") - 61.0).abs() < 1e-9);
    assert!((part(&told.deployed.seconds, "the workers") - 251.25).abs() < 1e-9);
}

#[test]
fn asking_accounts_which_regions_are_on_is_a_call_per_work_item() {
    let (all_always_on, some_opt_in) = (of(1_000), Workload { inquiries: 1_000, ..of(1_000) });
    let further = estimated(&some_opt_in).calls - estimated(&all_always_on).calls;
    assert!((further - 1_000.0).abs() < 1e-9, "{further}");
}

#[test]
fn slow_workers_are_bound_by_lambda_and_few_items_by_nothing() {
    let slow = Workload { item_seconds: 60.0, max_concurrency: 1_000, ..of(5_000) };
    assert!(estimated(&slow).bound_by.0.starts_with("Lambda's concurrency"));
    assert_eq!(estimated(&slow).recommended, 900);
    // As many workers as are asked for are fewer than AWS would start.
    let asked_for = estimated(&Workload { max_concurrency: 50, ..slow });
    assert_eq!((asked_for.bound_by.0, asked_for.recommended), ("MaxConcurrency", 900));
    let few = estimated(&of(20));
    assert_eq!((few.recommended, few.reason.contains("every quota")), (20, true));
    let many_records = Workload { records_per_target: 1_000.0, ..of(5_000) };
    assert!(estimated(&many_records).bound_by.0.starts_with("DynamoDB"));
}

#[test]
fn listing_regions_binds_first_and_may_outlast_the_fanout() {
    let told = estimated(&Workload { enabled: 1_000, ..of(1_000) });
    let (name, rate) = told.bound_by;
    assert_eq!(name, "Account Management allows 5 ListRegions calls a second");
    assert!((rate - 0.005 * 1_000.0).abs() < 1e-9, "{rate}");
    assert!((part(&told.local.seconds, "asking for their Regions") - 199.0).abs() < 1e-9);
    assert!((told.calls - 19_050.0).abs() < 1e-9);
    assert_eq!((told.recommended, told.warnings.len()), (125, 0));
    // 625 pages of accounts take some time, too.
    let many = estimated(&Workload { enabled: 5_000, ..of(12_500) });
    assert!(many.warnings[0].contains("would take 18 minutes"), "{:?}", many.warnings);
    // A few are below the burst: nothing waits.
    assert!(estimated(&Workload { enabled: 5, ..of(5) }).bound_by.0.starts_with("Step Functions"));
}

#[test]
fn reading_tags_counts_every_account_that_was_asked() {
    let told = estimated(&Workload { tagged: 1_015, ..Workload::new(1_015, 10, 170, 10) });
    assert_eq!(told.bound_by.0, "Organizations allows 10 ListTagsForResource calls a second");
    assert!((part(&told.deployed.seconds, "reading their tags") - 100.0).abs() < 1e-9);
    let untagged = estimated(&Workload::new(1_015, 10, 170, 10));
    assert!((told.calls - untagged.calls - 1_015.0).abs() < 1e-9);
    assert!(untagged.deployed.seconds.iter().all(|(part, _)| !part.contains("tags")));
}

#[test]
fn naming_units_counts_a_call_for_each_parent() {
    let told = estimated(&Workload { parents: 58, ..of(500) });
    assert!((part(&told.deployed.seconds, "naming their units") - 10.0).abs() < 1e-9);
    assert!((told.calls - estimated(&of(500)).calls - 58.0).abs() < 1e-9);
}

#[test]
fn the_quotas_words_are_the_files_figures() {
    let limits = Limits::load().unwrap();
    let work = Workload { tagged: 1, parents: 1, enabled: 1, ..of(1) };
    for phase in phases::phases(&work, &limits) {
        assert!(phase.quota.contains(&format!(" {} ", phase.rate)), "{}", phase.quota);
    }
}

proptest! {
    #[test]
    fn more_workers_never_take_longer_and_the_recommended_ones_are_enough(
        accounts in 1u64..20_000, seconds in 0.1f64..300.0, at_once in 1u32..2_000,
    ) {
        let with = |max_concurrency| {
            let work = Workload { item_seconds: seconds, max_concurrency, ..of(accounts) };
            estimated(&work)
        };
        let recommended = with(1).recommended;
        let time = |at_once| with(at_once).deployed.total_seconds();
        prop_assert!(time(at_once + 1) <= time(at_once) + 1e-6);
        // Beyond the recommended number nothing gets faster, but for the last wave.
        prop_assert!(time(recommended) <= time(10_000) + 2.0 * seconds + 1.0);
        prop_assert!(with(at_once).deployed.total_dollars() > 0.0);
    }
}
