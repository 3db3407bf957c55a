//! Recorded responses: what a plan has, what a tag is now, which requests change it, and what a failure
//! inside of a success means.

use std::sync::Arc;

use org_operator_changes::RowKey;
use org_operator_core::{AccountId, ErrorKind, Region};
use serde_json::json;

use super::*;
use crate::replay::{ACCOUNT, request_bodies, target_with};

const ARN: &str = "arn:aws:ec2:eu-west-1:111111111111:volume/vol-1";

fn page(entries: &Value, token: &str) -> (u16, String) {
    (200, json!({"ResourceTagMappingList": entries, "PaginationToken": token}).to_string())
}

fn resource(arn: &str, tags: &[(&str, &str)]) -> Value {
    let listed: Vec<Value> =
        tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    json!({"ResourceARN": arn, "Tags": listed})
}

fn target(
    parameters: &Value,
    pages: &[(u16, String)],
) -> (impl Fn() -> Vec<String> + use<>, Target) {
    let (client, mut target) = target_with(pages);
    target.parameters = Arc::new(parameters.as_object().cloned().unwrap_or_default());
    (move || request_bodies(&client), target)
}

/// The rows of a plan over the resources, each as key, action and reason.
async fn planned(parameters: Value, entries: Value) -> Vec<[String; 3]> {
    let (_, target) = target(&parameters, &[page(&entries, "")]);
    let rows = TagResources.run(&target).await.unwrap();
    rows.into_iter().map(|row| [row[5].clone(), row[1].clone(), row[2].clone()]).collect()
}

#[tokio::test]
async fn absent_keys_of_all_pages_are_rows_and_equal_values_are_not() {
    let stack = ("aws:cloudformation:stack-name", "shop");
    let first = page(&json!([resource(ARN, &[("Stage", "test"), stack])]), "more");
    let second = page(&json!([resource("arn:aws:s3:::assets", &[("Owner", "web")])]), "");
    let wanted = json!({"Tags": "Owner=web"});
    let (sent, target) = target(&wanted, &[first, second]);
    let rows = TagResources.run(&target).await.unwrap();
    assert_eq!(rows, [EXAMPLE]);
    assert_eq!(sent().len(), 2);
}

#[tokio::test]
async fn another_value_is_left_unless_overwriting_is_asked_for() {
    let entries = json!([resource(ARN, &[("Owner", "data")])]);
    let left = planned(json!({"Tags": {"Owner": "web"}}), entries.clone()).await;
    let reason = "it has another value; Overwrite is false";
    assert_eq!(left, [["Owner", "skip", reason]]);
    let set = planned(json!({"Tags": {"Owner": "web"}, "Overwrite": true}), entries).await;
    assert_eq!(set, [["Owner", "tag ec2", "it has another value"]]);
}

#[tokio::test]
async fn an_overwritten_value_is_put_back_and_an_absent_key_is_taken_away() {
    let entries = json!([resource(ARN, &[("Owner", "data")])]);
    let wanted = json!({"Tags": "Owner=web,Stage=test", "Overwrite": true});
    let (_, target) = target(&wanted, &[page(&entries, "")]);
    let rows = TagResources.run(&target).await.unwrap();
    let inverse = |row: usize| serde_json::from_str::<Value>(&rows[row][11]).unwrap();
    assert_eq!(inverse(0), json!({"Key": format!("{ARN} Owner"), "Action": "tag ec2"}));
    assert_eq!(inverse(1), json!({"Key": format!("{ARN} Stage"), "Action": "untag ec2"}));
    assert_eq!(rows[0][9], json!({"Arn": ARN, "Key": "Owner", "Value": "data"}).to_string());
}

#[tokio::test]
async fn a_resource_without_room_for_another_tag_is_skipped() {
    let names: Vec<String> = (0..49).map(|number| format!("k{number}")).collect();
    let mut tags: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
    tags.push(("aws:autoscaling:groupName", "g"));
    let rows = planned(json!({"Tags": "A=1,B=2"}), json!([resource(ARN, &tags)])).await;
    assert_eq!(rows[0], ["A", "tag ec2", "it lacks the key"]);
    assert_eq!(rows[1], ["B", "skip", "it has no room: 50 tags are the most"]);
}

#[tokio::test]
async fn a_stack_is_skipped_unless_its_type_is_named() {
    let stack = "arn:aws:cloudformation:eu-west-1:111111111111:stack/web/1";
    let entries = || json!([resource(stack, &[("team", "web")])]);
    let left = planned(json!({"Tags": "Owner=web"}), entries()).await;
    assert_eq!(left[0][1], "skip");
    let types = json!({"Tags": "Owner=web", "ResourceTypes": "cloudformation:stack"});
    assert_eq!(planned(types, entries()).await[0][1], "tag cloudformation");
}

#[tokio::test]
async fn a_key_in_other_letters_is_named_in_the_reason() {
    let rows =
        planned(json!({"Tags": "Owner=web"}), json!([resource(ARN, &[("owner", "w")])])).await;
    assert_eq!(rows[0][2], "it lacks the key; it has owner, in other letters");
}

#[tokio::test]
async fn filters_are_the_services_own() {
    let parameters = json!({"Tags": "A=1", "ResourceTypes": "ec2:volume", "WithTag": "team=web"});
    let (sent, target) = target(&parameters, &[page(&json!([]), "")]);
    assert!(TagResources.run(&target).await.unwrap().is_empty());
    let asked: Value = serde_json::from_str(&sent()[0]).unwrap();
    let filters = json!([{"Key": "team", "Values": ["web"]}]);
    let expected = json!({"ResourcesPerPage": 100, "ResourceTypeFilters": ["ec2:volume"], "TagFilters": filters});
    assert_eq!(asked, expected);
}

#[test]
fn wrong_parameters_are_refused_together_and_tags_are_required() {
    let refused = |given: Value| {
        let mut violations = Violations::default();
        TagResources.check_parameters(given.as_object().unwrap(), &mut violations);
        violations.to_string()
    };
    assert!(refused(json!({})).contains("Parameters.Tags: got nothing"));
    let long = format!("{}=v", "k".repeat(129));
    for wrong in [
        json!(""),
        json!("Owner"),
        json!("aws:a=b"),
        json!("AWS:a=b"),
        json!({"a": "aws:b"}),
        json!(long),
    ] {
        assert!(refused(json!({"Tags": wrong})).contains("Parameters.Tags"), "{wrong}");
    }
    let all = refused(
        json!({"Tag": 1, "Tags": [], "ResourceTypes": 1, "WithTag": 1, "Overwrite": "yes"}),
    );
    for name in ["Tag: ", "Tags: ", "ResourceTypes: ", "WithTag: ", "Overwrite: "] {
        assert!(all.contains(&format!("Parameters.{name}")), "{name} in {all}");
    }
    let key = refused(json!({"Tags": {"CostCentre": 7}, "RefusedKeys": "costcentre"}));
    assert!(key.contains("keys that are not in RefusedKeys, which has CostCentre"), "{key}");
    assert_eq!(refused(json!({"Tags": ["Owner=a,b", "Url=a=b"], "RefusedKeys": ["Team"]})), "");
}

fn state(value: &str) -> Value {
    json!({"Arn": ARN, "Key": "Owner", "Value": value})
}

fn row(action: &str, before: Value, after: Value) -> PlanRow {
    PlanRow {
        key: RowKey {
            account_id: AccountId::parse(ACCOUNT).unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
            key: format!("{ARN} Owner"),
        },
        account_name: "shop".to_owned(),
        action: action.to_owned(),
        before,
        after,
        reason: String::new(),
        inverse: None,
    }
}

async fn seen(action: &str, entries: Value) -> Seen {
    let (_, target) = target(&Value::Null, &[page(&entries, "")]);
    let row = match action {
        "tag ec2" => row(action, Value::Null, state("web")),
        _ => row(action, state("web"), Value::Null),
    };
    TagResources.read(&target, &row).await.unwrap()
}

#[tokio::test]
async fn a_tag_is_read_again_with_the_keys_of_its_resource() {
    let found = seen("tag ec2", json!([resource(ARN, &[("Owner", "x"), ("team", "web")])])).await;
    assert_eq!(found.state, state("x"));
    assert_eq!(found.tags, BTreeSet::from(["Owner".to_owned(), "team".to_owned()]));
    assert_eq!(seen("tag ec2", json!([resource(ARN, &[])])).await.state, Value::Null);
}

#[tokio::test]
async fn a_resource_that_is_gone_is_no_resource_without_the_tag() {
    let gone = json!({"Arn": ARN, "Listed": false});
    assert_eq!(seen("tag ec2", json!([])).await.state, gone);
    assert_eq!(seen("untag ec2", json!([])).await.state, Value::Null);
}

#[tokio::test]
async fn a_change_is_one_request_about_one_tag_of_one_resource() {
    let (sent, to_tag) = target(&Value::Null, &[(200, "{}".to_owned())]);
    TagResources.change(&to_tag, &row("tag ec2", Value::Null, state("web"))).await.unwrap();
    let asked: Value = serde_json::from_str(&sent()[0]).unwrap();
    assert_eq!(asked, json!({"ResourceARNList": [ARN], "Tags": {"Owner": "web"}}));
    let (sent, to_untag) = target(&Value::Null, &[(200, "{}".to_owned())]);
    TagResources.change(&to_untag, &row("untag ec2", state("web"), Value::Null)).await.unwrap();
    let asked: Value = serde_json::from_str(&sent()[0]).unwrap();
    assert_eq!(asked, json!({"ResourceARNList": [ARN], "TagKeys": ["Owner"]}));
}

/// What came of a change that is answered with `status` and `body`.
async fn changed(status: u16, body: Value) -> Result<Made, CallProblem> {
    let (sent, target) = target(&Value::Null, &[(status, body.to_string())]);
    let made = TagResources.change(&target, &row("tag ec2", Value::Null, state("web"))).await;
    assert_eq!(sent().len(), 1);
    made
}

#[tokio::test]
async fn a_resource_that_failed_inside_of_a_success_is_a_failure() {
    let failed = |status: u16, code: &str, message: &str| {
        let why = json!({"StatusCode": status, "ErrorCode": code, "ErrorMessage": message});
        json!({"FailedResourcesMap": {ARN: why}})
    };
    let refused = failed(400, "InvalidParameterException", "tag policy");
    let problem = changed(200, refused).await.unwrap_err();
    assert!(!problem.may_have_happened);
    assert_eq!(problem.kind, ErrorKind::OperationFailed);
    assert_eq!(problem.message, "tag:TagResources: InvalidParameterException: tag policy");
    let internal = failed(500, "InternalServiceException", "try again");
    let problem = changed(200, internal).await.unwrap_err();
    assert_eq!((problem.kind, problem.may_have_happened), (ErrorKind::Transient, true));
    assert!(changed(200, json!({"FailedResourcesMap": {}})).await.is_ok());
}

#[tokio::test]
async fn an_exception_says_whether_the_tag_may_be_set_all_the_same() {
    let error = |code: &str| json!({"__type": code, "message": "no"});
    let problem = changed(400, error("InvalidParameterException")).await.unwrap_err();
    assert!(!problem.may_have_happened);
    let problem = changed(400, error("ThrottledException")).await.unwrap_err();
    assert_eq!((problem.kind, problem.may_have_happened), (ErrorKind::Throttled, false));
    let problem = changed(500, error("InternalServiceException")).await.unwrap_err();
    assert_eq!((problem.kind, problem.may_have_happened), (ErrorKind::Transient, true));
}

#[tokio::test]
async fn a_row_whose_key_is_not_its_tags_is_not_sent() {
    let (sent, target) = target(&Value::Null, &[]);
    let mut other = row("tag ec2", Value::Null, state("web"));
    other.key.key = format!("{ARN} Stage");
    let problem = TagResources.change(&target, &other).await.unwrap_err();
    assert_eq!(problem.kind, ErrorKind::InvalidRequest);
    assert!(sent().is_empty());
}
