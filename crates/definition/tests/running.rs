//! What a definition gives for answers as services give them: one test for each ability of the format.

#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

mod support;

use org_operator_definition::calls::Failure;
use serde_json::{Value, json};
use support::{Canned, file, lines, run, run_with};

/// A listing of volumes with `columns`, and what else `more` says before the columns.
fn volumes(more: &str, columns: &str) -> String {
    format!(
        "name = \"volumes\"\nsummary = \"volumes\"\nservice = \"ec2\"\ncall = \"DescribeVolumes\"\nrows = \"Volumes[]\"\n\
         key = [\"id\"]\ncolumns = [{{name = \"id\", path = \"VolumeId\", meaning = \"the volume\"}}, {columns}]\n{more}"
    )
}

fn column(name: &str, path: &str) -> String {
    format!("{{name = \"{name}\", path = \"{path}\", meaning = \"a cell\"}}")
}

#[tokio::test]
async fn rows_of_every_page_that_hold_become_cells() {
    let first = json!({"Volumes": [
        {"VolumeId": "vol-2", "State": "available", "Size": 8, "Encrypted": true,
         "Tags": [{"Key": "Name", "Value": "logs"}, {"Key": "Team", "Value": "x"}]},
        {"VolumeId": "vol-3", "State": "in-use"}]});
    let second = json!({"Volumes": [{"VolumeId": "vol-1", "State": "available"}]});
    let canned = Canned::default().pages("DescribeVolumes", [first, json!({}), second]);
    let rows = run(&file("unattached-volumes"), &canned).await.unwrap();
    assert_eq!(lines(&rows), ["vol-1||||||", "vol-2|||8|true||logs"]);
    let input =
        json!({"Filters": [{"Name": "status", "Values": ["available"]}], "MaxResults": 500});
    assert_eq!(canned.inputs("DescribeVolumes"), [input]);
}

#[tokio::test]
async fn constants_and_parameters_stand_in_inputs_and_paths() {
    let more = "[[parameters]]\nname = \"MinSize\"\ntype = \"integer\"\ndefault = 10\nmeaning = \"the least size\"\n\
                [[parameters]]\nname = \"Zones\"\ntype = \"list\"\ndefault = []\nmeaning = \"only these\"\n\
                [input]\nFilters = [{Name = \"tag:owner-{region}\", Values = \"{Zones}\"}]\nMaxResults = \"{MinSize}\"\n";
    let text = volumes(more, &column("where", "join('/', [$partition, $region, $account_id])"));
    let keep = text.replace("key =", "keep = \"Size >= $MinSize\"\nkey =");
    let answer = json!({"Volumes": [{"VolumeId": "a", "Size": 9}, {"VolumeId": "b", "Size": 20}]});
    let canned = Canned::default().pages("DescribeVolumes", [answer]);
    assert_eq!(lines(&run(&keep, &canned).await.unwrap()), ["b|aws/eu-west-1/111111111111"]);
    let parameters = json!({"MinSize": 5, "Zones": ["x"]});
    let rows = run_with(&keep, &canned, parameters.as_object().unwrap()).await.unwrap();
    assert_eq!(rows.len(), 2);
    let name = "tag:owner-eu-west-1";
    assert_eq!(
        canned.inputs("DescribeVolumes"),
        [
            json!({"Filters": [{"Name": name}], "MaxResults": 10}),
            json!({"Filters": [{"Name": name, "Values": ["x"]}], "MaxResults": 5})
        ]
    );
}

fn nat_gateways(ids: &[&str]) -> Value {
    let gateways = ids.iter().map(|id| json!({"NatGatewayId": id, "State": "available"}));
    json!({"NatGateways": gateways.collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_second_listing_is_asked_once_and_matched_by_any_value_in_common() {
    let tables = json!({"RouteTables": [
        {"RouteTableId": "rtb-1", "Routes": [{"NatGatewayId": "nat-1"}, {"GatewayId": "local"}, {"NatGatewayId": "nat-1"}]},
        {"RouteTableId": "rtb-2", "Routes": [{"NatGatewayId": "nat-1"}]}]});
    let canned = Canned::default()
        .pages("DescribeNatGateways", [nat_gateways(&["nat-1", "nat-2"])])
        .pages("DescribeRouteTables", [json!({"RouteTables": []}), tables]);
    let unused = run(&file("unused-nat-gateways"), &canned).await.unwrap();
    assert_eq!(lines(&unused), ["nat-2|||||||0|"]);
    let all = json!({"All": true});
    let rows =
        run_with(&file("unused-nat-gateways"), &canned, all.as_object().unwrap()).await.unwrap();
    assert_eq!(lines(&rows), ["nat-1|||||||3|rtb-1;rtb-2", "nat-2|||||||0|"]);
    assert_eq!(canned.inputs("DescribeRouteTables").len(), 2);
}

#[tokio::test]
async fn nothing_is_asked_for_rows_that_are_not_there() {
    let canned = Canned::default().pages("DescribeNatGateways", [nat_gateways(&[])]);
    assert_eq!(run(&file("unused-nat-gateways"), &canned).await, Ok(vec![]));
    assert_eq!(canned.inputs("DescribeRouteTables"), Vec::<Value>::new());
}

fn buckets(names: &[&str]) -> Value {
    json!({"Buckets": names.iter().map(|name| json!({"Name": name})).collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_call_per_row_takes_some_codes_and_refusals_as_cells() {
    let block = json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true}});
    let canned = Canned::default()
        .pages("ListBuckets", [buckets(&["a", "b"]), buckets(&["c"])])
        .pages_for("GetPublicAccessBlock", json!({"Bucket": "a"}), [block])
        .refusal_for(
            "GetPublicAccessBlock",
            json!({"Bucket": "b"}),
            "NoSuchPublicAccessBlockConfiguration",
        )
        .refusal_for("GetPublicAccessBlock", json!({"Bucket": "c"}), "AccessDenied")
        .pages("GetBucketPolicyStatus", [json!({"PolicyStatus": {"IsPublic": true}})])
        .pages("GetBucketVersioning", [json!({"Status": "Enabled"})]);
    let rows = run(&file("s3-buckets"), &canned).await.unwrap();
    assert_eq!(
        lines(&rows),
        [
            "a||true|true|false|false|true|Enabled",
            "b||false|false|false|false|true|Enabled",
            "c||denied|denied|denied|denied|true|Enabled"
        ]
    );
    let input = &canned.inputs("GetBucketVersioning")[0];
    assert_eq!(input, &json!({"Bucket": "a", "ExpectedBucketOwner": "111111111111"}));
}

#[tokio::test]
async fn any_other_error_of_a_call_per_row_fails_the_target() {
    for code in ["NoSuchBucket", "AccessDenied", "SlowDown"] {
        let text = file("s3-buckets").replace("denied = \"cell\"\n", "");
        let canned = Canned::default()
            .pages("ListBuckets", [buckets(&["a"])])
            .refusal("GetPublicAccessBlock", code);
        let failure = run(&text, &canned).await.unwrap_err();
        assert_eq!(failure.call().unwrap().code.as_deref(), Some(code));
    }
}

#[tokio::test]
async fn a_row_stays_where_a_refused_call_leaves_a_filter_open() {
    let keys = json!({"Keys": [{"KeyId": "k-1"}, {"KeyId": "k-2"}, {"KeyId": "k-3"}]});
    let key = |manager: &str| json!({"KeyMetadata": {"KeyId": "x", "KeyManager": manager, "KeySpec": "RSA_2048"}});
    let canned = Canned::default()
        .pages("ListKeys", [keys])
        .pages_for("DescribeKey", json!({"KeyId": "k-1"}), [key("AWS")])
        .pages_for("DescribeKey", json!({"KeyId": "k-2"}), [key("CUSTOMER")])
        .refusal_for("DescribeKey", json!({"KeyId": "k-3"}), "AccessDeniedException");
    let rows = run(&file("kms-keys"), &canned).await.unwrap();
    let refused = "k-3|denied|denied|denied|denied|denied|denied|denied|denied|denied";
    assert_eq!(lines(&rows), ["k-2||RSA_2048|||||||", refused]);
    // An RSA key has no rotation, a refused one may have.
    assert_eq!(canned.inputs("GetKeyRotationStatus"), Vec::<Value>::new());
}

#[tokio::test]
async fn what_there_is_not_is_a_row_where_the_file_says_so() {
    let canned = Canned::default().pages("ListDetectors", [json!({"DetectorIds": []})]);
    let rows = run(&file("guardduty-detectors"), &canned).await.unwrap();
    assert_eq!(lines(&rows), ["|NOT_ENABLED||||"]);
}

#[tokio::test]
async fn plain_texts_are_rows() {
    let detector = json!({"Status": "ENABLED", "Features": [
        {"Name": "S3", "Status": "ENABLED"}, {"Name": "EKS", "Status": "DISABLED"}, {"Name": "DNS", "Status": "ENABLED"}]});
    let canned = Canned::default()
        .pages("ListDetectors", [json!({"DetectorIds": ["d-1"]})])
        .pages("GetDetector", [detector])
        .pages("GetAdministratorAccount", [json!({})]);
    let rows = run(&file("guardduty-detectors"), &canned).await.unwrap();
    assert_eq!(lines(&rows), ["d-1|ENABLED||DNS;S3||"]);
    assert_eq!(canned.inputs("GetDetector"), [json!({"DetectorId": "d-1"})]);
}

#[tokio::test]
async fn an_error_code_of_the_listing_can_be_a_row_or_none() {
    let text = file("guardduty-detectors");
    for (answer, expected) in
        [("{ status = \"OFF\" }", vec!["|OFF||||"]), ("{}", vec!["|NOT_ENABLED||||"])]
    {
        let with = text
            .replace("key =", &format!("answers = {{ BadRequestException = {answer} }}\nkey ="));
        let canned = Canned::default().refusal("ListDetectors", "BadRequestException");
        assert_eq!(lines(&run(&with, &canned).await.unwrap()), expected);
        let other = Canned::default().refusal("ListDetectors", "InternalServerErrorException");
        assert!(run(&with, &other).await.is_err());
    }
}

#[tokio::test]
async fn an_empty_key_means_one_row_and_no_on_means_every_row() {
    let summary = json!({"SummaryMap": {"Users": 3, "AccountMFAEnabled": 1}});
    let canned = Canned::default()
        .pages("GetAccountSummary", [summary])
        .pages("ListAccountAliases", [json!({"AccountAliases": ["prod"]})]);
    let rows = run(&file("account-summary"), &canned).await.unwrap();
    assert_eq!(lines(&rows), ["prod|1||3|||"]);
}

#[tokio::test]
async fn a_listing_waits_for_a_call_whose_answer_it_is_matched_by() {
    let versions = json!({"clusterVersions": [
        {"clusterVersion": "1.31", "versionStatus": "EXTENDED_SUPPORT"}, {"clusterVersion": "1.34", "versionStatus": "STANDARD_SUPPORT"}]});
    let canned = Canned::default()
        .pages("ListClusters", [json!({"clusters": ["a"]})])
        .pages("DescribeCluster", [json!({"cluster": {"version": "1.31", "resourcesVpcConfig": {"publicAccessCidrs": ["0.0.0.0/0"]}}})])
        .pages("DescribeClusterVersions", [versions]);
    let rows = run(&file("eks-clusters"), &canned).await.unwrap();
    assert_eq!(lines(&rows), ["a|1.31|EXTENDED_SUPPORT|||||0.0.0.0/0||"]);
}

#[tokio::test]
async fn a_listing_of_two_sources_is_asked_for_once() {
    let source = |rows: &str| {
        format!(
            "[[sources]]\nservice = \"ec2\"\ncall = \"DescribeVolumes\"\nrows = \"{rows}\"\n\
             cells = {{ id = \"VolumeId\" }}\n"
        )
    };
    let text = format!(
        "name = \"volumes\"\nsummary = \"s\"\nkey = [\"id\"]\n\
         columns = [{{ name = \"id\", meaning = \"its id\" }}]\n{}{}",
        source("Volumes[?Size==`1`]"),
        source("Volumes[?Size==`2`]"),
    );
    let page = |id: &str, size: u8| json!({"Volumes": [{"VolumeId": id, "Size": size}]});
    let canned = Canned::default().pages("DescribeVolumes", [page("a", 1), page("b", 2)]);
    let rows = run(&text, &canned).await.unwrap();
    assert_eq!(lines(&rows), ["a", "b"]);
    assert_eq!(canned.inputs("DescribeVolumes").len(), 1);
    let refused = Canned::default().refusal("DescribeVolumes", "UnauthorizedOperation");
    assert!(run(&text, &refused).await.is_err());
}

#[tokio::test]
async fn a_path_that_fails_fails_the_target_without_showing_a_value() {
    let text = volumes(
        "",
        &column("age", "age_days(SnapshotId)").replace("meaning", "computed = true, meaning"),
    );
    let canned = Canned::default().pages(
        "DescribeVolumes",
        [json!({"Volumes": [{"VolumeId": "a", "SnapshotId": "secret"}]})],
    );
    let failure = run(&text, &canned).await.unwrap_err();
    assert!(
        matches!(&failure, Failure::Path { place, .. } if place == "column `age`"),
        "{failure}"
    );
    assert!(!failure.to_string().contains("secret"), "{failure}");
}

#[tokio::test]
async fn a_member_that_a_call_needs_and_the_row_lacks_fails_the_target() {
    let canned = Canned::default()
        .pages("ListBuckets", [json!({"Buckets": [{"CreationDate": "2026-01-01T00:00:00Z"}]})]);
    let failure = run(&file("s3-buckets"), &canned).await.unwrap_err();
    assert!(
        failure.to_string().starts_with("each `block`: bind.Bucket: the row has no value"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_call_before_the_listing_is_made_until_its_path_holds() {
    let before = "before = { service = \"iam\", call = \"GetAccountSummary\", until = \"SummaryMap.Users\" }\n";
    let text = volumes("", "").replace("rows =", &format!("{before}rows ="));
    let never = Canned::default().pages("GetAccountSummary", [json!({"SummaryMap": {}})]);
    let failure = run(&text, &never).await.unwrap_err();
    assert_eq!(
        failure,
        Failure::Unfinished { operation: "GetAccountSummary".to_owned(), times: 30 }
    );
    assert_eq!(never.paused(), 30);
    let at_once = Canned::default()
        .pages("GetAccountSummary", [json!({"SummaryMap": {"Users": 1}})])
        .pages("DescribeVolumes", [json!({})]);
    assert_eq!(run(&text, &at_once).await, Ok(vec![]));
    assert_eq!(at_once.paused(), 0);
}

#[tokio::test]
async fn a_probe_asks_each_known_call_once_and_names_the_others() {
    let text = file("s3-buckets");
    let canned = Canned::default().refusal("ListBuckets", "PermanentRedirect");
    let checked = support::checked(&text);
    let parameters = checked.resolve(&serde_json::Map::new()).unwrap();
    let others = checked.probe(&support::target(), &parameters, &canned).await.unwrap();
    let names: Vec<&str> = others.iter().map(|probe| probe.operation.as_str()).collect();
    assert_eq!(names, ["GetPublicAccessBlock", "GetBucketPolicyStatus", "GetBucketVersioning"]);
    let refused = Canned::default().refusal("ListBuckets", "AccessDenied");
    assert!(checked.probe(&support::target(), &parameters, &refused).await.is_err());
}

#[tokio::test]
async fn a_probe_of_ec2_is_a_dry_run() {
    let checked = support::checked(&file("unused-nat-gateways"));
    let parameters = checked.resolve(&serde_json::Map::new()).unwrap();
    let canned = Canned::default()
        .refusal("DescribeNatGateways", "DryRunOperation")
        .refusal("DescribeRouteTables", "DryRunOperation");
    assert_eq!(checked.probe(&support::target(), &parameters, &canned).await, Ok(vec![]));
    assert_eq!(canned.inputs("DescribeRouteTables"), [json!({"MaxResults": 100, "DryRun": true})]);
}

/// A run is polled by whichever thread has time.
#[test]
fn a_run_can_be_sent_to_another_thread() {
    fn is_send<T: Send>(_: &T) {}
    let checked = support::checked(&file("s3-buckets"));
    let (parameters, canned) =
        (checked.resolve(&serde_json::Map::new()).unwrap(), Canned::default());
    let target = support::target();
    is_send(&checked.run(&target, &parameters, &canned));
}
