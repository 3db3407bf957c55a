//! Changes by the deployed steps on a simulated AWS, over seeds: plan, apply, go on, undo, with throttles,
//! lost requests and replies, and workers that die. `SEED=n` replays one alone; `SEEDS=n` runs so many.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sim::{Conditions, Fault, IngressRule, Service, Shape, Simulation, World};
use org_operator_aws::{DynamoDbLedger, Organization, S3Artifacts};
use org_operator_changes::{PlanRow, read_plan};
use org_operator_core::contract::plan::{ResultEvent, RunPlan};
use org_operator_core::contract::summary::{Status, Summary};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::ports::Clock;
use org_operator_core::{Error, WorkerEvent};
use org_operator_fanout::{ChangeSettings, Fanout, Settings};
use org_operator_result_handler::ResultHandler;
use org_operator_testkit::TestResult;
use org_operator_tests::campaign::aws::{config, members, settings};
use org_operator_tests::campaign::drive::{BUCKET, TABLE};
use org_operator_tests::changing::{faults_of_change, quiet, rule, seeds};
use org_operator_tests::files::{state_machine, worker_event};
use org_operator_worker::{Attempt, Worker};
use serde_json::{Value, json};
use tokio::time::Instant;

const OPERATION: &str = "close-open-ingress";
const SEEDS: u64 = 25;
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

/// One organization with a deployment.
struct Deployment {
    simulation: Arc<Simulation>,
    config: SdkConfig,
    clock: PausedClock,
    rng: fastrand::Rng,
}

impl Deployment {
    async fn new(seed: u64) -> Self {
        let world = World::new(seed, Shape::unrestricted(3, &REGIONS));
        let simulation = Arc::new(Simulation::new(world, quiet()));
        let config = config(&simulation).await;
        let clock = PausedClock(Instant::now());
        Self { simulation, config, clock, rng: fastrand::Rng::with_seed(seed) }
    }

    /// All rules, without their ids: what undo must restore.
    fn contents(&self) -> Vec<String> {
        let accounts = self.simulation.world.accounts.iter();
        let of = |account: &str, region: &str| {
            let whole = |rule: IngressRule| {
                format!("{account} {region} {:?}", IngressRule { id: String::new(), ..rule })
            };
            self.simulation.ingress_rules(account, region).into_iter().map(whole).collect()
        };
        let mut contents: Vec<String> = accounts
            .flat_map(|account| REGIONS.iter().flat_map(|r| -> Vec<String> { of(&account.id, r) }))
            .collect();
        contents.sort();
        contents
    }

    fn settings(&self) -> Settings {
        let changes = ChangeSettings { approval_optional: true, ..ChangeSettings::default() };
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
            match fanout.deployed(&event, None).await {
                Err(error) if error.kind().is_retryable() => {}
                ended => return ended,
            }
        }
    }

    /// An execution: what was planned is worked off by workers that die where `calm` is false.
    async fn execute(&mut self, run: &str, request: &Value, calm: bool) -> TestResult<Summary> {
        let plan = self.plan(run, request).await?;
        let manifest = self.simulation.object(BUCKET, &plan.manifest.key).unwrap_or_default();
        let items: Vec<Value> = serde_json::from_slice(&manifest)?;
        self.simulation.set_conditions(if calm { quiet() } else { faulty() });
        let (machine, known) = (state_machine(), plan.output());
        for item in &items {
            let event = WorkerEvent::parse(&worker_event(&machine, item, &known))?;
            self.account(&plan, &event, calm).await;
        }
        self.simulation.set_conditions(quiet());
        let ledger = DynamoDbLedger::new(&self.config, TABLE);
        let artifacts = S3Artifacts::new(&self.config, BUCKET);
        let handler = ResultHandler::new(ledger, artifacts, "runs".to_owned());
        Ok(handler.deployed(&ResultEvent::parse(&known)?).await?)
    }

    /// The attempts at one account, the last one of which may fail, too.
    async fn account(&mut self, plan: &RunPlan, event: &WorkerEvent, calm: bool) {
        for _ in 0..ATTEMPTS {
            let ledger = DynamoDbLedger::new(&self.config, TABLE);
            let worker = Worker::new(members(&self.config), ledger, self.clock);
            let attempt = Attempt {
                id: format!("attempt-{}", self.rng.u64(..)),
                run: plan.run_id.clone(),
                expires_at: plan.expires_at,
                time_left: Duration::from_secs(if calm { 890 } else { self.rng.u64(5..300) }),
            };
            let life =
                Duration::from_millis(if calm { 890_000 } else { self.rng.u64(100..60_000) });
            let ended = if event.apply {
                tokio::time::timeout(life, worker.apply(event, &attempt)).await
            } else {
                tokio::time::timeout(life, worker.run(event, &attempt)).await
            };
            if ended.is_ok_and(|ended| ended.is_ok()) {
                return;
            }
        }
    }

    /// Begins a run that changes something and goes on with it until a calm execution has ended.
    async fn through(&mut self, run: &str, request: &Value) -> TestResult<Summary> {
        self.execute(run, request, false).await?;
        self.assert_recorded(run)?;
        for number in 0..=RESUMPTIONS {
            let resumed = json!({"Operation": OPERATION, "ResumeRun": run});
            let name = format!("{run}-again-{number}");
            match self.execute(&name, &resumed, number == RESUMPTIONS).await {
                Ok(_) => self.assert_recorded(run)?,
                // Nothing is left.
                Err(error) if error.to_string().contains("nothing to resume") => break,
                Err(error) => return Err(error),
            }
        }
        Ok(serde_json::from_slice(&self.file(run, "summary.json"))?)
    }

    fn file(&self, run: &str, name: &str) -> Vec<u8> {
        let key = format!("runs/{OPERATION}/{run}/{name}");
        self.simulation.object(BUCKET, &key).unwrap_or_default()
    }

    fn rows(&self, run: &str, name: &str) -> TestResult<Vec<PlanRow>> {
        Ok(read_plan(name, &self.file(run, name))?)
    }

    /// Whatever was revoked so far has a row that says so, or that nobody knows.
    fn assert_recorded(&self, run: &str) -> TestResult<()> {
        let rows = self.rows(run, "plan.jsonl")?;
        let planned = rows.iter().filter(|row| row.is_change());
        let table = String::from_utf8(self.file(run, "applied.csv"))?;
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let outcomes: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>()?;
        assert_eq!(outcomes.len(), planned.count(), "one outcome for each row");
        let revoked: BTreeSet<String> = self.simulation.revoked_rules().into_iter().collect();
        let undo = self.rows(run, "undo.jsonl")?;
        let is_undo = rows.iter().any(|row| row.action == "open");
        for outcome in outcomes.iter().filter(|_| !is_undo) {
            let (key, outcome) = (&outcome[3], &outcome[5]);
            let changed = revoked.contains(key);
            assert!(changed || outcome != "APPLIED", "{run}, {key}: not changed");
            let known = ["APPLIED", "FAILED"].contains(&outcome);
            assert!(!changed || known, "{run}, {key}: changed, and {outcome}");
        }
        let applied = outcomes.iter().filter(|row| &row[5] == "APPLIED").count();
        assert!(is_undo || undo.len() >= applied, "{run}: each change can be taken back");
        Ok(())
    }
}

/// Changes, reads and the ledger fail in every way, and replies are lost.
fn faulty() -> Conditions {
    let mut faults = vec![
        rule(Service::Ec2, "DescribeSecurityGroupRules", 0.1, Fault::Reset),
        rule(Service::DynamoDb, "PutItem", 0.1, Fault::LostReply),
        rule(Service::DynamoDb, "PutItem", 0.05, Fault::Throttled),
        rule(Service::DynamoDb, "Query", 0.05, Fault::Internal),
        rule(Service::Sts, "AssumeRole", 0.05, Fault::Throttled),
    ];
    for operation in ["RevokeSecurityGroupIngress", "AuthorizeSecurityGroupIngress"] {
        faults.extend(faults_of_change(Service::Ec2, operation, 0.2));
    }
    Conditions { faults, ..quiet() }
}

fn planning() -> Value {
    json!({"Operation": OPERATION, "Parameters": {"Ports": [22, 3389]},
        "Accounts": {"IncludeManagementAccount": true}})
}

/// One seed: what there was, what was applied, what was taken back.
async fn judge(seed: u64) -> TestResult<usize> {
    let mut deployment = Deployment::new(seed).await;
    let before = deployment.contents();
    deployment.execute("plan", &planning(), true).await?;
    assert_eq!(deployment.contents(), before, "a plan changes nothing");
    let rows = deployment.rows("plan", "plan.jsonl")?;
    let wanted: BTreeSet<String> =
        rows.iter().filter(|row| row.is_change()).map(|row| row.key.key.clone()).collect();
    if wanted.is_empty() {
        return Ok(0);
    }
    let apply = json!({"Operation": OPERATION, "Apply": true, "PlanRun": "plan", "Canary": 1});
    let summary = deployment.through("apply", &apply).await?;
    assert_eq!(summary.result.status, Status::Complete, "{:?}", summary.rows);
    let revoked = deployment.simulation.revoked_rules();
    assert_eq!(revoked.len(), wanted.len(), "none twice: {revoked:?}");
    assert_eq!(revoked.into_iter().collect::<BTreeSet<_>>(), wanted, "the plan, and no more");
    let undo = json!({"Operation": OPERATION, "Apply": true, "Undo": "apply"});
    let summary = deployment.through("undo", &undo).await?;
    assert_eq!(summary.result.status, Status::Complete, "{:?}", summary.rows);
    assert_eq!(deployment.simulation.authorized_rules(), wanted.len() as u64, "none twice");
    assert_eq!(deployment.contents(), before, "undo restores everything but the ids");
    Ok(wanted.len())
}

#[tokio::test(start_paused = true)]
async fn deployed_workers_that_die_change_exactly_the_plan_and_undo_it() -> TestResult<()> {
    let mut changes = 0;
    for seed in seeds(SEEDS)? {
        changes += judge(seed).await.map_err(|e| format!("seed {seed}: {e}"))?;
    }
    assert!(changes > 0, "no seed has a rule to close");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_account_is_entered_once_however_many_rows_it_has() -> TestResult<()> {
    let mut deployment = Deployment::new(3).await;
    deployment.execute("plan", &planning(), true).await?;
    let rows = deployment.rows("plan", "plan.jsonl")?;
    let changes = rows.iter().filter(|row| row.is_change());
    let accounts: BTreeSet<&str> = changes.map(|row| row.key.account_id.as_str()).collect();
    assert!(!accounts.is_empty());
    let before = deployment.simulation.meter.calls("AssumeRole");
    let apply = json!({"Operation": OPERATION, "Apply": true, "PlanRun": "plan"});
    let summary = deployment.execute("apply", &apply, true).await?;
    assert_eq!(summary.result.status, Status::Complete, "{:?}", summary.rows);
    let asked = deployment.simulation.meter.calls("AssumeRole") - before;
    assert_eq!(asked, accounts.len() as u64);
    Ok(())
}
