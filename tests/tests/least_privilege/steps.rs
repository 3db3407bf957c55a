//! The three steps over one simulation, and what each of them called.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sim::{Conditions, Shape, Simulation, World};
use org_operator_aws::{DynamoDbLedger, Organization, S3Artifacts, SystemClock};
use org_operator_core::contract::plan::{ResultEvent, RunPlan};
use org_operator_core::{Error, WorkerEvent};
use org_operator_fanout::Fanout;
use org_operator_result_handler::ResultHandler;
use org_operator_tests::campaign::aws::{TIME_LEFT, config, members, settings};
use org_operator_tests::campaign::drive::{BUCKET, TABLE};
use org_operator_tests::files::{state_machine, worker_event};
use org_operator_worker::{Attempt, Worker};
use serde_json::{Value, json};

use super::actions::{Names, action};

/// The steps over one simulation, and what each of them has called.
pub(super) struct Steps {
    pub(super) simulation: Arc<Simulation>,
    config: SdkConfig,
    pub(super) called: BTreeMap<&'static str, Names>,
}

impl Steps {
    pub(super) async fn over(shape: Shape) -> Self {
        let (world, conditions) = (World::new(7, shape), Conditions::default());
        let simulation = Arc::new(Simulation::new(world, conditions));
        let config = config(&simulation).await;
        Self { simulation, config, called: BTreeMap::new() }
    }

    /// Puts what was called since the last time down to `step`.
    fn note(&mut self, step: &'static str) {
        let calls = self.simulation.meter.counts().into_keys();
        let calls = calls.map(|(service, operation)| action(service, &operation));
        self.called.entry(step).or_default().extend(calls);
        self.simulation.meter.reset();
    }

    pub(super) async fn fanout(&mut self, run: &str, request: Value) -> RunPlan {
        let fanout = Fanout {
            settings: settings(&self.simulation),
            directory: Organization::new(&self.config),
            artifacts: S3Artifacts::new(&self.config, BUCKET),
            ledger: DynamoDbLedger::new(&self.config, TABLE),
            clock: SystemClock,
        };
        let plan = fanout.run(&json!({"RunId": run, "Request": request}), None).await.unwrap();
        self.note("fanout");
        plan
    }

    /// Works on all items of the plan's manifest but the last `left`.
    pub(super) async fn workers(&mut self, plan: &RunPlan, left: usize) {
        let manifest = self.simulation.object(BUCKET, &plan.manifest.key).unwrap();
        let items: Vec<Value> = serde_json::from_slice(&manifest).unwrap();
        assert!(items.len() > left, "{items:?}");
        let (machine, known) = (state_machine(), serde_json::to_value(plan).unwrap());
        for item in &items[..items.len() - left] {
            let input = worker_event(&machine, item, &known);
            let ledger = DynamoDbLedger::new(&self.config, TABLE);
            let worker = Worker::new(members(&self.config), ledger, SystemClock);
            let attempt = Attempt {
                id: "attempt".to_owned(),
                run: plan.run_id.clone(),
                expires_at: plan.expires_at,
                time_left: TIME_LEFT,
            };
            let event = WorkerEvent::parse(&input).unwrap();
            worker.run(&event, &attempt).await.unwrap();
        }
        self.note("worker");
    }

    pub(super) async fn result_handler(&mut self, plan: &RunPlan) -> Result<(), Error> {
        let ledger = DynamoDbLedger::new(&self.config, TABLE);
        let artifacts = S3Artifacts::new(&self.config, BUCKET);
        let handler = ResultHandler::new(ledger, artifacts, "runs".to_owned());
        let event = ResultEvent::parse(&serde_json::to_value(plan).unwrap()).unwrap();
        let done = handler.run(&event).await;
        self.note("result handler");
        done.map(drop)
    }

    pub(super) fn called(&self, step: &str, of_members: bool) -> Names {
        let called = self.called[step].iter();
        called.filter(|action| action.starts_with("ec2:") == of_members).cloned().collect()
    }
}
