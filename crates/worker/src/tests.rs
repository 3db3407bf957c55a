//! The worker over a ledger in memory: outcomes, attempts, what a refusal means.

mod crashes;
pub(crate) mod fixtures;
mod suite;

use std::sync::atomic::Ordering;

use org_operator_core::model::account_regions::AccountRegions;
use org_operator_core::outcome::settlement::EVIDENCE_SECONDS;
use org_operator_core::{Error, ErrorKind, Region, WorkerEvent};
use serde_json::json;

use super::*;

use fixtures::{
    RefusesCredentials, RefusesProbes, SPEC, attempt, counts, event, message, only, outcomes,
    records, worker,
};

#[tokio::test]
async fn one_assume_role_serves_every_region() {
    let worker = worker();
    let words = ["three", "empty", "none", "void"];
    let result = worker.run(&event(&words), &attempt("a")).await.unwrap();
    assert_eq!(counts(&result), (4, 0, 0));
    assert_eq!(worker.members.assumed.load(Ordering::SeqCst), 1);
    assert_eq!(records(&worker), 3);
}

#[tokio::test]
async fn a_denied_role_is_recorded_as_a_failure_of_every_region() {
    let mut worker = worker();
    worker.members.refusal = Some(Error::new(ErrorKind::AssumeRoleDenied, "no role"));
    let result = worker.run(&event(&["three", "empty"]), &attempt("a")).await.unwrap();
    assert_eq!(counts(&result), (0, 0, 2));
    let denied = ("FAILED", Some(ErrorKind::AssumeRoleDenied), 1);
    assert!(outcomes(&worker).values().all(|outcome| *outcome == denied));
}

#[tokio::test]
async fn a_throttled_region_fails_the_attempt_after_all_outcomes_are_written() {
    let worker = worker();
    let error = worker.run(&event(&["three", "throttled"]), &attempt("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert!(error.message().starts_with("111111111111 xx-throttled-1: RequestLimitExceeded"));
    let outcomes = outcomes(&worker);
    assert_eq!(outcomes["three"], ("SUCCEEDED", None, 1));
    assert_eq!(outcomes["throttled"], ("FAILED", Some(ErrorKind::Throttled), 1));
}

#[tokio::test]
async fn a_second_attempt_runs_only_targets_that_are_not_final() {
    let worker = worker();
    let event = event(&["three", "throttled", "off"]);
    assert!(worker.run(&event, &attempt("a")).await.is_err());
    assert!(worker.run(&event, &attempt("b")).await.is_err());
    let outcomes = outcomes(&worker);
    assert_eq!(outcomes["three"].2, 1);
    assert_eq!(outcomes["off"], ("SKIPPED", Some(ErrorKind::RegionDisabled), 1));
    assert_eq!(outcomes["throttled"].2, 2);
}

#[tokio::test]
async fn an_attempt_with_no_pending_target_makes_no_call() {
    let worker = worker();
    let event = event(&["three"]);
    let first = worker.run(&event, &attempt("a")).await.unwrap();
    let writes = worker.ledger.writes();
    assert_eq!(worker.run(&event, &attempt("b")).await.unwrap(), first);
    assert_eq!(worker.members.assumed.load(Ordering::SeqCst), 1);
    assert_eq!(worker.ledger.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_region_unfinished_at_the_deadline_fails_as_deadline_exceeded() {
    let worker = worker();
    let error = worker.run(&event(&["three", "hangs"]), &attempt("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    assert_eq!(outcomes(&worker)["three"].0, "SUCCEEDED");
    assert_eq!(outcomes(&worker)["hangs"].1, Some(ErrorKind::DeadlineExceeded));
}

#[tokio::test]
async fn a_denial_without_reason_is_a_policys_only_beside_a_success() {
    let alone = worker();
    alone.run(&event(&["short"]), &attempt("a")).await.unwrap();
    assert_eq!(outcomes(&alone)["short"].1, Some(ErrorKind::AccessDenied));
    let text = message(&alone, "short");
    assert!(text.contains(&format!("needs {}", SPEC.actions.join(", "))), "{text}");
    let beside = worker();
    beside.run(&event(&["short", "three"]), &attempt("a")).await.unwrap();
    assert_eq!(outcomes(&beside)["short"], ("SKIPPED", Some(ErrorKind::DeniedByPolicy), 1));
}

#[tokio::test]
async fn a_success_older_than_a_session_is_no_evidence() {
    let worker = worker();
    worker.run(&event(&["three"]), &attempt("a")).await.unwrap();
    worker.clock.pass(EVIDENCE_SECONDS);
    // A resumed run, days later: the role may have lost its permission since.
    let lost = Worker { catalogue: only(RefusesProbes), ..worker };
    lost.run(&event(&["short", "three"]), &attempt("b")).await.unwrap();
    assert_eq!(outcomes(&lost)["short"].1, Some(ErrorKind::AccessDenied));
}

#[tokio::test]
async fn an_old_success_is_tried_anew_to_explain_a_refusal() {
    let worker = worker();
    worker.run(&event(&["three"]), &attempt("a")).await.unwrap();
    worker.clock.pass(EVIDENCE_SECONDS);
    worker.run(&event(&["short", "three"]), &attempt("b")).await.unwrap();
    assert_eq!(outcomes(&worker)["short"], ("SKIPPED", Some(ErrorKind::DeniedByPolicy), 1));
    let text = message(&worker, "short");
    assert!(text.starts_with("inferred: ") && text.contains("xx-three-1"), "{text}");
}

#[tokio::test]
async fn a_region_that_the_account_has_off_is_skipped_without_a_call() {
    let mut worker = worker();
    let listed = [("xx-hangs-1", "not-opted-in"), ("xx-off-1", "opted-in")];
    worker.members.regions = Some(AccountRegions::read(listed));
    let event = event(&["hangs", "off", "three"]);
    worker.run(&event, &attempt("a")).await.unwrap();
    assert_eq!(outcomes(&worker)["hangs"], ("SKIPPED", Some(ErrorKind::RegionDisabled), 1));
    assert!(message(&worker, "hangs").contains("DescribeRegions"));
    // It is on, so a refused session is no sign of a disabled Region.
    assert_eq!(outcomes(&worker)["off"].1, Some(ErrorKind::AccessDenied));
    assert_eq!(worker.members.inquiries.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_account_that_may_not_name_its_regions_leaves_an_inference() {
    let worker = worker();
    worker.run(&event(&["off", "three"]), &attempt("a")).await.unwrap();
    assert_eq!(outcomes(&worker)["off"], ("SKIPPED", Some(ErrorKind::RegionDisabled), 1));
    let text = message(&worker, "off");
    assert!(text.starts_with("inferred: "), "{text}");
}

#[tokio::test]
async fn regions_that_no_account_can_disable_cost_no_inquiry() {
    let worker = worker();
    let regions = json!(["eu-west-1", "us-east-1"]);
    let event = json!({"AccountId": "111111111111", "Regions": regions, "Operation": "fake"});
    worker.run(&WorkerEvent::parse(&event).unwrap(), &attempt("a")).await.unwrap();
    assert_eq!(worker.members.inquiries.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn credentials_refused_by_an_always_on_region_are_evicted_and_failed() {
    let worker = worker();
    let regions = ["eu-west-1", "xx-off-1"];
    let event = json!({"AccountId": "111111111111", "Regions": regions, "Operation": "refusing"});
    let refusing = Worker { catalogue: only(RefusesCredentials), ..worker };
    refusing.run(&WorkerEvent::parse(&event).unwrap(), &attempt("a")).await.unwrap();
    for word in ["west", "off"] {
        assert_eq!(outcomes(&refusing)[word].1, Some(ErrorKind::AccessDenied), "{word}");
    }
    assert_eq!(refusing.members.evicted.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_record_that_the_ledger_refuses_fails_only_its_own_target() {
    let worker = worker();
    *worker.ledger.refuses.lock().unwrap() = Region::parse("xx-three-1");
    let result = worker.run(&event(&["three", "empty", "off"]), &attempt("a")).await.unwrap();
    assert_eq!(counts(&result), (1, 1, 1));
    assert_eq!(outcomes(&worker)["three"].1, Some(ErrorKind::OperationFailed));
    assert!(message(&worker, "three").contains("too large"));
}

#[tokio::test]
async fn rows_with_the_same_key_fail_the_target() {
    let worker = worker();
    worker.run(&event(&["twice"]), &attempt("a")).await.unwrap();
    assert_eq!(outcomes(&worker)["twice"], ("FAILED", Some(ErrorKind::OperationFailed), 1));
}

#[tokio::test]
async fn an_unknown_operation_is_refused_and_nothing_is_written() {
    let worker = worker();
    let mut event = event(&["three"]);
    event.operation = "fakes".to_owned();
    let error = worker.run(&event, &attempt("a")).await.unwrap_err();
    assert!(error.message().contains("nearest: `fake`"), "{error}");
    assert_eq!(worker.ledger.writes(), 0);
}
