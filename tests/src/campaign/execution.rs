//! One execution: the three steps as the state machine invokes them, with invocations that die.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sim::INVOCATION;
use futures_util::{StreamExt, stream};
use org_operator_aws::{DynamoDbLedger, MemberRole, Organization, S3Artifacts, SystemClock};
use org_operator_core::contract::plan::{ResultEvent, RunPlan};
use org_operator_core::{Error, RunId, WorkerEvent};
use org_operator_fanout::Fanout;
use org_operator_result_handler::ResultHandler;
use org_operator_worker::{Attempt, Worker};
use serde_json::{Value, json};

use super::aws::{TIME_LEFT, members, settings};
use super::drive::{BUCKET, Drive, Sabotage, TABLE};
use super::log::{End, Item, Step, death_of};
use super::machine::{Failed, Retrier, patiently};
use crate::files::{state_machine, worker_event};

/// Lambda ends a function after so long.
const LAMBDA_TIMEOUT: Duration = Duration::from_mins(15);

/// An execution of the state machine, by its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Execution<'a> {
    pub(super) drive: &'a Drive,
    pub(super) name: &'a str,
}

fn failed(error: &Error) -> Failed {
    Failed { error: error.kind().name().to_owned(), cause: error.message().to_owned() }
}

impl<'a> Execution<'a> {
    /// The retriers of the worker's state.
    fn patience(self) -> &'a [Retrier] {
        match self.drive.sabotage {
            Sabotage::Impatient => &[],
            _ => &self.drive.machine.worker,
        }
    }

    pub(super) async fn run(self, request: &Value) -> Result<Value, Failed> {
        let plan = self.fanout(request).await?;
        let manifest = self.drive.object(&plan.manifest.key).unwrap_or_default();
        let items: Vec<Value> = serde_json::from_slice(&manifest).unwrap_or_default();
        let (machine, known) = (state_machine(), serde_json::to_value(&plan).unwrap_or_default());
        let event = |item| worker_event(&machine, &item, &known);
        let map = stream::iter(items).map(|item| self.child(&plan, event(item)));
        map.buffer_unordered(plan.max_concurrency as usize).collect::<Vec<()>>().await;
        self.result_handler(&plan).await
    }

    /// One invocation: it may die, and it ends with Lambda's timeout.
    async fn invoke<T>(
        self,
        step: Step,
        attempt: u32,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Failed> {
        let drive = self.drive;
        let death = drive.schedule.death(&format!("{} {step:?}", self.name), attempt);
        let death = death.filter(|_| !drive.is_calm() && !matches!(step, Step::RecordFailure(_)));
        let limit = death.unwrap_or(LAMBDA_TIMEOUT);
        let number = drive.log.begin(self.name, step);
        let ended = tokio::time::timeout(limit, INVOCATION.scope(number, work)).await;
        let (end, result) = match ended {
            Ok(Ok(done)) => (End::Done, Ok(done)),
            Ok(Err(error)) => (End::Failed(error.kind().name().to_owned()), Err(failed(&error))),
            Err(_) => {
                let end = if death.is_some() { End::Died } else { End::TimedOut };
                let error = if death.is_some() { death_of(number) } else { "Sandbox.Timedout" };
                (end, Err(Failed { error: error.to_owned(), cause: "it ended".to_owned() }))
            }
        };
        drive.log.end(number, end);
        result
    }

    async fn fanout(self, request: &Value) -> Result<RunPlan, Failed> {
        let config = &self.drive.config;
        let input = json!({"RunId": self.name, "Request": request});
        patiently(&self.drive.machine.fanout, async |attempt| {
            let fanout = Fanout {
                settings: settings(&self.drive.simulation),
                directory: Organization::new(config),
                artifacts: S3Artifacts::new(config, BUCKET),
                ledger: DynamoDbLedger::new(config, TABLE),
                clock: SystemClock,
            };
            self.invoke(Step::Fanout, attempt, fanout.run(&input, None)).await
        })
        .await
    }

    /// One child of the map: the worker, and where it is given up, the note that it was.
    async fn child(self, plan: &RunPlan, event: Value) {
        let (config, item) = (&self.drive.config, item(&event));
        let mut warm: Option<MemberRole> = None;
        let worked = patiently(self.patience(), async |attempt| {
            // A function's process lives on after an error, and dies with a crash.
            let role = warm.get_or_insert_with(|| members(config)).clone();
            let step = Step::Worker(item.clone());
            let working = self.sabotaged(work(config, role, &event, plan, attempt));
            let done = self.invoke(step, attempt, working).await;
            if done.as_ref().is_err_and(|failed| failed.error.contains('.')) {
                warm = None;
            }
            done
        });
        if let Err(failed) = worked.await {
            let noted = self.record_failure(plan, &item, &failed).await;
            // Caught, as in the state machine: the targets are NoOutcome anyway.
            drop(noted);
        }
    }

    async fn sabotaged(self, work: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
        match self.drive.sabotage {
            Sabotage::Content => work.await.or(Ok(())),
            Sabotage::Endless => loop {
                tokio::task::yield_now().await;
            },
            Sabotage::None | Sabotage::Impatient | Sabotage::Forgetful => work.await,
        }
    }

    async fn record_failure(
        self,
        plan: &RunPlan,
        item: &Item,
        failed: &Failed,
    ) -> Result<(), Failed> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let first = item.regions.first().map_or("", String::as_str);
        let put = aws_sdk_dynamodb::Client::new(&self.drive.config).put_item().table_name(TABLE);
        let put = put.item("Run", text(&format!("{}#{}", plan.run_id, item.account)));
        let put = put.item("Entry", text(&format!("worker-failure#{first}")));
        let put = put.item("Kind", text("WorkerCrashed")).item("Error", text(&failed.error));
        let put = put.item("Cause", text(&failed.cause)).item("RecordedAt", text("now"));
        let put = put.item("ExpiresAt", AttributeValue::N(plan.expires_at.to_string()));
        patiently(&self.drive.machine.record_failure, async |attempt| {
            let work = async {
                let error = |_| Error::new(org_operator_core::ErrorKind::Transient, "DynamoDB");
                put.clone().send().await.map(drop).map_err(error)
            };
            self.invoke(Step::RecordFailure(item.clone()), attempt, work).await
        })
        .await
    }

    async fn result_handler(self, plan: &RunPlan) -> Result<Value, Failed> {
        let (config, event) = (&self.drive.config, serde_json::to_value(plan).unwrap_or_default());
        patiently(&self.drive.machine.result_handler, async |attempt| {
            let ledger = DynamoDbLedger::new(config, TABLE);
            let artifacts = S3Artifacts::new(config, BUCKET);
            let handler = ResultHandler::new(ledger, artifacts, "runs".to_owned());
            let work = async { handler.run(&ResultEvent::parse(&event)?).await };
            let done = self.invoke(Step::ResultHandler, attempt, work).await?;
            Ok(serde_json::to_value(done).unwrap_or_default())
        })
        .await
    }
}

fn item(event: &Value) -> Item {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let regions = event["Regions"].as_array().into_iter().flatten();
    Item { account: text(&event["AccountId"]), regions: regions.map(text).collect() }
}

/// One attempt at a work item.
async fn work(
    config: &SdkConfig,
    role: MemberRole,
    event: &Value,
    plan: &RunPlan,
    attempt: u32,
) -> Result<(), Error> {
    let worker = Worker::new(role, DynamoDbLedger::new(config, TABLE), SystemClock);
    let event = WorkerEvent::parse(event)?;
    let run: RunId = plan.run_id.clone();
    let id = format!("attempt-{attempt}-{}", fastrand::u32(..));
    let attempt = Attempt { id, run, expires_at: plan.expires_at, time_left: TIME_LEFT };
    worker.run(&event, &attempt).await.map(drop)
}
