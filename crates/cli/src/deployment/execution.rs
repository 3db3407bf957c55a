//! An execution of the deployed state machine: what its state means, as an exit code and in words.

use aws_sdk_sfn::types::ExecutionStatus;
use org_operator_core::ErrorKind;
use serde_json::{Value, json};

use crate::exit::Exit;

/// An execution as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Execution {
    /// RUNNING, SUCCEEDED and so on.
    pub(crate) status: ExecutionStatus,
    /// The result handler's output; null before the end.
    pub(crate) output: Value,
    /// The error's name, where it failed.
    pub(crate) error: Option<String>,
    /// Its cause.
    pub(crate) cause: Option<String>,
}

impl Execution {
    /// Whether it goes on.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.status, ExecutionStatus::Running | ExecutionStatus::PendingRedrive)
    }

    /// The exit code of the run.
    pub(crate) fn exit(&self) -> Exit {
        match (&self.status, self.output["Status"].as_str()) {
            _ if self.is_running() => Exit::Complete,
            (ExecutionStatus::Succeeded, Some("PARTIAL")) => Exit::Partial,
            (ExecutionStatus::Succeeded, Some("COMPLETE")) => Exit::Complete,
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
    pub(crate) fn told(&self, run: &str, as_json: bool) -> String {
        if as_json { format!("{:#}", self.described(run)) } else { self.text(run) }
    }

    fn described(&self, run: &str) -> Value {
        json!({
            "RunId": run, "Execution": self.status.as_str(), "Output": self.output,
            "Error": self.error, "Cause": self.cause,
        })
    }

    /// In one line.
    fn text(&self, run: &str) -> String {
        let number = |field: &str| self.output[field].as_u64().unwrap_or_default();
        match (&self.status, self.output["Status"].as_str()) {
            (ExecutionStatus::Succeeded, Some(status)) => format!(
                "run {run} is {status}: {} targets, {} succeeded, {} skipped, {} failed; {} records",
                number("Targets"),
                number("Succeeded"),
                number("Skipped"),
                number("Failed"),
                number("Records"),
            ),
            (status, _) => {
                let why = [&self.error, &self.cause].into_iter().flatten();
                let why: Vec<&str> = why.map(String::as_str).collect();
                let joint = if why.is_empty() { "" } else { ": " };
                format!("run {run} is {}{joint}{}", status.as_str(), why.join(": "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn execution(status: ExecutionStatus, output: Value, error: Option<&str>) -> Execution {
        Execution { status, output, error: error.map(str::to_owned), cause: None }
    }

    #[test]
    fn an_execution_has_its_runs_exit_code() {
        let code = |status, output, error| execution(status, output, error).exit().code();
        let ended = ExecutionStatus::Succeeded;
        assert_eq!(code(ended.clone(), json!({"Status": "COMPLETE"}), None), 0);
        assert_eq!(code(ended, json!({"Status": "PARTIAL"}), None), 3);
        // Not an answer of ours: another state machine's, perhaps.
        assert_eq!(code(ExecutionStatus::Succeeded, json!({}), None), 7);
        let failed = |error| code(ExecutionStatus::Failed, Value::Null, Some(error));
        assert_eq!(
            ["InvalidRequest", "NoTargets", "AccessDenied", "Throttled", "States.Timeout"]
                .map(failed),
            [2, 4, 5, 6, 7]
        );
        assert_eq!(code(ExecutionStatus::Running, Value::Null, None), 0);
    }

    #[test]
    fn a_line_says_how_it_ended() {
        let output = json!({"Status": "PARTIAL", "Targets": 33, "Succeeded": 29, "Failed": 4, "Records": 25});
        let text = execution(ExecutionStatus::Succeeded, output, None).text("r1");
        let said = "run r1 is PARTIAL: 33 targets, 29 succeeded, 0 skipped, 4 failed; 25 records";
        assert_eq!(text, said);
        let failed = execution(ExecutionStatus::Failed, Value::Null, Some("NoTargets"));
        assert_eq!(failed.text("r1"), "run r1 is FAILED: NoTargets");
    }
}
