//! A worker over a ledger in memory, and operations whose answer follows from the Region's name.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use aws_config::SdkConfig;
use futures_util::future::BoxFuture;
use org_operator_aws::{CallCounter, Member};
use org_operator_core::contract::ledger::{Entry, LedgerPartition};
use org_operator_core::model::account_regions::AccountRegions;
use org_operator_core::model::spec::Spec;
use org_operator_core::outcome::classification::CallFailure;
use org_operator_core::{AccountId, Error, ErrorKind, RunId, WorkerEvent};
use org_operator_operations::{Catalogue, Operation, OperationFailure, Rows, Target};
use org_operator_testkit::memory::{MemoryLedger, TickingClock};
use serde_json::json;

use crate::{Attempt, Members, Worker, WorkerResult};

pub(crate) static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let spec = Spec::read_only("fake", "answers by Region", ["fake:Ask"]);
    spec.with_columns(&[("thing", "a thing")], &["thing"])
});

/// Answers by the word in the Region's name: `xx-three-1` has three rows, and so on.
pub(crate) struct ByWord;

impl Operation for ByWord {
    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        Box::pin(async move { self.run(target).await.map(drop) })
    }

    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(async move {
            let refused = |code, message| Err(CallFailure::answered(code, 403, message).into());
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

/// Answers by the word in the Region's name, and refuses every dry run.
pub(crate) struct RefusesProbes;

impl Operation for RefusesProbes {
    fn probe<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        Box::pin(async { Err(CallFailure::answered("UnauthorizedOperation", 403, "no").into()) })
    }

    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        ByWord.run(target)
    }
}

static REFUSING: LazyLock<Spec> =
    LazyLock::new(|| Spec { name: "refusing".to_owned(), ..SPEC.clone() });

/// Refuses the credentials in every Region.
pub(crate) struct RefusesCredentials;

impl Operation for RefusesCredentials {
    fn probe<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        Box::pin(async { Ok(()) })
    }

    fn spec(&self) -> &Spec {
        &REFUSING
    }

    fn run<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        let message = "not able to validate the provided access credentials";
        Box::pin(async move { Err(CallFailure::answered("AuthFailure", 401, message).into()) })
    }
}

/// Members that count their calls, and refuse with an error where one is set.
#[derive(Default)]
pub(crate) struct FakeMembers {
    pub(crate) refusal: Option<Error>,
    pub(crate) assumed: AtomicUsize,
    pub(crate) evicted: AtomicUsize,
    /// What the account says of its Regions; `None` where it may not.
    pub(crate) regions: Option<AccountRegions>,
    /// How often it was asked for them.
    pub(crate) inquiries: AtomicUsize,
}

impl Members for FakeMembers {
    async fn assume(&self, _: &AccountId, _: &RunId, actions: &[String]) -> Result<Member, Error> {
        assert_eq!(actions, SPEC.actions);
        self.assumed.fetch_add(1, Ordering::SeqCst);
        match &self.refusal {
            Some(error) => Err(error.clone()),
            None => Ok(Member::new(SdkConfig::builder().build(), "key", "secret", "token")),
        }
    }

    async fn regions(&self, _: &Member, _: &CallCounter) -> Result<AccountRegions, Error> {
        self.inquiries.fetch_add(1, Ordering::SeqCst);
        let refused = || Error::new(ErrorKind::AccessDenied, "no ec2:DescribeRegions");
        self.regions.clone().ok_or_else(refused)
    }

    fn evict(&self, _: &AccountId, _: &RunId) {
        self.evicted.fetch_add(1, Ordering::SeqCst);
    }
}

/// The catalogue of one operation.
pub(crate) fn only(operation: impl Operation + 'static) -> &'static Catalogue {
    let operation: Arc<dyn Operation> = Arc::new(operation);
    Box::leak(Box::new(Catalogue::of([operation])))
}

pub(crate) type TestWorker = Worker<FakeMembers, MemoryLedger, TickingClock>;

pub(crate) fn worker() -> TestWorker {
    let (members, ledger) = (FakeMembers::default(), MemoryLedger::new());
    let clock = TickingClock::default();
    Worker { catalogue: only(ByWord), ..Worker::new(members, ledger, clock) }
}

pub(crate) fn event(words: &[&str]) -> WorkerEvent {
    let regions: Vec<String> = words.iter().map(|word| format!("xx-{word}-1")).collect();
    let event = json!({"AccountId": "111111111111", "Regions": regions, "Operation": "fake"});
    WorkerEvent::parse(&event).unwrap()
}

pub(crate) fn attempt(id: &str) -> Attempt {
    let run = RunId::parse("r1").unwrap();
    Attempt { id: id.to_owned(), run, expires_at: 9, time_left: Duration::from_mins(1) }
}

pub(crate) fn partition() -> LedgerPartition {
    LedgerPartition {
        run: RunId::parse("r1").unwrap(),
        operation: None,
        account: AccountId::parse("111111111111").unwrap(),
    }
}

/// The ledger's outcomes: the Region's word -> (status, error kind, attempts).
pub(crate) fn outcomes(
    worker: &TestWorker,
) -> BTreeMap<String, (&'static str, Option<ErrorKind>, u32)> {
    let read = |entry| match entry {
        Entry::Outcome(o) => {
            let word = o.region.as_str().split('-').nth(1).unwrap_or_default().to_owned();
            Some((word, (o.verdict.status(), o.verdict.error().map(|(kind, _)| kind), o.attempts)))
        }
        _ => None,
    };
    worker.ledger.entries(&partition()).into_iter().filter_map(read).collect()
}

pub(crate) fn message(worker: &TestWorker, word: &str) -> String {
    let entries = worker.ledger.entries(&partition());
    let found = entries.iter().find_map(|entry| match entry {
        Entry::Outcome(o) if o.region.as_str().contains(word) => o.verdict.error(),
        _ => None,
    });
    found.map(|(_, message)| message.to_owned()).unwrap_or_default()
}

pub(crate) fn records(worker: &TestWorker) -> usize {
    let entries = worker.ledger.entries(&partition());
    entries.iter().filter(|entry| matches!(entry, Entry::Record(_))).count()
}

pub(crate) fn counts(result: &WorkerResult) -> (u64, u64, u64) {
    (result.succeeded, result.skipped, result.failed)
}
