//! Recorded answers: what a plan asks for, and what is executed.

use serde_json::json;

use super::super::*;
use crate::replay::{request_bodies, target_with};

fn answer(call: &str, body: &str) -> (u16, String) {
    (200, format!("<{call}Response><{call}Result>{body}</{call}Result></{call}Response>"))
}

fn no_stack() -> (u16, String) {
    let body = "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id web does \
                not exist</Message></Error></ErrorResponse>";
    (400, body.to_owned())
}

fn summary(secret: bool) -> (u16, String) {
    let one = format!(
        "<member><ParameterKey>Size</ParameterKey><DefaultValue>1</DefaultValue><NoEcho>{secret}</NoEcho></member>"
    );
    answer("GetTemplateSummary", &format!("<Parameters>{one}</Parameters>"))
}

fn change_set(status: &str, reason: &str, changes: &str) -> (u16, String) {
    let execution = if status == "FAILED" { "UNAVAILABLE" } else { "AVAILABLE" };
    answer(
        "DescribeChangeSet",
        &format!(
            "<ChangeSetId>arn:c</ChangeSetId><StackId>arn:s</StackId><Status>{status}</Status><ExecutionStatus>\
             {execution}</ExecutionStatus><StatusReason>{reason}</StatusReason><Changes>{changes}</Changes>"
        ),
    )
}

fn gone() -> (u16, String) {
    let body = "<ErrorResponse><Error><Code>ChangeSetNotFound</Code><Message>no</Message></Error></ErrorResponse>";
    (404, body.to_owned())
}

fn made() -> (u16, String) {
    answer("CreateChangeSet", "<Id>arn:c</Id><StackId>arn:s</StackId>")
}

const TABLE: &str = "<member><ResourceChange><Action>Add</Action><LogicalResourceId>T</LogicalResourceId><ResourceType>\
                     AWS::DynamoDB::Table</ResourceType></ResourceChange></member>";
const TOPIC: &str = "<member><ResourceChange><Action>Add</Action><LogicalResourceId>T</LogicalResourceId><ResourceType>\
                     AWS::SNS::Topic</ResourceType></ResourceChange></member>";

/// The row of a plan over these answers, and the requests.
async fn planned(answers: &[(u16, String)], size: &str) -> (Vec<String>, Vec<String>) {
    let (client, mut target) = target_with(answers);
    let given = json!({
        "StackName": "web", "ServiceRole": "deployer", "TemplateBody": "{}",
        "StackParameters": {"Size": size}, "Capabilities": ["CAPABILITY_IAM"],
    });
    target.parameters = std::sync::Arc::new(given.as_object().cloned().unwrap());
    let mut rows = CloudFormationStack.run(&target).await.unwrap();
    (rows.pop().unwrap(), request_bodies(&client))
}

#[tokio::test]
async fn a_plan_asks_for_one_change_set_of_the_runs_name_and_says_what_it_would_do() {
    let answers = [no_stack(), summary(false), made(), change_set("CREATE_COMPLETE", "", TOPIC)];
    let (row, bodies) = planned(&answers, "2").await;
    assert_eq!(
        row[..6],
        ["arn:c", "create", "the stack is new; 1 resources would change", "web", "", "1"]
    );
    assert_eq!(row[10], r#"{"Key":"arn:s","Action":"delete"}"#);
    let sent = &bodies[2];
    for part in [
        "Action=CreateChangeSet",
        "ChangeSetName=org-operator-run",
        "ChangeSetType=CREATE",
        "RoleARN=arn%3Aaws%3Aiam%3A%3A111111111111%3Arole%2Fdeployer",
        "Parameters.member.1.ParameterKey=Size&Parameters.member.1.ParameterValue=2",
        "Capabilities.member.1=CAPABILITY_IAM",
    ] {
        assert!(sent.contains(part), "{part} in {sent}");
    }
}

#[tokio::test]
async fn a_new_stack_with_data_is_planned_and_has_no_undo() {
    let answers = [no_stack(), summary(false), made(), change_set("CREATE_COMPLETE", "", TABLE)];
    let (row, _) = planned(&answers, "2").await;
    assert_eq!((row[1].as_str(), row[10].as_str()), ("create", ""));
    assert!(row[2].contains("undo would delete resources that hold data"), "{}", row[2]);
}

#[tokio::test]
async fn a_secret_parameter_is_refused_before_anything_is_written() {
    let (row, bodies) = planned(&[no_stack(), summary(true)], "2").await;
    assert_eq!(row[1], "skip");
    assert!(row[2].contains("the parameter Size is secret (NoEcho)"), "{}", row[2]);
    assert_eq!(bodies.len(), 2);
}

#[tokio::test]
async fn a_change_set_that_cannot_be_made_is_deleted_with_its_empty_stack() {
    let reviewed = "<Stacks><member><StackId>arn:s</StackId><StackStatus>REVIEW_IN_PROGRESS</StackStatus></member></Stacks>";
    let failed = change_set("FAILED", "no such export", "");
    let answers = [
        no_stack(),
        summary(false),
        made(),
        failed.clone(),
        failed,
        answer("DeleteChangeSet", ""),
        gone(),
        answer("DescribeStacks", reviewed),
        answer("ListChangeSets", "<Summaries></Summaries>"),
        answer("DeleteStack", ""),
    ];
    let (client, mut target) = target_with(&answers);
    let given = json!({"StackName": "web", "ServiceRole": "deployer", "TemplateBody": "{}"});
    target.parameters = std::sync::Arc::new(given.as_object().cloned().unwrap());
    let failure = CloudFormationStack.run(&target).await.unwrap_err();
    assert!(format!("{failure:?}").contains("no such export"), "{failure:?}");
    let last = request_bodies(&client).pop().unwrap();
    assert!(last.contains("Action=DeleteStack") && last.contains("StackName=arn%3As"), "{last}");
}
