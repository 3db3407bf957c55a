//! The worker function: the worker step over AWS.

use std::time::Instant;

use mimalloc::MiMalloc;
use org_operator_aws::{DynamoDbLedger, MemberRole, SystemClock};
use org_operator_core::WorkerEvent;
use org_operator_core::ports::Clock;
use org_operator_lambda::{Shell, WorkerSettings, require_run_id};
use org_operator_worker::{Attempt, Worker};

/// A call of the SDK allocates some hundred times, and a fifth less CPU is a fifth less to pay for.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let build = |settings: WorkerSettings| async move {
        let config = org_operator_aws::load().await;
        let retention = settings.retention_seconds();
        let ledger = DynamoDbLedger::new(&config, &settings.table);
        let worker = Worker::new(MemberRole::new(&config, settings.role), ledger, SystemClock);
        (worker, retention, settings.metrics)
    };
    let shell = Shell::start(WorkerSettings::read);
    let served = shell.serve(build, |state, event, invocation| async move {
        let (worker, retention, metrics) = &*state;
        let begun = Instant::now();
        let event = WorkerEvent::parse(&event)?;
        let run = require_run_id(event.run_id.clone().or_else(|| invocation.local_run_id()))?;
        let default_expiry = || SystemClock.now().epoch_seconds() + retention;
        let expires_at = event.expires_at.unwrap_or_else(default_expiry);
        let (id, time_left) = (invocation.id, invocation.time_left);
        let attempt = Attempt { id, run, expires_at, time_left };
        let result = if event.apply {
            worker.apply(&event, &attempt).await
        } else {
            worker.run(&event, &attempt).await
        };
        let about = (event.operation.as_str(), attempt.run.as_str());
        metrics.worked(about, begun, SystemClock.now(), &result);
        result
    });
    served.await
}
