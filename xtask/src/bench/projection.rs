//! (h) What a deployed run would take at 500, 10,000 and 50,000 accounts, from what is measured here
//! of a worker and the quotas and prices of the product's own data file.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::config::Credentials;
use aws_sim::{
    Conditions, DEFAULT_REGIONS, EXTERNAL_ID, Endpoint, MEMBER_ROLE, Shape, Simulation, World,
};
use org_operator_aws::{DynamoDbLedger, MemberRole, RoleSettings, SystemClock, tuned};
use org_operator_core::{Partition, RunId, WorkerEvent};
use org_operator_estimate::limits::Limits;
use org_operator_estimate::{Estimate, Workload, estimate};
use org_operator_testkit::{TestError, TestResult};
use org_operator_worker::{Attempt, Worker};
use serde_json::json;

use super::table::{Part, Row};

/// What a call takes between Regions: the figure that the projection assumes.
const LATENCY: Duration = Duration::from_millis(250);
/// Cold start, TLS and Step Functions' own time per child, in seconds: an assumption, not measured.
const OVERHEAD: f64 = 1.0;
const ITEMS: u32 = 40;
const REGIONS: u64 = 17;

/// (h) The projection; `rows_per_second` is the measured speed of the export.
pub(crate) async fn part(rows_per_second: f64) -> TestResult<Part> {
    let item_seconds = worker_seconds().await?;
    let limits = Limits::load()?;
    let mut rows = assumptions(item_seconds, rows_per_second);
    for accounts in [500, 10_000, 50_000] {
        let base = Workload {
            item_seconds: item_seconds + OVERHEAD,
            call_seconds: LATENCY.as_secs_f64(),
            export_rows: rows_per_second,
            ..Workload::new(accounts, accounts, accounts * REGIONS, accounts)
        };
        let unlimited = Workload { max_concurrency: 0, ..base };
        for max_concurrency in [50, estimate(&unlimited, &limits).recommended] {
            let work = Workload { max_concurrency, ..base };
            rows.push(row(accounts, max_concurrency, &estimate(&work, &limits)));
        }
    }
    let title =
        "(h) Projection of a deployed run: quotas and prices of crates/core/data/aws-limits.json";
    Ok(Part { title: title.to_owned(), rows })
}

/// What the projection starts from.
fn assumptions(worker_seconds: f64, rows_per_second: f64) -> Vec<Row> {
    let work = Workload::new(1, 1, REGIONS, 1);
    let sizes = format!(
        "{} MB for the worker, {} record and {} call per target",
        work.memory_mb, work.records_per_target, work.calls_per_target
    );
    vec![
        Row::new(
            "worker time per account, measured (17 Regions, 250 ms a call)",
            format!("{worker_seconds:.2} s"),
        ),
        Row::new("assumed on top: cold start, TLS, Step Functions", format!("{OVERHEAD:.1} s")),
        Row::new("export, measured", format!("{rows_per_second:.0} rows/s")),
        Row::new("assumed", sizes),
    ]
}

fn row(accounts: u64, max_concurrency: u32, estimate: &Estimate) -> Row {
    let parts = estimate.deployed.seconds.iter().map(|(part, s)| format!("{part} {s:.0} s"));
    Row::new(
        format!("{accounts} accounts, MaxConcurrency {max_concurrency}"),
        format!(
            "{:.1} min, {:.2} USD ({}; bound by: {})",
            estimate.deployed.total_seconds() / 60.0,
            estimate.deployed.total_dollars(),
            parts.collect::<Vec<_>>().join(", "),
            estimate.bound_by.0
        ),
    )
}

/// What a warm worker takes for one account, on average, with a ledger and an AWS that take
/// [`LATENCY`] for each call.
async fn worker_seconds() -> TestResult<f64> {
    let world = World::new(1, Shape::unrestricted(ITEMS as usize, &DEFAULT_REGIONS));
    let ids: Vec<String> = world.accounts.iter().map(|account| account.id.clone()).collect();
    let simulation = Simulation::new(world, Conditions::with_latency(LATENCY));
    let endpoint = Endpoint::listen(Arc::new(simulation)).await?;
    let config = config(&endpoint).await;
    let ledger = DynamoDbLedger::new(&config, "ledger");
    let worker = Worker::new(member_role(&config), ledger, SystemClock);
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

async fn config(endpoint: &Endpoint) -> SdkConfig {
    let key = format!("AKIA{}", endpoint.simulation.world.management());
    let credentials = Credentials::new(key, "simulated", None, None, "");
    let loader = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .region("eu-west-1")
        .endpoint_url(endpoint.url())
        .credentials_provider(credentials);
    tuned(loader).load().await
}

fn member_role(config: &SdkConfig) -> MemberRole {
    let settings = RoleSettings {
        role_name: MEMBER_ROLE.to_owned(),
        external_id: EXTERNAL_ID.to_owned(),
        partition: Partition::Commercial,
    };
    MemberRole::new(config, settings)
}
