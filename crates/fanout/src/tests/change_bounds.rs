//! An operation that gives AWS a role: what is refused without bounds, what is outside of them, and what
//! is within.

use org_operator_operations::bounds::StackBounds;

use super::*;

const STACK: &str = "cloudformation-stack";

/// A row of a plan that makes stacks of this name with this role.
fn stack_row(name: &str, role: &str) -> PlanRow {
    let stack = format!("arn:aws:cloudformation:eu-west-1:000000000002:stack/{name}/1");
    let set = format!("arn:set/{name}/{role}");
    PlanRow {
        action: "create".to_owned(),
        before: Value::Null,
        after: json!({"StackId": stack, "ServiceRole": role}),
        inverse: Some(Inverse { key: Some(stack), action: "delete".to_owned() }),
        ..row("000000000002", "eu-west-1", &set, "create")
    }
}

/// A fanout with an admin worker that may give `deployer` to stacks called `team-…`.
fn bounded() -> TestFanout {
    let mut fanout = fanout(Ok(organization()));
    fanout.settings.worker_admin = "admin".to_owned();
    fanout.settings.changes.stacks = StackBounds::of("deployer".to_owned(), "team-".to_owned());
    fanout
}

fn planning(parameters: &Value) -> Value {
    let mut all = json!({"TemplateBody": "{}"});
    all.as_object_mut().unwrap().extend(parameters.as_object().unwrap().clone());
    json!({"RunId": "plan-1", "Request": {"Operation": STACK, "Parameters": all}})
}

async fn faults(fanout: &TestFanout, event: &Value) -> String {
    let before = fanout.artifacts.all();
    let error = fanout.deployed(event, None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!(fanout.artifacts.all(), before, "a refused request writes nothing");
    error.to_string()
}

#[tokio::test]
async fn without_bounds_neither_plan_nor_apply_is_possible_and_the_parameters_are_named() {
    let mut fanout = bounded();
    put_plan_of(&fanout, (STACK, "plan-1"), &[stack_row("team-a", "deployer")], fanout.clock.now())
        .await;
    fanout.settings.changes.stacks = None;
    let needed = "which gives AWS a role, allowed: nothing: this deployment names no such role; \
                  deploy it with StackServiceRoleName and StackNamePrefix";
    let plan = faults(&fanout, &planning(&json!({"StackName": "a", "ServiceRole": "b"}))).await;
    assert!(plan.contains(needed), "{plan}");
    let apply = refused(&fanout, &json!({"Operation": STACK})).await;
    assert!(apply.contains(needed), "{apply}");
    fanout.settings.worker_admin = String::new();
    let plan = faults(&fanout, &planning(&json!({"StackName": "a", "ServiceRole": "b"}))).await;
    assert!(plan.contains("EnableAdminOperations=true"), "{plan}");
}

#[test]
fn one_of_the_two_bounds_is_none() {
    assert_eq!(StackBounds::of("deployer".to_owned(), String::new()), None);
    assert_eq!(StackBounds::of(String::new(), "team-".to_owned()), None);
}

#[tokio::test]
async fn a_plan_of_another_role_and_another_stack_is_refused_with_all_its_other_faults() {
    let fanout = bounded();
    let parameters = json!({"StackName": "web", "ServiceRole": "Admin", "Capabilities": "ALL"});
    let mut event = planning(&parameters);
    event["Request"]["MaxConcurrency"] = json!(0);
    let text = faults(&fanout, &event).await;
    for part in [
        "Parameters.ServiceRole: got \"Admin\", allowed: \"deployer\": this deployment's",
        "Parameters.StackName: got \"web\", allowed: a name that begins with \"team-\"",
        "Parameters.Capabilities: got",
        "MaxConcurrency: got 0",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[tokio::test]
async fn a_plan_within_the_bounds_is_made_by_the_admin_worker_and_nobody_approves_it() {
    let fanout = bounded();
    let event = planning(&json!({"StackName": "team-web", "ServiceRole": "deployer"}));
    let plan = fanout.deployed(&event, None).await.unwrap();
    assert_eq!((plan.worker_function.as_str(), plan.apply, plan.approval), ("admin", false, false));
    // Going on with it is held to what it began with.
    let mut other = bounded();
    other.artifacts = fanout.artifacts;
    other.settings.changes.stacks = StackBounds::of("other".to_owned(), "team-".to_owned());
    let resume = json!({"RunId": "r-1", "Request": {"Operation": STACK, "ResumeRun": "plan-1"}});
    let text = faults(&other, &resume).await;
    let part = "ResumeRun: got \"plan-1\", whose ServiceRole is \"deployer\", allowed: \"other\"";
    assert!(text.contains(part), "{text}");
}

#[tokio::test]
async fn rows_of_another_role_or_stack_are_not_applied() {
    let fanout = bounded();
    let rows = [
        stack_row("team-a", "deployer"),
        stack_row("web", "deployer"),
        stack_row("team-a", "Admin"),
        stack_row("StackSet-a", "Admin"),
    ];
    put_plan_of(&fanout, (STACK, "plan-1"), &rows, fanout.clock.now()).await;
    let text = refused(&fanout, &json!({"Operation": STACK})).await;
    for part in [
        "PlanRun: got \"plan-1\", whose ServiceRole is \"Admin\", allowed: \"deployer\"",
        "PlanRun: got \"plan-1\", whose StackName is \"web\", allowed: a name that begins with",
    ] {
        assert_eq!(text.matches(part).count(), 1, "{part} is not once in: {text}");
    }
    put_plan_of(&fanout, (STACK, "plan-2"), &rows[..1], fanout.clock.now()).await;
    let within = request(&json!({"Operation": STACK, "PlanRun": "plan-2"}));
    let plan = fanout.deployed(&within, None).await.unwrap();
    assert_eq!((plan.apply, plan.approval, plan.worker_function.as_str()), (true, true, "admin"));
}

#[tokio::test]
async fn a_plan_is_dropped_within_the_bounds_whatever_its_age() {
    let fanout = bounded();
    let old = Timestamp::from_epoch_millis(1_700_000_000_000);
    put_plan_of(&fanout, (STACK, "plan-1"), &[stack_row("team-a", "deployer")], old).await;
    let drop = |run: &str| request(&json!({"Operation": STACK, "PlanRun": null, "DropRun": run}));
    let plan = fanout.deployed(&drop("plan-1"), None).await.unwrap();
    assert_eq!((plan.apply, plan.targets), (true, 1));
    assert_eq!(plan.output()["Changes"], json!({"drop": 1}));
    put_plan_of(&fanout, (STACK, "plan-2"), &[stack_row("web", "Admin")], old).await;
    let text = faults(&fanout, &drop("plan-2")).await;
    assert!(text.contains("DropRun: got \"plan-2\", whose ServiceRole is \"Admin\""), "{text}");
    assert!(text.contains("whose StackName is \"web\""), "{text}");
}

#[tokio::test]
async fn only_a_plan_that_left_something_is_dropped() {
    let fanout = planned_by(&rows()).await;
    let text = refused(&fanout, &json!({"PlanRun": null, "DropRun": "plan-1"})).await;
    assert!(text.contains("DropRun: got \"plan-1\", whose plan left nothing"), "{text}");
    let text = refused(&fanout, &json!({"PlanRun": null, "DropRun": "plan-9"})).await;
    assert!(text.contains("DropRun: got \"plan-9\", allowed: a run of close-open"), "{text}");
}

#[tokio::test]
async fn a_row_without_a_role_or_a_stack_is_outside() {
    let fanout = bounded();
    let mut bare = stack_row("team-a", "deployer");
    bare.after = json!({});
    put_plan_of(&fanout, (STACK, "plan-1"), &[bare], fanout.clock.now()).await;
    let text = refused(&fanout, &json!({"Operation": STACK})).await;
    assert!(text.contains("whose ServiceRole is nothing"), "{text}");
    assert!(text.contains("whose StackName is nothing"), "{text}");
}
