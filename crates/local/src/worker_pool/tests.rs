//! The pool over an operation whose answer follows from the Region's name: every target ends with an
//! outcome, each role is assumed once, and no more targets run at once than permits allow.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::{LazyLock, Mutex};

use aws_config::SdkConfig;
use futures_util::future::BoxFuture;
use org_operator_aws::Member;
use org_operator_core::contract::ledger::Entry;
use org_operator_core::contract::plan::ManifestLocation;
use org_operator_core::model::spec::Spec;
use org_operator_core::outcome::classification::CallFailure;
use org_operator_core::ports::LedgerReader;
use org_operator_core::{AccountId, Region, Verdict};
use org_operator_operations::{Catalogue, Operation, OperationFailure, Rows, Target};

use super::*;
use crate::limit::Accounts;

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let spec = Spec::read_only("fake", "answers by Region", ["fake:Ask"]);
    spec.with_columns(&[("thing", "a thing")], &["thing"])
});

static RUNNING: AtomicUsize = AtomicUsize::new(0);
static MOST_RUNNING: AtomicUsize = AtomicUsize::new(0);

struct Fake;

impl Operation for Fake {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(async move {
            let word = target.region.as_str().split('-').nth(1).unwrap_or_default();
            // The other test runs in the same process and must not be counted.
            let counted = usize::from(!["quiet", "hangs"].contains(&word));
            let now = RUNNING.fetch_add(counted, Ordering::SeqCst) + counted;
            MOST_RUNNING.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            RUNNING.fetch_sub(counted, Ordering::SeqCst);
            match word {
                "panics" => panic!("no such answer"),
                "throttled" => {
                    Err(CallFailure::answered("RequestLimitExceeded", 503, "slow down").into())
                }
                "hangs" => std::future::pending().await,
                _ => Ok(vec![vec!["a".to_owned()]]),
            }
        })
    }

    fn probe<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        Box::pin(async { Ok(()) })
    }
}

/// Members that cache sessions, as the real ones do, and count the roles assumed per account;
/// account 9 refuses every call.
#[derive(Default, Clone)]
struct Counting {
    assumed: Arc<Mutex<BTreeMap<AccountId, usize>>>,
    sessions: Arc<Mutex<BTreeSet<AccountId>>>,
}

impl Members for Counting {
    async fn assume(&self, account: &AccountId, _: &RunId, _: &[String]) -> Result<Member, Error> {
        let refused = account.as_str().ends_with('9');
        if !self.sessions.lock().unwrap().contains(account) {
            tokio::time::sleep(Duration::from_millis(5)).await;
            *self.assumed.lock().unwrap().entry(account.clone()).or_default() += 1;
        }
        if refused {
            return Err(Error::new(ErrorKind::AssumeRoleDenied, "no"));
        }
        self.sessions.lock().unwrap().insert(account.clone());
        Ok(Member::new(SdkConfig::builder().build(), "key", "secret", "token"))
    }

    fn evict(&self, account: &AccountId, _: &RunId) {
        self.sessions.lock().unwrap().remove(account);
    }
}

fn item(account: u8, regions: &[&str]) -> WorkItem {
    let region = |name: &&str| Region::parse(&format!("xx-{name}-1")).unwrap();
    WorkItem {
        account_id: AccountId::parse(&format!("{account:012}")).unwrap(),
        account_name: "n".to_owned(),
        regions: regions.iter().map(region).collect(),
        unit_path: String::new(),
        account_columns: [].into(),
    }
}

fn plan() -> RunPlan {
    RunPlan {
        run_id: RunId::parse("r1").unwrap(),
        operation: "fake".to_owned(),
        operations: Vec::new(),
        definition: None,
        parameters: serde_json::Map::new(),
        apply: false,
        approval: false,
        manifest: ManifestLocation { bucket: String::new(), key: String::new() },
        work_items: 0,
        targets: 0,
        max_concurrency: 10,
        worker_function: String::new(),
        expires_at: 4_000_000_000,
        changes: BTreeMap::new(),
        planned_at: None,
        home_region: None,
    }
}

struct Fixture {
    journal: Journal,
    progress: Arc<Progress>,
    members: Counting,
    pool: Arc<WorkerPool<Counting>>,
}

/// The catalogue of the fake operation only.
fn catalogue_of_fake() -> &'static Catalogue {
    let operation: Arc<dyn Operation> = Arc::new(Fake);
    Box::leak(Box::new(Catalogue::of([operation])))
}

fn fixture(folder: &Path) -> Fixture {
    let progress = Arc::new(Progress::new(0));
    let journal = Journal::new(folder, Arc::clone(&progress));
    let members = Counting::default();
    let known = members.clone();
    let execution = RunId::parse("e1").unwrap();
    let limit =
        Arc::new(Limit::fixed(3, Accounts { most: 10, operations: 1 }, Arc::clone(&progress)));
    let mut pool =
        WorkerPool::new(members, journal.clone(), plan(), execution, limit, Arc::clone(&progress));
    pool.worker.catalogue = catalogue_of_fake();
    Fixture { journal, progress, members: known, pool: Arc::new(pool) }
}

fn queued(items: Vec<WorkItem>) -> Incoming {
    let (queue, incoming) = tokio::sync::mpsc::unbounded_channel();
    queue.send(items).unwrap();
    incoming
}

fn partition(account: u8) -> LedgerPartition {
    LedgerPartition { run: plan().run_id, operation: None, account: item(account, &[]).account_id }
}

#[tokio::test(start_paused = true)]
async fn every_target_has_an_outcome_and_each_role_is_assumed_once() {
    let folder = tempfile::tempdir().unwrap();
    let Fixture { journal, progress, members, pool } = fixture(folder.path());
    let mut items = vec![
        item(1, &["a", "b"]),
        item(2, &["a", "panics"]),
        item(3, &["a", "throttled"]),
        item(9, &["a"]),
        item(9, &["b"]),
    ];
    items.extend(["a", "b", "c", "d", "e"].map(|region| item(4, &[region])));
    let ended = pool.work(queued(items), std::future::pending()).await;
    assert_eq!(ended, Ok(Ended::Finished));
    let assumed = members.assumed.lock().unwrap().clone();
    assert!(assumed.len() == 5 && assumed.values().all(|times| *times == 1), "{assumed:?}");
    assert!(members.sessions.lock().unwrap().is_empty(), "an account that is done keeps a session");
    assert!(MOST_RUNNING.load(Ordering::SeqCst) <= 3);
    let now = progress.snapshot(Duration::from_secs(1));
    assert_eq!((now.succeeded, now.failed), (2 + 1 + 1 + 5, 1 + 1 + 2));
    let entries = journal.page(&partition(2), None).await.unwrap().entries;
    let failure = entries.iter().find_map(|entry| match entry {
        Entry::WorkerFailure(failure) => Some(failure.text()),
        _ => None,
    });
    assert_eq!(failure.as_deref(), Some("WorkerCrashed: WorkerCrashed: no such answer"));
    let throttled = journal.known(&partition(3)).unwrap();
    let throttled = throttled.iter().find(|outcome| outcome.verdict != Verdict::Succeeded);
    assert_eq!(throttled.map(|outcome| outcome.attempts), Some(5));
}

#[tokio::test(start_paused = true)]
async fn a_stopped_pool_keeps_what_was_finished() {
    let folder = tempfile::tempdir().unwrap();
    let Fixture { journal, pool, .. } = fixture(folder.path());
    let items = vec![item(1, &["quiet", "hangs"]), item(2, &["quiet"])];
    let ended = pool.work(queued(items), tokio::time::sleep(Duration::from_mins(1))).await;
    assert_eq!(ended, Ok(Ended::Stopped));
    for account in [1, 2] {
        let known = journal.known(&partition(account)).unwrap();
        assert_eq!(known.len(), 1, "account {account}");
        assert_eq!(known[0].verdict, Verdict::Succeeded);
    }
}
