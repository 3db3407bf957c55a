//! What each backend is known to do otherwise than AWS. A gap must show: one that has closed fails
//! the suite until its line is gone, and a failure of another kind is no known gap.

use Kind::{Ministack, Moto, Simulation};
use org_operator_tests::backend::Kind;

/// A known difference.
pub(crate) struct Gap {
    /// The backend.
    pub(crate) on: Kind,
    /// The behaviour that it lacks.
    pub(crate) behaviour: &'static str,
    /// A part of the failure's text: what is seen in the behaviour's place.
    pub(crate) shows: &'static str,
    /// What the backend does.
    pub(crate) why: &'static str,
}

const fn gap(on: Kind, behaviour: &'static str, shows: &'static str, why: &'static str) -> Gap {
    Gap { on, behaviour, shows, why }
}

const SUCCEEDED: &str = "but the call succeeded";
const NOT_CHECKED: &str = "it takes any value";
const NO_PAGES: &str = "it answers everything at once";
const NO_CODE: &str = "but came no code: service error";
const NO_ERROR: &str = "its server fails with HTTP 500 and a page for people";
const NO_REGIONS: &str = "it has no ListRegions";
const NO_IAM: &str = "it refuses nobody: no trust policy, no session policy";

/// Every known difference.
pub(crate) const GAPS: &[Gap] = &[
    gap(
        Simulation,
        "dynamodb::an_unknown_table_is_refused",
        SUCCEEDED,
        "every name is a table: nothing needs to be created",
    ),
    gap(
        Simulation,
        "s3::a_missing_bucket_is_refused",
        "but came NoSuchKey",
        "every name is a bucket: nothing needs to be created",
    ),
    gap(
        Ministack,
        "account::regions_have_their_status",
        "expected Some(Disabled), but came Some(Enabled)",
        "every Region is on in every account",
    ),
    gap(Ministack, "account::regions_come_in_pages", "entries, not 2", NO_PAGES),
    gap(
        Ministack,
        "organizations::every_account_is_listed_with_its_state",
        "has no State",
        "it answers the retired Status only",
    ),
    gap(Ministack, "organizations::accounts_come_in_pages", "entries, not 3", NO_PAGES),
    gap(
        Ministack,
        "organizations::a_page_of_more_than_20_accounts_is_refused",
        SUCCEEDED,
        NOT_CHECKED,
    ),
    gap(Ministack, "organizations::an_invalid_token_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(
        Ministack,
        "organizations::an_accounts_path_leads_through_its_units",
        "but came None",
        "it answers no Paths",
    ),
    gap(Ministack, "organizations::what_a_parent_has_comes_in_pages", "entries, not 1", NO_PAGES),
    gap(
        Ministack,
        "organizations::an_unknown_parent_has_no_accounts_to_list",
        SUCCEEDED,
        "its list is empty",
    ),
    gap(
        Ministack,
        "organizations::an_unknown_parent_has_no_units_to_list",
        SUCCEEDED,
        "its list is empty",
    ),
    gap(Ministack, "sts::a_session_of_less_than_15_minutes_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(
        Ministack,
        "ec2::ipv6_routes_come_back_as_made",
        "but came {}",
        "an IPv6 route comes back with an empty IPv4 destination",
    ),
    gap(
        Ministack,
        "ec2::prefix_list_routes_come_back_as_made",
        "but came {}",
        "a prefix list route comes back with an empty IPv4 destination",
    ),
    gap(
        Ministack,
        "ec2::the_gateway_filter_gives_only_tables_with_such_a_route",
        "tables without such a route came too",
        "it does not know the filter",
    ),
    gap(Ministack, "ec2::an_unknown_filter_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(Ministack, "ec2::tables_come_in_pages", "entries, not 5", NO_PAGES),
    gap(Ministack, "ec2::a_page_of_fewer_than_5_tables_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(Ministack, "ec2::a_page_of_more_than_100_tables_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(Ministack, "ec2::an_invalid_token_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(Ministack, "ec2::a_dry_run_does_nothing_and_says_so", SUCCEEDED, "it does not know DryRun"),
    gap(Ministack, "ec2::a_page_of_fewer_than_5_interfaces_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(
        Ministack,
        "s3_multipart::an_undersized_part_that_is_not_the_last_is_refused",
        SUCCEEDED,
        NOT_CHECKED,
    ),
    gap(
        Ministack,
        "s3_multipart::parts_named_out_of_order_are_refused",
        SUCCEEDED,
        "it sorts them",
    ),
    gap(
        Ministack,
        "s3_multipart::an_upload_of_no_parts_is_refused",
        SUCCEEDED,
        "it makes an empty object",
    ),
    gap(Moto, "account::regions_have_their_status", "unexpected token '<'", NO_REGIONS),
    gap(Moto, "account::regions_are_filtered_by_status", "unexpected token '<'", NO_REGIONS),
    gap(Moto, "account::regions_come_in_pages", "unexpected token '<'", NO_REGIONS),
    gap(Moto, "organizations::a_page_of_more_than_20_accounts_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(
        Moto,
        "organizations::an_invalid_token_is_refused",
        "but came InvalidToken",
        "it refuses with a code that Organizations does not have",
    ),
    gap(
        Moto,
        "organizations::an_accounts_path_leads_through_its_units",
        "but came None",
        "it answers no Paths",
    ),
    gap(Moto, "sts::a_session_of_less_than_15_minutes_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(Moto, "sts::a_missing_role_is_denied", SUCCEEDED, NO_IAM),
    gap(Moto, "sts::another_role_is_denied", SUCCEEDED, NO_IAM),
    gap(Moto, "sts::a_wrong_external_id_is_denied", SUCCEEDED, NO_IAM),
    gap(Moto, "sts::an_absent_external_id_is_denied", SUCCEEDED, NO_IAM),
    gap(Moto, "sts::a_session_policy_allows_its_actions_only", SUCCEEDED, NO_IAM),
    gap(Moto, "ec2::an_unknown_filter_is_refused", NO_CODE, NO_ERROR),
    gap(Moto, "ec2::tables_come_in_pages", "entries, not 5", NO_PAGES),
    gap(Moto, "ec2::a_page_of_fewer_than_5_tables_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(Moto, "ec2::a_page_of_more_than_100_tables_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(Moto, "ec2::an_invalid_token_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(Moto, "ec2::a_dry_run_does_nothing_and_says_so", SUCCEEDED, "it does not know DryRun here"),
    gap(Moto, "ec2::a_page_of_fewer_than_5_interfaces_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(Moto, "dynamodb::a_batch_of_26_is_refused", SUCCEEDED, NOT_CHECKED),
    gap(
        Moto,
        "dynamodb::a_key_twice_in_a_batch_is_refused",
        SUCCEEDED,
        "it compares whole items, not their keys",
    ),
    gap(
        Moto,
        "dynamodb::a_batch_with_an_item_without_its_sort_key_is_refused",
        "what was written: expected []",
        "it writes what stands before that item",
    ),
    gap(
        Moto,
        "dynamodb::a_batch_with_an_item_over_400_kb_is_refused",
        "what was written: expected []",
        "it writes what stands before that item",
    ),
    gap(
        Moto,
        "s3_multipart::parts_named_out_of_order_are_refused",
        SUCCEEDED,
        "it joins them as they are named",
    ),
    gap(Moto, "s3_multipart::an_aborted_upload_leaves_nothing", NO_CODE, NO_ERROR),
    gap(Moto, "s3_multipart::an_aborted_upload_takes_no_more_parts", NO_CODE, NO_ERROR),
    gap(Moto, "s3_multipart::an_upload_that_was_completed_is_over", NO_CODE, NO_ERROR),
    gap(Moto, "s3_multipart::an_unknown_upload_takes_no_parts", NO_CODE, NO_ERROR),
    gap(Moto, "s3_multipart::an_unknown_upload_cannot_be_completed", NO_CODE, NO_ERROR),
];
