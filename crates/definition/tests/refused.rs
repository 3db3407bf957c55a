//! What is wrong in a file is said with its line, what stands there, what is allowed and the nearest name: all at once.
#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

mod support;

use support::{faults, file};

/// The faults of an example file in which `good` stands as `bad`.
fn with(name: &str, good: &str, bad: &str) -> String {
    let text = file(name);
    assert!(text.contains(good), "{name} has no {good}");
    faults(&text.replacen(good, bad, 1))
}

/// Holds each change of an example file to the one fault that it must give.
fn each(name: &str, cases: &[(&str, &str, &str)]) {
    for (good, bad, expected) in cases {
        // What a newer model has more of does not matter here.
        let found = with(name, good, bad);
        let rest = expected
            .split(" … ")
            .try_fold(found.as_str(), |rest, part| Some(rest.split_once(part)?.1));
        assert_eq!(rest, Some(""), "{good} as {bad}:\n{found}");
    }
}

#[test]
fn services_and_calls_that_there_are_not() {
    each(
        "lambda-functions",
        &[
            (
                "service = \"lambda\"",
                "service = \"lambada\"",
                "line 3, service: got `lambada`, allowed: a service of botocore … , as the AWS CLI names it (nearest: `lambda`)",
            ),
            (
                "call = \"GetPolicy\"",
                "call = \"GetPolicies\"",
                "line 17, each[0].call: got `GetPolicies`, allowed: a read-only operation of lambda (nearest: `GetPolicy`)",
            ),
        ],
    );
}

#[test]
fn inputs_that_the_service_does_not_take() {
    let wrong = with(
        "unattached-volumes",
        "MaxResults = 500",
        "MaxResults = \"many\"\nFilter = []\nNextToken = \"x\"",
    );
    let expected = "line 20, input.MaxResults: got \"many\", allowed: a whole number\n\
                    line 21, input.Filter: got an unknown member, allowed: VolumeIds, IncludeManagedResources, DryRun, Filters, NextToken, MaxResults (nearest: `Filters`)\n\
                    line 22, input.NextToken: got a token, allowed: nothing: all pages are read to the end";
    assert_eq!(wrong, expected);
    let filters = with(
        "unattached-volumes",
        "Values = [\"available\"]",
        "Values = \"available\", Nam = \"x\"",
    );
    assert!(
        filters.contains("line 19, input.Filters[0].Values: got \"available\", allowed: a list"),
        "{filters}"
    );
    assert!(
        filters.contains(
            "input.Filters[0].Nam: got an unknown member, allowed: Name, Values (nearest: `Name`)"
        ),
        "{filters}"
    );
}

#[test]
fn members_that_the_service_requires() {
    let missing = with("lambda-functions", "bind = { FunctionName = \"FunctionName\" }\n", "");
    assert_eq!(
        missing,
        "line 17, each[0].input.FunctionName: got nothing, allowed: a value: AWS requires the member"
    );
}

#[test]
fn paths_to_what_there_is_not() {
    each(
        "unattached-volumes",
        &[
            (
                "path = \"VolumeId\"",
                "path = \"VolumeID\"",
                "line 9, columns[0].path: got `VolumeID`, allowed: AvailabilityZoneId, OutpostArn, …  more (nearest: `VolumeId`)",
            ),
            (
                "Tags[?Key=='Name'].Value | [0]",
                "Tags.Key",
                "line 15, columns[6].path: got `Key` of a list in `Tags.Key`, allowed: `[].Key`, or an index",
            ),
            (
                "path = \"Size\"",
                "path = \"Size.GiB\"",
                "line 12, columns[3].path: got `GiB` of a whole number in `Size.GiB`, allowed: a structure before it",
            ),
            (
                "rows = \"Volumes[]\"",
                "rows = \"NextToken\"",
                "line 5, rows: got `NextToken`, which gives a text, allowed: a list",
            ),
            (
                "path = \"Size\"",
                "path = \"Size[\"",
                "line 12, columns[3].path: got `Size[`, allowed: JMESPath: at character 6: Expected number, ':', or '*'",
            ),
        ],
    );
}

#[test]
fn comparisons_that_can_never_hold() {
    each(
        "unattached-volumes",
        &[
            (
                "State == 'available'",
                "State == 'availible'",
                "line 6, keep[0]: got `availible` in `State == 'availible'`, allowed: creating, available, in-use, deleting, deleted, error (nearest: `available`)",
            ),
            (
                "State == 'available'",
                "Encrypted == 'true'",
                "line 6, keep[0]: got a boolean beside a text in `Encrypted == 'true'`, allowed: the path alone, `!path`, or `true` in backticks",
            ),
            (
                "State == 'available'",
                "Size > '8'",
                "line 6, keep[0]: got a whole number against a text in `Size > '8'`, allowed: two numbers (in backticks) or two texts",
            ),
            (
                "State == 'available'",
                "contains(['availible', 'error'], State)",
                "line 6, keep[0]: got `availible` in `contains(['availible', 'error'], State)`, allowed: creating, available, in-use, deleting, deleted, error (nearest: `available`)",
            ),
        ],
    );
}

#[test]
fn functions_and_variables_that_there_are_not() {
    each(
        "missing-tags",
        &[
            (
                "arn_type(",
                "arn_typ(",
                "line 17, columns[1].path: got the function `arn_typ` in `arn_typ(ResourceARN)`, allowed: a function of FORMAT.md (nearest: `arn_type`)",
            ),
            (
                "keep = \"difference($Keys,",
                "keep = \"difference($Key,",
                "line 13, keep[0]: got `$Key` in `difference($Key, Tags[].Key)`, allowed: account_id, region, partition, Keys, ResourceTypes (nearest: `Keys`)",
            ),
            (
                "arn_type(ResourceARN)",
                "arn_type(Tags)",
                "line 17, columns[1].path: got a list as argument 1 of `arn_type` in `arn_type(Tags)`, allowed: arn_type(arn)",
            ),
            (
                "{ResourceTypes}",
                "{ResourceType}",
                "line 11, input.ResourceTypeFilters: got `{ResourceType}`, allowed: account_id, region, partition, Keys, ResourceTypes (nearest: `ResourceTypes`)",
            ),
            (
                "\"{ResourceTypes}\"",
                "\"{region}\"",
                "line 11, input.ResourceTypeFilters: got `{region}`, a text, allowed: a list",
            ),
        ],
    );
    let braces = with("s3-buckets", "BucketRegion == $region", "BucketRegion == '{region}'");
    assert!(braces.contains("got `{region}` in"), "{braces}");
    assert!(
        braces.contains("allowed: `$region`, without quotes: braces are for inputs"),
        "{braces}"
    );
}

#[test]
fn joins_and_binds_that_do_not_fit() {
    each(
        "unused-nat-gateways",
        &[
            (
                "on = [\"NatGatewayId\",",
                "on = [\"NatGatewayID\",",
                "line 38, with[0].on[0]: got `NatGatewayID`, allowed: CreateTime, DeleteTime, …  more (nearest: `NatGatewayId`)",
            ),
            (
                "rows = \"RouteTables[]\"\n",
                "",
                "line 33, with[0].rows: got nothing for DescribeRouteTables, allowed: a list of its answer, which comes in pages\n\
                 line 37, with[0].on: got paths, allowed: nothing without `rows`: there is nothing to match with",
            ),
        ],
    );
    let bind = with(
        "lambda-functions",
        "bind = { FunctionName = \"FunctionName\" }",
        "bind = { Function = \"FunctionName\", FunctionName = \"Layers\" }",
    );
    assert!(bind.contains("line 18, each[0].bind.Function: got an unknown member, allowed: FunctionName, Qualifier (nearest: `FunctionName`)"), "{bind}");
    assert!(
        bind.contains(
            "line 18, each[0].bind.FunctionName: got `Layers`, which gives a list, allowed: a text"
        ),
        "{bind}"
    );
}

#[test]
fn what_aws_marks_as_sensitive_is_shown_only_on_purpose() {
    let variables = with("lambda-functions", ", sensitive = true", "");
    assert!(variables.contains("line 11, columns[3].path: got `Variables` in `keys(Environment.Variables)`, which AWS marks as sensitive, allowed: another path, or `sensitive = true` beside it"), "{variables}");
    // A structure with such a member in it says so too.
    let whole = with("lambda-functions", "path = \"Role\"", "path = \"Environment\"");
    assert!(whole.contains("which AWS marks as sensitive"), "{whole}");
}

#[test]
fn keys_and_cells_of_columns_that_there_are_not() {
    let key = with("unattached-volumes", "key = [\"volume_id\"]", "key = [\"volume\", \"zone\"]");
    assert_eq!(
        key,
        "line 7, key[0]: got `volume`, allowed: volume_id, zone, type, gib, encrypted, created, name (nearest: `volume_id`)"
    );
    let row = with("guardduty-detectors", "when_empty = { status", "when_empty = { state");
    assert_eq!(
        row,
        "line 10, when_empty.state: got a cell without a column, allowed: detector_id, status, frequency, features, created, administrator (nearest: `status`)"
    );
    let refused = with(
        "kms-keys",
        "name = \"key_id\", path = \"KeyId\"",
        "name = \"key_id\", path = \"$key.KeyMetadata.KeyId\"",
    );
    assert!(
        refused.contains("allowed: for a key a path without a call that may be denied"),
        "{refused}"
    );
}

#[test]
fn a_cell_that_changes_every_day_is_computed_and_no_key() {
    let age =
        with("unattached-volumes", "path = \"CreateTime\"", "path = \"age_days(CreateTime)\"");
    assert_eq!(
        age,
        "line 14, columns[5].path: got `age_days(CreateTime)`, which changes every day, allowed: `computed = true` beside it"
    );
    let text = file("unattached-volumes")
        .replace("path = \"CreateTime\"", "computed = true, path = \"age_days(CreateTime)\"");
    assert_eq!(faults(&text), "");
    let key = faults(&text.replace("key = [\"volume_id\"]", "key = [\"volume_id\", \"created\"]"));
    assert_eq!(
        key,
        "line 7, key[1]: got `created`, allowed: a column that is not computed: a key stays as it is"
    );
}

#[test]
fn fields_that_the_format_does_not_have_and_fields_of_another_form() {
    let text = file("unattached-volumes")
        .replace("keep =", "filter =")
        .replace("summary = \"", "summary = 3 # \"");
    let expected = "line 2, summary: got 3, allowed: a text that is not empty\n\
                    line 6, filter: got an unknown field, allowed: only the fields ";
    assert!(faults(&text).starts_with(expected), "{}", faults(&text));
    let syntax = faults(
        &file("unattached-volumes").replace("key = [\"volume_id\"]", "key = [\"volume_id\""),
    );
    assert!(syntax.starts_with("line 8, (syntax): got "), "{syntax}");
}

#[test]
fn a_call_that_waits_for_itself_names_what_is_not_known_yet() {
    let text = with(
        "lambda-functions",
        "bind = { FunctionName = \"FunctionName\" }",
        "bind = { FunctionName = \"$policy.Policy\" }",
    );
    assert!(text.contains("line 18, each[0].bind.FunctionName: got `$policy` in"), "{text}");
}
