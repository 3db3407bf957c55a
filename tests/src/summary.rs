//! The summary of a small run that is complete, for tests that need one to be there.

use std::collections::BTreeMap;

use org_operator_core::RunId;
use org_operator_core::contract::summary::{RunResult, Status, Summary};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_testkit::TestResult;

/// Three targets that SUCCEEDED, with one record.
///
/// # Errors
/// Where `run` is no run id.
pub fn complete_result(run: &str) -> TestResult<RunResult> {
    Ok(RunResult {
        run_id: RunId::parse(run).ok_or("no run id")?,
        status: Status::Complete,
        targets: 3,
        succeeded: 3,
        skipped: 0,
        failed: 0,
        expected_failures: 0,
        records: 1,
        added: None,
        removed: None,
        artifacts: Vec::new(),
    })
}

/// The summary of [`complete_result`], begun at `started_at`, as JSON.
///
/// # Errors
/// Where `run` is no run id.
pub fn complete(run: &str, started_at: Option<Timestamp>) -> TestResult<String> {
    let summary = Summary {
        result: complete_result(run)?,
        operation: "internet-routes".to_owned(),
        previous_run_id: None,
        accounts: 1,
        accounts_left_out: BTreeMap::new(),
        api_calls: 3,
        expected_records: 0,
        expected_added: 0,
        expired_exceptions: Vec::new(),
        errors: BTreeMap::new(),
        regions_not_asked: Vec::new(),
        first_failures: Vec::new(),
        first_changes: Vec::new(),
        rows: BTreeMap::new(),
        started_at,
        ended_at: started_at,
        duration_ms: Some(0),
        operations: Vec::new(),
    };
    Ok(serde_json::to_string(&summary)?)
}
