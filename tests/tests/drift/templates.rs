//! The templates: parameters, outputs, the table's keys, the member role, partitions.

use std::collections::BTreeSet;

use org_operator_core::model::session::INQUIRY;
use org_operator_core::model::spec::Access;
use org_operator_operations::{CHANGES, Change, Condition, catalogue};
use org_operator_tests::files::{resources, template, text};
use serde_json::{Value, json};

use super::{Names, names, strings};

#[test]
fn placeholders_and_substitutions_are_the_same() {
    let asl = text("statemachine/org-operator.asl.json");
    let used: Names = asl
        .split("${")
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .map(str::to_owned)
        .collect();
    let machines = resources(&template("operator.yaml"), "AWS::StepFunctions::StateMachine");
    let given = &machines.values().next().expect("a state machine")["DefinitionSubstitutions"];
    let given = names(given.as_object().expect("substitutions").keys().map(String::as_str));
    assert_eq!(used, given);
}

fn keys(template: &Value, section: &str) -> Names {
    names(template[section].as_object().into_iter().flatten().map(|(name, _)| name.as_str()))
}

#[test]
fn the_templates_keep_their_parameters_and_outputs() {
    let operator = template("operator.yaml");
    let parameters = [
        "CodeBucket",
        "CodePrefix",
        "Architecture",
        "OrganizationId",
        "ExternalId",
        "TargetRegions",
        "MaxConcurrency",
        "ScheduleExpression",
        "ScheduleTimezone",
        "NotificationEmail",
        "ReportLinkHours",
        "PortalUrl",
        "EnableAdminOperations",
        "ApprovalOptional",
        "ProtectedAccounts",
        "ProtectedUnits",
        "ProtectedTagKeys",
        "StackServiceRoleName",
        "StackNamePrefix",
        "AllowDefinitions",
        "LedgerRetentionDays",
        "NamePrefix",
        "MemorySize",
        "WorkerReservedConcurrency",
        "LogRetentionDays",
        "StateMachineLogLevel",
        "Tracing",
        "KmsKeyArn",
    ];
    assert_eq!(keys(&operator, "Parameters"), names(parameters));
    let outputs = [
        "StateMachineArn",
        "LedgerTable",
        "ResultsBucket",
        "NotificationTopicArn",
        "ReadOnlyWorkerRoleArn",
        "AdminWorkerRoleArn",
        "FanoutFunction",
        "WorkerFunction",
        "AdminWorkerFunction",
        "ResultHandlerFunction",
        "ScheduleGroup",
        "DeadLettersQueue",
    ];
    assert_eq!(keys(&operator, "Outputs"), names(outputs));
    let roles = template("member-roles.yaml");
    let parameters = [
        "ReadOnlyWorkerRoleArn",
        "AdminWorkerRoleArn",
        "ReaderPrincipalArn",
        "MemberReadPolicyArns",
        "StackServiceRoleName",
        "StackNamePrefix",
        "ExternalId",
        "OrganizationId",
    ];
    assert_eq!(keys(&roles, "Parameters"), names(parameters));
    let slack = template("slack.yaml");
    assert!(keys(&slack, "Parameters").is_superset(&names(["SlackWorkspaceId", "SlackChannelId"])));
    for parameter in
        [&operator, &roles].iter().filter_map(|t| t["Parameters"].as_object()).flatten()
    {
        assert!(parameter.1["Description"].is_string(), "{} has no description", parameter.0);
    }
}

#[test]
fn the_read_only_role_allows_exactly_the_declared_actions() {
    let roles = resources(&template("member-roles.yaml"), "AWS::IAM::Role");
    let read_only =
        roles.values().find(|role| role["RoleName"] == "operation-readonly").expect("the role");
    let mut allowed = Names::new();
    for policy in read_only["Policies"].as_array().expect("policies") {
        for statement in policy["PolicyDocument"]["Statement"].as_array().expect("statements") {
            assert_eq!(statement["Effect"], "Allow");
            allowed.extend(strings(&statement["Action"]));
        }
    }
    let operations = catalogue().operations().expect("a catalogue without faults");
    let specs = operations.iter().map(|operation| operation.spec());
    let read_only = specs.filter(|spec| spec.access == Access::ReadOnly);
    let declared: Names = read_only.flat_map(|spec| spec.actions.iter().cloned()).collect();
    let with_inquiry = declared.union(&names([INQUIRY])).cloned().collect();
    assert_eq!(allowed, with_inquiry);
}

#[test]
fn the_admin_role_allows_exactly_what_plans_and_undo_plans_need() {
    let admin = &template("member-roles.yaml")["Resources"]["AdminRole"];
    assert_eq!(admin["Condition"], "HasAdmin");
    let statements = &admin["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    let statements = statements.as_array().expect("statements").iter();
    let allowed: BTreeSet<Narrowed> = statements
        .flat_map(|it| {
            strings(&it["Action"]).into_iter().map(|name| (name, it["Condition"].to_string()))
        })
        .collect();
    let deployed = CHANGES.iter().filter(|it| !it.is_bounded());
    let needed: BTreeSet<Narrowed> = deployed.flat_map(|it| needed_by(*it)).collect();
    // What one operation needs in any case, no other one narrows.
    let free = |action: &str| (action.to_owned(), Value::Null.to_string());
    let wanted = needed.iter().filter(|it| **it == free(&it.0) || !needed.contains(&free(&it.0)));
    assert_eq!(allowed, wanted.cloned().collect());
    let service = json!({"StringEquals": {"iam:AWSServiceName": "securityhub.amazonaws.com"}});
    let makes_role = ("iam:CreateServiceLinkedRole".to_owned(), service.to_string());
    assert!(allowed.contains(&makes_role), "{allowed:?}");
    // Whoever may do one of these can give itself more than the plans need.
    for refused in ["cloudformation:UpdateStack", "iam:PassRole", "apigateway:DELETE"] {
        assert!(!allowed.iter().any(|(action, _)| action == refused), "{refused}");
    }
}

/// An action, and the condition of its statement as JSON.
type Narrowed = (String, String);

/// The actions of an operation's plans and undo plans, each with the condition of its statement.
fn needed_by(change: &dyn Change) -> Vec<Narrowed> {
    let words = change.words().iter().copied().collect();
    let actions = change.actions(&words).expect("it knows its own words").into_iter();
    let condition = |action: &str| match change.condition(action) {
        Some(Condition { key, values: [only] }) => json!({"StringEquals": {key: only}}),
        Some(Condition { key, values }) => json!({"StringEquals": {key: values}}),
        None => Value::Null,
    };
    actions.map(|action| (action.clone(), condition(&action).to_string())).collect()
}

#[test]
fn the_ledgers_keys_are_the_tables() {
    let tables = resources(&template("operator.yaml"), "AWS::DynamoDB::Table");
    let table = tables.values().next().expect("a table");
    let keys = json!([
        {"AttributeName": "Run", "KeyType": "HASH"}, {"AttributeName": "Entry", "KeyType": "RANGE"},
    ]);
    assert_eq!(table["KeySchema"], keys);
    assert_eq!(
        table["TimeToLiveSpecification"],
        json!({"AttributeName": "ExpiresAt", "Enabled": true})
    );
}

#[test]
fn arns_are_of_the_deployments_partition() {
    for file in [
        "statemachine/org-operator.asl.json",
        "cloudformation/operator.yaml",
        "cloudformation/observability.yaml",
        "cloudformation/slack.yaml",
        "cloudformation/member-roles.yaml",
        "cloudformation/management.yaml",
    ] {
        let lines = text(file);
        // A constraint's text shows a person what an ARN looks like.
        let code = lines.lines().filter(|line| !line.contains("ConstraintDescription:"));
        let literal = code.into_iter().find(|line| line.contains("arn:aws:"));
        assert_eq!(literal, None, "{file} names a partition");
    }
}
