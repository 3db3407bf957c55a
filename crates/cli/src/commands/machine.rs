//! The deployed state machine: starting it, and how far an execution is. What is printed about it
//! is the commands'.

use std::error::Error as StdError;
use std::time::Duration;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::config::http::HttpResponse;
use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sfn::types::{ExecutionStatus, MapRunItemCounts};
use org_operator_aws::call_failure;
use org_operator_core::classification::{Call, classify};
use org_operator_core::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::connect::Connection;
use crate::exit::Exit;

/// `DescribeMapRun` refills one call a second (Step Functions quotas): half of it is for others.
pub(crate) const PAUSE: Duration = Duration::from_secs(2);

/// The state machine.
#[derive(Debug)]
pub(crate) struct Machine {
    client: Client,
    arn: String,
}

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

/// Work items of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Items {
    /// All of them.
    pub(crate) total: u64,
    /// Those that have ended.
    pub(crate) done: u64,
}

impl Machine {
    /// The state machine called `arn`.
    pub(crate) fn new(connection: &Connection, arn: &str) -> Self {
        Self { client: Client::new(&connection.config), arn: arn.to_owned() }
    }

    /// Starts an execution.
    pub(crate) async fn start(&self, name: &str, input: &Value) -> Result<(), Error> {
        let start = self.client.start_execution().state_machine_arn(&self.arn);
        let started = start.name(name).input(input.to_string()).send().await;
        started.map(drop).map_err(|e| own("starting the state machine", &e))
    }

    /// The execution called `name`.
    pub(crate) async fn execution(&self, name: &str) -> Result<Execution, Error> {
        let arn = self.execution_arn(name)?;
        let answer = self.client.describe_execution().execution_arn(&arn).send().await;
        let answer = answer.map_err(|e| own(&format!("asking for {arn}"), &e))?;
        let output = answer.output().and_then(|text| serde_json::from_str(text).ok());
        Ok(Execution {
            status: answer.status().clone(),
            output: output.unwrap_or_default(),
            error: answer.error().map(str::to_owned),
            cause: answer.cause().map(str::to_owned),
        })
    }

    /// The Map Run of an execution, once it has one.
    pub(crate) async fn map_run(&self, name: &str) -> Result<Option<String>, Error> {
        let arn = self.execution_arn(name)?;
        let listed = self.client.list_map_runs().execution_arn(&arn).send().await;
        let listed = listed.map_err(|e| own("asking for the Map Run", &e))?;
        Ok(listed.map_runs().first().map(|run| run.map_run_arn().to_owned()))
    }

    /// How far a Map Run is.
    pub(crate) async fn items(&self, map_run: &str) -> Result<Option<Items>, Error> {
        let answer = self.client.describe_map_run().map_run_arn(map_run).send().await;
        let answer = answer.map_err(|e| own("asking for the Map Run's progress", &e))?;
        Ok(answer.item_counts().map(counted))
    }

    fn execution_arn(&self, name: &str) -> Result<String, Error> {
        let parts: Vec<&str> = self.arn.split(':').collect();
        let [arn, partition, states, region, account, "stateMachine", machine] = parts.as_slice()
        else {
            let message = format!("`{}` is not the ARN of a state machine", self.arn);
            return Err(Error::invalid(message));
        };
        Ok([arn, partition, states, region, account, "execution", machine, name].join(":"))
    }
}

fn counted(counts: &MapRunItemCounts) -> Items {
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    let left = number(counts.pending()) + number(counts.running());
    let total = number(counts.total());
    Items { total, done: total.saturating_sub(left) }
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

    /// As JSON.
    pub(crate) fn described(&self, run: &str) -> Value {
        json!({
            "RunId": run, "Execution": self.status.as_str(), "Output": self.output,
            "Error": self.error, "Cause": self.cause,
        })
    }

    /// In one line.
    pub(crate) fn text(&self, run: &str) -> String {
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

/// An error of the command's own call, with what was being done.
pub(crate) fn own<E>(doing: &str, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    classify(Call::Own, &call_failure(error)).certainly().context(doing)
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
