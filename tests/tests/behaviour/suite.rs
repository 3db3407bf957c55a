//! The list of behaviours, and the judgement of a backend over all of it.

use std::fmt::Write;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use org_operator_testkit::TestResult;
use org_operator_tests::backend::{Backend, Kind};

use super::check::text;
use super::gaps::{GAPS, Gap};

/// A behaviour that does not end is one that fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// Something that AWS does.
pub(crate) struct Behaviour {
    /// What it does.
    pub(crate) name: &'static str,
    run: for<'a> fn(&'a Backend) -> LocalBoxFuture<'a, TestResult<()>>,
}

macro_rules! behaviours {
    ($($module:ident: $($name:ident)+;)+) => {
        vec![$($(Behaviour {
            name: concat!(stringify!($module), "::", stringify!($name)),
            run: |backend| Box::pin(super::$module::$name(backend)),
        }),+),+]
    };
}

/// Every behaviour.
pub(crate) fn behaviours() -> Vec<Behaviour> {
    behaviours! {
        account:
            regions_have_their_status
            regions_are_filtered_by_status
            regions_come_in_pages;
        organizations:
            every_account_is_listed_with_its_state
            accounts_come_in_pages
            a_page_of_more_than_20_accounts_is_refused
            an_invalid_token_is_refused
            an_accounts_arn_names_the_management_account
            an_accounts_path_leads_through_its_units
            the_accounts_of_a_parent_are_its_own
            the_units_of_a_parent_are_its_own
            what_a_parent_has_comes_in_pages
            an_unknown_parent_has_no_accounts_to_list
            an_unknown_parent_has_no_units_to_list
            tags_are_an_accounts_own
            an_unknown_account_has_no_tags_to_list;
        sts:
            a_session_acts_in_the_member_account
            a_session_lasts_as_long_as_was_asked
            a_session_of_less_than_15_minutes_is_refused
            a_missing_role_is_denied
            another_role_is_denied
            a_wrong_external_id_is_denied
            an_absent_external_id_is_denied
            a_session_policy_allows_its_actions_only;
        ec2:
            ipv4_routes_come_back_as_made
            ipv6_routes_come_back_as_made
            prefix_list_routes_come_back_as_made
            a_main_association_is_told_from_explicit_ones
            a_region_has_networks_of_its_own
            the_gateway_filter_gives_only_tables_with_such_a_route
            an_unknown_filter_is_refused
            tables_come_in_pages
            a_page_of_fewer_than_5_tables_is_refused
            a_page_of_more_than_100_tables_is_refused
            an_invalid_token_is_refused
            a_dry_run_does_nothing_and_says_so
            addresses_and_interfaces_are_answered
            a_page_of_fewer_than_5_interfaces_is_refused;
        dynamodb:
            an_item_comes_back_equal
            a_put_replaces_the_whole_item
            a_put_is_held_to_its_condition
            a_batch_of_25_is_written
            a_batch_of_26_is_refused
            a_key_twice_in_a_batch_is_refused
            an_item_without_its_sort_key_is_refused
            a_batch_with_an_item_without_its_sort_key_is_refused
            a_batch_with_an_item_over_400_kb_is_refused
            an_empty_key_is_refused
            an_item_over_400_kb_is_refused
            a_query_is_in_the_order_of_the_sort_keys_bytes
            a_query_takes_a_prefix
            a_query_stops_at_its_limit_and_goes_on_behind_its_key
            a_query_with_a_prefix_goes_on_behind_its_key
            a_query_of_more_than_1_mb_comes_in_pages
            a_query_of_nothing_is_empty
            an_unknown_table_is_refused;
        s3:
            an_object_comes_back
            an_empty_object_comes_back
            a_put_overwrites
            a_missing_key_is_refused
            a_missing_bucket_is_refused
            keys_may_have_spaces_plus_signs_and_any_script
            a_listing_has_every_key_below_its_prefix_and_when_it_was_written
            a_listing_by_folders_has_each_once
            a_listing_comes_in_pages;
        s3_multipart:
            parts_come_back_whole
            parts_are_joined_by_number_not_by_time
            the_last_of_two_parts_with_one_number_counts
            only_the_named_parts_are_joined
            nothing_is_there_before_the_end
            an_undersized_part_that_is_not_the_last_is_refused
            a_part_that_was_not_sent_is_refused
            parts_named_out_of_order_are_refused
            an_upload_of_no_parts_is_refused
            an_aborted_upload_leaves_nothing
            an_aborted_upload_takes_no_more_parts
            an_upload_that_was_completed_is_over
            a_completion_that_is_sent_again_succeeds
            an_unknown_upload_takes_no_parts
            an_unknown_upload_cannot_be_completed
            an_unknown_upload_cannot_be_aborted;
    }
}

/// Runs every behaviour on a backend; all that is not as it should be is told together.
pub(crate) async fn judge(kind: Kind) -> TestResult<()> {
    let backend = Backend::start(kind).await?;
    let mut faults = String::new();
    for behaviour in behaviours() {
        let ran = tokio::time::timeout(PATIENCE, (behaviour.run)(&backend)).await;
        let ran = ran.unwrap_or_else(|_| Err(format!("no end after {PATIENCE:?}").into()));
        let ran = ran.map_err(|failure| text(failure.as_ref()));
        let gap = GAPS.iter().find(|gap| gap.on == kind && gap.behaviour == behaviour.name);
        if let Some(fault) = fault(ran, gap) {
            let _ = write!(faults, "\n  {}: {fault}", behaviour.name);
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(format!("{kind:?}:{faults}").into()) }
}

/// What is wrong: a failure that no gap declares, another one than it declares, or a closed gap.
fn fault(ran: Result<(), String>, gap: Option<&Gap>) -> Option<String> {
    match (ran, gap) {
        (Ok(()), None) => None,
        (Err(what), None) => Some(what),
        (Err(what), Some(gap)) if what.contains(gap.shows) => None,
        (Err(what), Some(gap)) => Some(format!("the gap is `{}`, but now: {what}", gap.shows)),
        (Ok(()), Some(gap)) => {
            Some(format!("the gap has closed, take it out of gaps.rs: {}", gap.why))
        }
    }
}

#[test]
fn a_gap_excuses_the_failure_that_it_declares_and_nothing_else() {
    let gap =
        Gap { on: Kind::Moto, behaviour: "x", shows: "the call succeeded", why: "not checked" };
    assert_eq!(fault(Ok(()), None), None);
    assert_eq!(fault(Err("the call succeeded".to_owned()), Some(&gap)), None);
    assert!(fault(Err("the call succeeded".to_owned()), None).is_some());
    assert!(fault(Err("connection refused".to_owned()), Some(&gap)).is_some());
    assert!(fault(Ok(()), Some(&gap)).is_some_and(|text| text.contains("has closed")));
}
