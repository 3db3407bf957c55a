//! Executions of the deployed state machine: start, watch, and read what they leave.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sfn::types::ExecutionStatus;
use serde_json::Value;

use crate::TestResult;

const POLL: Duration = Duration::from_millis(100);

/// The deployed pipeline as a person would use it.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// The operation account's configuration.
    pub config: SdkConfig,
    /// The ARN of the state machine.
    pub state_machine: String,
    /// The ledger's table.
    pub table: String,
    /// The name of the results' bucket.
    pub bucket: String,
}

/// An execution that has ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Its name, which is the run's id.
    pub run_id: String,
    /// SUCCEEDED, FAILED, `TIMED_OUT` or ABORTED.
    pub status: ExecutionStatus,
    /// Its output, or null.
    pub output: Value,
    /// Its error, where it failed.
    pub error: String,
    /// Its cause, where it failed.
    pub cause: String,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Targets with an outcome.
    pub finished: usize,
    /// Of these, FAILED ones.
    pub failed: usize,
}

impl Pipeline {
    /// Runs `input` and waits for the end; `watch` is told the progress until then.
    ///
    /// # Errors
    /// What a service answered; an execution that fails is no error here.
    pub async fn run(
        &self,
        name: &str,
        input: &str,
        mut watch: impl FnMut(Progress),
    ) -> TestResult<Ended> {
        let client = aws_sdk_sfn::Client::new(&self.config);
        let start = client.start_execution().state_machine_arn(&self.state_machine);
        let started = start.name(name).input(input).send().await?;
        loop {
            let describe = client.describe_execution().execution_arn(started.execution_arn());
            let execution = describe.send().await?;
            if *execution.status() != ExecutionStatus::Running {
                let output = execution.output().map(serde_json::from_str).transpose()?;
                return Ok(Ended {
                    run_id: name.to_owned(),
                    status: execution.status().clone(),
                    output: output.unwrap_or_default(),
                    error: execution.error().unwrap_or_default().to_owned(),
                    cause: execution.cause().unwrap_or_default().to_owned(),
                });
            }
            watch(self.progress(name).await?);
            tokio::time::sleep(POLL).await;
        }
    }

    async fn progress(&self, run: &str) -> TestResult<Progress> {
        let scan = aws_sdk_dynamodb::Client::new(&self.config).scan().table_name(&self.table);
        let mut items = scan
            .filter_expression("begins_with(#r, :r) AND begins_with(#e, :e)")
            .expression_attribute_names("#r", "Run")
            .expression_attribute_names("#e", "Entry")
            .expression_attribute_values(":r", AttributeValue::S(format!("{run}#")))
            .expression_attribute_values(":e", AttributeValue::S("outcome#".to_owned()))
            .into_paginator()
            .items()
            .send();
        let mut progress = Progress::default();
        while let Some(item) = items.next().await {
            let failed = item?.get("Status") == Some(&AttributeValue::S("FAILED".to_owned()));
            progress.finished += 1;
            progress.failed += usize::from(failed);
        }
        Ok(progress)
    }

    /// Every artifact of a run, by name.
    ///
    /// # Errors
    /// What S3 answered.
    pub async fn artifacts(
        &self,
        operation: &str,
        run: &str,
    ) -> TestResult<BTreeMap<String, Vec<u8>>> {
        let s3 = aws_sdk_s3::Client::new(&self.config);
        let prefix = format!("runs/{operation}/{run}/");
        let listed = s3.list_objects_v2().bucket(&self.bucket).prefix(&prefix).send().await?;
        let mut artifacts = BTreeMap::new();
        for key in listed.contents().iter().filter_map(|object| object.key()) {
            let object = s3.get_object().bucket(&self.bucket).key(key).send().await?;
            let bytes = object.body.collect().await?.to_vec();
            artifacts.insert(key.trim_start_matches(&prefix).to_owned(), bytes);
        }
        Ok(artifacts)
    }
}

/// The rows of a CSV file without its header.
///
/// # Errors
/// Where it is none.
pub fn rows(bytes: &[u8]) -> TestResult<Vec<Vec<String>>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let row = |record: Result<csv::StringRecord, csv::Error>| {
        Ok(record?.iter().map(str::to_owned).collect())
    };
    reader.records().map(row).collect()
}
