//! Parameters, phases, changes, reasons, and which of a plan's states a stack has.

use org_operator_changes::RowKey;
use org_operator_core::{AccountId, Region};
use serde_json::{Value, json};

use super::super::changes::{ResourceChange, losses};
use super::super::events::reasons;
use super::super::parameters::{Template, Wanted};
use super::super::stack::{ChangeSet, Phase, Stack, Way};
use super::super::state::{Found, Seen, after, before, digest};
use super::super::*;
use crate::replay::ACCOUNT;

const OLD: &str = "Resources: {}";
const NEW: &str = "Resources: {A: {}}";

fn refused(given: &Value) -> String {
    let mut violations = Violations::default();
    CloudFormationStack.check_parameters(given.as_object().unwrap(), &mut violations);
    violations.to_string()
}

fn wanted(given: &Value) -> Wanted {
    Wanted::of(given.as_object().unwrap()).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

#[test]
fn wrong_parameters_are_refused_together() {
    let all = refused(&json!({
        "StackNam": "x", "StackName": "1st", "TemplateUrl": "http://x", "StackParameters": ["A"],
        "Capabilities": ["CAPABILITY_ALL"], "ServiceRole": "/a/", "AllowReplacement": "yes",
    }));
    for name in [
        "StackNam",
        "StackName",
        "TemplateUrl",
        "StackParameters",
        "Capabilities",
        "ServiceRole",
        "AllowReplacement",
    ] {
        assert!(all.contains(&format!("Parameters.{name}: ")), "{name} in {all}");
    }
    assert!(refused(&json!({})).contains("Parameters.ServiceRole: got nothing"));
    let both = json!({"TemplateUrl": "https://x", "TemplateBody": "{}"});
    assert!(refused(&both).contains("either TemplateUrl or TemplateBody"));
    let of_set = json!({"StackName": "StackSet-a"});
    assert!(refused(&of_set).contains("Parameters.StackName: got \"StackSet-a\""));
}

#[test]
fn parameters_are_read_in_every_form_that_the_command_gives_them() {
    let base = |more: Value| {
        let mut given = json!({"StackName": "web", "ServiceRole": "ops/deployer"});
        given.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        wanted(&given)
    };
    let one = base(json!({"TemplateBody": {"Resources": {}}, "StackParameters": "A=1,2"}));
    assert_eq!(one.template, Template::Body("{\"Resources\":{}}".to_owned()));
    assert_eq!(one.parameters["A"], "1,2");
    let two = base(json!({"TemplateUrl": "https://b/t", "StackParameters": {"A": 1, "B": "x"}}));
    assert_eq!(two.template.member(), ("TemplateURL", "https://b/t"));
    assert_eq!((two.parameters["A"].as_str(), two.parameters["B"].as_str()), ("1", "x"));
    let three = base(json!({
        "TemplateUrl": "https://b/t", "StackParameters": ["A=", "B=x=y"],
        "Capabilities": "CAPABILITY_IAM, CAPABILITY_AUTO_EXPAND", "AllowReplacement": true,
    }));
    assert_eq!((three.parameters["A"].as_str(), three.parameters["B"].as_str()), ("", "x=y"));
    assert_eq!(three.capabilities, ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]);
    assert!(three.allow_replacement);
}

fn stack(status: &str) -> Stack {
    Stack { id: "arn:s".to_owned(), status: status.to_owned(), ..Stack::default() }
}

#[test]
fn the_state_of_a_stack_says_whether_it_is_created_updated_or_left() {
    assert_eq!(Way::of(None), Way::Create);
    for status in ["REVIEW_IN_PROGRESS", "DELETE_COMPLETE"] {
        assert_eq!(Way::of(Some(&stack(status))), Way::Create, "{status}");
    }
    for status in ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"] {
        assert_eq!(Way::of(Some(&stack(status))), Way::Update, "{status}");
    }
    for status in ["UPDATE_IN_PROGRESS", "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"] {
        let left = Way::of(Some(&stack(status)));
        assert!(matches!(&left, Way::Leave(why) if why.contains(status)), "{left:?}");
    }
    assert_eq!(stack("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS").phase(), Phase::Working);
}

fn change(action: &str, kind: &str, replacement: &str, policy: &str) -> ResourceChange {
    ResourceChange {
        action: action.to_owned(),
        logical_id: "A".to_owned(),
        r#type: kind.to_owned(),
        replacement: replacement.to_owned(),
        policy_action: policy.to_owned(),
    }
}

#[test]
fn data_is_at_risk_where_its_resource_is_removed_or_may_be_replaced() {
    let table = "AWS::DynamoDB::Table";
    for (action, replacement, policy) in [
        ("Remove", "", "Delete"),
        ("Remove", "", ""),
        ("Remove", "", "Snapshot"),
        ("Modify", "True", ""),
        ("Modify", "Conditional", "ReplaceAndDelete"),
        ("Dynamic", "", ""),
    ] {
        assert!(change(action, table, replacement, policy).may_lose_data(), "{action}");
    }
    for (action, replacement, policy) in
        [("Add", "", ""), ("Modify", "False", ""), ("Remove", "", "Retain")]
    {
        assert!(!change(action, table, replacement, policy).may_lose_data(), "{action}");
    }
    assert!(!change("Remove", "AWS::SNS::Topic", "", "").may_lose_data());
    let lost = [change("Modify", table, "True", ""), change("Remove", "AWS::S3::Bucket", "", "")];
    assert_eq!(losses(&lost), "replace AWS::DynamoDB::Table A, remove AWS::S3::Bucket A");
}

#[test]
fn the_reason_of_a_failure_is_its_cause_and_of_the_last_operation_only() {
    let event = |resource: &str, status: &str, reason: &str| {
        json!({
            "PhysicalResourceId": if resource == "web" { "arn:s" } else { "" },
            "LogicalResourceId": resource, "ResourceType": "T", "ResourceStatus": status,
            "ResourceStatusReason": reason,
        })
    };
    let events = [
        event("web", "UPDATE_ROLLBACK_COMPLETE", ""),
        event("B", "CREATE_FAILED", "Resource creation cancelled"),
        event("A", "CREATE_FAILED", "no such subnet"),
        event("web", "UPDATE_IN_PROGRESS", "User Initiated"),
        event("A", "CREATE_FAILED", "an older reason"),
    ];
    assert_eq!(reasons("arn:s", &events), "T A CREATE_FAILED: no such subnet");
    assert_eq!(reasons("arn:s", &[]), "");
}

fn row(action: &str, before: Value, after: Value) -> PlanRow {
    PlanRow {
        key: RowKey {
            account_id: AccountId::parse(ACCOUNT).unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
            key: "arn:c".to_owned(),
        },
        account_name: "shop".to_owned(),
        action: action.to_owned(),
        before,
        after,
        reason: String::new(),
        inverse: None,
    }
}

fn set(execution: &str) -> ChangeSet {
    let (status, execution) = ("CREATE_COMPLETE".to_owned(), execution.to_owned());
    let (arn, stack) = ("arn:c".to_owned(), "arn:s".to_owned());
    ChangeSet { arn, stack, status, execution, ..ChangeSet::default() }
}

fn seen(status: &str, template: &str, execution: &str) -> Seen {
    let stack = Some(stack(status)).filter(|stack| !stack.status.is_empty());
    let set = Some(set(execution)).filter(|set| !set.execution.is_empty());
    Seen { stack, template: digest(template), set, has_others: false }
}

/// What a row is, as a word.
fn word(row: &PlanRow, seen: &Seen) -> &'static str {
    match seen.found(row) {
        Found::Settled(state) if state == row.before => "before",
        Found::Settled(state) if state == row.after => "after",
        Found::Settled(_) => "other",
        Found::Working(_) => "working",
        Found::Failed => "failed",
    }
}

/// The state that a plan of `template` wants.
fn wanted_state(template: &str) -> Value {
    let given = json!({"StackName": "web", "ServiceRole": "deployer", "TemplateBody": template});
    after(&set("AVAILABLE"), (template, &json!({})), &wanted(&given))
}

fn updated() -> PlanRow {
    let new = wanted_state(NEW);
    row(UPDATE, before(&stack("CREATE_COMPLETE"), OLD), new)
}

#[test]
fn an_update_is_before_after_failed_or_another_state_by_stack_and_change_set() {
    let row = updated();
    for (status, template, execution, expected) in [
        ("CREATE_COMPLETE", OLD, "AVAILABLE", "before"),
        ("UPDATE_ROLLBACK_COMPLETE", OLD, "AVAILABLE", "before"),
        ("CREATE_COMPLETE", OLD, "OBSOLETE", "other"),
        ("CREATE_COMPLETE", OLD, "", "other"),
        ("UPDATE_COMPLETE", "Resources: {B: {}}", "OBSOLETE", "other"),
        ("UPDATE_COMPLETE", NEW, "EXECUTE_COMPLETE", "after"),
        ("UPDATE_COMPLETE", NEW, "", "after"),
        ("UPDATE_IN_PROGRESS", OLD, "EXECUTE_IN_PROGRESS", "working"),
        ("CREATE_COMPLETE", OLD, "EXECUTE_IN_PROGRESS", "working"),
        ("UPDATE_ROLLBACK_COMPLETE", OLD, "EXECUTE_FAILED", "failed"),
        ("UPDATE_ROLLBACK_COMPLETE", OLD, "EXECUTE_COMPLETE", "failed"),
        ("", "", "", "other"),
    ] {
        let found = word(&row, &seen(status, template, execution));
        assert_eq!(found, expected, "{status} {execution}");
    }
}

#[test]
fn what_is_in_no_template_is_before_until_the_change_set_is_executed() {
    let same = wanted_state(OLD);
    let row = row(UPDATE, before(&stack("CREATE_COMPLETE"), OLD), same);
    assert_eq!(word(&row, &seen("CREATE_COMPLETE", OLD, "AVAILABLE")), "before");
    assert_eq!(word(&row, &seen("UPDATE_COMPLETE", OLD, "EXECUTE_COMPLETE")), "after");
}

#[test]
fn a_creation_begins_with_no_stack_or_an_empty_one() {
    let row = row(CREATE, Value::Null, wanted_state(NEW));
    assert_eq!(word(&row, &seen("REVIEW_IN_PROGRESS", "", "AVAILABLE")), "before");
    assert_eq!(word(&row, &seen("CREATE_COMPLETE", NEW, "EXECUTE_COMPLETE")), "after");
    assert_eq!(word(&row, &seen("ROLLBACK_COMPLETE", NEW, "EXECUTE_FAILED")), "failed");
    assert_eq!(word(&row, &seen("", "", "")), "other");
}

#[test]
fn undo_is_done_where_the_old_template_or_no_stack_is_there() {
    let forward = updated();
    let back = row(RESTORE, forward.after, forward.before);
    assert_eq!(word(&back, &seen("UPDATE_COMPLETE", NEW, "")), "before");
    assert_eq!(word(&back, &seen("UPDATE_COMPLETE", OLD, "")), "after");
    assert_eq!(word(&back, &seen("UPDATE_COMPLETE", "x", "")), "other");
    let gone = row(DELETE, wanted_state(NEW), Value::Null);
    assert_eq!(word(&gone, &seen("CREATE_COMPLETE", NEW, "")), "before");
    assert_eq!(word(&gone, &seen("DELETE_COMPLETE", "", "")), "after");
    assert_eq!(word(&gone, &seen("UPDATE_COMPLETE", OLD, "")), "other");
}

#[test]
fn a_dropped_plan_leaves_executed_change_sets_and_stacks_of_others_alone() {
    let created = row(CREATE, Value::Null, wanted_state(NEW));
    let drop = CloudFormationStack.dropped(&created).unwrap();
    assert_eq!((drop.action.as_str(), drop.key.key.as_str()), (DROP, "arn:c"));
    let reviewed = seen("REVIEW_IN_PROGRESS", "", "AVAILABLE");
    assert_eq!(word(&drop, &reviewed), "before");
    let empty = Seen { set: None, ..reviewed };
    assert_eq!(word(&drop, &empty), "before", "its stack is left");
    assert_eq!(word(&drop, &Seen { has_others: true, ..empty }), "after");
    assert_eq!(word(&drop, &seen("CREATE_COMPLETE", NEW, "EXECUTE_COMPLETE")), "after");
    let skipped = row(SKIP, Value::Null, Value::Null);
    assert_eq!(CloudFormationStack.dropped(&skipped), None);
}

#[test]
fn the_session_may_do_what_the_rows_need_and_no_more() {
    let actions = |words: &[&str]| CloudFormationStack.actions(&words.iter().copied().collect());
    let applied = actions(&[CREATE, UPDATE, SKIP]).unwrap();
    assert!(applied.contains(&EXECUTES.to_owned()), "{applied:?}");
    assert!(!applied.iter().any(|action| action.contains("Delete") || action.contains("Create")));
    assert!(!actions(&[DROP]).unwrap().contains(&EXECUTES.to_owned()));
    assert_eq!(actions(&["revoke"]), None);
}
