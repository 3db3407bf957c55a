//! What a service and a call alone make, what a command line says over it, and the file that is written of it.
#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

mod support;

use org_operator_definition::definition::Definition;
use org_operator_definition::{
    Faults, Found, Overrides, check, find, infer, read_json, read_toml, to_json, to_toml,
};
use serde_json::json;
use support::{Canned, lines, target};

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

/// The rows, the key and the first columns that a call makes.
fn made(service: &str, call: &str) -> (String, Vec<String>, Vec<String>) {
    let definition =
        infer(service, call).unwrap_or_else(|faults| panic!("{service} {call}: {faults}"));
    let columns = definition.columns.iter().map(|column| column.name.clone()).take(3).collect();
    let rows = definition.sources[0].rows.clone();
    let key = definition.key.clone();
    let faults = check(definition).err();
    // What a call requires only a person can say.
    let other = faults.iter().flat_map(Faults::iter).find(|f| !f.allowed.contains("AWS requires"));
    assert!(other.is_none(), "{service} {call}: {other:?}");
    (rows, key, columns)
}

#[test]
fn a_call_makes_rows_a_key_and_columns() {
    for (service, call, rows, key, columns) in [
        (
            "ec2",
            "DescribeVpcs",
            "Vpcs[]",
            vec!["vpc_id"],
            vec!["owner_id", "instance_tenancy", "is_default"],
        ),
        ("ec2", "DescribeSecurityGroups", "SecurityGroups[]", vec!["group_id"], vec!["group_id"]),
        (
            "cloudfront",
            "ListDistributions",
            "DistributionList.Items[]",
            vec!["id"],
            vec!["id", "arn"],
        ),
        ("eks", "ListClusters", "clusters[]", vec!["value"], vec!["value"]),
        ("eks", "DescribeCluster", "cluster", vec![], vec!["name", "arn", "created_at"]),
        ("iam", "GetAccountSummary", "@", vec![], vec!["summary_map"]),
        ("sts", "GetCallerIdentity", "@", vec![], vec!["user_id", "account", "arn"]),
        ("lambda", "ListFunctions", "Functions[]", vec!["function_arn"], vec!["function_name"]),
        ("ec2", "DescribeRegions", "Regions[]", vec!["region_name"], vec![]),
    ] {
        let (found_rows, found_key, found_columns) = made(service, call);
        assert_eq!((found_rows.as_str(), found_key), (rows, texts(&key)), "{service} {call}");
        assert!(found_columns.starts_with(&texts(&columns)), "{service} {call}: {found_columns:?}");
    }
}

#[test]
fn what_aws_marks_as_sensitive_is_no_column_of_itself() {
    let columns = infer("ec2", "DescribeLaunchTemplateVersions").map(|d| d.columns.len());
    assert!(columns.is_ok());
    let identity = infer("iam", "ListVirtualMFADevices").unwrap();
    let names: Vec<&str> = identity.columns.iter().map(|column| column.name.as_str()).collect();
    assert!(
        names.contains(&"serial_number") && !names.contains(&"base32_string_seed"),
        "{names:?}"
    );
}

#[test]
fn an_answer_of_several_lists_asks_which() {
    let faults = infer("ec2", "DescribeInstanceTypeOfferings").err();
    assert_eq!(faults, None);
    let several = infer("ec2", "DescribeStaleSecurityGroups").is_ok();
    assert!(several);
    let found = infer("s3", "ListObjectVersions").unwrap_err().to_string();
    assert!(
        found
            .starts_with("--rows: got nothing, and the answer has several lists, allowed: one of "),
        "{found}"
    );
}

#[test]
fn every_call_gives_a_valid_definition_or_asks_for_rows() {
    let models = org_operator_models::models().unwrap();
    let (mut right, mut asking) = (0, 0);
    for service in
        ["ec2", "iam", "s3", "rds", "lambda", "route53", "sqs", "cloudfront", "kms", "guardduty"]
    {
        for call in models.operations(service).unwrap().into_keys() {
            match infer(service, &call) {
                Ok(mut definition) => {
                    // What a call requires only a person can say.
                    definition.sources[0].request.input.clear();
                    let faults = check(definition).err();
                    let other = faults
                        .iter()
                        .flat_map(Faults::iter)
                        .find(|f| !f.allowed.contains("AWS requires") && f.place != "actions");
                    assert!(other.is_none(), "{service} {call}: {other:?}");
                    right += 1;
                }
                Err(faults) => {
                    assert!(
                        faults
                            .iter()
                            .all(|fault| ["--rows", "call"].contains(&fault.place.as_str())),
                        "{service} {call}: {faults}"
                    );
                    asking += 1;
                }
            }
        }
    }
    assert!(right > 10 * asking, "{right} {asking}");
}

#[tokio::test]
async fn a_command_line_says_input_rows_columns_keep_and_key() {
    let line = Overrides {
        inputs: texts(&["MaxResults=5", "VpcIds=vpc-1,vpc-2", "{\"DryRun\": false}"]),
        columns: texts(&["cidr=CidrBlock", "name=Tags[?Key=='Name'].Value | [0]"]),
        keep: texts(&["!IsDefault", "State == 'available'"]),
        ..Overrides::default()
    };
    let checked = line.ask("ec2", "DescribeVpcs").unwrap();
    let vpc = |id: &str, default: bool| json!({"VpcId": id, "IsDefault": default, "State": "available", "CidrBlock": "10.0.0.0/8"});
    let canned = Canned::default()
        .pages("DescribeVpcs", [json!({"Vpcs": [vpc("vpc-1", true), vpc("vpc-2", false)]})]);
    let rows = checked
        .run(&target(), &checked.resolve(&serde_json::Map::new()).unwrap(), &canned)
        .await
        .unwrap();
    assert_eq!(
        (lines(&rows), checked.key()),
        (vec!["vpc-2|10.0.0.0/8|".to_owned()], &["vpc_id".to_owned()][..])
    );
    assert_eq!(
        canned.inputs("DescribeVpcs"),
        [json!({"MaxResults": 5, "VpcIds": ["vpc-1", "vpc-2"], "DryRun": false})]
    );
}

#[test]
fn faults_of_a_command_line_name_its_options() {
    let line = Overrides {
        inputs: texts(&["MaxResults=many", "VpcId=x", "nothing"]),
        columns: texts(&["cidr"]),
        ..Overrides::default()
    };
    let faults = line.ask("ec2", "DescribeVpcs").unwrap_err().to_string();
    assert!(faults.contains("--input VpcId: got an unknown member, allowed: "), "{faults}");
    assert!(
        faults.contains("--input: got `nothing`, allowed: NAME=VALUE, or a JSON object"),
        "{faults}"
    );
    assert!(faults.contains("--column: got `cidr`, allowed: NAME=PATH"), "{faults}");
    let later = Overrides {
        inputs: texts(&["MaxResults=many"]),
        columns: texts(&["cidr=CidrBlok"]),
        keep: texts(&["State == 'gone'"]),
        ..Overrides::default()
    };
    let found: Vec<String> =
        later.ask("ec2", "DescribeVpcs").unwrap_err().iter().map(|f| f.place.clone()).collect();
    assert_eq!(found, ["--input MaxResults", "--keep", "--column cidr"]);
    let unknown = infer("ec2", "DescribeVpc").unwrap_err().to_string();
    assert_eq!(
        unknown,
        "call: got `DescribeVpc`, allowed: a read-only operation of ec2 (nearest: `DescribeVpcs`)"
    );
}

/// Files that stand for all abilities, and a made one.
fn definitions() -> Vec<(String, Definition)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = paths.filter_map(|path| {
        Some((path.display().to_string(), read_toml(&std::fs::read_to_string(&path).ok()?).ok()?))
    });
    let made = ("made".to_owned(), infer("ec2", "DescribeVpcs").unwrap());
    read.map(|(path, checked)| (path, checked.definition().clone())).chain([made]).collect()
}

#[test]
fn a_written_file_reads_back_as_the_same_definition() {
    for (path, definition) in definitions() {
        let text = to_toml(&definition);
        let back = read_toml(&text).unwrap_or_else(|faults| panic!("{path}:\n{text}\n{faults}"));
        assert_eq!(back.definition(), &definition, "{path}");
        let json = read_json(&to_json(&definition).unwrap()).unwrap();
        assert_eq!(json.definition(), &definition, "{path}");
    }
}

#[test]
fn a_written_file_looks_as_a_person_would_write_it() {
    let mut definition = infer("sqs", "ListQueues").unwrap();
    definition.sources[0].request.input.insert("MaxResults".to_owned(), json!(1000));
    let expected = "name = \"sqs-list-queues\"\n\
                    summary = \"Returns a list of your queues in the current region.\"\n\
                    service = \"sqs\"\ncall = \"ListQueues\"\ninput = { MaxResults = 1000 }\nrows = \"QueueUrls[]\"\n\
                    key = [\"value\"]\ncolumns = [\n  { name = \"value\", path = \"@\", meaning = \"the value\" },\n]\n";
    assert_eq!(to_toml(&definition), expected);
}

#[test]
fn a_word_is_found_in_operations_services_and_calls() {
    let catalogue = [("nat-gateways", "every NAT gateway"), ("vpcs", "every VPC")];
    let found = find("NatGateway", catalogue).unwrap();
    assert_eq!(
        found[0],
        Found::Operation { name: "nat-gateways".into(), summary: "every NAT gateway".into() }
    );
    let call = |found: &Found| matches!(found, Found::Call { service, call, .. } if service == "ec2" && call == "DescribeNatGateways");
    assert!(found.iter().any(call), "{found:?}");
    let service = find("guardduty", []).unwrap();
    assert!(
        matches!(&service[0], Found::Service { name, calls } if name == "guardduty" && *calls > 5),
        "{service:?}"
    );
    assert!(find("", catalogue).unwrap().is_empty() && find("zzzz", catalogue).unwrap().is_empty());
}
