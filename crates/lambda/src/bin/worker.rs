//! The worker function: settings from the environment, AWS behind the ports.

use std::time::Instant;

use org_operator_aws::{DynamoDbLedger, MemberRole, RoleSettings, SystemClock};
use org_operator_core::WorkerEvent;
use org_operator_core::ports::Clock;
use org_operator_lambda::{Env, Metrics, Shell, name, require_run_id};
use org_operator_worker::{Attempt, Worker};

const SECONDS_PER_DAY: i64 = 86_400;

struct Settings {
    table: String,
    role: RoleSettings,
    retention_days: u32,
    metrics: Metrics,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let build = |settings: Settings| async move {
        let config = org_operator_aws::load().await;
        let ledger = DynamoDbLedger::new(&config, &settings.table);
        let worker = Worker::new(MemberRole::new(&config, settings.role), ledger, SystemClock);
        let retention = i64::from(settings.retention_days) * SECONDS_PER_DAY;
        (worker, retention, settings.metrics)
    };
    let handled = Shell::start(settings).serve(build, |built, event, invocation| async move {
        let (worker, retention, metrics) = &*built;
        let begun = Instant::now();
        let event = WorkerEvent::parse(&event)?;
        let run = require_run_id(event.run_id.clone().or_else(|| invocation.local_run_id()))?;
        let expiry = || SystemClock.now().epoch_seconds() + retention;
        let expires_at = event.expires_at.unwrap_or_else(expiry);
        let attempt =
            Attempt { id: invocation.id, run, expires_at, time_left: invocation.time_left };
        let done = worker.run(&event, &attempt).await;
        let about = (event.operation.as_str(), attempt.run.as_str());
        metrics.worked(about, begun, SystemClock.now(), &done);
        done
    });
    handled.await
}

fn settings(env: &mut Env) -> Option<Settings> {
    let partition = env.home_region().map(|region| region.partition());
    let table = env.text(name::LEDGER_TABLE);
    let role_name = env.text(name::MEMBER_ROLE_NAME);
    let external_id = env.text(name::EXTERNAL_ID);
    let retention_days = env.whole(name::LEDGER_RETENTION_DAYS, 1, 3_650);
    let role =
        RoleSettings { role_name: role_name?, external_id: external_id?, partition: partition? };
    let metrics = Metrics::new(env);
    Some(Settings { table: table?, role, retention_days: retention_days?, metrics })
}
