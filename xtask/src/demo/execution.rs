//! One execution of the demo's state machine, and its artifacts on disk.

use std::path::PathBuf;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use org_operator_core::contract::summary::RunResult;
use org_operator_testkit::execution::Pipeline;
use org_operator_testkit::{TestResult, paths};
use serde::Deserialize;

use super::kept_demo::KeptDemo;
use super::output;

/// The operations that the demo runs; the first is the one of a request that names none.
pub(crate) const OPERATIONS: [&str; 2] = ["internet-routes", "open-security-groups"];

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
    let result = RunResult::deserialize(&ended.output)?;
    let first = result.artifacts.first();
    let operation = first.and_then(|uri| operation_of(uri)).unwrap_or(OPERATIONS[0]);
    let folder = save(pipeline, &result, operation).await?;
    output::print_result(operation, &result, &folder)
}

/// Writes the run's artifacts to `out/demo/<RunId>/`.
async fn save(pipeline: &Pipeline, result: &RunResult, operation: &str) -> TestResult<PathBuf> {
    let run = result.run_id.as_str();
    let folder = paths::file("out/demo").join(run);
    std::fs::create_dir_all(&folder)?;
    for (name, bytes) in pipeline.artifacts(operation, run).await? {
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(folder)
}

/// The operation in an artifact's URI, `s3://bucket/prefix/operation/run/name`.
fn operation_of(uri: &str) -> Option<&str> {
    uri.rsplit('/').nth(2)
}
