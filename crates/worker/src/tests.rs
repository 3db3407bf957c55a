//! The worker over a ledger in memory and operations that answer as a test says.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::SdkConfig;
use futures_util::future::BoxFuture;
use org_operator_aws::Member;
use org_operator_core::ErrorKind;
use org_operator_core::contract::ledger::Entry;
use org_operator_core::model::spec::{Access, Column, Scope, Spec};
use org_operator_core::outcome::classification::CallFailure;
use org_operator_core::report::coverage::{by_account, cover};
use org_operator_operations::{Rows, Target};
use org_operator_testkit::memory::{MemoryLedger, TickingClock};
use proptest::prelude::*;
use serde_json::json;

use super::*;

static SPEC: Spec = Spec {
    name: "fake",
    summary: "answers by Region",
    scope: Scope::Regional,
    access: Access::ReadOnly,
    actions: &["fake:Ask"],
    columns: &[Column { name: "thing", meaning: "a thing" }],
    key: &["thing"],
};

/// Answers by the Region's name: `xx-three-1` has three rows, and so on.
struct Fake;

impl Operation for Fake {
    fn probe<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<(), CallFailure>> {
        Box::pin(async { Ok(()) })
    }

    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, CallFailure>> {
        Box::pin(async move {
            let refused = |code, message| Err(CallFailure::answered(code, 403, message));
            let word = target.region.as_str().split('-').nth(1).unwrap_or_default();
            match word {
                "three" => Ok(["a", "b", "c"].map(|thing| vec![thing.to_owned()]).to_vec()),
                "twice" => Ok(vec![vec!["a".to_owned()], vec!["a".to_owned()]]),
                "hangs" => std::future::pending().await,
                "throttled" => refused("RequestLimitExceeded", "slow down"),
                "short" => refused(
                    "UnauthorizedOperation",
                    "You are not authorized to perform this operation.",
                ),
                "off" => refused("AuthFailure", "not able to validate"),
                _ => Ok(Rows::new()),
            }
        })
    }
}

static REFUSING: Spec = Spec { name: "refusing", ..SPEC };

/// Takes nobody's credentials, anywhere.
struct Refusing;

impl Operation for Refusing {
    fn probe<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<(), CallFailure>> {
        Box::pin(async { Ok(()) })
    }

    fn spec(&self) -> &'static Spec {
        &REFUSING
    }

    fn run<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<Rows, CallFailure>> {
        let message = "not able to validate the provided access credentials";
        Box::pin(async move { Err(CallFailure::answered("AuthFailure", 401, message)) })
    }
}

#[derive(Default)]
struct FakeMembers {
    refusal: Option<Error>,
    calls: AtomicUsize,
    forgotten: AtomicUsize,
}

impl Members for FakeMembers {
    async fn assume(&self, _: &AccountId, _: &RunId, actions: &[&str]) -> Result<Member, Error> {
        assert_eq!(actions, SPEC.actions);
        self.calls.fetch_add(1, Ordering::SeqCst);
        match &self.refusal {
            Some(error) => Err(error.clone()),
            None => Ok(Member::new(SdkConfig::builder().build(), "key", "secret", "token")),
        }
    }

    fn evict(&self, _: &AccountId, _: &RunId) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
    }
}

type TestWorker = Worker<FakeMembers, MemoryLedger, TickingClock>;

fn worker() -> TestWorker {
    let (members, ledger) = (FakeMembers::default(), MemoryLedger::new());
    Worker { members, ledger, clock: TickingClock::default(), catalogue: &[&Fake], permits: None }
}

fn event(words: &[&str]) -> WorkerEvent {
    let regions: Vec<String> = words.iter().map(|word| format!("xx-{word}-1")).collect();
    let event = json!({"AccountId": "111111111111", "Regions": regions, "Operation": "fake"});
    WorkerEvent::parse(&event).unwrap()
}

fn attempt(id: &str) -> Attempt {
    let run = RunId::parse("r1").unwrap();
    Attempt { id: id.to_owned(), run, expires_at: 9, time_left: Duration::from_mins(1) }
}

fn partition() -> LedgerPartition {
    LedgerPartition {
        run: RunId::parse("r1").unwrap(),
        account: AccountId::parse("111111111111").unwrap(),
    }
}

/// Region's word -> (status, error kind, attempts), as the ledger has it.
fn outcomes(worker: &TestWorker) -> BTreeMap<String, (&'static str, Option<ErrorKind>, u32)> {
    let read = |entry| match entry {
        Entry::Outcome(o) => {
            let word = o.region.as_str().split('-').nth(1).unwrap_or_default().to_owned();
            Some((word, (o.verdict.status(), o.verdict.error().map(|(kind, _)| kind), o.attempts)))
        }
        _ => None,
    };
    worker.ledger.entries(&partition()).into_iter().filter_map(read).collect()
}

fn message(worker: &TestWorker, word: &str) -> String {
    let entries = worker.ledger.entries(&partition());
    let found = entries.iter().find_map(|entry| match entry {
        Entry::Outcome(o) if o.region.as_str().contains(word) => o.verdict.error(),
        _ => None,
    });
    found.map(|(_, message)| message.to_owned()).unwrap_or_default()
}

fn records(worker: &TestWorker) -> usize {
    let entries = worker.ledger.entries(&partition());
    entries.iter().filter(|entry| matches!(entry, Entry::Record(_))).count()
}

fn counts(result: &WorkerResult) -> (u64, u64, u64) {
    (result.succeeded, result.skipped, result.failed)
}

#[tokio::test]
async fn one_assume_role_serves_every_region() {
    let worker = worker();
    let words = ["three", "empty", "none", "void"];
    let result = worker.run(&event(&words), &attempt("a")).await.unwrap();
    assert_eq!(counts(&result), (4, 0, 0));
    assert_eq!(worker.members.calls.load(Ordering::SeqCst), 1);
    assert_eq!(records(&worker), 3);
}

#[tokio::test]
async fn a_refused_role_is_an_outcome_of_every_region_not_a_crash() {
    let mut worker = worker();
    worker.members.refusal = Some(Error::new(ErrorKind::AssumeRoleDenied, "no role"));
    let result = worker.run(&event(&["three", "empty"]), &attempt("a")).await.unwrap();
    assert_eq!(counts(&result), (0, 0, 2));
    let denied = ("FAILED", Some(ErrorKind::AssumeRoleDenied), 1);
    assert!(outcomes(&worker).values().all(|outcome| *outcome == denied));
}

#[tokio::test]
async fn a_throttled_region_makes_the_worker_error_after_all_outcomes_are_written() {
    let worker = worker();
    let error = worker.run(&event(&["three", "throttled"]), &attempt("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert!(error.message().starts_with("111111111111 xx-throttled-1: RequestLimitExceeded"));
    let outcomes = outcomes(&worker);
    assert_eq!(outcomes["three"], ("SUCCEEDED", None, 1));
    assert_eq!(outcomes["throttled"], ("FAILED", Some(ErrorKind::Throttled), 1));
}

#[tokio::test]
async fn a_second_attempt_does_only_what_is_not_final() {
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
async fn an_attempt_with_nothing_left_to_do_makes_no_call() {
    let worker = worker();
    let event = event(&["three"]);
    let first = worker.run(&event, &attempt("a")).await.unwrap();
    let writes = worker.ledger.writes();
    assert_eq!(worker.run(&event, &attempt("b")).await.unwrap(), first);
    assert_eq!(worker.members.calls.load(Ordering::SeqCst), 1);
    assert_eq!(worker.ledger.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_at_the_deadline_is_tried_in_another_invocation() {
    let worker = worker();
    let error = worker.run(&event(&["three", "hangs"]), &attempt("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    assert_eq!(outcomes(&worker)["three"].0, "SUCCEEDED");
    assert_eq!(outcomes(&worker)["hangs"].1, Some(ErrorKind::DeadlineExceeded));
}

#[tokio::test]
async fn a_short_refusal_is_a_policys_only_beside_a_success() {
    let alone = worker();
    alone.run(&event(&["short"]), &attempt("a")).await.unwrap();
    assert_eq!(outcomes(&alone)["short"].1, Some(ErrorKind::AccessDenied));
    let said = message(&alone, "short");
    assert!(said.contains(&format!("needs {}", SPEC.actions.join(", "))), "{said}");
    let beside = worker();
    beside.run(&event(&["short", "three"]), &attempt("a")).await.unwrap();
    assert_eq!(outcomes(&beside)["short"], ("SKIPPED", Some(ErrorKind::DeniedByPolicy), 1));
}

#[tokio::test]
async fn an_old_success_does_not_tell_what_a_refusal_means_today() {
    let worker = worker();
    worker.run(&event(&["three"]), &attempt("a")).await.unwrap();
    worker.clock.pass(EVIDENCE_SECONDS);
    // A resumed run, days later: the role may have lost its permission since.
    worker.run(&event(&["short", "three"]), &attempt("b")).await.unwrap();
    assert_eq!(outcomes(&worker)["short"].1, Some(ErrorKind::AccessDenied));
}

#[tokio::test]
async fn credentials_that_a_region_refuses_which_cannot_be_off_are_dropped_and_no_skip() {
    let worker = worker();
    let regions = ["eu-west-1", "xx-off-1"];
    let event = json!({"AccountId": "111111111111", "Regions": regions, "Operation": "refusing"});
    let refusing = Worker { catalogue: &[&Refusing], ..worker };
    refusing.run(&WorkerEvent::parse(&event).unwrap(), &attempt("a")).await.unwrap();
    for word in ["west", "off"] {
        assert_eq!(outcomes(&refusing)[word].1, Some(ErrorKind::AccessDenied), "{word}");
    }
    assert_eq!(refusing.members.forgotten.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_record_that_the_ledger_refuses_fails_its_own_target_only() {
    let worker = worker();
    *worker.ledger.refuses.lock().unwrap() = Region::parse("xx-three-1");
    let result = worker.run(&event(&["three", "empty", "off"]), &attempt("a")).await.unwrap();
    assert_eq!(counts(&result), (1, 1, 1));
    assert_eq!(outcomes(&worker)["three"].1, Some(ErrorKind::OperationFailed));
    assert!(message(&worker, "three").contains("too large"));
}

#[tokio::test]
async fn an_operation_whose_rows_would_be_lost_has_failed() {
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

/// What a reader of the ledger sees: coverage and the records that count.
fn seen(worker: &TestWorker, event: &WorkerEvent) -> (Vec<String>, Vec<String>) {
    let entries = worker.ledger.entries(&partition());
    let outcomes: Vec<Outcome> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Outcome(outcome) => Some(outcome.clone()),
            _ => None,
        })
        .collect();
    let counts = |record: &LedgerRecord| {
        let of_record = |o: &&Outcome| o.region == record.region && o.attempt == record.attempt;
        outcomes.iter().any(|outcome| of_record(&outcome))
    };
    let rows = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Record(record) if counts(record) => {
                Some(format!("{} {}", record.region, record.record.key))
            }
            _ => None,
        })
        .collect();
    let targets = by_account(vec![event.item.clone()]).remove(0);
    let covered = cover(&targets, outcomes, &[]);
    (covered.iter().map(|row| format!("{} {:?}", row.region, row.verdict)).collect(), rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_deaths_and_retries_end_as_an_undisturbed_run(
        words in proptest::sample::subsequence(vec!["three", "empty", "off", "short", "twice", "void"], 1..=6),
        deaths in proptest::collection::vec(0usize..12, 0..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let event = event(&words);
            let calm = worker();
            calm.run(&event, &attempt("calm")).await.unwrap();
            let troubled = worker();
            for (number, death) in deaths.iter().enumerate() {
                troubled.ledger.die_after(Some(*death));
                let _ = troubled.run(&event, &attempt(&format!("t{number}"))).await;
            }
            troubled.ledger.die_after(None);
            troubled.run(&event, &attempt("last")).await.unwrap();
            prop_assert_eq!(seen(&troubled, &event), seen(&calm, &event));
            Ok(())
        })?;
    }
}
