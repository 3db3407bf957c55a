//! An execution of the deployed state machine: what its state means, as an exit code and in words.

use aws_sdk_sfn::types::ExecutionStatus;
use org_operator_core::ErrorKind;
use org_operator_core::contract::summary::RunResult;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::exit::Exit;

/// An execution as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Execution {
    /// RUNNING, SUCCEEDED and so on.
    pub(crate) status: ExecutionStatus,
    /// The output as it came, for `--json`; null before the end.
    pub(crate) output: Value,
    /// The output as a result; none before the end, nor where another state machine gave it.
    pub(crate) result: Option<RunResult>,
    /// The error's name, where it failed.
    pub(crate) error: Option<String>,
    /// The error's cause: a text, or the JSON of a function's error.
    pub(crate) cause: Option<String>,
}

impl Execution {
    /// The execution in `status` whose output is `text`.
    pub(crate) fn new(status: ExecutionStatus, text: Option<&str>) -> Self {
        let output: Value =
            text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let result = RunResult::deserialize(&output).ok();
        Self { status, output, result, error: None, cause: None }
    }

    /// Whether it goes on.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.status, ExecutionStatus::Running | ExecutionStatus::PendingRedrive)
    }

    /// The exit code of the run.
    pub(crate) fn exit(&self) -> Exit {
        match (&self.status, &self.result) {
            _ if self.is_running() => Exit::Complete,
            (ExecutionStatus::Succeeded, Some(result)) => Exit::of_run(result),
            _ => self.failed(),
        }
    }

    fn failed(&self) -> Exit {
        let kind = self.error.as_deref().and_then(|name| name.parse::<ErrorKind>().ok());
        match kind {
            Some(ErrorKind::InvalidRequest) => Exit::Usage,
            Some(ErrorKind::NoTargets) => Exit::NothingSelected,
            Some(ErrorKind::AccessDenied | ErrorKind::AssumeRoleDenied) => Exit::Access,
            Some(kind) if kind.is_retryable() => Exit::Unreachable,
            _ => Exit::Other,
        }
    }

    /// As a person or, with `as_json`, a program reads it.
    pub(crate) fn rendered(&self, run: &str, as_json: bool) -> String {
        if as_json { format!("{:#}", self.described(run)) } else { self.text(run) }
    }

    fn described(&self, run: &str) -> Value {
        json!({
            "RunId": run, "Execution": self.status.as_str(), "Output": self.output,
            "Error": self.error, "Cause": self.cause,
        })
    }

    /// How it is, in one line for a person.
    fn text(&self, run: &str) -> String {
        if let (ExecutionStatus::Succeeded, Some(result)) = (&self.status, &self.result) {
            let RunResult { status, targets, succeeded, skipped, failed, records, .. } = result;
            let expected = result.expected_in_brackets();
            return format!(
                "run {run} is {status}: {targets} targets, {succeeded} succeeded, {skipped} skipped, \
                 {failed} failed{expected}; {records} records"
            );
        }
        let reasons = [&self.error, &self.cause].into_iter().flatten();
        let parts: Vec<&str> = reasons.map(String::as_str).collect();
        let joint = if parts.is_empty() { "" } else { ": " };
        format!("run {run} is {}{joint}{}", self.status.as_str(), parts.join(": "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn execution(status: ExecutionStatus, output: &Value, error: Option<&str>) -> Execution {
        let text = output.to_string();
        Execution { error: error.map(str::to_owned), ..Execution::new(status, Some(&text)) }
    }

    fn result(status: &str, failed: u64) -> Value {
        json!({
            "RunId": "r1", "Status": status, "Targets": 33, "Succeeded": 33 - failed, "Skipped": 0,
            "Failed": failed, "Records": 25, "Added": null, "Removed": null, "Artifacts": [],
        })
    }

    #[test]
    fn an_execution_has_its_runs_exit_code() {
        let code = |status, output: &Value, error| execution(status, output, error).exit().code();
        let ended = ExecutionStatus::Succeeded;
        assert_eq!(code(ended.clone(), &result("COMPLETE", 0), None), 0);
        assert_eq!(code(ended, &result("PARTIAL", 4), None), 3);
        let mut known = result("PARTIAL", 4);
        known["ExpectedFailures"] = json!(4);
        assert_eq!(code(ExecutionStatus::Succeeded, &known, None), 0);
        // Not an answer of ours: another state machine's, perhaps.
        assert_eq!(code(ExecutionStatus::Succeeded, &json!({}), None), 7);
        let failed = |error| code(ExecutionStatus::Failed, &Value::Null, Some(error));
        assert_eq!(
            ["InvalidRequest", "NoTargets", "AccessDenied", "Throttled", "States.Timeout"]
                .map(failed),
            [2, 4, 5, 6, 7]
        );
        assert_eq!(code(ExecutionStatus::Running, &Value::Null, None), 0);
    }

    #[test]
    fn a_line_says_how_it_ended() {
        let text = execution(ExecutionStatus::Succeeded, &result("PARTIAL", 4), None).text("r1");
        let said = "run r1 is PARTIAL: 33 targets, 29 succeeded, 0 skipped, 4 failed; 25 records";
        assert_eq!(text, said);
        let mut known = result("PARTIAL", 4);
        known["ExpectedFailures"] = json!(4);
        let told = execution(ExecutionStatus::Succeeded, &known, None).text("r1");
        assert!(told.contains("4 failed (all expected); 25 records"), "{told}");
        let failed = execution(ExecutionStatus::Failed, &Value::Null, Some("NoTargets"));
        assert_eq!(failed.text("r1"), "run r1 is FAILED: NoTargets");
    }
}
