//! (f) What a deployed run would take at 500, 10,000 and 50,000 accounts, from what is measured here
//! of a worker and the quotas and prices of the product's own data file.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sim::{Conditions, DEFAULT_REGIONS, Endpoint, Shape, Simulation, World};
use org_operator_aws::{DynamoDbLedger, SystemClock, tuned};
use org_operator_core::{RunId, WorkerEvent};
use org_operator_estimate::limits::Limits;
use org_operator_estimate::{Estimate, Workload, estimate};
use org_operator_testkit::{TestError, TestResult};
use org_operator_worker::{Attempt, Worker};
use serde_json::json;

use super::table::{Part, Row};
use crate::campaign::aws::members;

/// What a call takes between Regions: the figure that the projection assumes.
const LATENCY: Duration = Duration::from_millis(250);
/// Cold start, TLS and Step Functions' own time per child, in seconds: an assumption, not measured.
const OVERHEAD: f64 = 1.0;
const ITEMS: u32 = 40;
const REGIONS: u64 = 17;

/// (f) The projection; `rows_per_second` is what the export was measured at.
///
/// # Errors
/// Where a worker fails.
pub async fn part(rows_per_second: f64) -> TestResult<Part> {
    let seconds = worker_seconds().await?;
    let limits = Limits::load()?;
    let mut rows = vec![
        Row::new(
            "worker time per account, measured (17 Regions, 250 ms a call)",
            format!("{seconds:.2} s"),
        ),
        Row::new("assumed on top: cold start, TLS, Step Functions", format!("{OVERHEAD:.1} s")),
        Row::new("export, measured", format!("{rows_per_second:.0} rows/s")),
        inputs(),
    ];
    for accounts in [500, 10_000, 50_000] {
        for max_concurrency in [50, 0] {
            let work = Workload {
                item_seconds: seconds + OVERHEAD,
                call_seconds: LATENCY.as_secs_f64(),
                export_rows: rows_per_second,
                max_concurrency,
                ..Workload::new(accounts, accounts, accounts * REGIONS, accounts)
            };
            let recommended = estimate(&work, &limits).recommended;
            let max_concurrency = if max_concurrency == 0 { recommended } else { max_concurrency };
            let told = estimate(&Workload { max_concurrency, ..work }, &limits);
            rows.push(row(accounts, max_concurrency, &told));
        }
    }
    let title =
        "(f) Projection of a deployed run: quotas and prices of crates/core/data/aws-limits.json";
    Ok(Part { title: title.to_owned(), rows })
}

/// What the projection takes for granted beside these.
fn inputs() -> Row {
    let work = Workload::new(1, 1, REGIONS, 1);
    let figure = format!(
        "{} MB for the worker, {} record and {} call per target",
        work.memory_mb, work.records_per_target, work.calls_per_target
    );
    Row::new("assumed", figure)
}

fn row(accounts: u64, max_concurrency: u32, told: &Estimate) -> Row {
    let parts = told.deployed.seconds.iter().map(|(part, s)| format!("{part} {s:.0} s"));
    Row::new(
        format!("{accounts} accounts, MaxConcurrency {max_concurrency}"),
        format!(
            "{:.1} min, {:.2} USD ({}; bound by: {})",
            told.deployed.total_seconds() / 60.0,
            told.deployed.total_dollars(),
            parts.collect::<Vec<_>>().join(", "),
            told.bound_by.0
        ),
    )
}

/// What a warm worker takes for one account, on average, with a ledger and an AWS that take
/// [`LATENCY`] for each call.
async fn worker_seconds() -> TestResult<f64> {
    let world = World::new(1, Shape::unrestricted(ITEMS as usize, &DEFAULT_REGIONS));
    let ids: Vec<String> = world.accounts.iter().map(|account| account.id.clone()).collect();
    let management = world.management();
    let simulation = Simulation::new(world, Conditions::with_latency(LATENCY));
    let endpoint = Endpoint::listen(Arc::new(simulation)).await?;
    let key = format!("AKIA{management}");
    let credentials = aws_sdk_dynamodb::config::Credentials::new(key, "simulated", None, None, "");
    let loader = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .region("eu-west-1")
        .endpoint_url(endpoint.url())
        .credentials_provider(credentials);
    let config = tuned(loader).load().await;
    let ledger = DynamoDbLedger::new(&config, "ledger");
    let worker = Worker::new(members(&config), ledger, SystemClock);
    let begun = Instant::now();
    for id in &ids {
        let event = json!({"AccountId": id, "AccountName": id, "Regions": DEFAULT_REGIONS, "RunId": "bench"});
        let event = WorkerEvent::parse(&event).map_err(TestError::from)?;
        let run = RunId::parse("bench").ok_or("no run id")?;
        let time_left = Duration::from_mins(14);
        let attempt = Attempt { id: "a".to_owned(), run, expires_at: i64::MAX, time_left };
        worker.run(&event, &attempt).await?;
    }
    Ok(begun.elapsed().as_secs_f64() / f64::from(ITEMS))
}
