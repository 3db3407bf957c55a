//! `org-operator runs`: the deployed runs with their status, the newest first.

pub(crate) mod args;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_core::artifact::{Folder, SUMMARY};
use org_operator_core::contract::summary::{RunResult, Status, Summary};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{Error, RunId};
use serde::Serialize;
use serde_json::json;

use crate::args::AwsArgs;
use crate::connection::Connection;
use crate::deployment::bucket::{Bucket, Object};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::columns::aligned;
use crate::output::printer;
use args::RunsArgs;

/// Summaries that are read at once.
const AT_ONCE: usize = 16;

/// Lists the runs with their status.
pub(crate) async fn run(aws: &AwsArgs, args: &RunsArgs) -> Result<Exit, CliError> {
    let connection = Connection::open(aws).await?;
    let bucket = Bucket::new(&connection, &args.bucket);
    let listed = found(&bucket, args).await;
    let runs = listed.map_err(|e| connection.error("the runs cannot be listed", &e))?;
    let text = if args.json {
        format!("{:#}\n", json!(runs))
    } else {
        aligned(&runs.iter().map(FoundRun::row).collect::<Vec<_>>())
    };
    printer::data(text.as_bytes())?;
    Ok(Exit::Complete)
}

async fn found(bucket: &Bucket, args: &RunsArgs) -> Result<Vec<FoundRun>, Error> {
    let top = if bucket.prefix.is_empty() { String::new() } else { format!("{}/", bucket.prefix) };
    let operations = match &args.operation {
        Some(operation) => BTreeSet::from([operation.clone()]),
        None => bucket.folders(&top).await?,
    };
    let mut found = Vec::new();
    for operation in operations {
        let objects = bucket.objects(&format!("{top}{operation}/")).await?;
        let listed = newest(&bucket.prefix, &operation, &objects, args.last);
        let read = listed.into_iter().map(|listed| described(bucket, &operation, listed));
        let mut runs: Vec<FoundRun> = stream::iter(read).buffered(AT_ONCE).try_collect().await?;
        // Those that have not ended are what a person looks for.
        runs.sort_by_key(|run| (run.status.is_some(), Reverse(run.started_at)));
        found.extend(runs);
    }
    Ok(found)
}

/// A run as its objects show it.
#[derive(Debug, PartialEq, Eq)]
struct Listed {
    run: RunId,
    /// When the first of its objects was written: names need not sort by time, and a resumed run
    /// writes most of its objects anew.
    begun: Option<Timestamp>,
    /// The key of its summary, which is written last.
    summary: Option<String>,
}

/// The `last` runs that were begun last. Older ones are not even read: a bucket may hold years.
fn newest(prefix: &str, operation: &str, objects: &[Object], last: usize) -> Vec<Listed> {
    let mut by_id: BTreeMap<RunId, Listed> = BTreeMap::new();
    for object in objects {
        let Some(run) = run_of(&object.key) else { continue };
        let folder = Folder::new(prefix, operation, &run);
        if !object.key.starts_with(&folder.key("")) {
            continue;
        }
        let first = || Listed { run: run.clone(), begun: object.written, summary: None };
        let listed = by_id.entry(run.clone()).or_insert_with(first);
        listed.begun = [listed.begun, object.written].into_iter().flatten().min();
        if object.key == folder.artifact(&SUMMARY) {
            listed.summary = Some(object.key.clone());
        }
    }
    let mut runs: Vec<Listed> = by_id.into_values().collect();
    runs.sort_by(|a, b| (b.begun, &b.run).cmp(&(a.begun, &a.run)));
    runs.truncate(last);
    runs
}

/// The run in whose folder a key is: the last folder's name.
fn run_of(key: &str) -> Option<RunId> {
    RunId::parse(key.rsplit('/').nth(1)?)
}

async fn described(bucket: &Bucket, operation: &str, listed: Listed) -> Result<FoundRun, Error> {
    let summary = match &listed.summary {
        Some(key) => bucket.document::<Summary>(key).await?,
        None => None,
    };
    Ok(FoundRun::new(operation, listed, summary))
}

/// A run as it is printed; what its summary says is null where it has none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct FoundRun {
    run_id: RunId,
    operation: String,
    status: Option<Status>,
    targets: Option<u64>,
    succeeded: Option<u64>,
    skipped: Option<u64>,
    failed: Option<u64>,
    records: Option<u64>,
    started_at: Option<Timestamp>,
}

impl FoundRun {
    fn new(operation: &str, listed: Listed, summary: Option<Summary>) -> Self {
        let started = summary.as_ref().and_then(|summary| summary.started_at);
        let result = summary.map(|summary| summary.result);
        let count = |field: fn(&RunResult) -> u64| result.as_ref().map(field);
        Self {
            run_id: listed.run,
            operation: operation.to_owned(),
            status: result.as_ref().map(|result| result.status),
            targets: count(|result| result.targets),
            succeeded: count(|result| result.succeeded),
            skipped: count(|result| result.skipped),
            failed: count(|result| result.failed),
            records: count(|result| result.records),
            started_at: started.or(listed.begun),
        }
    }

    /// The cells of its line for a person.
    fn row(&self) -> Vec<String> {
        let count = |number: Option<u64>, unit: &str| {
            number.map_or_else(String::new, |number| format!("{number} {unit}"))
        };
        vec![
            self.operation.clone(),
            self.run_id.to_string(),
            self.status.map_or_else(|| "no summary".to_owned(), |status| status.to_string()),
            count(self.targets, "targets"),
            count(self.failed, "failed"),
            count(self.records, "records"),
            self.started_at.map_or_else(String::new, |started| started.to_string()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str, seconds: i64) -> Object {
        let written = Some(Timestamp::from_epoch_millis(seconds * 1_000));
        Object { key: format!("runs/op/{key}"), written }
    }

    fn names(objects: &[Object], last: usize) -> Vec<(String, bool)> {
        let runs = newest("runs", "op", objects, last);
        runs.into_iter().map(|run| (run.run.to_string(), run.summary.is_some())).collect()
    }

    #[test]
    fn the_newest_runs_are_those_that_were_begun_last() {
        let objects = [
            // Resumed: only its manifest is as old as the run.
            object("a/manifest.json", 1),
            object("a/summary.json", 900),
            object("b/manifest.json", 3),
            object("c/manifest.json", 2),
            object("c/summary.json", 2),
            object("latest.json", 901),
            object("c/deeper/summary.json", 902),
        ];
        let all = [("b", false), ("c", true), ("a", true)];
        let all = all.map(|(name, summary)| (name.to_owned(), summary));
        assert_eq!(names(&objects, 20), all);
        assert_eq!(names(&objects, 1), all[..1]);
    }
}
