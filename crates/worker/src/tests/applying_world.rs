//! A world of switches that rows turn on, whose calls take time and fail in every way, and workers on
//! one ledger that change it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use futures_util::future::BoxFuture;
use org_operator_changes::book::{AccountBook, AccountTask, RowState};
use org_operator_changes::{CallProblem, Inverse, Made, PlanRow, RowKey, Seen};
use org_operator_core::contract::change_item::account_partition;
use org_operator_core::model::spec::Spec;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::ports::{ChangeLedger, Clock};
use org_operator_core::{AccountId, ErrorKind, Region, RunId, WorkerEvent};
use org_operator_operations::{Change, Operation, OperationFailure, Rows, Target};
use org_operator_testkit::memory::MemoryLedger;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::tests::fixtures::{ByWord, FakeMembers, SPEC, only};
use crate::{Attempt, Worker};

/// The time of tokio, which tests pause.
pub(super) struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.0.elapsed().as_millis()).unwrap();
        Timestamp::from_epoch_millis(1_790_000_000_000 + passed)
    }
}

/// What goes wrong with the calls of a world.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) rng: fastrand::Rng,
    /// How many of 100 calls go wrong.
    pub(super) share: u32,
    /// Accounts whose changes are refused.
    pub(super) refused: BTreeSet<AccountId>,
}

/// The switches that are on, and how often each row really turned one.
#[derive(Default)]
pub(super) struct World {
    pub(super) on: Mutex<BTreeSet<RowKey>>,
    pub(super) effects: Mutex<BTreeMap<RowKey, u32>>,
    pub(super) reads: Mutex<BTreeSet<RowKey>>,
    pub(super) faults: Mutex<Faults>,
    /// How long a call takes.
    pub(super) takes: Duration,
}

fn problem(kind: ErrorKind, may_have_happened: bool) -> CallProblem {
    CallProblem { kind, message: "no".to_owned(), request_id: None, may_have_happened }
}

impl World {
    fn fault(&self) -> Option<u32> {
        let mut faults = self.faults.lock().unwrap();
        let share = faults.share;
        (faults.rng.u32(..100) < share).then(|| faults.rng.u32(..4))
    }

    fn turn_on(&self, row: &PlanRow) {
        self.on.lock().unwrap().insert(row.key.clone());
        *self.effects.lock().unwrap().entry(row.key.clone()).or_default() += 1;
    }

    async fn seen(&self, row: &PlanRow) -> Result<Seen, CallProblem> {
        tokio::time::sleep(self.takes).await;
        self.reads.lock().unwrap().insert(row.key.clone());
        if self.fault().is_some() {
            return Err(problem(ErrorKind::Transient, false));
        }
        let state = json!(self.on.lock().unwrap().contains(&row.key));
        Ok(Seen { state, ..Seen::default() })
    }

    async fn changed(&self, row: &PlanRow) -> Result<Made, CallProblem> {
        let fault = self.fault();
        if self.faults.lock().unwrap().refused.contains(&row.key.account_id) {
            return Err(problem(ErrorKind::AccessDenied, false));
        }
        match fault {
            Some(0) => return Err(problem(ErrorKind::Throttled, false)),
            Some(1) => return Err(problem(ErrorKind::Transient, true)),
            Some(2) => return Err(problem(ErrorKind::AccessDenied, false)),
            _ => self.turn_on(row),
        }
        // A process may die here: the change is made, and nothing says so.
        tokio::time::sleep(self.takes).await;
        match fault {
            Some(_) => Err(problem(ErrorKind::Transient, true)),
            None => Ok(Made { request_id: Some("r".to_owned()), ..Made::default() }),
        }
    }
}

/// Its plans are made by the tests.
impl Operation for World {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn run<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(async { Ok(Rows::new()) })
    }

    fn probe<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        Box::pin(async { Ok(()) })
    }
}

impl Change for World {
    fn words(&self) -> &'static [&'static str] {
        &[]
    }

    fn actions(&self, _: &BTreeSet<&str>) -> Option<Vec<String>> {
        Some(SPEC.actions.clone())
    }

    fn read<'a>(
        &'a self,
        _: &'a Target,
        row: &'a PlanRow,
    ) -> BoxFuture<'a, Result<Seen, CallProblem>> {
        Box::pin(self.seen(row))
    }

    fn change<'a>(
        &'a self,
        _: &'a Target,
        row: &'a PlanRow,
    ) -> BoxFuture<'a, Result<Made, CallProblem>> {
        Box::pin(self.changed(row))
    }
}

pub(super) type ChangeWorker<'a> = Worker<FakeMembers, &'a MemoryLedger, PausedClock>;

pub(super) fn worker(ledger: &MemoryLedger) -> ChangeWorker<'_> {
    let (members, clock) = (FakeMembers::default(), PausedClock(Instant::now()));
    Worker { catalogue: only(ByWord), ..Worker::new(members, ledger, clock) }
}

pub(super) fn account(number: u64) -> AccountId {
    AccountId::parse(&format!("{number:012}")).unwrap()
}

/// A row that turns a switch on; three Regions share the numbers.
pub(super) fn row(account_number: u64, number: u64) -> PlanRow {
    let region = ["eu-west-1", "us-east-1", "us-west-2"][usize::try_from(number % 3).unwrap()];
    PlanRow {
        key: RowKey {
            account_id: account(account_number),
            region: Region::parse(region).unwrap(),
            key: format!("switch-{number}"),
        },
        account_name: "shop".to_owned(),
        action: "on".to_owned(),
        before: json!(false),
        after: json!(true),
        reason: "off".to_owned(),
        inverse: Some(Inverse { key: None, action: "off".to_owned() }),
    }
}

pub(super) fn run() -> RunId {
    RunId::parse("r1").unwrap()
}

/// What the fanout writes of an account.
pub(super) async fn plan(ledger: &MemoryLedger, rows: &[PlanRow], allowed: Option<u64>) {
    let task = AccountTask {
        execution: run(),
        hold: None,
        failures_allowed: allowed,
        protected_tag_keys: BTreeSet::new(),
    };
    let numbered: Vec<(u64, &PlanRow)> = (0..).zip(rows).collect();
    let items = AccountBook::items(&task, &numbered).unwrap();
    let partition = account_partition(&run(), &rows[0].key.account_id);
    ledger.put_change_items(&partition, &items, 9).await.unwrap();
}

/// What the ledger knows of the rows of an account.
pub(super) async fn states(ledger: &MemoryLedger, account: &AccountId) -> BTreeMap<u64, RowState> {
    let partition = account_partition(&run(), account);
    let items = ledger.change_items(&partition, "", None).await.unwrap();
    AccountBook::read(&items).unwrap().states
}

pub(super) fn event(account: &AccountId) -> WorkerEvent {
    let regions: Value = json!(["eu-west-1", "us-east-1", "us-west-2"]);
    let event = json!({"AccountId": account, "Regions": regions, "Operation": "switches",
        "RunId": "r1", "Apply": true});
    WorkerEvent::parse(&event).unwrap()
}

pub(super) fn attempt(id: &str, seconds: u64) -> Attempt {
    Attempt {
        id: id.to_owned(),
        run: run(),
        expires_at: 9,
        time_left: Duration::from_secs(seconds),
    }
}
