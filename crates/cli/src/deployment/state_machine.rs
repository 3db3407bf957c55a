//! The deployed state machine: starting it, and how far an execution is. What is printed about it
//! is the commands'.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sfn::Client;
use aws_sdk_sfn::config::Region as SdkRegion;
use aws_sdk_sfn::types::MapRunItemCounts;
use org_operator_aws::call_error;
use org_operator_core::contract::approval::{REJECTED, TaskToken};
use org_operator_core::{Error, Region};
use serde_json::Value;

use crate::connection::Connection;
use crate::error::CliError;

use crate::deployment::execution::Execution;

/// `DescribeMapRun` refills one call a second (Step Functions quotas): half of it is for others.
pub(crate) const PAUSE: Duration = Duration::from_secs(2);

// The IAM actions of the calls.
const START: &str = "states:StartExecution";
const DESCRIBE: &str = "states:DescribeExecution";
const LIST_MAP_RUNS: &str = "states:ListMapRuns";
const DESCRIBE_MAP_RUN: &str = "states:DescribeMapRun";
const APPROVE: &str = "states:SendTaskSuccess";
const REJECT: &str = "states:SendTaskFailure";

/// The deployed state machine, asked in its own Region.
#[derive(Debug)]
pub(crate) struct StateMachine {
    client: Client,
    arn: String,
    /// What the ARNs of its executions begin with.
    executions: String,
    /// The configuration for its Region, where the whole deployment is.
    pub(crate) config: SdkConfig,
}

/// Work items of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Items {
    /// How many work items the execution has.
    pub(crate) total: u64,
    /// Those that have ended.
    pub(crate) done: u64,
}

impl StateMachine {
    /// The state machine called `arn`, asked in its own Region, wherever the program works from.
    pub(crate) fn new(connection: &Connection, arn: &str) -> Result<Self, CliError> {
        let read = parsed(arn).ok_or_else(|| {
            let why = format!("`{arn}` is not the ARN of a state machine");
            let remedy = "give the output StateMachineArn of operator.yaml";
            CliError::usage("the state machine cannot be asked", why, remedy)
        });
        let (region, executions) = read?;
        let builder = connection.config.to_builder();
        let config = builder.region(SdkRegion::new(region.to_string())).build();
        Ok(Self { client: Client::new(&config), arn: arn.to_owned(), executions, config })
    }

    /// Starts an execution called `name`.
    pub(crate) async fn start(&self, name: &str, input: &Value) -> Result<(), Error> {
        let start = self.client.start_execution().state_machine_arn(&self.arn);
        let started = start.name(name).input(input.to_string()).send().await;
        let error = |e| call_error("starting the state machine", &e).with_action(START);
        started.map(drop).map_err(error)
    }

    /// The execution called `name`.
    pub(crate) async fn execution(&self, name: &str) -> Result<Execution, Error> {
        let arn = self.execution_arn(name);
        let answer = self.client.describe_execution().execution_arn(&arn).send().await;
        let error = |e| call_error(&format!("asking for {arn}"), &e).with_action(DESCRIBE);
        let execution = answer.map_err(error)?;
        Ok(Execution {
            error: execution.error().map(str::to_owned),
            cause: execution.cause().map(str::to_owned),
            ..Execution::new(execution.status().clone(), execution.output())
        })
    }

    /// The Map Run of an execution, once it has one.
    pub(crate) async fn map_run(&self, name: &str) -> Result<Option<String>, Error> {
        let arn = self.execution_arn(name);
        let listed = self.client.list_map_runs().execution_arn(&arn).send().await;
        let error = |e| call_error("asking for the Map Run", &e).with_action(LIST_MAP_RUNS);
        Ok(listed.map_err(error)?.map_runs().first().map(|run| run.map_run_arn().to_owned()))
    }

    /// How far a Map Run is.
    pub(crate) async fn items(&self, map_run: &str) -> Result<Option<Items>, Error> {
        let answer = self.client.describe_map_run().map_run_arn(map_run).send().await;
        let doing = "asking for the Map Run's progress";
        let error = |e| call_error(doing, &e).with_action(DESCRIBE_MAP_RUN);
        Ok(answer.map_err(error)?.item_counts().map(counted))
    }

    /// Lets the run that waits with `token` go on.
    pub(crate) async fn approve(&self, token: &TaskToken) -> Result<(), Error> {
        let answer = self.client.send_task_success().task_token(token.reveal());
        let sent = answer.output(r#"{"Approved":true}"#).send().await;
        let error = |e| call_error("approving the run", &e).with_action(APPROVE);
        sent.map(drop).map_err(error)
    }

    /// Ends the waiting of the run that waits with `token`, for this reason: nothing is changed.
    pub(crate) async fn reject(&self, token: &TaskToken, reason: &str) -> Result<(), Error> {
        let answer = self.client.send_task_failure().task_token(token.reveal());
        let sent = answer.error(REJECTED).cause(reason).send().await;
        let error = |e| call_error("rejecting the run", &e).with_action(REJECT);
        sent.map(drop).map_err(error)
    }

    fn execution_arn(&self, name: &str) -> String {
        format!("{}:{name}", self.executions)
    }
}

/// The Region in a state machine's ARN, and what the ARNs of its executions begin with.
fn parsed(arn: &str) -> Option<(Region, String)> {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, "states", region, account, "stateMachine", machine] = parts.as_slice()
    else {
        return None;
    };
    let executions = ["arn", partition, "states", region, account, "execution", machine];
    Some((Region::parse(region)?, executions.join(":")))
}

fn counted(counts: &MapRunItemCounts) -> Items {
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    let left = number(counts.pending()) + number(counts.running());
    let total = number(counts.total());
    Items { total, done: total.saturating_sub(left) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_says_where_the_state_machine_is() {
        let arn = "arn:aws-cn:states:cn-north-1:111111111111:stateMachine:org-operator";
        let (region, executions) = parsed(arn).unwrap();
        assert_eq!(region.as_str(), "cn-north-1");
        assert_eq!(executions, arn.replace("stateMachine", "execution"));
        let others =
            ["org-operator", "arn:aws:lambda:eu-west-1:1:stateMachine:x", &format!("{arn}:1")];
        assert!(others.iter().all(|other| parsed(other).is_none()));
    }
}
