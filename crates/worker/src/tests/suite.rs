//! Several operations in one account: entered once, each with entries of its own.

use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use futures_util::future::BoxFuture;
use org_operator_aws::Member;
use org_operator_core::contract::ledger::Entry;
use org_operator_core::model::account_regions::AccountRegions;
use org_operator_core::model::spec::{Scope, Spec};
use org_operator_core::{AccountId, RunId};
use org_operator_operations::{Operation, OperationFailure, Rows, Target};
use org_operator_testkit::memory::{MemoryLedger, TickingClock};

use super::fixtures::ByWord;
use super::*;

/// Answers by the word in the Region's name, under another name and with other actions.
struct Named(Spec);

impl Operation for Named {
    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        ByWord.probe(target)
    }

    fn spec(&self) -> &Spec {
        &self.0
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        ByWord.run(target)
    }
}

fn named(name: &str, actions: Vec<String>, scope: Scope) -> Arc<dyn Operation> {
    Arc::new(Named(Spec { name: name.to_owned(), actions, scope, ..SPEC.clone() }))
}

fn action(name: &str) -> Vec<String> {
    vec![format!("fake:{name}")]
}

/// Members that note what each session may do and how often Regions are asked for.
#[derive(Default)]
struct Noting {
    refusal: Option<Error>,
    assumed: Mutex<Vec<Vec<String>>>,
    inquiries: Mutex<usize>,
}

impl Members for Noting {
    async fn assume(&self, _: &AccountId, _: &RunId, actions: &[String]) -> Result<Member, Error> {
        let mut assumed = self.assumed.lock().unwrap();
        if !assumed.iter().any(|known| known == actions) || self.refusal.is_some() {
            assumed.push(actions.to_vec());
        }
        match &self.refusal {
            Some(error) => Err(error.clone()),
            None => Ok(Member::new(SdkConfig::builder().build(), "key", "secret", "token")),
        }
    }

    async fn regions(&self, _: &Member, _: &CallCounter) -> Result<AccountRegions, Error> {
        *self.inquiries.lock().unwrap() += 1;
        Ok(AccountRegions::default())
    }

    fn evict(&self, _: &AccountId, _: &RunId) {}
}

type SuiteWorker = Worker<Noting, MemoryLedger, TickingClock>;

fn worker_of(operations: impl IntoIterator<Item = Arc<dyn Operation>>) -> SuiteWorker {
    let catalogue = Box::leak(Box::new(Catalogue::of(operations)));
    let worker = Worker::new(Noting::default(), MemoryLedger::new(), TickingClock::default());
    Worker { catalogue, ..worker }
}

fn three() -> SuiteWorker {
    worker_of([
        named("first", action("A"), Scope::Regional),
        named("once", action("B"), Scope::Global),
        named("second", action("A"), Scope::Regional),
    ])
}

fn event_of(operations: &[&str], words: &[&str]) -> WorkerEvent {
    let names = words.iter().map(|word| match *word {
        "global" => "global".to_owned(),
        word => format!("xx-{word}-1"),
    });
    let event = json!({
        "AccountId": "111111111111", "Regions": names.collect::<Vec<_>>(),
        "Operation": "suites", "Operations": operations,
    });
    WorkerEvent::parse(&event).unwrap()
}

/// What the ledger has of an operation: Region and status, in order.
fn statuses(worker: &SuiteWorker, operation: &str) -> Vec<(String, &'static str, u32)> {
    let run = RunId::parse("r1").unwrap();
    let account = AccountId::parse("111111111111").unwrap();
    let partition = LedgerPartition { run, operation: Some(operation.to_owned()), account };
    let outcome = |entry| match entry {
        Entry::Outcome(o) => Some((o.region.to_string(), o.verdict.status(), o.attempts)),
        _ => None,
    };
    worker.ledger.entries(&partition).into_iter().filter_map(outcome).collect()
}

const ALL: [&str; 3] = ["first", "once", "second"];

#[tokio::test]
async fn one_session_serves_all_operations_and_each_has_its_own_outcomes() {
    let worker = three();
    let event = event_of(&ALL, &["three", "empty", "global"]);
    let result = worker.run(&event, &attempt("a")).await.unwrap();
    assert_eq!(counts(&result), (5, 0, 0));
    let union = vec!["fake:A".to_owned(), "fake:B".to_owned()];
    assert_eq!(*worker.members.assumed.lock().unwrap(), [union]);
    let regional = [("xx-empty-1", "SUCCEEDED", 1), ("xx-three-1", "SUCCEEDED", 1)];
    let regional = regional.map(|(region, status, n)| (region.to_owned(), status, n));
    for name in ["first", "second"] {
        assert_eq!(statuses(&worker, name), regional, "{name}");
    }
    assert_eq!(statuses(&worker, "once"), [("global".to_owned(), "SUCCEEDED", 1)]);
    assert_eq!(*worker.members.inquiries.lock().unwrap(), 1, "one question for all operations");
}

#[tokio::test]
async fn a_denied_role_is_asked_for_once_and_fails_every_target() {
    let mut worker = three();
    worker.members.refusal = Some(Error::new(ErrorKind::AssumeRoleDenied, "no role"));
    let event = event_of(&ALL, &["three", "empty", "global"]);
    let result = worker.run(&event, &attempt("a")).await.unwrap();
    assert_eq!(counts(&result), (0, 0, 5));
    assert_eq!(worker.members.assumed.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn operations_whose_actions_do_not_fit_one_policy_have_few_sessions() {
    let many = |letter: char| -> Vec<String> {
        (0..40).map(|n| format!("fake:{letter}ActionOfSomeLength{n:02}")).collect()
    };
    let worker = worker_of([
        named("first", many('A'), Scope::Regional),
        named("once", action("B"), Scope::Global),
        named("second", many('C'), Scope::Regional),
    ]);
    let event = event_of(&ALL, &["three", "global"]);
    assert_eq!(counts(&worker.run(&event, &attempt("a")).await.unwrap()), (3, 0, 0));
    assert_eq!(worker.members.assumed.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn another_attempt_asks_only_what_an_operation_lacks() {
    let worker = three();
    let event = event_of(&ALL, &["three", "throttled", "global"]);
    let error = worker.run(&event, &attempt("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert!(worker.run(&event, &attempt("b")).await.is_err());
    for name in ["first", "second"] {
        let found = statuses(&worker, name);
        assert_eq!(found[0], ("xx-three-1".to_owned(), "SUCCEEDED", 1), "{name}");
        assert_eq!(found[1], ("xx-throttled-1".to_owned(), "FAILED", 2), "{name}");
    }
    assert_eq!(statuses(&worker, "once")[0].2, 1);
}

#[tokio::test]
async fn a_work_item_without_an_operations_regions_leaves_it_alone() {
    let worker = three();
    let result = worker.run(&event_of(&ALL, &["global"]), &attempt("a")).await.unwrap();
    assert_eq!(counts(&result), (1, 0, 0));
    assert!(statuses(&worker, "first").is_empty());
}

#[tokio::test]
async fn an_unknown_operation_of_several_is_refused_and_nothing_is_written() {
    let worker = three();
    let event = event_of(&["first", "secnd"], &["three"]);
    let error = worker.run(&event, &attempt("a")).await.unwrap_err();
    assert!(error.message().contains("Operations[1]: got \"secnd\""), "{error}");
    assert!(error.message().contains("nearest: `second`"), "{error}");
    assert_eq!(worker.ledger.writes(), 0);
}
