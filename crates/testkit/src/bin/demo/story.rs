//! The demo's way from an empty emulator to artifacts on disk.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use org_operator_testkit::deployment::Deployment;
use org_operator_testkit::emulator::{Emulator, Options};
use org_operator_testkit::execution::{Ended, Pipeline};
use org_operator_testkit::identity::{HOME_REGION, MANAGEMENT};
use org_operator_testkit::organization::{DemoOrganization, REGIONS};
use org_operator_testkit::{TestResult, paths};

use crate::kept::{self, Kept};
use crate::show;

const OPERATION: &str = "internet-routes";

/// Makes everything, runs once, shows the answer; then ends it all, or leaves it running.
pub(crate) async fn tell(keep: bool) -> TestResult<()> {
    let started = Instant::now();
    if keep {
        kept::stop()?;
    }
    std::fs::create_dir_all(paths::file("out/demo"))?;
    let log = paths::file("out/demo/emulator.log");
    let emulator = Emulator::start(&Options { log: Some(log), wait_scale: None })?;
    println!("emulator      ministack at {}, IAM enforced", emulator.endpoint());
    let organization = DemoOrganization::make(&emulator).await?;
    show::organization(&organization);
    let deploying = Instant::now();
    let deployment = Deployment::make(&emulator, &organization).await?;
    println!(
        "deployed      operator.yaml, and member-roles.yaml per account: {:.1?}",
        deploying.elapsed()
    );
    let kept = Kept {
        endpoint: emulator.endpoint().to_owned(),
        pid: emulator.pid(),
        state_machine: deployment.output("StateMachineArn")?.to_owned(),
        table: deployment.output("LedgerTable")?.to_owned(),
        bucket: deployment.output("ResultsBucket")?.to_owned(),
    };
    let regions = REGIONS.join(", ");
    println!("run           {OPERATION} in every active member account, in {regions}");
    run(&kept.pipeline(), "{}").await?;
    println!("\ntook {:.1?} in all", started.elapsed());
    if keep {
        kept.save()?;
        show::how_to_go_on(&kept, MANAGEMENT, HOME_REGION);
        emulator.keep();
    }
    Ok(())
}

/// Another execution in a kept demo.
pub(crate) async fn another(file: &str) -> TestResult<()> {
    let input = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    run(&Kept::load()?.pipeline(), &input).await
}

async fn run(pipeline: &Pipeline, input: &str) -> TestResult<()> {
    let name = format!("demo-{}", SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis());
    let started = Instant::now();
    let mut progress = show::Progress::new();
    let ended = pipeline.run(&name, input, |now| progress.show(now, started.elapsed())).await?;
    progress.end(started.elapsed());
    if !ended.error.is_empty() {
        return Err(format!("the execution failed: {}: {}", ended.error, ended.cause).into());
    }
    let folder = save(pipeline, &ended).await?;
    show::answer(&ended.output, &folder)
}

/// Leaves the run's artifacts under `out/demo/<RunId>/`.
async fn save(pipeline: &Pipeline, ended: &Ended) -> TestResult<PathBuf> {
    let operation =
        ended.output["Artifacts"][0].as_str().and_then(operation_of).unwrap_or(OPERATION);
    let folder = paths::file("out/demo").join(&ended.run_id);
    std::fs::create_dir_all(&folder)?;
    for (name, bytes) in pipeline.artifacts(operation, &ended.run_id).await? {
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(folder)
}

/// The operation in an artifact's URI, `s3://bucket/prefix/operation/run/name`.
fn operation_of(uri: &str) -> Option<&str> {
    uri.rsplit('/').nth(2)
}

/// Seconds with one digit.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
