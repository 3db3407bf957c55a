//! One execution of the demo's state machine, and its artifacts on disk.

use std::path::PathBuf;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use org_operator_testkit::execution::{Ended, Pipeline};
use org_operator_testkit::{TestResult, paths};

use super::kept_demo::KeptDemo;
use super::output;

/// The operation that the demo runs.
pub(crate) const OPERATION: &str = "internet-routes";

/// Runs the input of a file in a kept demo.
pub(crate) async fn run_again(file: &str) -> TestResult<()> {
    let input = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    run(&KeptDemo::load()?.pipeline(), &input).await
}

/// Runs `input` to its end and shows the result.
pub(crate) async fn run(pipeline: &Pipeline, input: &str) -> TestResult<()> {
    let name = format!("demo-{}", SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis());
    let started = Instant::now();
    let mut progress = output::ProgressLine::new();
    let ended = pipeline.run(&name, input, |now| progress.show(now, started.elapsed())).await?;
    progress.end(started.elapsed());
    if !ended.error.is_empty() {
        return Err(format!("the execution failed: {}: {}", ended.error, ended.cause).into());
    }
    let folder = save(pipeline, &ended).await?;
    output::print_result(&ended.output, &folder)
}

/// Writes the run's artifacts to `out/demo/<RunId>/`.
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
