//! A deployment over a simulated organization: executions whose workers die, and what must hold after each
//! of them. What is tried with it is the parent's part.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sim::{Conditions, Fault, Service, Shape, Simulation, World};
use org_operator_aws::{DynamoDbLedger, Organization, S3Artifacts};
use org_operator_changes::{PlanRow, read_plan};
use org_operator_core::contract::plan::{ResultEvent, RunPlan};
use org_operator_core::contract::summary::{Status, Summary};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::ports::Clock;
use org_operator_core::{Error, WorkerEvent};
use org_operator_fanout::{ChangeSettings, Fanout, Settings, StackBounds};
use org_operator_result_handler::ResultHandler;
use org_operator_testkit::TestResult;
use org_operator_tests::campaign::aws::{config, members, settings};
use org_operator_tests::campaign::drive::{BUCKET, TABLE};
use org_operator_tests::changing::{quiet, rule};
use org_operator_tests::files::{state_machine, worker_event};
use org_operator_tests::narrowed::Narrowed;
use org_operator_tests::subjects::{STACK_BOUNDS, Subject};
use org_operator_worker::{Attempt, Worker};
use serde_json::{Value, json};
use tokio::time::Instant;

const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
/// Attempts at an account before the state machine gives it up.
const ATTEMPTS: u32 = 4;
/// Executions that go on with a run before one is without faults.
const RESUMPTIONS: u32 = 2;

/// The paused time: marks of dead workers expire by it.
#[derive(Clone, Copy)]
struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.0.elapsed().as_millis()).unwrap_or_default();
        Timestamp::from_epoch_millis(1_795_000_000_000 + passed)
    }
}

/// One organization with a deployment, and the operation that changes it.
pub(super) struct Deployment {
    pub(super) subject: Subject,
    pub(super) simulation: Arc<Simulation>,
    /// The action that `operation-admin` lacks.
    pub(super) without: Option<String>,
    config: SdkConfig,
    clock: PausedClock,
    rng: fastrand::Rng,
}

impl Deployment {
    pub(super) async fn new(subject: Subject, seed: u64) -> Self {
        let world = World::new(seed, Shape::unrestricted(3, &REGIONS));
        let simulation = Arc::new(Simulation::new(world, quiet()));
        let config = config(&simulation).await;
        let clock = PausedClock(Instant::now());
        let rng = fastrand::Rng::with_seed(seed);
        Self { subject, simulation, without: None, config, clock, rng }
    }

    pub(super) fn operation(&self) -> &'static str {
        self.subject.change.operation()
    }

    /// Everything that undo must restore.
    pub(super) fn contents(&self) -> Vec<String> {
        let of = |account: &str, region: &str| {
            let found = (self.subject.contents)(&self.simulation, account, region).into_iter();
            found.map(|one| format!("{account} {region} {one}")).collect::<Vec<_>>()
        };
        let accounts = self.simulation.world.accounts.iter();
        let mut contents: Vec<String> = accounts
            .flat_map(|account| REGIONS.iter().flat_map(|r| of(&account.id, r)).collect::<Vec<_>>())
            .collect();
        contents.sort();
        contents
    }

    fn settings(&self) -> Settings {
        let (role, prefix) = STACK_BOUNDS;
        let changes = ChangeSettings {
            approval_optional: true,
            stacks: StackBounds::of(role.to_owned(), prefix.to_owned()),
            ..ChangeSettings::default()
        };
        Settings { worker_admin: "admin".to_owned(), changes, ..settings(&self.simulation) }
    }

    /// The fanout, which the state machine asks again until it answers.
    async fn plan(&self, run: &str, request: &Value) -> Result<RunPlan, Error> {
        let event = json!({"RunId": run, "Request": request});
        loop {
            let fanout = Fanout {
                settings: self.settings(),
                directory: Organization::new(&self.config),
                artifacts: S3Artifacts::new(&self.config, BUCKET),
                ledger: DynamoDbLedger::new(&self.config, TABLE),
                clock: self.clock,
            };
            match Box::pin(fanout.deployed(&event, None)).await {
                Err(error) if error.kind().is_retryable() => {}
                ended => return ended,
            }
        }
    }

    /// An execution: what was planned is worked off by workers that die where `calm` is false.
    pub(super) async fn execute(
        &mut self,
        run: &str,
        request: &Value,
        calm: bool,
    ) -> TestResult<Summary> {
        let plan = self.plan(run, request).await?;
        let manifest = self.simulation.object(BUCKET, &plan.manifest.key).unwrap_or_default();
        let items: Vec<Value> = serde_json::from_slice(&manifest)?;
        self.simulation.set_conditions(if calm { quiet() } else { self.faulty() });
        let (machine, known) = (state_machine(), plan.output());
        for item in &items {
            let event = WorkerEvent::parse(&worker_event(&machine, item, &known))?;
            let mut rngs = [self.rng.fork(), self.rng.fork()];
            let [one, other] = &mut rngs;
            if calm || self.rng.bool() {
                Box::pin(self.account(&plan, &event, calm, one)).await;
            } else {
                let first = Box::pin(self.account(&plan, &event, calm, one));
                tokio::join!(first, Box::pin(self.account(&plan, &event, calm, other)));
            }
        }
        self.simulation.set_conditions(quiet());
        let ledger = DynamoDbLedger::new(&self.config, TABLE);
        let artifacts = S3Artifacts::new(&self.config, BUCKET);
        let handler = ResultHandler::new(ledger, artifacts, "runs".to_owned());
        Ok(handler.deployed(&ResultEvent::parse(&known)?).await?)
    }

    /// The attempts at one account, the last one of which may fail, too.
    async fn account(
        &self,
        plan: &RunPlan,
        event: &WorkerEvent,
        calm: bool,
        rng: &mut fastrand::Rng,
    ) {
        for _ in 0..ATTEMPTS {
            let ledger = DynamoDbLedger::new(&self.config, TABLE);
            let role = Narrowed { role: members(&self.config), without: self.without.clone() };
            let worker = Worker::new(role, ledger, self.clock);
            let attempt = Attempt {
                id: format!("attempt-{}", rng.u64(..)),
                run: plan.run_id.clone(),
                expires_at: plan.expires_at,
                time_left: Duration::from_secs(if calm { 890 } else { rng.u64(5..300) }),
            };
            let life = Duration::from_millis(if calm { 890_000 } else { rng.u64(100..60_000) });
            let ended = if event.apply {
                tokio::time::timeout(life, Box::pin(worker.apply(event, &attempt))).await
            } else {
                tokio::time::timeout(life, Box::pin(worker.run(event, &attempt))).await
            };
            if ended.is_ok_and(|ended| ended.is_ok()) {
                return;
            }
        }
    }

    /// Begins a run that changes something and goes on with it until a calm execution has ended.
    pub(super) async fn through(&mut self, run: &str, request: &Value) -> TestResult<Summary> {
        Box::pin(self.execute(run, request, false)).await?;
        self.assert_recorded(run)?;
        for number in 0..=RESUMPTIONS {
            let resumed = json!({"Operation": self.operation(), "ResumeRun": run});
            let name = format!("{run}-again-{number}");
            match Box::pin(self.execute(&name, &resumed, number == RESUMPTIONS)).await {
                Ok(_) => self.assert_recorded(run)?,
                // Nothing is left.
                Err(error) if error.to_string().contains("nothing to resume") => break,
                Err(error) => return Err(error),
            }
        }
        Ok(serde_json::from_slice(&self.file(run, "summary.json"))?)
    }

    pub(super) fn file(&self, run: &str, name: &str) -> Vec<u8> {
        let key = format!("runs/{}/{run}/{name}", self.operation());
        self.simulation.object(BUCKET, &key).unwrap_or_default()
    }

    pub(super) fn rows(&self, run: &str, name: &str) -> TestResult<Vec<PlanRow>> {
        Ok(read_plan(name, &self.file(run, name))?)
    }

    /// Whatever was changed so far has a row that says so, or that nobody knows.
    fn assert_recorded(&self, run: &str) -> TestResult<()> {
        let rows = self.rows(run, "plan.jsonl")?;
        let planned: Vec<&PlanRow> = rows.iter().filter(|row| row.is_change()).collect();
        let table = String::from_utf8(self.file(run, "applied.csv"))?;
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let outcomes: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>()?;
        assert_eq!(outcomes.len(), planned.len(), "one outcome for each row");
        let changed: BTreeSet<String> =
            (self.subject.changed)(&self.simulation).into_iter().collect();
        // Undo plans and dropped plans name what is there no more.
        let applies = run == "apply";
        for row in planned.iter().filter(|_| applies) {
            let outcome = outcome_of(row, &outcomes);
            let (key, is_changed) = (&row.key.key, changed.contains(&(self.subject.identity)(row)));
            assert!(is_changed || outcome != "APPLIED", "{run}, {key}: not changed");
            let known = ["APPLIED", "FAILED"].contains(&outcome);
            assert!(!is_changed || known, "{run}, {key}: changed, and {outcome}");
        }
        Ok(())
    }

    /// Each change can be taken back.
    pub(super) fn assert_undoable(&self, run: &str, wanted: usize) -> TestResult<()> {
        assert_eq!(self.rows(run, "undo.jsonl")?.len(), wanted, "{run}: each can be taken back");
        Ok(())
    }

    /// Changes, reads and the ledger fail in every way, and replies are lost.
    fn faulty(&self) -> Conditions {
        let mut faults = self.subject.faults();
        faults.extend([
            rule(Service::DynamoDb, "PutItem", 0.1, Fault::LostReply),
            rule(Service::DynamoDb, "PutItem", 0.05, Fault::Throttled),
            rule(Service::DynamoDb, "Query", 0.05, Fault::Internal),
            rule(Service::Sts, "AssumeRole", 0.05, Fault::Throttled),
        ]);
        Conditions { faults, ..quiet() }
    }

    pub(super) fn planning(&self, parameters: &Value) -> Value {
        json!({"Operation": self.operation(), "Parameters": parameters,
            "Accounts": {"IncludeManagementAccount": true}})
    }

    pub(super) fn applying(&self, plan: &str) -> Value {
        json!({"Operation": self.operation(), "Apply": true, "PlanRun": plan})
    }

    /// Applies the plan that comes before the trial, where there is one.
    pub(super) async fn prepare(&mut self) -> TestResult<()> {
        let Some(parameters) = self.subject.prepared.clone() else { return Ok(()) };
        self.execute("plan-0", &self.planning(&parameters), true).await?;
        let summary = self.execute("apply-0", &self.applying("plan-0"), true).await?;
        assert_eq!(summary.result.status, Status::Complete, "{:?}", summary.rows);
        Ok(())
    }
}

/// The outcome of a row in `applied.csv`.
fn outcome_of<'a>(row: &PlanRow, outcomes: &'a [csv::StringRecord]) -> &'a str {
    let key = &row.key;
    let own = [key.account_id.as_str(), key.region.as_str(), key.key.as_str()];
    let found = outcomes.iter().find(|it| [&it[0], &it[2], &it[3]] == own);
    found.map_or("absent", |record| &record[5])
}
