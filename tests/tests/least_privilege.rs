//! What the functions call is what their roles may do, and the other way round: every way through
//! the three steps on the simulated AWS, whose meter knows each call.
//!
//! `make least-privilege` takes actions away on an emulator that enforces IAM; this one sees calls
//! that the emulator never gets, and an action that is missing in a role. The folder has the actions
//! of calls and roles, and the steps that are watched.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed expectation is the point of a test"
)]

mod actions;
mod steps;

use aws_sim::{CallPattern, Conditions, Fault, FaultRule, Service, Shape, Simulation, When, World};
use org_operator_operations::catalogue;
use org_operator_tests::files::{resources, state_machine, states, template};
use serde_json::{Value, json};

use actions::{NOT_NAMED, NOT_SEEN, NOT_SIMULATED, Names, ROWS, allowed, assert_same};
use steps::Steps;

/// The operations whose calls the simulation answers.
const SIMULATED: [&str; 2] = ["internet-routes", "public-ips"];

/// A request that needs everything that a selection can need: units, one of them without accounts
/// (which no account's path shows), tags, and each account's own Regions.
fn selective(simulation: &Simulation) -> Value {
    let world = &simulation.world;
    let paths: Vec<String> = world.accounts.iter().map(|it| world.path(it.unit)).collect();
    let ids = (0..world.parents.len()).map(World::unit_id);
    let (named, empty): (Vec<_>, Vec<_>) =
        ids.partition(|id| paths.iter().any(|path| path.contains(id.as_str())));
    assert!(!empty.is_empty(), "every unit has accounts");
    let units = [named, empty].concat();
    json!({
        "Accounts": {
            "OrganizationalUnits": units,
            "Tags": {"team": ["payments", "data", "network"]},
        },
        "Regions": "ENABLED",
    })
}

#[tokio::test(start_paused = true)]
async fn the_roles_allow_exactly_what_the_functions_call() {
    let shape = Shape { units: 30, ..Shape::unrestricted(4, &["eu-west-1", "eu-south-1"]) };
    let mut steps = Steps::over(shape).await;
    for name in SIMULATED {
        let mut request = selective(&steps.simulation);
        request["Operation"] = json!(name);
        let first = steps.fanout(&format!("{name}-1"), request).await;
        steps.workers(&first, 1).await;
        steps.result_handler(&first).await.unwrap();
        let resume = json!({"ResumeRun": first.run_id, "Operation": name});
        let rest = steps.fanout(&format!("{name}-2"), resume).await;
        assert_eq!(rest.work_items, 1);
        steps.workers(&rest, 0).await;
        steps.result_handler(&rest).await.unwrap();
        // Compared with the run before.
        let second = steps.fanout(&format!("{name}-3"), json!({"Operation": name})).await;
        steps.workers(&second, 0).await;
        steps.result_handler(&second).await.unwrap();
    }
    parts_of_an_upload(&mut steps).await;
    let reasons = [&NOT_SEEN[..], &[NOT_SIMULATED]].concat();
    for (step, role) in [
        ("fanout", "FanoutRole"),
        ("worker", "WorkerRole"),
        ("worker", "AdminWorkerRole"),
        ("result handler", "ResultHandlerRole"),
    ] {
        let known = if step == "fanout" { [&reasons[..], &ROWS].concat() } else { reasons.clone() };
        assert_same(role, &steps.called(step, false), &allowed("operator.yaml", role), &known);
    }
    let seen = steps.called("worker", true);
    let not_simulated = &declared_by_others() - &seen;
    let members = &allowed("member-roles.yaml", "ReadOnlyRole") - &not_simulated;
    assert_same("the member role", &seen, &members, &[]);
    for step in ["fanout", "result handler"] {
        assert_eq!(steps.called(step, true), Names::new(), "{step} enters member accounts");
    }
}

/// The actions of the operations that the simulation does not answer; `drift` holds the member role
/// to what they declare.
fn declared_by_others() -> Names {
    let operations = catalogue().operations().expect("a catalogue without faults");
    let specs = operations.iter().map(|operation| operation.spec());
    let others = specs.filter(|spec| !SIMULATED.contains(&spec.name.as_str()));
    others.flat_map(|spec| spec.actions.iter().cloned()).collect()
}

/// A run whose records are an upload of several parts, first one that breaks off.
async fn parts_of_an_upload(steps: &mut Steps) {
    let mut large =
        Steps::over(Shape { max_route_tables: 4_000, ..Shape::unrestricted(16, &["eu-west-1"]) })
            .await;
    let plan = large.fanout("large", json!({})).await;
    large.workers(&plan, 0).await;
    let calls = CallPattern::operation(Service::S3, "UploadPart");
    let faults = vec![FaultRule { calls, when: When::Always, fault: Fault::Denied }];
    large.simulation.set_conditions(Conditions { faults, ..Conditions::default() });
    large.result_handler(&plan).await.expect_err("the records fit into one part");
    large.simulation.set_conditions(Conditions::default());
    large.result_handler(&plan).await.unwrap();
    for (step, called) in large.called {
        steps.called.entry(step).or_default().extend(called);
    }
}

/// The action of a state's resource, such as `arn:${Partition}:states:::lambda:invoke`.
fn of_resource(resource: &Value) -> Option<String> {
    let action = resource.as_str()?.split_once(":states:::")?.1;
    let action = match action {
        "lambda:invoke" => "lambda:InvokeFunction",
        "dynamodb:putItem" | "aws-sdk:dynamodb:putItem.waitForTaskToken" => "dynamodb:PutItem",
        "sns:publish" => "sns:Publish",
        "s3:getObject" => "s3:GetObject",
        "s3:putObject" => "s3:PutObject",
        other => panic!("{other}: which action is this?"),
    };
    Some(action.to_owned())
}

#[test]
fn the_state_machine_may_do_exactly_what_its_definition_needs() {
    let states = states(&state_machine());
    let places = |state: &Value| {
        ["/Resource", "/ItemReader/Resource", "/ResultWriter/Resource"]
            .into_iter()
            .filter_map(|place| of_resource(state.pointer(place)?))
            .collect::<Vec<_>>()
    };
    let named: Names = states.values().flat_map(places).collect();
    assert!(named.len() >= 5, "{named:?}");
    let reasons = [&NOT_SEEN[..], &NOT_NAMED[..]].concat();
    assert_same(
        "the state machine",
        &named,
        &allowed("operator.yaml", "StateMachineRole"),
        &reasons,
    );
}

#[test]
fn the_schedule_may_start_its_target_and_write_to_its_queue() {
    let operator = template("operator.yaml");
    let schedules = resources(&operator, "AWS::Scheduler::Schedule");
    let target = &schedules["Schedule"]["Target"];
    assert_eq!(target["Arn"], "StateMachine");
    assert_eq!(target["DeadLetterConfig"]["Arn"], "DeadLetters.Arn");
    let needed = ["states:StartExecution", "sqs:SendMessage"].map(str::to_owned).into();
    assert_same("the schedule", &needed, &allowed("operator.yaml", "ScheduleRole"), &NOT_SEEN);
    let policies = &resources(&operator, "AWS::IAM::Role")["ScheduleRole"]["Policies"];
    for statement in policies[0]["PolicyDocument"]["Statement"].as_array().unwrap() {
        assert_ne!(statement["Resource"], "*", "{statement}");
    }
}
