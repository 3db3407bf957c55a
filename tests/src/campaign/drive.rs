//! Driving the three steps as the state machine does, with invocations that die.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::{StreamExt, stream};
use org_operator_aws::{DynamoDbLedger, MemberRole, Organization, S3Artifacts, SystemClock};
use org_operator_core::plan::{ResultEvent, RunPlan};
use org_operator_core::{Error, Region, RunId, WorkerEvent};
use org_operator_fanout::{Fanout, Settings};
use org_operator_result_handler::ResultHandler;
use org_operator_testkit::Outcome;
use org_operator_testkit::simulation::knobs::Knobs;
use org_operator_testkit::simulation::{self, Simulation};
use org_operator_worker::{Attempt, Worker};
use serde_json::{Value, json};

use super::aws::{HOME, TIME_LEFT, config, members};
use super::machine::{Failed, Machine, Retrier, patiently};
use super::schedule::Schedule;

/// The artifacts' bucket.
pub const BUCKET: &str = "results";
/// The ledger's table.
pub const TABLE: &str = "ledger";
/// Lambda ends a function after so long.
const LAMBDA_TIMEOUT: Duration = Duration::from_mins(15);

/// A run over one schedule.
#[derive(Debug)]
pub struct Drive {
    /// The simulation.
    pub simulation: Arc<Simulation>,
    /// What the seed decided but the organization and the knobs, which the simulation has.
    pub schedule: Schedule,
    /// Invocations that died.
    pub died: AtomicUsize,
    config: SdkConfig,
    machine: Machine,
    calm: std::sync::atomic::AtomicBool,
}

fn failed(error: &Error) -> Failed {
    Failed { error: error.kind().name().to_owned(), cause: error.message().to_owned() }
}

impl Drive {
    /// Ready to run.
    ///
    /// # Errors
    /// Where the state machine cannot be read.
    pub async fn new(mut schedule: Schedule) -> Outcome<Self> {
        let world = simulation::world::World::new(schedule.seed, schedule.world.shape.clone());
        let knobs = std::mem::take(&mut schedule.knobs);
        let simulation = Arc::new(Simulation::new(simulation::Settings { world, knobs }));
        let machine = Machine::read()?;
        // One for the whole drive: the SDK's clock must never go back.
        let config = config(&simulation).await;
        Ok(Self { simulation, schedule, config, machine, died: 0.into(), calm: false.into() })
    }

    /// No fault and no death from now on.
    pub fn calm(&self) {
        self.simulation.turn(Knobs::default());
        self.calm.store(true, Ordering::Relaxed);
    }

    /// Runs a request to its end.
    ///
    /// # Errors
    /// The step that was given up.
    pub async fn run(&self, run: &str, request: Value) -> Result<Value, Failed> {
        let config = &self.config;
        let event = match self.schedule.regions_per_work_item {
            Some(n) if request == json!({}) => json!({"RegionsPerWorkItem": n}),
            _ => request,
        };
        let plan = self.fanout(config, run, &event).await?;
        let manifest = self.object(&plan.manifest.key);
        let items: Vec<Value> = serde_json::from_slice(&manifest).unwrap_or_default();
        let at_once = plan.max_concurrency as usize;
        let map = stream::iter(items).map(|item| self.child(config, &plan, item));
        map.buffer_unordered(at_once.min(8)).collect::<Vec<()>>().await;
        self.result_handler(config, &plan).await
    }

    /// Resumes a run as a person would, until it has an answer; runs it anew where it never began.
    ///
    /// # Errors
    /// Where that fails.
    pub async fn resume(&self, run: &str, execution: &str) -> Outcome<()> {
        let resumed = self.run(execution, json!({"ResumeRun": run})).await;
        match resumed {
            Ok(_) => Ok(()),
            // Everything has an answer already, and it is written.
            Err(failed) if failed.error == "NoTargets" => Ok(()),
            Err(failed) if failed.error == "InvalidRequest" && failed.cause.contains("files") => {
                self.run(run, json!({})).await.map(drop).map_err(Into::into)
            }
            Err(failed) => Err(failed.into()),
        }
    }

    /// An artifact's bytes, as AWS's own services read them: past every fault.
    #[must_use]
    pub fn object(&self, key: &str) -> Vec<u8> {
        self.simulation.object(BUCKET, key).unwrap_or_default()
    }

    /// One invocation: it may die, and it ends with Lambda's timeout.
    async fn invoke<T>(
        &self,
        what: &str,
        attempt: u32,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Failed> {
        let death = self.schedule.death(what, attempt);
        let death = death.filter(|_| !self.calm.load(Ordering::Relaxed));
        let (limit, error) = match death {
            Some(death) => (death, "Runtime.ExitError"),
            None => (LAMBDA_TIMEOUT, "Sandbox.Timedout"),
        };
        if let Ok(done) = tokio::time::timeout(limit, work).await {
            return done.map_err(|error| failed(&error));
        }
        self.died.fetch_add(1, Ordering::Relaxed);
        Err(Failed { error: error.to_owned(), cause: format!("{what} ended") })
    }

    async fn fanout(
        &self,
        config: &SdkConfig,
        run: &str,
        event: &Value,
    ) -> Result<RunPlan, Failed> {
        let input = json!({"RunId": run, "Request": event});
        patiently(&self.machine.fanout, async |attempt| {
            let fanout = Fanout {
                settings: self.settings(),
                directory: Organization::new(config),
                artifacts: S3Artifacts::new(config, BUCKET),
                ledger: DynamoDbLedger::new(config, TABLE),
                clock: SystemClock,
            };
            self.invoke(&format!("fanout {run}"), attempt, fanout.run(&input, None)).await
        })
        .await
    }

    fn settings(&self) -> Settings {
        let regions = self.simulation.world.shape.regions.iter();
        Settings {
            home_region: Region::parse(HOME).unwrap_or_else(|| unreachable!("a Region's name")),
            target_regions: regions.filter_map(|region| Region::parse(region)).collect(),
            max_concurrency: 50,
            results_bucket: BUCKET.to_owned(),
            results_prefix: "runs".to_owned(),
            ledger_retention_days: 30,
            worker_readonly: "worker".to_owned(),
            worker_admin: String::new(),
        }
    }

    /// One child of the map: the worker, and where it is given up, the note that it was.
    async fn child(&self, config: &SdkConfig, plan: &RunPlan, mut item: Value) {
        item["RunId"] = json!(plan.run_id);
        item["Operation"] = json!(plan.operation);
        item["ExpiresAt"] = json!(plan.expires_at);
        let what = format!("worker {} {}", item["AccountId"], item["Regions"][0]);
        let mut warm: Option<MemberRole> = None;
        let worked = patiently(&self.machine.worker, async |attempt| {
            // A function's process lives on after an error, and dies with a crash.
            let role = warm.get_or_insert_with(|| members(config)).clone();
            let done = self.invoke(&what, attempt, work(config, role, &item, plan, attempt)).await;
            if done.as_ref().is_err_and(|failed| failed.error.contains('.')) {
                warm = None;
            }
            done
        });
        if let Err(failed) = worked.await {
            let noted = self.record_failure(config, plan, &item, &failed).await;
            // Caught, as in the state machine: the targets are NoOutcome anyway.
            drop(noted);
        }
    }

    async fn record_failure(
        &self,
        config: &SdkConfig,
        plan: &RunPlan,
        item: &Value,
        failed: &Failed,
    ) -> Result<(), Failed> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let run = format!("{}#{}", plan.run_id, of(&item["AccountId"]));
        let entry = format!("worker-failure#{}", of(&item["Regions"][0]));
        let put = aws_sdk_dynamodb::Client::new(config).put_item().table_name(TABLE);
        let put = put.item("Run", text(&run)).item("Entry", text(&entry));
        let put = put.item("Kind", text("WorkerCrashed")).item("Error", text(&failed.error));
        let put = put.item("Cause", text(&failed.cause)).item("RecordedAt", text("now"));
        let put = put.item("ExpiresAt", AttributeValue::N(plan.expires_at.to_string()));
        let retriers: &[Retrier] = &self.machine.record_failure;
        patiently(retriers, async |_| {
            let sent = put.clone().send().await;
            let error = |_| Failed { error: "DynamoDb".to_owned(), cause: String::new() };
            sent.map(drop).map_err(error)
        })
        .await
    }

    async fn result_handler(&self, config: &SdkConfig, plan: &RunPlan) -> Result<Value, Failed> {
        let event = serde_json::to_value(plan).unwrap_or_default();
        patiently(&self.machine.result_handler, async |attempt| {
            let ledger = DynamoDbLedger::new(config, TABLE);
            let artifacts = S3Artifacts::new(config, BUCKET);
            let handler = ResultHandler::new(ledger, artifacts, "runs".to_owned());
            let work = async { handler.run(&ResultEvent::parse(&event)?).await };
            let done = self.invoke("result handler", attempt, work).await?;
            Ok(serde_json::to_value(done).unwrap_or_default())
        })
        .await
    }
}

/// One attempt at a work item.
async fn work(
    config: &SdkConfig,
    role: MemberRole,
    item: &Value,
    plan: &RunPlan,
    attempt: u32,
) -> Result<(), Error> {
    let worker = Worker::new(role, DynamoDbLedger::new(config, TABLE), SystemClock);
    let event = WorkerEvent::parse(item)?;
    let run: RunId = plan.run_id.clone();
    let id = format!("attempt-{attempt}-{}", fastrand::u32(..));
    let attempt = Attempt { id, run, expires_at: plan.expires_at, time_left: TIME_LEFT };
    worker.run(&event, &attempt).await.map(drop)
}
