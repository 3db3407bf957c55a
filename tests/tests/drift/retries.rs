//! The retries and catches of the state machine: they name the errors that there are, and no others.

use org_operator_core::ErrorKind;
use org_operator_core::contract::approval;
use org_operator_tests::files::{state_machine, states, text};
use serde_json::Value;

use super::{Names, error_names, names, strings};

#[test]
fn the_state_machine_names_only_errors_that_exist() {
    let services = ["States.", "Lambda.", "Sandbox.", "Runtime.", "DynamoDb.", "SNS."];
    let ours = ErrorKind::ALL.iter().map(|kind| kind.name()).chain([approval::REJECTED]);
    let ours = names(ours);
    for (state, definition) in states(&state_machine()) {
        for name in error_names(&definition, "Retry").union(&error_names(&definition, "Catch")) {
            let known = ours.contains(name) || services.iter().any(|s| name.starts_with(s));
            assert!(known, "{state} names the error `{name}`, which nothing gives");
        }
    }
}

#[test]
fn functions_are_retried_for_exactly_the_retryable_kinds() {
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
fn a_throttled_function_is_retried_as_long_as_the_docs_say() {
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

#[test]
fn every_task_has_a_timeout_jitter_and_a_catch_for_too_much_data() {
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

#[test]
fn retriers_and_catchers_have_only_fields_of_step_functions() {
    let retrier = [
        "Comment",
        "ErrorEquals",
        "IntervalSeconds",
        "MaxAttempts",
        "BackoffRate",
        "MaxDelaySeconds",
        "JitterStrategy",
    ];
    // Output is JSONata's, in the place of ResultPath.
    let catcher = ["Comment", "ErrorEquals", "Next", "Output", "ResultPath"];
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
