//! Recorded responses: what a plan has, what a scan type is now, and what Inspector's answers mean.

use std::sync::Arc;

use org_operator_changes::RowKey;
use org_operator_core::{AccountId, ErrorKind, Region};
use serde_json::json;

use super::*;
use crate::replay::{ACCOUNT, request_bodies, target_with};

const NOBODY: (u16, &str) =
    (404, "{\"__type\":\"ResourceNotFoundException\",\"message\":\"none\"}");

fn status(states: &Value) -> (u16, String) {
    let state = json!({"status": "ENABLED"});
    let account = json!({"accountId": ACCOUNT, "state": state, "resourceState": states});
    (200, json!({"accounts": [account], "failedAccounts": []}).to_string())
}

fn scan(status: &str) -> Value {
    json!({"status": status, "errorCode": "", "errorMessage": ""})
}

fn administrator(id: &str) -> (u16, String) {
    (200, json!({"delegatedAdmin": {"accountId": id, "relationshipStatus": "ENABLED"}}).to_string())
}

fn nobody() -> (u16, String) {
    (NOBODY.0, NOBODY.1.to_owned())
}

/// The rows of a plan.
async fn planned(parameters: Value, answers: &[(u16, String)]) -> Rows {
    let (_, mut target) = target_with(answers);
    target.parameters = Arc::new(parameters.as_object().cloned().unwrap());
    InspectorActivation.run(&target).await.unwrap()
}

/// Scan type, action and reason of each row.
fn decisions(rows: &Rows) -> Vec<[&str; 3]> {
    rows.iter().map(|row| [row[0].as_str(), row[1].as_str(), row[2].as_str()]).collect()
}

#[tokio::test]
async fn what_is_off_is_a_row_with_its_cost_and_what_is_on_is_not() {
    let states =
        json!({"ec2": scan("DISABLED"), "ecr": scan("ENABLED"), "lambda": scan("ENABLING")});
    let rows = planned(json!({"ScanTypes": "EC2,ECR,LAMBDA"}), &[status(&states), nobody()]).await;
    assert_eq!(rows, [EXAMPLE]);
    assert!(rows[0][5].ends_with("https://aws.amazon.com/inspector/pricing/"));
}

#[tokio::test]
async fn an_administrator_is_named_and_the_account_left_unless_asked_for() {
    let answers = || [status(&json!({"ec2": scan("DISABLED")})), administrator("999999999999")];
    let left = planned(json!({"ScanTypes": "EC2"}), &answers()).await;
    let reason = "999999999999 administers Inspector: turn it on there; Administered is skip";
    assert_eq!(decisions(&left), [["EC2", "skip", reason]]);
    let asked = json!({"ScanTypes": "EC2", "Administered": "enable"});
    let rows = planned(asked, &answers()).await;
    assert_eq!(decisions(&rows), [["EC2", "enable", "it is off"]]);
    assert_eq!(rows[0][4], "999999999999");
}

#[tokio::test]
async fn the_administrator_itself_is_no_member() {
    let answers = [status(&json!({"ec2": scan("DISABLED")})), administrator(ACCOUNT)];
    let rows = planned(json!({"ScanTypes": "EC2"}), &answers).await;
    assert_eq!(decisions(&rows), [["EC2", "enable", "it is off"]]);
}

#[tokio::test]
async fn what_cannot_be_turned_on_is_skipped_with_the_reason() {
    let blocked = json!({"status": "DISABLED_BY", "errorCode": "BLOCKED_BY_ORGANIZATION_POLICY"});
    let states = json!({
        "ec2": scan("SUSPENDED"), "ecr": blocked, "lambda": scan("DISABLED"), "lambdaCode": scan("DISABLED"),
    });
    let wanted = json!({"ScanTypes": ["EC2", "ECR", "LAMBDA_CODE", "CODE_REPOSITORY"]});
    let rows = planned(wanted, &[status(&states), nobody()]).await;
    let expected = [
        ["EC2", "skip", "it is SUSPENDED: plan again later"],
        ["ECR", "skip", "it is DISABLED_BY: BLOCKED_BY_ORGANIZATION_POLICY"],
        ["LAMBDA_CODE", "skip", "it needs LAMBDA: name that in ScanTypes, too"],
        ["CODE_REPOSITORY", "skip", "Inspector does not name this scan type here"],
    ];
    assert_eq!(decisions(&rows), expected);
    let both = json!({"ScanTypes": ["LAMBDA_CODE", "LAMBDA"]});
    let rows = planned(both, &[status(&states), nobody()]).await;
    let names: Vec<[&str; 3]> = decisions(&rows);
    assert_eq!(names, [["LAMBDA", "enable", "it is off"], ["LAMBDA_CODE", "enable", "it is off"]]);
}

#[tokio::test]
async fn an_account_that_inspector_cannot_tell_of_is_skipped() {
    let failed = json!({"accountId": ACCOUNT, "errorCode": "ACCESS_DENIED", "errorMessage": "no"});
    let answer = json!({"accounts": [], "failedAccounts": [failed]}).to_string();
    let rows = planned(json!({"ScanTypes": "EC2"}), &[(200, answer), nobody()]).await;
    let reason = "Inspector cannot tell of the account: ACCESS_DENIED";
    assert_eq!(decisions(&rows), [["EC2", "skip", reason]]);
}

#[test]
fn wrong_parameters_are_refused_together_and_scan_types_are_required() {
    let refused = |given: Value| {
        let mut violations = Violations::default();
        InspectorActivation.check_parameters(given.as_object().unwrap(), &mut violations);
        violations.to_string()
    };
    assert!(refused(json!({})).contains("Parameters.ScanTypes: got nothing"));
    let all = refused(json!({"ScanTypes": "EC2,EKS", "Administered": "yes", "Scan": 1}));
    for name in ["ScanTypes: ", "Administered: ", "Scan: "] {
        assert!(all.contains(&format!("Parameters.{name}")), "{name} in {all}");
    }
    assert_eq!(refused(json!({"ScanTypes": ["EC2", "CODE_REPOSITORY"]})), "");
}

#[test]
fn a_session_has_the_actions_of_its_rows() {
    let actions = |words: &[&str]| InspectorActivation.actions(&words.iter().copied().collect());
    let enable =
        ["inspector2:BatchGetAccountStatus", "inspector2:Enable", "iam:CreateServiceLinkedRole"];
    assert_eq!(actions(&["enable", "skip"]).unwrap(), enable);
    assert_eq!(
        actions(&["disable"]).unwrap(),
        ["inspector2:BatchGetAccountStatus", "inspector2:Disable"]
    );
    assert_eq!(actions(&["suspend"]), None);
}

fn row(action: &str) -> PlanRow {
    let (before, after) =
        if action == ENABLE { ("DISABLED", "ENABLED") } else { ("ENABLED", "DISABLED") };
    PlanRow {
        key: RowKey {
            account_id: AccountId::parse(ACCOUNT).unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
            key: "EC2".to_owned(),
        },
        account_name: "shop".to_owned(),
        action: action.to_owned(),
        before: before.into(),
        after: after.into(),
        reason: String::new(),
        inverse: None,
    }
}

#[tokio::test]
async fn a_status_on_its_way_says_what_it_becomes() {
    for (found, expected) in [
        ("ENABLED", json!("ENABLED")),
        ("DISABLED", json!("DISABLED")),
        ("ENABLING", json!({"Status": "ENABLING", "Becomes": "ENABLED"})),
        ("DISABLING", json!({"Status": "DISABLING", "Becomes": "DISABLED"})),
        ("SUSPENDED", json!("SUSPENDED")),
    ] {
        let (_, target) = target_with(&[status(&json!({"ec2": scan(found)}))]);
        let seen = InspectorActivation.read(&target, &row(ENABLE)).await.unwrap();
        assert_eq!(seen.state, expected);
    }
}

#[tokio::test]
async fn turning_on_answers_the_state_that_is_on_its_way() {
    let states = json!({"ec2": "ENABLING", "ecr": "DISABLED"});
    let account = json!({"accountId": ACCOUNT, "status": "ENABLING", "resourceStatus": states});
    let (client, target) = target_with(&[(200, json!({"accounts": [account]}).to_string())]);
    let made = InspectorActivation.change(&target, &row(ENABLE)).await.unwrap();
    assert_eq!(made.state, Some(json!({"Status": "ENABLING", "Becomes": "ENABLED"})));
    let sent: Value = serde_json::from_str(&request_bodies(&client)[0]).unwrap();
    assert_eq!(sent["accountIds"], json!([ACCOUNT]));
    assert_eq!(sent["resourceTypes"], json!(["EC2"]));
    assert_eq!(request_bodies(&client).len(), 1);
}

#[tokio::test]
async fn a_failure_inside_of_a_success_has_inspectors_code() {
    for (code, kind, may_have_happened) in [
        ("ALREADY_ENABLED", ErrorKind::OperationFailed, false),
        ("ENABLE_IN_PROGRESS", ErrorKind::Transient, false),
        ("ACCESS_DENIED", ErrorKind::AccessDenied, false),
        ("BLOCKED_BY_ORGANIZATION_POLICY", ErrorKind::DeniedByPolicy, false),
        ("EVENTBRIDGE_THROTTLED", ErrorKind::Throttled, true),
        ("INTERNAL_ERROR", ErrorKind::Transient, true),
    ] {
        let failed = json!({"accountId": ACCOUNT, "errorCode": code, "errorMessage": "no"});
        let answer = json!({"accounts": [], "failedAccounts": [failed]}).to_string();
        let (_, target) = target_with(&[(200, answer)]);
        let problem = InspectorActivation.change(&target, &row(ENABLE)).await.unwrap_err();
        assert_eq!((problem.kind, problem.may_have_happened), (kind, may_have_happened), "{code}");
        assert_eq!(problem.message, format!("inspector2:Enable: {code}: no"));
    }
}

#[tokio::test]
async fn turning_off_names_nothing_but_the_row_s_scan_type() {
    let (client, target) = target_with(&[(200, json!({"accounts": []}).to_string())]);
    InspectorActivation.change(&target, &row(DISABLE)).await.unwrap();
    let sent: Value = serde_json::from_str(&request_bodies(&client)[0]).unwrap();
    assert_eq!(sent, json!({"accountIds": [ACCOUNT], "resourceTypes": ["EC2"]}));
}
