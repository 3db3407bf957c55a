//! What operations have: IAM actions, pages, shapes.

use super::*;
use crate::operation::Pages;
use crate::shape::{Kind, ShapeRef};

fn actions(service: &str, operation: &str) -> Option<Vec<String>> {
    all().load(service).expect(service).actions(operation)
}

fn pages(service: &str, operation: &str) -> Option<Pages> {
    all().load(service).expect(service).operations[operation].pages.clone()
}

#[test]
fn actions_are_those_of_the_service_reference() {
    for (service, operation, action) in [
        ("ec2", "DescribeVpcs", "ec2:DescribeVpcs"),
        ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
        ("apigateway", "GetRestApis", "apigateway:GET"),
        ("cloudwatch", "DescribeAlarms", "cloudwatch:DescribeAlarms"),
        ("elbv2", "DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers"),
        ("budgets", "DescribeBudgets", "budgets:ViewBudget"),
        ("stepfunctions", "ListStateMachines", "states:ListStateMachines"),
        // The reference maps no method of it, and has an action of that name.
        ("elasticbeanstalk", "DescribeEnvironments", "elasticbeanstalk:DescribeEnvironments"),
    ] {
        assert_eq!(
            actions(service, operation),
            Some(vec![action.to_owned()]),
            "{service} {operation}"
        );
    }
    assert_eq!(actions("cloudhsm", "ListHsms"), None, "nobody lists any");
    assert_eq!(actions("ec2", "RunInstances"), None, "it is no operation of the models");
}

#[test]
fn most_operations_have_actions() {
    let (mut with, mut without) = (0, 0);
    for service in services() {
        let known =
            service.operations.keys().filter(|name| service.actions(name).is_some()).count();
        with += known;
        without += service.operations.len() - known;
    }
    assert!(with > 8_000 && without < 250, "{with} with, {without} without");
}

#[test]
fn pages_are_published_or_derived() {
    let published = pages("ec2", "DescribeVpcs").expect("it has pages");
    assert_eq!(
        (published.derived, published.results.as_slice()),
        (false, &["Vpcs".to_owned()][..])
    );
    for (service, operation, input, output) in [
        ("cloudfront", "ListCachePolicies", "Marker", "CachePolicyList.NextMarker"),
        ("lightsail", "GetBuckets", "pageToken", "nextPageToken"),
        ("servicecatalog", "SearchProducts", "PageToken", "NextPageToken"),
        ("s3", "ListBucketInventoryConfigurations", "ContinuationToken", "NextContinuationToken"),
        ("pinpoint", "GetApps", "Token", "ApplicationsResponse.NextToken"),
        (
            "firehose",
            "ListDeliveryStreams",
            "ExclusiveStartDeliveryStreamName",
            "DeliveryStreamNames[-1]",
        ),
    ] {
        let derived = pages(service, operation).expect(operation);
        assert!(derived.derived, "{service} {operation}");
        assert_eq!(
            (derived.input_tokens[0].as_str(), derived.output_tokens[0].as_str()),
            (input, output),
            "{operation}"
        );
    }
    assert!(pages("logs", "GetLogEvents").is_some_and(|pages| pages.ends_on_repeat));
    assert_eq!(pages("sts", "GetCallerIdentity"), None);
}

#[test]
fn tokens_and_results_are_members() {
    for service in services() {
        for (name, operation) in &service.operations {
            let Some(pages) = &operation.pages else { continue };
            let members = |end: &Option<ShapeRef>| {
                end.as_ref().map(|r| service.shape(r).members.clone()).unwrap_or_default()
            };
            let (input, output) = (members(&operation.input), members(&operation.output));
            let lost = pages
                .input_tokens
                .iter()
                .chain(&pages.limit)
                .find(|token| !input.contains_key(*token));
            assert_eq!(lost, None, "input of {} {name}", service.name);
            let root =
                |path: &str| path.split(['.', '[', ' ']).next().unwrap_or_default().to_owned();
            let outs = pages.output_tokens.iter().chain(&pages.results).chain(&pages.more_results);
            let lost = outs.map(|path| root(path)).find(|first| !output.contains_key(first));
            assert_eq!(lost, None, "answer of {} {name}", service.name);
        }
    }
}

#[test]
fn shapes_say_what_an_input_may_be_and_what_is_sensitive() {
    let ec2 = all().load("ec2").expect("it is a service");
    let output = ec2.shape(ec2.operations["DescribeVpcs"].output.as_ref().expect("it answers"));
    assert_eq!(output.members["Vpcs"].wire_name("Vpcs"), "vpcSet");
    let vpc = ec2.shape(ec2.shape(&output.members["Vpcs"]).item.as_ref().expect("it is a list"));
    assert_eq!(ec2.shape(&vpc.members["State"]).values, ["pending", "available", "deleting"]);
    assert_eq!(ec2.shape(&vpc.members["IsDefault"]).kind, Kind::Boolean);

    let lambda = all().load("lambda").expect("it is a service");
    let input =
        lambda.shape(lambda.operations["GetFunction"].input.as_ref().expect("it takes input"));
    assert_eq!(input.required, ["FunctionName"]);
    let secrets = all().load("secretsmanager").expect("it is a service");
    let value =
        secrets.shape(secrets.operations["GetSecretValue"].output.as_ref().expect("it answers"));
    assert!(secrets.shape(&value.members["SecretString"]).sensitive);
}

#[test]
fn a_sentence_says_what_an_operation_does() {
    let found = all().operations("ec2").expect("it is a service");
    assert_eq!(found["DescribeVpcs"], "Describes your VPCs.");
    assert!(
        found.values().all(|sentence| sentence.chars().count() <= 125 && !sentence.contains('<'))
    );
}
