//! The result handler function: settings from the environment, AWS behind the ports.

use org_operator_aws::{DynamoDbLedger, S3Artifacts, SystemClock};
use org_operator_core::contract::handler_output::HandlerOutput;
use org_operator_core::contract::plan::ResultEvent;
use org_operator_core::ports::Clock;
use org_operator_lambda::{Env, Metrics, Shell, name};
use org_operator_result_handler::ResultHandler;

struct Settings {
    table: String,
    bucket: String,
    prefix: String,
    metrics: Metrics,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let build = |settings: Settings| async move {
        let config = org_operator_aws::load().await;
        let ledger = DynamoDbLedger::new(&config, &settings.table);
        let artifacts = S3Artifacts::new(&config, &settings.bucket);
        (ResultHandler::new(ledger, artifacts, settings.prefix), settings.metrics)
    };
    let handled = Shell::start(settings).serve(build, |built, event, invocation| async move {
        let (handler, metrics) = &*built;
        let event = ResultEvent::parse(&event)?;
        let summary = invocation.in_time("writing the artifacts", handler.run(&event)).await?;
        metrics.ended(&summary, SystemClock.now());
        Ok(HandlerOutput::from(summary))
    });
    handled.await
}

fn settings(env: &mut Env) -> Option<Settings> {
    let table = env.text(name::LEDGER_TABLE);
    let bucket = env.text(name::RESULTS_BUCKET);
    let (prefix, metrics) = (env.optional(name::RESULTS_PREFIX), Metrics::new(env));
    Some(Settings { table: table?, bucket: bucket?, prefix, metrics })
}
