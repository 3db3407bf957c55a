//! What the functions call is what their roles may do, and the other way round: every way through
//! the three steps on the simulated AWS, whose meter knows each call.
//!
//! `make least-privilege` takes actions away on an emulator that enforces IAM; this one sees calls
//! that the emulator never gets, and an action that is missing in a role.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed expectation is the point of a test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sim::{
    self, CallPattern, Conditions, Fault, FaultRule, Service, Shape, Simulation, When, World,
};
use org_operator_aws::{DynamoDbLedger, Organization, S3Artifacts, SystemClock};
use org_operator_core::contract::plan::{ResultEvent, RunPlan};
use org_operator_core::{Error, WorkerEvent};
use org_operator_fanout::Fanout;
use org_operator_operations::CATALOGUE;
use org_operator_result_handler::ResultHandler;
use org_operator_tests::campaign::aws::{TIME_LEFT, config, members, settings};
use org_operator_tests::campaign::drive::{BUCKET, TABLE};
use org_operator_tests::files::{resources, state_machine, states, template};
use org_operator_worker::{Attempt, Worker};
use serde_json::{Value, json};

type Names = BTreeSet<String>;

/// Actions that are no call of ours, and why they are in a role; a service stands for all its.
const NOT_SEEN: [(&str, &str); 4] = [
    ("logs", "Lambda writes what a function prints, Step Functions its events"),
    ("xray", "Lambda and Step Functions send the traces, with Tracing"),
    ("kms", "AWS's services use the key for the caller, with KmsKeyArn"),
    ("s3:ListBucket", "without it S3 says AccessDenied in the place of NoSuchKey"),
];
/// The same for the state machine, beside what its definition names.
const NOT_NAMED: [(&str, &str); 5] = [
    ("states:StartExecution", "a Distributed Map's children are executions"),
    ("states:DescribeExecution", "it follows them"),
    ("states:StopExecution", "it stops them"),
    ("s3:ListMultipartUploadParts", "a large ResultWriter file goes up in parts"),
    ("s3:AbortMultipartUpload", "a large ResultWriter file goes up in parts"),
];

/// The IAM actions that a call needs.
fn action(service: Service, operation: &str) -> String {
    let (prefix, name) = match (service, operation) {
        // The parts of an upload are objects that are put; there is no other action for them.
        (Service::S3, "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload") => {
            ("s3", "PutObject")
        }
        (Service::S3, "ListObjectsV2") => ("s3", "ListBucket"),
        (Service::S3, _) => ("s3", operation),
        (Service::Account, _) => ("account", operation),
        (Service::DynamoDb, _) => ("dynamodb", operation),
        (Service::Ec2, _) => ("ec2", operation),
        (Service::Organizations, _) => ("organizations", operation),
        (Service::Sts, _) => ("sts", operation),
    };
    format!("{prefix}:{name}")
}

fn strings(value: &Value) -> Names {
    match value {
        Value::String(text) => Names::from([text.clone()]),
        Value::Array(values) => values.iter().flat_map(strings).collect(),
        _ => Names::new(),
    }
}

/// Every action of a role, whatever condition may add it.
fn actions(value: &Value) -> Names {
    match value {
        Value::Array(values) => values.iter().flat_map(actions).collect(),
        Value::Object(map) => {
            let inner = map.values().flat_map(actions);
            inner.chain(strings(&map.get("Action").cloned().unwrap_or_default())).collect()
        }
        _ => Names::new(),
    }
}

/// The actions of a role's own policies, and of the template's that are attached to it.
fn allowed(file: &str, role: &str) -> Names {
    let template = template(file);
    let role = &resources(&template, "AWS::IAM::Role")[role];
    let attached = strings(&role["ManagedPolicyArns"]);
    let managed = resources(&template, "AWS::IAM::ManagedPolicy").into_iter();
    let managed = managed.filter(|(name, _)| attached.contains(name));
    let others = managed.flat_map(|(_, policy)| actions(&policy["PolicyDocument"]));
    others.chain(actions(&role["Policies"])).collect()
}

fn explained(action: &str, reasons: &[(&str, &str)]) -> bool {
    let service = action.split(':').next().unwrap_or_default();
    reasons.iter().any(|(named, _)| *named == action || *named == service)
}

/// Both are the same, but for what has a reason; and a reason is for nothing that is seen.
fn assert_same(what: &str, seen: &Names, allowed: &Names, reasons: &[(&str, &str)]) {
    let missing: Vec<_> = seen.difference(allowed).collect();
    assert!(missing.is_empty(), "{what} calls what its role may not: {missing:?}");
    let idle = allowed.difference(seen).filter(|action| !explained(action, reasons));
    let idle: Vec<_> = idle.collect();
    assert!(idle.is_empty(), "{what} never calls what its role may: {idle:?}");
    let stale: Vec<_> = seen.iter().filter(|action| explained(action, reasons)).collect();
    assert!(stale.is_empty(), "{what} does call what it was said not to: {stale:?}");
}

/// The steps over one simulation, and what each of them has called.
struct Steps {
    simulation: Arc<Simulation>,
    config: SdkConfig,
    called: BTreeMap<&'static str, Names>,
}

impl Steps {
    async fn over(shape: Shape) -> Self {
        let (world, conditions) = (World::new(7, shape), Conditions::default());
        let simulation = Arc::new(Simulation::new(world, conditions));
        let config = config(&simulation).await;
        Self { simulation, config, called: BTreeMap::new() }
    }

    /// Puts what was called since the last time down to `step`.
    fn note(&mut self, step: &'static str) {
        let calls = self.simulation.meter.counts().into_keys();
        let calls = calls.map(|(service, operation)| action(service, &operation));
        self.called.entry(step).or_default().extend(calls);
        self.simulation.meter.reset();
    }

    async fn fanout(&mut self, run: &str, request: Value) -> RunPlan {
        let fanout = Fanout {
            settings: settings(&self.simulation),
            directory: Organization::new(&self.config),
            artifacts: S3Artifacts::new(&self.config, BUCKET),
            ledger: DynamoDbLedger::new(&self.config, TABLE),
            clock: SystemClock,
        };
        let plan = fanout.run(&json!({"RunId": run, "Request": request}), None).await.unwrap();
        self.note("fanout");
        plan
    }

    /// Works on all items of the plan's manifest but the last `left`.
    async fn workers(&mut self, plan: &RunPlan, left: usize) {
        let manifest = self.simulation.object(BUCKET, &plan.manifest.key).unwrap();
        let items: Vec<Value> = serde_json::from_slice(&manifest).unwrap();
        assert!(items.len() > left, "{items:?}");
        for item in &items[..items.len() - left] {
            let mut item = item.clone();
            item["Operation"] = json!(plan.operation);
            let ledger = DynamoDbLedger::new(&self.config, TABLE);
            let worker = Worker::new(members(&self.config), ledger, SystemClock);
            let attempt = Attempt {
                id: "attempt".to_owned(),
                run: plan.run_id.clone(),
                expires_at: plan.expires_at,
                time_left: TIME_LEFT,
            };
            let event = WorkerEvent::parse(&item).unwrap();
            worker.run(&event, &attempt).await.unwrap();
        }
        self.note("worker");
    }

    async fn result_handler(&mut self, plan: &RunPlan) -> Result<(), Error> {
        let ledger = DynamoDbLedger::new(&self.config, TABLE);
        let artifacts = S3Artifacts::new(&self.config, BUCKET);
        let handler = ResultHandler::new(ledger, artifacts, "runs".to_owned());
        let event = ResultEvent::parse(&serde_json::to_value(plan).unwrap()).unwrap();
        let done = handler.run(&event).await;
        self.note("result handler");
        done.map(drop)
    }

    fn called(&self, step: &str, of_members: bool) -> Names {
        let called = self.called[step].iter();
        called.filter(|action| action.starts_with("ec2:") == of_members).cloned().collect()
    }
}

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
async fn the_functions_call_what_their_roles_may_and_the_roles_may_nothing_else() {
    let shape = Shape { units: 30, ..Shape::unrestricted(4, &["eu-west-1", "eu-south-1"]) };
    let mut steps = Steps::over(shape).await;
    for operation in CATALOGUE {
        let name = operation.spec().name;
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
    for (step, role) in [
        ("fanout", "FanoutRole"),
        ("worker", "WorkerRole"),
        ("worker", "AdminWorkerRole"),
        ("result handler", "ResultHandlerRole"),
    ] {
        assert_same(role, &steps.called(step, false), &allowed("operator.yaml", role), &NOT_SEEN);
    }
    let members = allowed("member-roles.yaml", "ReadOnlyRole");
    assert_same("the member role", &steps.called("worker", true), &members, &[]);
    for step in ["fanout", "result handler"] {
        assert_eq!(steps.called(step, true), Names::new(), "{step} enters member accounts");
    }
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
        "dynamodb:putItem" => "dynamodb:PutItem",
        "sns:publish" => "sns:Publish",
        "s3:getObject" => "s3:GetObject",
        "s3:putObject" => "s3:PutObject",
        other => panic!("{other}: which action is this?"),
    };
    Some(action.to_owned())
}

#[test]
fn the_state_machine_may_do_what_its_definition_names_and_what_a_distributed_map_needs() {
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
