//! The events and entries that the state machine writes, and the examples, as their readers take them.

use org_operator_core::contract::approval;
use org_operator_core::contract::ledger::{Key, LedgerPartition};
use org_operator_core::contract::plan::ResultEvent;
use org_operator_core::input::request::FanoutEvent;
use org_operator_core::input::violation::Violations;
use org_operator_core::{AccountId, ErrorKind, RunId, WorkerEvent};
use org_operator_tests::files::{state_machine, states, text};
use serde_json::{Value, json};

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
        operation: None,
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

#[test]
fn the_token_goes_into_the_entry_that_approve_reads_and_nowhere_else() {
    let states = states(&state_machine());
    let waits = &states["AwaitApproval"];
    let item = &waits["Parameters"]["Item"];
    assert_eq!(
        (&item["Run"]["S.$"], &item["Entry"]["S"]),
        (&json!("$.RunId"), &json!(approval::ENTRY))
    );
    assert_eq!(item["TaskToken"]["S.$"], "$$.Task.Token");
    for field in ["Plan", "Request", "AskedAt", "ExpiresAt"] {
        assert!(item[field].is_object(), "no {field}");
    }
    assert_eq!(state_machine().to_string().matches("Task.Token").count(), 1);
    assert_eq!(waits["ResultPath"], Value::Null);
}

#[test]
fn a_no_and_no_answer_reach_the_result_handler_before_any_worker_starts() {
    let (machine, states) = (state_machine(), states(&state_machine()));
    let waits = &states["AwaitApproval"];
    assert_eq!(waits["Catch"][0]["ErrorEquals"], json!([approval::REJECTED, "States.Timeout"]));
    let held = &states[waits["Catch"][0]["Next"].as_str().expect("a state")];
    assert_eq!((&held["Result"], &held["ResultPath"]), (&json!(true), &json!("$.Rejected")));
    assert_eq!(held["Next"], "ResultHandler");
    // Half of an execution's time is left for the work.
    let seconds = waits["TimeoutSeconds"].as_u64().expect("a whole number");
    assert!(machine["TimeoutSeconds"].as_u64().expect("a whole number") >= 2 * seconds);
    let hours = format!("within {} hours", seconds / 3600);
    let message = states["AskForApproval"]["Arguments"]["Message"].to_string();
    assert!(message.contains(&hours) && text("docs/changes.md").contains(&hours), "{hours}");
}

#[test]
fn the_examples_are_what_their_readers_take() {
    let example = |name: &str| -> Value {
        serde_json::from_str(&text(&format!("statemachine/examples/{name}.json"))).expect("JSON")
    };
    for request in ["default", "internet-routes", "two-accounts", "suite", "fanout"] {
        let mut faults = Violations::default();
        FanoutEvent::read(&example(request), &mut faults).expect(request);
        assert!(faults.is_empty(), "{request}: {faults}");
    }
    WorkerEvent::parse(&example("worker")).expect("worker");
    ResultEvent::parse(&example("result-handler")).expect("result-handler");
}
