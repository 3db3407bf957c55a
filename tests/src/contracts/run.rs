//! The run: the three steps over memory, a previous run before it, and a resumption after it.

use std::sync::Arc;
use std::time::Duration;

use org_operator_core::artifact::exceptions_key;
use org_operator_core::artifact::sink::Origin;
use org_operator_core::contract::document::{compact, pretty};
use org_operator_core::contract::handler_output::HandlerOutput;
use org_operator_core::contract::ledger::{Entry, LedgerPartition, WorkerFailure};
use org_operator_core::contract::plan::{ResultEvent, RunPlan};
use org_operator_core::input::request::FanoutEvent;
use org_operator_core::ports::Artifacts;
use org_operator_core::{Region, WorkItem, WorkerEvent};
use org_operator_fanout::{ChangeSettings, ExceptionSource, Fanout, Settings};
use org_operator_operations::{Catalogue, Operation, catalogue};
use org_operator_result_handler::ResultHandler;
use org_operator_testkit::TestResult;
use org_operator_testkit::memory::{MemoryArtifacts, MemoryDirectory, MemoryLedger, TickingClock};
use org_operator_worker::{Attempt, Worker};
use serde_json::{Value, json};

use super::operation::{Accounts, Answers};
use super::organization::{CRASHED, directory, exceptions, request};
use super::{Files, is_contract, stores};
use crate::files::{state_machine, worker_event};

/// The operation of the run.
pub const OPERATION: &str = "internet-routes";
/// The id of the run.
pub const RUN: &str = "run-1";
const PREVIOUS: &str = "run-0";
const PREFIX: &str = "runs";

/// The steps over one store and one ledger.
pub struct Steps {
    /// The fanout, whose ports the other steps share.
    pub fanout: Fanout<MemoryDirectory, MemoryArtifacts, MemoryLedger, TickingClock>,
}

impl Steps {
    /// The steps over an empty store and an empty ledger.
    ///
    /// # Errors
    /// Never: the names are Regions.
    pub fn new() -> TestResult<Self> {
        let settings = Settings {
            home_region: Region::parse("eu-west-1").ok_or("a Region")?,
            target_regions: Region::parse("eu-west-1").into_iter().collect(),
            max_concurrency: 50,
            results_bucket: "results".to_owned(),
            results_prefix: PREFIX.to_owned(),
            ledger_retention_days: 30,
            worker_readonly: "org-operator-worker:7".to_owned(),
            worker_admin: String::new(),
            allow_definitions: false,
            changes: ChangeSettings::default(),
            exceptions: ExceptionSource::Stored,
        };
        let (artifacts, ledger) = (MemoryArtifacts::default(), MemoryLedger::new());
        let (directory, clock) = (directory(), TickingClock::default());
        Ok(Self { fanout: Fanout { settings, directory, artifacts, ledger, clock } })
    }

    /// Does every work item, in the order of the manifest; the last one of an account crashes.
    /// Gives the last event and output.
    async fn work(&self, plan: &RunPlan, answers: Answers) -> TestResult<(WorkerEvent, Vec<u8>)> {
        let answers: Arc<dyn Operation> = Arc::new(answers);
        let catalogue: &'static Catalogue = Box::leak(Box::new(Catalogue::of([answers])));
        let (ledger, clock) = (&self.fanout.ledger, &self.fanout.clock);
        let worker = Worker { catalogue, ..Worker::new(Accounts, ledger, clock) };
        let mut last = None;
        for (number, event) in (1..).zip(self.events(plan)?) {
            let crashes =
                event.item.account_id.as_str() == CRASHED && event.item.regions.len() == 1;
            if crashes {
                self.record_failure(plan, &event.item);
                continue;
            }
            let attempt = Attempt {
                id: format!("attempt-{number}"),
                run: plan.run_id.clone(),
                expires_at: plan.expires_at,
                time_left: Duration::from_mins(1),
            };
            let output = compact(&worker.run(&event, &attempt).await?)?;
            last = Some((event, output));
        }
        last.ok_or_else(|| "no work items".into())
    }

    /// The events as the state machine's `ItemSelector` makes them of the plan and the manifest.
    fn events(&self, plan: &RunPlan) -> TestResult<Vec<WorkerEvent>> {
        let manifest = self.fanout.artifacts.text(&plan.manifest.key);
        let items: Vec<Value> = serde_json::from_str(&manifest)?;
        let plan = plan.output();
        let machine = state_machine();
        let event = |item| Ok(WorkerEvent::parse(&worker_event(&machine, &item, &plan))?);
        items.into_iter().map(event).collect()
    }

    fn record_failure(&self, plan: &RunPlan, item: &WorkItem) {
        let (run, account) = (plan.run_id.clone(), item.account_id.clone());
        let cause = json!({"errorType": "Runtime.ExitError", "errorMessage": "exit, \"137\"\n<b>"});
        let failure = WorkerFailure {
            first_region: item.regions[0].clone(),
            error: "Lambda.Unknown".to_owned(),
            cause: cause.to_string(),
        };
        let entry = Entry::WorkerFailure(failure);
        self.fanout.ledger.put(
            &LedgerPartition { run, operation: None, account },
            entry.sort_key(),
            entry,
        );
    }

    /// Writes the artifacts of a run.
    ///
    /// # Errors
    /// What the result handler returned.
    pub async fn export(&self, plan: &RunPlan) -> TestResult<HandlerOutput> {
        let handler = ResultHandler {
            ledger: &self.fanout.ledger,
            artifacts: self.fanout.artifacts.clone(),
            results_prefix: PREFIX.to_owned(),
            catalogue: catalogue(),
            partition: self.fanout.settings.home_region.partition(),
            origin: Origin::Deployment,
            portal: None,
        };
        let event = ResultEvent::parse(&serde_json::to_value(plan)?)?;
        let home = &self.fanout.settings.home_region;
        Ok(HandlerOutput::new(handler.run(&event).await?, home))
    }
}

/// The event of an execution that resumes the run.
#[must_use]
pub fn resumption() -> Value {
    json!({"RunId": "again", "ResumeRun": RUN, "Operation": OPERATION})
}

/// Every file of two runs, and every document of the second one.
///
/// # Errors
/// What a step returned, which is a fault of this release.
pub async fn written() -> TestResult<Files> {
    let steps = Steps::new()?;
    let artifacts = &steps.fanout.artifacts;
    artifacts.put(&exceptions_key(PREFIX), exceptions().into_bytes()).await?;
    let event = |run: &str| json!({"RunId": run, "Request": request()});
    let before = steps.fanout.run(&event(PREVIOUS), None).await?;
    steps.work(&before, Answers { previous: true }).await?;
    steps.export(&before).await?;
    let plan = steps.fanout.run(&event(RUN), None).await?;
    let (worker_event, worker_output) = steps.work(&plan, Answers { previous: false }).await?;
    let output = steps.export(&plan).await?;
    steps.fanout.run(&resumption(), None).await?;

    let mut files = steps.fanout.artifacts.all();
    files.retain(|path, _| is_contract(path));
    let fanout_event: FanoutEvent = serde_json::from_value(event(RUN))?;
    files.insert("request.json".to_owned(), pretty(&request())?);
    files.insert("fanout-event.json".to_owned(), pretty(&fanout_event)?);
    files.insert("worker-event.json".to_owned(), pretty(&worker_event)?);
    files.insert("worker-output.json".to_owned(), worker_output);
    files.insert("result-handler-output.json".to_owned(), pretty(&output)?);
    let entries = entries(&steps, &plan)?;
    files.insert("ledger-items.json".to_owned(), stores::items(&entries, plan.expires_at).await?);
    files.extend(stores::journal(&entries).await?);
    Ok(files)
}

/// The ledger's entries of the run, account by account.
fn entries(steps: &Steps, plan: &RunPlan) -> TestResult<Vec<(LedgerPartition, Entry)>> {
    let mut entries = Vec::new();
    for event in steps.events(plan)? {
        let partition = LedgerPartition {
            run: plan.run_id.clone(),
            operation: None,
            account: event.item.account_id,
        };
        if !entries.iter().any(|(known, _)| *known == partition) {
            let own = steps.fanout.ledger.entries(&partition).into_iter();
            entries.extend(own.map(|entry| (partition.clone(), entry)));
        }
    }
    Ok(entries)
}
