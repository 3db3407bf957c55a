//! Parameters, and recorded answers: what a plan has, and what is sent.

use org_operator_changes::RowKey;
use org_operator_core::{AccountId, Region};
use serde_json::{Value, json};

use super::parameters::standard_arn;
use super::*;
use crate::replay::{ACCOUNT, request_bodies, target_with};

const STANDARD: &str = "arn:aws:securityhub:eu-west-1::standards/nist-800-53/v/5.0.0";

fn refused(given: &Value) -> String {
    let mut violations = Violations::default();
    SecurityHubControls.check_parameters(given.as_object().unwrap(), &mut violations);
    violations.to_string()
}

#[test]
fn wrong_parameters_are_refused_together() {
    let all = refused(&json!({
        "Standard": [], "Standards": "nist", "EnableControls": ["S3"], "DisableControls": [1],
        "CentralAccounts": "1",
    }));
    for name in ["Standard", "Standards", "EnableControls", "DisableControls", "CentralAccounts"] {
        assert!(all.contains(&format!("Parameters.{name}: ")), "{name} in {all}");
    }
    assert!(refused(&json!({})).contains("Parameters.Standards: got nothing"));
    let off = json!({"Standards": [], "DisableControls": "S3.1"});
    assert!(refused(&off).contains("Parameters.Reason: got nothing"));
    let list = json!({"Standards": [], "Reason": ["covered elsewhere"]});
    assert!(refused(&list).contains("Parameters.Reason: got [\"covered elsewhere\"]"));
    let long = refused(&json!({"Standards": "x".repeat(1_000_000)}));
    assert!(long.len() < 1_000 && long.contains("(1000002 bytes)"), "{} bytes", long.len());
    let both = json!({"Standards": [], "DisableControls": "S3.1", "EnableControls": "S3.1", "Reason": "x"});
    assert!(refused(&both).contains("controls that EnableControls does not name"));
    assert_eq!(
        refused(&json!({"Standards": "nist-800-53/v/5.0.0", "EnableControls": "S3.1, EC2.8"})),
        ""
    );
}

#[test]
fn a_standard_has_the_arn_of_its_region_and_partition() {
    let region = |name: &str| Region::parse(name).unwrap();
    assert_eq!(standard_arn("nist-800-53/v/5.0.0", &region("eu-west-1")), STANDARD);
    assert_eq!(
        standard_arn("nist-800-53/v/5.0.0", &region("us-gov-west-1")),
        "arn:aws-us-gov:securityhub:us-gov-west-1::standards/nist-800-53/v/5.0.0"
    );
    assert_eq!(
        standard_arn("cis-aws-foundations-benchmark/v/1.2.0", &region("eu-west-1")),
        "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0"
    );
}

fn answer(value: &Value) -> (u16, String) {
    (200, value.to_string())
}

fn recorder(recording: bool) -> (u16, String) {
    answer(&json!({"ConfigurationRecordersStatus": [{"name": "default", "recording": recording}]}))
}

fn off() -> (u16, String) {
    (401, json!({"__type": "InvalidAccessException", "Message": "off"}).to_string())
}

fn standards(status: &str) -> (u16, String) {
    answer(&json!({"StandardsSubscriptions": [{
        "StandardsArn": STANDARD, "StandardsSubscriptionArn": "arn:sub", "StandardsInput": {},
        "StandardsStatus": status, "StandardsControlsUpdatable": "READY_FOR_UPDATES",
    }]}))
}

async fn planned(parameters: &Value, answers: &[(u16, String)]) -> Vec<Vec<String>> {
    let (_, mut target) = target_with(answers);
    target.parameters = std::sync::Arc::new(parameters.as_object().cloned().unwrap());
    SecurityHubControls.run(&target).await.unwrap()
}

#[tokio::test]
async fn where_it_is_off_the_hub_comes_before_the_standard_and_its_controls() {
    let parameters = json!({
        "Standards": "nist-800-53/v/5.0.0", "DisableControls": "S3.1", "Reason": "covered elsewhere",
    });
    let rows = planned(&parameters, &[off(), recorder(false)]).await;
    let words: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(words, ["enable-hub", "enable-standard", "disable-control"]);
    assert!(rows.is_sorted_by_key(|row| &row[0]), "applying keeps to the order of the keys");
    assert!(rows[1][2].contains("it will be INCOMPLETE"), "{}", rows[1][2]);
    assert_eq!((rows[0][7].as_str(), rows[2][4].as_str()), ("", "S3.1"));
}

#[tokio::test]
async fn a_control_that_the_region_lacks_and_a_central_account_are_skipped_with_the_reason() {
    let parameters = json!({"Standards": [], "DisableControls": ["S3.9"], "Reason": "x"});
    let definitions = json!({"SecurityControlDefinitions": [
        {"SecurityControlId": "S3.9", "CurrentRegionAvailability": "UNAVAILABLE"},
    ]});
    let hub = answer(&json!({"HubArn": "arn"}));
    let answers = [hub, recorder(true), standards("READY"), answer(&definitions)];
    let rows = planned(&parameters, &answers).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][1..3], ["skip", "no standard that is on has the control in this Region"]);
    let central = json!({"Standards": [], "CentralAccounts": [ACCOUNT]});
    let rows = planned(&central, &[]).await;
    assert!(rows[0][1] == "skip" && rows[0][2].starts_with("ManagedElsewhere: "), "{rows:?}");
}

fn row(action: &str, key: &str, after: Value) -> PlanRow {
    PlanRow {
        key: RowKey {
            account_id: AccountId::parse(ACCOUNT).unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
            key: key.to_owned(),
        },
        account_name: "shop".to_owned(),
        action: action.to_owned(),
        before: Value::Null,
        after,
        reason: String::new(),
        inverse: None,
    }
}

#[tokio::test]
async fn the_hub_is_switched_on_without_the_standards_that_come_along() {
    let (client, target) = target_with(&[answer(&json!({}))]);
    let hub = row(ENABLE_HUB, "1 hub", json!({"Hub": "ON"}));
    SecurityHubControls.change(&target, &hub).await.unwrap();
    let sent: Value = serde_json::from_str(&request_bodies(&client)[0]).unwrap();
    assert_eq!(sent["EnableDefaultStandards"], json!(false));
    assert_eq!(sent["ControlFindingGenerator"], json!("SECURITY_CONTROL"));
}

#[tokio::test]
async fn what_is_not_processed_is_a_failure_though_the_answer_is_a_success() {
    let left = json!({"UnprocessedAssociationUpdates": [{
        "StandardsControlAssociationUpdate": {}, "ErrorCode": "LIMIT_EXCEEDED", "ErrorReason": "busy",
    }]});
    let (client, target) = target_with(&[answer(&left)]);
    let key = format!("3 S3.1 {STANDARD}");
    let after = json!({"AssociationStatus": "DISABLED", "UpdatedReason": "covered elsewhere"});
    let problem = SecurityHubControls.change(&target, &row(DISABLE_CONTROL, &key, after)).await;
    let problem = problem.unwrap_err();
    assert!(problem.message.contains("not processed: LIMIT_EXCEEDED: busy"), "{problem:?}");
    assert!(!problem.may_have_happened);
    let sent: Value = serde_json::from_str(&request_bodies(&client)[0]).unwrap();
    let update = &sent["StandardsControlAssociationUpdates"][0];
    assert_eq!(update["UpdatedReason"], json!("covered elsewhere"));
    assert_eq!(update["StandardsArn"], json!(STANDARD));
}

#[tokio::test]
async fn a_standard_is_switched_off_again_by_its_subscription() {
    let gone = answer(&json!({"StandardsSubscriptions": []}));
    let answers = [standards("READY"), standards("DELETING"), gone];
    let (client, target) = target_with(&answers);
    let off = row(DISABLE_STANDARD, &format!("2 {STANDARD}"), Value::Null);
    SecurityHubControls.change(&target, &off).await.unwrap();
    assert!(request_bodies(&client)[1].contains(r#"["arn:sub"]"#));
}

#[test]
fn the_session_may_do_what_the_rows_need_and_never_switch_the_hub_off() {
    let actions = |words: &[&str]| SecurityHubControls.actions(&words.iter().copied().collect());
    let on = actions(&[ENABLE_HUB, ENABLE_STANDARD, SKIP]).unwrap();
    assert!(on.contains(&"iam:CreateServiceLinkedRole".to_owned()), "{on:?}");
    assert!(!on.iter().any(|action| action.contains("Disable") || action.contains("Update")));
    assert_eq!(actions(&["disable-hub"]), None);
}

#[tokio::test]
async fn a_control_is_before_after_or_gone_with_its_standard() {
    let association = |status: &str| {
        answer(&json!({"StandardsControlAssociationDetails": [{
            "StandardsArn": STANDARD, "SecurityControlId": "S3.1", "AssociationStatus": status,
        }]}))
    };
    let none = || answer(&json!({"StandardsControlAssociationDetails": []}));
    let (on, off) =
        (super::plan::state("ENABLED", None), super::plan::state("DISABLED", Some("x")));
    let key = format!("3 S3.1 {STANDARD}");
    let known = PlanRow { before: on.clone(), ..row(DISABLE_CONTROL, &key, off.clone()) };
    let new = row(DISABLE_CONTROL, &key, off.clone());
    let back = PlanRow { before: off.clone(), ..row(ENABLE_CONTROL, &key, Value::Null) };
    for (row, answers, expected) in [
        (&known, association("ENABLED"), on),
        (&known, association("DISABLED"), off.clone()),
        (&new, none(), Value::Null),
        (&new, association("ENABLED"), Value::Null),
        (&new, association("DISABLED"), off.clone()),
        (&back, association("DISABLED"), off),
        (&back, association("ENABLED"), Value::Null),
        (&back, none(), Value::Null),
    ] {
        let (_, target) = target_with(&[answers]);
        assert_eq!(SecurityHubControls.read(&target, row).await.unwrap().state, expected);
    }
    let (_, target) = target_with(&[none()]);
    let problem = SecurityHubControls.read(&target, &known).await.unwrap_err();
    assert!(problem.message.contains("is not on, or has no control S3.1 here"), "{problem:?}");
}
