//! Operations that are files, run over recorded answers.

use serde_json::json;

use super::*;
use crate::replay::{request_bodies, target_in, target_with};

fn operation(definition: &Value) -> Arc<dyn Operation> {
    let mut violations = Violations::default();
    let map = definition.as_object().cloned().unwrap();
    defined(&map, &mut violations).unwrap_or_else(|| panic!("{violations}"))
}

fn vpcs() -> Value {
    json!({
        "name": "my-vpcs", "summary": "every VPC", "service": "ec2", "call": "DescribeVpcs",
        "rows": "Vpcs[]", "key": ["vpc_id"],
        "columns": [{"name": "vpc_id", "path": "VpcId", "meaning": "the VPC"}],
    })
}

fn page(id: &str, token: &str) -> (u16, String) {
    let vpc = format!("<vpcSet><item><vpcId>{id}</vpcId></item></vpcSet>");
    (200, format!("<DescribeVpcsResponse>{vpc}{token}</DescribeVpcsResponse>"))
}

#[tokio::test]
async fn a_file_reads_every_page() {
    let pages = [page("vpc-1", "<nextToken>2</nextToken>"), page("vpc-2", "")];
    let (client, target) = target_with(&pages);
    let rows = operation(&vpcs()).run(&target).await.unwrap();
    assert_eq!(rows, [["vpc-1"], ["vpc-2"]]);
    assert!(request_bodies(&client)[1].contains("NextToken=2"));
}

#[tokio::test]
async fn a_refusal_of_a_files_call_is_the_services_own() {
    let (_, target) = target_with(&[(403, replay::DENIED.to_owned())]);
    let refused = operation(&vpcs()).run(&target).await.unwrap_err();
    assert_eq!(
        refused.call().and_then(|call| call.code.clone()).as_deref(),
        Some("UnauthorizedOperation")
    );
}

#[tokio::test]
async fn a_region_that_a_file_leaves_out_is_skipped_without_a_call() {
    let mut file = vpcs();
    file["regions"] = json!(["us-east-1"]);
    let (client, target) = target_with(&[]);
    let answer = operation(&file).run(&target).await.unwrap_err();
    let expected = "`my-vpcs` runs in us-east-1 only".to_owned();
    assert_eq!(answer, OperationFailure::ServiceNotInRegion(expected));
    assert!(request_bodies(&client).is_empty());
}

#[tokio::test]
async fn a_region_that_lacks_the_service_is_skipped_without_a_call() {
    let file = json!({
        "name": "plans", "summary": "every plan", "service": "pricing-plan-manager",
        "call": "ListSubscriptions", "rows": "subscriptionSummaries[]", "key": ["arn"],
        "columns": [{"name": "arn", "path": "arn", "meaning": "the subscription"}],
    });
    let (client, target) = target_in("cn-north-1", &[]);
    let answer = operation(&file).run(&target).await.unwrap_err();
    assert!(matches!(answer, OperationFailure::ServiceNotInRegion(_)), "{answer:?}");
    assert!(request_bodies(&client).is_empty());
}

#[test]
fn a_file_has_a_spec_with_what_the_models_know() {
    let mut violations = Violations::default();
    let trusts = catalogue().find("iam-role-trusts", &mut violations).unwrap();
    let spec = trusts.spec();
    assert_eq!(spec.scope, org_operator_core::model::spec::Scope::Global);
    assert_eq!(spec.actions, ["iam:GetAccountAuthorizationDetails"]);
    assert_eq!(spec.services, ["iam"]);
    assert_eq!(spec.parameters[0].default, Some(json!(true)));
}

#[test]
fn every_file_is_named_as_its_operation() {
    for operation in catalogue().operations().unwrap() {
        let name = operation.spec().name.clone();
        assert!(catalogue().names().any(|known| known == name), "{name}");
    }
}

#[test]
fn a_definition_is_refused_under_another_name_than_its_own() {
    let map = vpcs().as_object().cloned().unwrap();
    let mut violations = Violations::default();
    assert!(catalogue().requested("my-vpcs", Some(&map), &mut violations).is_some());
    assert!(violations.is_empty(), "{violations}");
    let refused = catalogue().resolve("../elsewhere", Some(&map), &Map::new());
    let text = refused.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(text.contains("Operation: got \"../elsewhere\", allowed: `my-vpcs`"), "{text}");
}

#[test]
fn the_list_of_files_names_no_folder_of_one_clone() {
    let list = include_str!(concat!(env!("OUT_DIR"), "/files.rs"));
    assert!(list.contains("account-summary"));
    assert!(!list.contains(env!("CARGO_MANIFEST_DIR")), "{list}");
}
