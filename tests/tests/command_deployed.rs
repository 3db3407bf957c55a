//! What `org-operator start` and `status` say of answers that an emulator does not give: refusals,
//! another Region, times without an answer.

use org_operator_testkit::TestResult;
use org_operator_tests::canned::{Answer, Canned};
use org_operator_tests::command::Shell;
use org_operator_tests::snapshot::told;
use org_operator_tests::summary;
use serde_json::json;

const MACHINE: &str = "arn:aws:states:eu-central-1:111111111111:stateMachine:org-operator";

fn canned(answers: Vec<Answer>) -> TestResult<(Canned, Shell)> {
    let canned = Canned::listen(answers)?;
    let mut shell = canned.shell()?;
    shell.set("ORG_OPERATOR_STATE_MACHINE_ARN", MACHINE);
    Ok((canned, shell))
}

#[test]
fn the_state_machine_is_asked_in_its_own_region() -> TestResult<()> {
    let (canned, shell) = canned(vec![Answer::error(400, "ExecutionDoesNotExist")])?;
    insta::assert_snapshot!(told(&shell.run(&["status", "gone"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: the run cannot be found
    |   cause: asking for arn:aws:states:eu-central-1:ACCOUNT:execution:org-operator:gone: ExecutionDoesNotExist: said so
    |    hint: give the run's id, which is the execution's name; Step Functions forgets one 90 days after its end
    "#);
    let asked = canned.asked();
    assert!(
        asked.len() == 1 && asked[0].contains("/eu-central-1/states/aws4_request"),
        "{asked:?}"
    );
    let said = shell.run(&["status", "r1", "--state-machine-arn", "org-operator"])?;
    insta::assert_snapshot!(told(&said, false), @r#"
    exit 2
    stdout
    stderr
    | error: the state machine cannot be asked
    |   cause: `org-operator` is not the ARN of a state machine
    |    hint: give the output StateMachineArn of operator.yaml
    "#);
    Ok(())
}

#[test]
fn a_refusal_names_the_permission() -> TestResult<()> {
    let (_canned, shell) = canned(vec![Answer::error(400, "AccessDeniedException")])?;
    insta::assert_snapshot!(told(&shell.run(&["start", "--name", "r1"])?, false), @r#"
    exit 5
    stdout
    stderr
    | error: the run did not start
    |   cause: starting the state machine: AccessDeniedException: said so
    |    hint: the call needs states:StartExecution on the state machine: use an identity of the deployment's account whose policies allow that
    "#);
    assert!(shell.run(&["status", "r1"])?.stderr.contains("needs states:DescribeExecution"));
    Ok(())
}

#[test]
fn following_goes_on_where_aws_does_not_answer_for_a_while() -> TestResult<()> {
    let output = json!(summary::complete_result("r1")?);
    let ended = json!({"status": "SUCCEEDED", "executionArn": "x", "output": output.to_string(),
        "stateMachineArn": MACHINE, "startDate": 1_795_337_484.0});
    // No code that the SDK would try again by itself.
    let (canned, shell) = canned(vec![
        Answer::error(429, "Unheard"),
        Answer::error(429, "Unheard"),
        Answer::json(200, &ended),
    ])?;
    let said = shell.run(&["status", "r1", "--follow"])?;
    let without_time =
        |line: &str| line.split(", followed for").next().unwrap_or_default().to_owned();
    let stderr: Vec<String> = said.stderr.lines().map(without_time).collect();
    insta::assert_snapshot!(stderr.join("\n"), @r#"
    no answer (asking for arn:aws:states:eu-central-1:111111111111:execution:org-operator:r1: Unheard: said so); asking again for up to 5 minutes
    ended
    "#);
    assert_eq!((said.code, canned.asked().len()), (Some(0), 3), "{}", said.stdout);
    insta::assert_snapshot!(told(&shell.run(&["status", "r1", "--json"])?, false), @r#"
    exit 0
    stdout
    | {
    |   "RunId": "r1",
    |   "Execution": "SUCCEEDED",
    |   "Output": {
    |     "RunId": "r1",
    |     "Status": "COMPLETE",
    |     "Targets": 3,
    |     "Succeeded": 3,
    |     "Skipped": 0,
    |     "Failed": 0,
    |     "ExpectedFailures": 0,
    |     "Records": 1,
    |     "Added": null,
    |     "Removed": null,
    |     "Artifacts": []
    |   },
    |   "Error": null,
    |   "Cause": null
    | }
    stderr
    "#);
    Ok(())
}
