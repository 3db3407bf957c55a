//! `org-operator runs`: the deployed runs with their status, the newest first.

pub(crate) mod args;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_core::artifact::{Folder, SUMMARY};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{Error, RunId};
use serde_json::{Value, json};

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
    let found = found(&bucket, args).await;
    let found = found.map_err(|e| connection.error("the runs cannot be listed", &e))?;
    let text = if args.json {
        format!("{:#}\n", Value::Array(found))
    } else {
        aligned(&found.iter().map(row).collect::<Vec<_>>())
    };
    printer::data(text.as_bytes())?;
    Ok(Exit::Complete)
}

async fn found(bucket: &Bucket, args: &RunsArgs) -> Result<Vec<Value>, Error> {
    let top = if bucket.prefix.is_empty() { String::new() } else { format!("{}/", bucket.prefix) };
    let operations = match &args.operation {
        Some(operation) => BTreeSet::from([operation.clone()]),
        None => bucket.folders(&top).await?,
    };
    let mut found = Vec::new();
    for operation in operations {
        let objects = bucket.objects(&format!("{top}{operation}/")).await?;
        let newest = newest(&bucket.prefix, &operation, &objects, args.last);
        let read = newest.into_iter().map(|listed| described(bucket, &operation, listed));
        let mut runs: Vec<Value> = stream::iter(read).buffered(AT_ONCE).try_collect().await?;
        // Those that have not ended are what a person looks for.
        runs.sort_by_key(|run| (run["Status"].is_string(), Reverse(text(run, "StartedAt"))));
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
    let mut runs: BTreeMap<RunId, Listed> = BTreeMap::new();
    for object in objects {
        let Some(run) = run_of(&object.key) else { continue };
        let folder = Folder::new(prefix, operation, &run);
        if !object.key.starts_with(&folder.key("")) {
            continue;
        }
        let first = || Listed { run: run.clone(), begun: object.written, summary: None };
        let listed = runs.entry(run.clone()).or_insert_with(first);
        listed.begun = [listed.begun, object.written].into_iter().flatten().min();
        if object.key == folder.artifact(&SUMMARY) {
            listed.summary = Some(object.key.clone());
        }
    }
    let mut runs: Vec<Listed> = runs.into_values().collect();
    runs.sort_by(|a, b| (b.begun, &b.run).cmp(&(a.begun, &a.run)));
    runs.truncate(last);
    runs
}

/// The run in whose folder a key is: the last folder's name.
fn run_of(key: &str) -> Option<RunId> {
    RunId::parse(key.rsplit('/').nth(1)?)
}

async fn described(bucket: &Bucket, operation: &str, listed: Listed) -> Result<Value, Error> {
    let summary = match &listed.summary {
        Some(key) => bucket.json(key).await?.unwrap_or_default(),
        None => Value::Null,
    };
    let fields = ["Status", "Targets", "Succeeded", "Skipped", "Failed", "Records", "StartedAt"];
    let mut described = json!({ "RunId": listed.run, "Operation": operation });
    for field in fields {
        described[field] = summary[field].clone();
    }
    if described["StartedAt"].is_null() {
        described["StartedAt"] = json!(listed.begun.map(|begun| begun.to_string()));
    }
    Ok(described)
}

fn row(run: &Value) -> Vec<String> {
    let status = run["Status"].as_str().unwrap_or("no summary");
    let count = |field: &str, unit: &str| {
        run[field].as_u64().map_or_else(String::new, |number| format!("{number} {unit}"))
    };
    vec![
        text(run, "Operation"),
        text(run, "RunId"),
        status.to_owned(),
        count("Targets", "targets"),
        count("Failed", "failed"),
        count("Records", "records"),
        text(run, "StartedAt"),
    ]
}

fn text(run: &Value, field: &str) -> String {
    run[field].as_str().unwrap_or_default().to_owned()
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
