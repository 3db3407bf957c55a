//! Holds state machine, templates, examples and code together: what one of them says, the others
//! must mean.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed expectation is the point of a test"
)]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use org_operator_core::contract::ledger::{Key, LedgerPartition};
use org_operator_core::contract::plan::ResultEvent;
use org_operator_core::input::request::FanoutEvent;
use org_operator_core::input::violation::Violations;
use org_operator_core::model::session::INQUIRY;
use org_operator_core::model::spec::Access;
use org_operator_core::report::metrics::{self, NAMESPACE};
use org_operator_core::{AccountId, ErrorKind, Partition, Region, RunId, WorkerEvent};
use org_operator_lambda::{Env, FanoutSettings, ResultHandlerSettings, WorkerSettings, name};
use org_operator_operations::CATALOGUE;
use org_operator_tests::files::{resources, state_machine, states, template, text};
use serde_json::{Value, json};

type Names = BTreeSet<String>;

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> Names {
    names.into_iter().map(str::to_owned).collect()
}

fn strings(value: &Value) -> Names {
    match value {
        Value::String(text) => names([text.as_str()]),
        Value::Array(values) => values.iter().flat_map(strings).collect(),
        Value::Object(map) => map.values().flat_map(strings).collect(),
        _ => Names::new(),
    }
}

fn error_names(state: &Value, handlers: &str) -> Names {
    let all = state[handlers].as_array().into_iter().flatten();
    all.flat_map(|handler| strings(&handler["ErrorEquals"])).collect()
}

#[test]
fn every_error_name_of_the_state_machine_is_ours_or_an_aws_services() {
    let services = ["States.", "Lambda.", "Sandbox.", "Runtime.", "DynamoDB.", "SNS."];
    let ours = names(ErrorKind::ALL.iter().map(|kind| kind.name()));
    for (state, definition) in states(&state_machine()) {
        for name in error_names(&definition, "Retry").union(&error_names(&definition, "Catch")) {
            let known = ours.contains(name) || services.iter().any(|s| name.starts_with(s));
            assert!(known, "{state} names the error `{name}`, which nothing gives");
        }
    }
}

#[test]
fn every_function_is_tried_again_exactly_for_our_retryable_kinds() {
    let retryable = names(ErrorKind::ALL.iter().filter(|k| k.is_retryable()).map(|k| k.name()));
    let ours = names(ErrorKind::ALL.iter().map(|kind| kind.name()));
    for state in ["Fanout", "Worker", "ResultHandler"] {
        let retried = error_names(&states(&state_machine())[state], "Retry");
        let retried_kinds: Names = retried.intersection(&ours).cloned().collect();
        assert_eq!(retried_kinds, retryable, "{state}");
        for name in ["States.ALL", "States.TaskFailed"] {
            assert!(!retried.contains(name), "{state} would retry what stays denied");
        }
        for name in [
            "Lambda.TooManyRequestsException",
            "Sandbox.Timedout",
            "Runtime.ExitError",
            "Runtime.OutOfMemory",
            "States.Timeout",
        ] {
            assert!(retried.contains(name), "{state} does not retry {name}");
        }
    }
}

#[test]
fn a_step_waits_for_a_free_execution_as_long_as_the_documents_say() {
    for state in ["Fanout", "Worker", "ResultHandler"] {
        let states = states(&state_machine());
        let retriers = states[state]["Retry"].as_array().into_iter().flatten();
        let waits = |retrier: &&Value| {
            strings(&retrier["ErrorEquals"]).contains("Lambda.TooManyRequestsException")
        };
        let [retrier] = retriers.filter(waits).collect::<Vec<_>>()[..] else {
            panic!("{state}: not one retrier for a refused start");
        };
        let number = |field: &str| retrier[field].as_u64().expect("a whole number");
        let (attempts, interval) = (number("MaxAttempts"), number("IntervalSeconds"));
        let (rate, most) = (number("BackoffRate"), number("MaxDelaySeconds"));
        let waits = std::iter::successors(Some(interval), |wait| Some((wait * rate).min(most)));
        let longest: u64 = (0..attempts).zip(waits).map(|(_, wait)| wait).sum();
        // With full jitter the mean wait is half of the longest.
        let minutes = longest / 120;
        assert!((25..35).contains(&minutes), "{state}: {minutes} minutes are not half an hour");
        let kinds = text("docs/error-kinds.md");
        assert!(kinds.contains(&format!("`Lambda.TooManyRequestsException` {attempts} times")));
        assert!(text("docs/runbook.md").contains(&format!("tried {attempts} times, about half")));
    }
}

/// The names of the metrics in `OrgOperator` that the template's alarms and its dashboard show.
fn shown_metrics() -> Names {
    let observability = template("observability.yaml");
    let alarms = resources(&observability, "AWS::CloudWatch::Alarm");
    let ours = alarms.values().filter(|alarm| alarm["Namespace"] == NAMESPACE);
    let mut shown: Names = ours.flat_map(|alarm| strings(&alarm["MetricName"])).collect();
    for dashboard in resources(&observability, "AWS::CloudWatch::Dashboard").values() {
        let body = dashboard["DashboardBody"].as_str().expect("a body");
        let body: Value = serde_json::from_str(body).expect("the dashboard is JSON");
        for widget in body["widgets"].as_array().expect("widgets") {
            let mut namespace = String::new();
            for metric in widget["properties"]["metrics"].as_array().expect("metrics") {
                // `...` repeats the line above whole, `.` its field.
                let [Value::String(first), Value::String(name), ..] =
                    &metric.as_array().unwrap()[..]
                else {
                    continue;
                };
                if first == "..." {
                    continue;
                }
                if first != "." {
                    namespace.clone_from(first);
                }
                if namespace == NAMESPACE && name != "." {
                    shown.insert(name.clone());
                }
            }
        }
    }
    shown
}

#[test]
fn alarms_and_dashboard_show_metrics_that_the_functions_emit() {
    let shown = shown_metrics();
    assert!(shown.len() > 6, "{shown:?}");
    let emitted = |name: &String| metrics::name::ALL.contains(&name.as_str());
    let unknown: Names = shown.into_iter().filter(|name| !emitted(name)).collect();
    assert_eq!(unknown, Names::new(), "nothing emits these");
}

#[test]
fn without_target_regions_a_run_covers_every_known_region_of_its_partition() {
    let source = text("crates/core/src/model/region.rs");
    let known = source.split("const KNOWN").nth(1).and_then(|rest| rest.split("];").next());
    let known: Vec<Region> = known.unwrap().split('"').filter_map(Region::parse).collect();
    let of = |partition: Partition| -> Names {
        Region::all_known(partition).iter().map(|region| region.as_str().to_owned()).collect()
    };
    let wanted = known.iter().map(Region::partition);
    let wanted: BTreeMap<_, _> = wanted.map(|it| (it.as_str().to_owned(), of(it))).collect();
    let operator = template("operator.yaml");
    let mapped = operator["Mappings"]["KnownRegions"].as_object().expect("a mapping").iter();
    let regions = |value: &Value| names(value["Regions"].as_str().expect("Regions").split(','));
    let mapped: BTreeMap<_, _> = mapped.map(|(name, it)| (name.clone(), regions(it))).collect();
    assert_eq!(mapped, wanted);
    // So that an empty parameter means the mapping.
    assert_eq!(operator["Parameters"]["TargetRegions"]["Default"], "");
    let functions = resources(&operator, "AWS::Lambda::Function");
    let given = &functions["FanoutFunction"]["Environment"]["Variables"]["TARGET_REGIONS"];
    assert!(strings(given).is_superset(&names([
        "HasTargetRegions",
        "TargetRegions",
        "KnownRegions"
    ])));
}

#[test]
fn make_deploy_takes_the_regions_for_a_home_that_no_account_can_switch_off() {
    let source = text("scripts/deployment/regions.py");
    let listed = source.split("ALWAYS_ON = {").nth(1).and_then(|rest| rest.split('}').next());
    let listed = names(listed.expect("a list").split('"').filter(|name| name.contains('-')));
    let known = Region::always_on(Partition::Commercial);
    assert_eq!(listed, names(known.iter().map(Region::as_str)));
}

#[test]
fn every_task_has_a_timeout_jitter_and_a_catch_that_names_too_much_data() {
    for (name, state) in states(&state_machine()) {
        if state["Type"] != "Task" {
            continue;
        }
        assert!(
            state["TimeoutSeconds"].as_u64().is_some_and(|s| s > 0),
            "{name} may hang for ever"
        );
        for retrier in state["Retry"].as_array().into_iter().flatten() {
            assert_eq!(retrier["JitterStrategy"], "FULL", "{name}");
            assert!(retrier["MaxDelaySeconds"].as_u64().is_some(), "{name}");
        }
        assert!(error_names(&state, "Catch").contains("States.ALL"), "{name} is not caught");
        if state["Resource"].as_str().is_some_and(|r| r.ends_with("lambda:invoke")) {
            assert!(error_names(&state, "Catch").contains("States.DataLimitExceeded"), "{name}");
        }
    }
}

/// The states that `state` can go on to.
fn successors(state: &Value) -> Names {
    let mut next = strings(&state["Next"]);
    next.extend(strings(&state["Default"]));
    for list in ["Catch", "Choices"] {
        for entry in state[list].as_array().into_iter().flatten() {
            next.extend(strings(&entry["Next"]));
        }
    }
    next
}

fn assert_sound(machine: &Value, place: &str) {
    let states = machine["States"].as_object().cloned().unwrap_or_default();
    let mut reached = Names::new();
    let mut todo = strings(&machine["StartAt"]);
    while let Some(name) = todo.pop_first() {
        let state = states.get(&name).unwrap_or_else(|| panic!("{place}: no state `{name}`"));
        let next = successors(state);
        let ends = state["End"] == true
            || ["Succeed", "Fail"].contains(&state["Type"].as_str().unwrap_or_default());
        assert!(ends || !next.is_empty(), "{place}: `{name}` leads nowhere");
        if reached.insert(name.clone()) {
            todo.extend(next);
        }
        if state["Type"] == "Map" {
            assert_sound(&state["ItemProcessor"], &name);
        }
    }
    let all = names(states.keys().map(String::as_str));
    assert_eq!(reached, all, "{place}: states that nothing leads to");
}

#[test]
fn every_state_is_reached_and_every_path_ends() {
    assert_sound(&state_machine(), "the state machine");
}

#[test]
fn retriers_and_catchers_have_no_field_that_step_functions_does_not_know() {
    let retrier = [
        "Comment",
        "ErrorEquals",
        "IntervalSeconds",
        "MaxAttempts",
        "BackoffRate",
        "MaxDelaySeconds",
        "JitterStrategy",
    ];
    let catcher = ["Comment", "ErrorEquals", "Next", "ResultPath"];
    for (state, definition) in states(&state_machine()) {
        for (list, known) in [("Retry", &retrier[..]), ("Catch", &catcher[..])] {
            for entry in definition[list].as_array().into_iter().flatten() {
                for field in entry.as_object().into_iter().flatten().map(|(name, _)| name) {
                    assert!(known.contains(&field.as_str()), "{state}: {list} has `{field}`");
                }
            }
        }
    }
}

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

#[test]
fn the_events_of_the_state_machine_are_what_the_functions_read() {
    let states = states(&state_machine());
    let fields = |state: &str| {
        let payload = states[state]["Parameters"]["Payload"].clone();
        let fields = payload.as_object().expect("a payload").keys().cloned().collect::<Vec<_>>();
        fields.into_iter().map(|name| name.trim_end_matches(".$").to_owned()).collect::<Vec<_>>()
    };
    let samples = json!({
        "RunId": "r", "Request": {}, "AccountId": "111111111111", "AccountName": "n", "Apply": false,
        "Regions": ["eu-west-1"], "Operation": "internet-routes", "Parameters": {}, "ExpiresAt": 1,
    });
    let event = |state: &str| -> Value {
        fields(state).into_iter().map(|name| (name.clone(), samples[&name].clone())).collect()
    };
    let worker = WorkerEvent::parse(&event("Worker")).expect("the worker reads its event");
    assert!(worker.run_id.is_some() && worker.expires_at.is_some());
    let mut faults = Violations::default();
    let fanout =
        FanoutEvent::read(&event("Fanout"), &mut faults).expect("the fanout reads its event");
    assert!(fanout.run_id.is_some() && faults.is_empty(), "{faults}");
    assert_eq!(states["ResultHandler"]["Parameters"]["Payload.$"], "$");
}

#[test]
fn the_worker_failure_is_an_entry_that_the_result_handler_reads() {
    let states = states(&state_machine());
    let item = &states["RecordFailure"]["Parameters"]["Item"];
    let format = |field: &str, arguments: &[&str]| {
        let text = item[field]["S.$"].as_str().expect("a States.Format");
        let template = text.split('\'').nth(1).expect("a template");
        arguments
            .iter()
            .fold(template.to_owned(), |text, argument| text.replacen("{}", argument, 1))
    };
    let partition = LedgerPartition {
        run: RunId::parse("r").unwrap(),
        account: AccountId::parse("111111111111").unwrap(),
    };
    assert_eq!(format("Run", &["r", "111111111111"]), partition.partition_key());
    let entry = Key::parse(&format("Entry", &["eu-west-1"]));
    assert!(matches!(entry, Some(Key::WorkerFailure(_))), "{entry:?}");
    assert_eq!(item["Kind"]["S"], ErrorKind::WorkerCrashed.name());
    for field in ["Error", "Cause", "ExpiresAt"] {
        assert!(item[field].is_object(), "no {field}");
    }
}

/// The variables that a function reads, without AWS's own.
fn read_by(function: &str) -> Names {
    let read = RefCell::new(Names::new());
    let lookup = |name: &str| {
        read.borrow_mut().insert(name.to_owned());
        None
    };
    let mut env = Env::new(&lookup);
    match function {
        "fanout" => drop(FanoutSettings::read(&mut env)),
        "worker" => drop(WorkerSettings::read(&mut env)),
        _ => drop(ResultHandlerSettings::read(&mut env)),
    }
    let mut names = read.take();
    names.retain(|name| !name.starts_with("AWS_"));
    // The shell reads these for every function.
    names.extend([name::RUST_LOG, name::DEPLOYMENT].map(str::to_owned));
    names
}

#[test]
fn every_function_gets_exactly_the_variables_it_reads() {
    let functions = resources(&template("operator.yaml"), "AWS::Lambda::Function");
    assert_eq!(functions.len(), 4, "fanout, two workers, result handler");
    let mut all = Names::new();
    for (logical, function) in functions {
        let crate_name = match logical.as_str() {
            "FanoutFunction" => "fanout",
            "ResultHandlerFunction" => "result-handler",
            _ => "worker",
        };
        let variables = function["Environment"]["Variables"].as_object().expect("variables");
        let given = names(variables.keys().map(String::as_str));
        assert_eq!(given, read_by(crate_name), "{logical}");
        all.extend(given);
    }
    assert_eq!(all, names(name::ALL.iter().copied()));
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
        "EnableAdminOperations",
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
fn the_read_only_role_may_do_what_the_operations_declare_and_nothing_else() {
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
    let specs = CATALOGUE.iter().map(|operation| operation.spec());
    let read_only = specs.filter(|spec| spec.access == Access::ReadOnly);
    let mut declared: Names =
        read_only.flat_map(|spec| names(spec.actions.iter().copied())).collect();
    declared.insert(INQUIRY.to_owned());
    assert_eq!(allowed, declared);
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
fn the_examples_are_what_their_readers_take() {
    let example = |name: &str| -> Value {
        serde_json::from_str(&text(&format!("statemachine/examples/{name}.json"))).expect("JSON")
    };
    for request in ["default", "internet-routes", "two-accounts", "fanout"] {
        let mut faults = Violations::default();
        FanoutEvent::read(&example(request), &mut faults).expect(request);
        assert!(faults.is_empty(), "{request}: {faults}");
    }
    WorkerEvent::parse(&example("worker")).expect("worker");
    ResultEvent::parse(&example("result-handler")).expect("result-handler");
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

/// The sources of a crate that run in production, with their names.
fn sources(crate_name: &str) -> Vec<(String, String)> {
    let folder = org_operator_testkit::paths::file(&format!("crates/{crate_name}/src"));
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let rust = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn no_list_ends_without_a_word_where_a_page_token_comes_twice() {
    let mut paginators = 0;
    for (file, source) in ["aws", "operations"].into_iter().flat_map(sources) {
        let source: String = source.split_whitespace().collect();
        let made = source.matches(".into_paginator()").count();
        let going_on = source.matches(".into_paginator().stop_on_duplicate_token(false)").count();
        assert_eq!(made, going_on, "{file}: the SDK's default loses what is behind such a token");
        paginators += made;
    }
    assert!(paginators > 5);
}
