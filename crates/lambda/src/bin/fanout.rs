//! The fanout function: settings from the environment, AWS behind the ports.

use org_operator_aws::{DynamoDbLedger, Organization, S3Artifacts, SystemClock};
use org_operator_core::input::request::MAX_CONCURRENCY;
use org_operator_core::ports::Clock;
use org_operator_fanout::{Fanout, Settings};
use org_operator_lambda::{Env, Metrics, Shell, name};

/// Tags and enabled Regions are asked per account, below AWS's rates.
const TOO_LARGE: &str =
    "planning (of fewer accounts, or without Tags or Regions ENABLED, it would)";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let build = |(settings, table, metrics): (Settings, String, Metrics)| async move {
        let config = org_operator_aws::load().await;
        let directory = Organization::new(&config);
        let artifacts = S3Artifacts::new(&config, &settings.results_bucket);
        let ledger = DynamoDbLedger::new(&config, &table);
        (Fanout { settings, directory, artifacts, ledger, clock: SystemClock }, metrics)
    };
    let shell = Shell::start(settings);
    let handled = shell.serve(build, |built, event, invocation| async move {
        let (fanout, metrics) = &*built;
        let planning = fanout.run(&event, invocation.local_run_id());
        let plan = invocation.in_time(TOO_LARGE, planning).await?;
        metrics.planned(&plan, SystemClock.now());
        Ok(plan)
    });
    handled.await
}

fn settings(env: &mut Env) -> Option<(Settings, String, Metrics)> {
    let table = env.text(name::LEDGER_TABLE);
    let home_region = env.home_region();
    let target_regions = env.regions(name::TARGET_REGIONS);
    let max_concurrency = env.whole(name::MAX_CONCURRENCY, 1, MAX_CONCURRENCY);
    let results_bucket = env.text(name::RESULTS_BUCKET);
    let results_prefix = env.optional(name::RESULTS_PREFIX);
    let ledger_retention_days = env.whole(name::LEDGER_RETENTION_DAYS, 1, 3_650);
    let worker_readonly = env.text(name::WORKER_FUNCTION_READONLY);
    let worker_admin = env.optional(name::WORKER_FUNCTION_ADMIN);
    let settings = Settings {
        home_region: home_region?,
        target_regions: target_regions?,
        max_concurrency: max_concurrency?,
        results_bucket: results_bucket?,
        results_prefix,
        ledger_retention_days: ledger_retention_days?,
        worker_readonly: worker_readonly?,
        worker_admin,
    };
    Some((settings, table?, Metrics::new(env)))
}
