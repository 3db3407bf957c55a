//! The result handler function: the result handler step over AWS.

use mimalloc::MiMalloc;
use org_operator_aws::{DynamoDbLedger, S3Artifacts, S3Links, SnsTopic, SystemClock};
use org_operator_core::contract::handler_output::HandlerOutput;
use org_operator_core::contract::plan::ResultEvent;
use org_operator_core::ports::Clock;
use org_operator_lambda::{ResultHandlerSettings, Shell};
use org_operator_result_handler::{ResultHandler, Sharing};

/// A call of the SDK allocates some hundred times, and a fifth less CPU is a fifth less to pay for.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let build = |settings: ResultHandlerSettings| async move {
        let config = org_operator_aws::load().await;
        let ledger = DynamoDbLedger::new(&config, &settings.table);
        let artifacts = S3Artifacts::new(&config, &settings.bucket);
        let mut handler = ResultHandler::new(ledger, artifacts, settings.prefix);
        handler.partition = settings.home.partition();
        handler.portal = settings.portal;
        let signer = S3Links::new(&config);
        let topic = SnsTopic::new(&config, &settings.topic);
        let sharing = Sharing { signer, topic, valid: settings.link_valid };
        let shares = !sharing.valid.is_zero();
        (handler, shares.then_some(sharing), settings.home, settings.metrics)
    };
    let shell = Shell::start(ResultHandlerSettings::read);
    let served = shell.serve(build, |state, event, invocation| async move {
        let (handler, sharing, home, metrics) = &*state;
        let event = ResultEvent::parse(&event)?;
        let summary = invocation.in_time("writing the artifacts", handler.deployed(&event)).await?;
        metrics.ended(&summary, SystemClock.now());
        Ok(match sharing {
            Some(sharing) => sharing.output(summary, home).await,
            None => HandlerOutput::new(summary, home),
        })
    });
    served.await
}
