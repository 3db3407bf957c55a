//! The fanout function: the fanout step over AWS.

use org_operator_aws::{DynamoDbLedger, Organization, S3Artifacts, SystemClock};
use org_operator_core::ports::Clock;
use org_operator_fanout::Fanout;
use org_operator_lambda::{FanoutSettings, Shell};

/// Tags and enabled Regions are read account by account, below AWS's rates.
const TOO_LARGE: &str =
    "planning (of fewer accounts, or without Tags or Regions ENABLED, it would)";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let build = |FanoutSettings { plan: settings, table, metrics }| async move {
        let config = org_operator_aws::load().await;
        let directory = Organization::new(&config);
        let artifacts = S3Artifacts::new(&config, &settings.results_bucket);
        let ledger = DynamoDbLedger::new(&config, &table);
        (Fanout { settings, directory, artifacts, ledger, clock: SystemClock }, metrics)
    };
    let shell = Shell::start(FanoutSettings::read);
    let served = shell.serve(build, |state, event, invocation| async move {
        let (fanout, metrics) = &*state;
        let planning = fanout.deployed(&event, invocation.local_run_id());
        let plan = invocation.in_time(TOO_LARGE, planning).await?;
        metrics.planned(&plan, SystemClock.now());
        Ok(plan.output())
    });
    served.await
}
