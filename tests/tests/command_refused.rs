//! What the commands say where AWS refuses an organization or gives no answer about it, and their
//! exit codes. The organization is simulated, so that both can be had.

use aws_sim::{CallPattern, Conditions, Fault, FaultRule, Service, Shape, When, World};
use org_operator_testkit::TestResult;
use org_operator_tests::simulated::Simulated;
use org_operator_tests::snapshot::told;

fn always(service: Service, operation: &'static str, fault: Fault) -> Conditions {
    let calls = CallPattern::operation(service, operation);
    Conditions {
        faults: vec![FaultRule { calls, when: When::Always, fault }],
        ..Conditions::default()
    }
}

fn simulated(conditions: Conditions) -> TestResult<Simulated> {
    Simulated::start(World::new(7, Shape::unrestricted(3, &["eu-west-1", "us-east-1"])), conditions)
}

#[test]
fn check_tells_an_aws_without_answers_from_a_refusal() -> TestResult<()> {
    let sts = |fault| always(Service::Sts, "AssumeRole", fault);
    let simulated = simulated(sts(Fault::Throttled))?;
    let shell = simulated.shell()?;
    let said = shell.run(&["check"])?;
    assert_eq!(said.code, Some(6), "{}", said.stdout);
    assert!(
        said.stderr.contains("0 of 3 accounts can be asked; 3 gave no answer"),
        "{}",
        said.stderr
    );
    simulated.simulation.set_conditions(sts(Fault::Denied));
    assert_eq!(shell.run(&["check"])?.code, Some(5));
    Ok(())
}

#[test]
fn an_organization_that_may_not_be_listed_is_exit_5() -> TestResult<()> {
    let simulated = simulated(always(Service::Organizations, "ListAccounts", Fault::Denied))?;
    let shell = simulated.shell()?;
    insta::assert_snapshot!(told(&shell.run(&["accounts"])?, false), @r#"
    exit 5
    stdout
    stderr
    | error: the organization cannot be listed
    |   cause: listing the organization's accounts: AccessDeniedException: User: arn:aws:sts::ACCOUNT:assumed-role/simulated is not authorized to perform: ListAccounts because no identity-based policy allows it
    |    hint: use an identity of the management account or of a delegated administrator; `org-operator check` says what it may do
    "#);
    for command in ["run", "plan", "check", "profiles"] {
        let more: &[&str] = if command == "profiles" { &["--source-profile", "x"] } else { &[] };
        assert_eq!(shell.run(&[&[command], more].concat())?.code, Some(5), "{command}");
    }
    Ok(())
}

#[test]
fn throttling_that_outlasts_the_retries_is_exit_6() -> TestResult<()> {
    let simulated = simulated(always(Service::Organizations, "ListAccounts", Fault::Throttled))?;
    insta::assert_snapshot!(told(&simulated.shell()?.run(&["accounts"])?, false), @r#"
    exit 6
    stdout
    stderr
    | error: the organization cannot be listed
    |   cause: listing the organization's accounts: TooManyRequestsException: AWS Organizations can't complete your request because another request is already in progress.
    |    hint: AWS throttled the call after all retries: wait a minute, then try again
    "#);
    let report = simulated.simulation.meter.report();
    assert_eq!(report["Organizations.ListAccounts"].calls, 5);
    Ok(())
}
