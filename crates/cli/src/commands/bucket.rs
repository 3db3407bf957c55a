//! `org-operator fetch` and `org-operator runs`: what deployed runs have left in S3.

use std::collections::BTreeSet;

use aws_sdk_s3::Client;
use org_operator_aws::S3Artifacts;
use org_operator_core::plan::{Folder, SUMMARY};
use org_operator_core::ports::{Artifacts, Download, Upload, find};
use org_operator_core::{Error, ErrorKind, RunId};
use serde_json::{Value, json};

use crate::args::{AwsArgs, BucketArgs, FetchArgs, RunsArgs};
use crate::commands::columns::aligned;
use crate::commands::machine::own;
use crate::connect::Connection;
use crate::exit::Exit;
use crate::local::directory::Directory;
use crate::printer::{self, Printer};
use crate::trouble::Trouble;

/// A bucket with runs.
struct Bucket {
    client: Client,
    artifacts: S3Artifacts,
    name: String,
    prefix: String,
}

impl Bucket {
    fn new(connection: &Connection, args: &BucketArgs) -> Self {
        Self {
            client: Client::new(&connection.config),
            artifacts: S3Artifacts::new(&connection.config, &args.bucket),
            name: args.bucket.clone(),
            prefix: args.prefix.trim_matches('/').to_owned(),
        }
    }

    /// The keys below `prefix`; with `folders`, the folders directly in it.
    async fn list(&self, prefix: &str, folders: bool) -> Result<Vec<String>, Error> {
        let list = self.client.list_objects_v2().bucket(&self.name).prefix(prefix);
        let list = list.set_delimiter(folders.then(|| "/".to_owned()));
        let mut pages = list.into_paginator().stop_on_duplicate_token(false).send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|e| own(&format!("listing s3://{}/{prefix}", self.name), &e))?;
            let folders = page.common_prefixes().iter().filter_map(|common| common.prefix());
            let keys = page.contents().iter().filter_map(|object| object.key());
            found.extend(folders.chain(keys).map(str::to_owned));
        }
        Ok(found)
    }

    /// The names of the folders in `prefix`.
    async fn folders(&self, prefix: &str) -> Result<BTreeSet<String>, Error> {
        let found = self.list(prefix, true).await?;
        let name = |key: String| {
            let folder = key.strip_suffix('/')?;
            folder.rsplit('/').next().map(str::to_owned)
        };
        Ok(found.into_iter().filter_map(name).collect())
    }

    async fn summary(&self, operation: &str, run: &RunId) -> Result<Option<Value>, Error> {
        let key = Folder::new(&self.prefix, operation, run).key(SUMMARY);
        let bytes = find(&self.artifacts, &key).await?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }
}

/// Copies a run's artifacts into a folder as a run from this machine would have written them.
pub(crate) async fn fetch(
    aws: &AwsArgs,
    args: &FetchArgs,
    printer: Printer,
) -> Result<Exit, Trouble> {
    let what = "the run cannot be fetched";
    let run = RunId::parse(&args.run);
    let run = run.ok_or_else(|| Trouble::usage(what, RunId::ALLOWED, "`org-operator runs`"))?;
    let connection = Connection::open(aws).await?;
    let bucket = Bucket::new(&connection, &args.bucket);
    let from = Folder::new(&bucket.prefix, &args.operation, &run).key("");
    let keys = bucket.list(&from, false).await.map_err(|e| connection.trouble(what, &e))?;
    if keys.is_empty() {
        let why = format!("there is nothing at s3://{}/{from}", bucket.name);
        return Err(Trouble::usage(what, why, "`org-operator runs` lists what is there"));
    }
    let to = Directory::new(&args.out);
    for key in &keys {
        let name = key.strip_prefix(&from).unwrap_or(key);
        let own = Folder::new("", &args.operation, &run).key(name);
        let copied = copy(&bucket.artifacts, key, &to, &own).await;
        copied.map_err(|e| connection.trouble(what, &e))?;
        printer::data(format!("{}\n", to.uri(&own)).as_bytes())?;
    }
    let summary = bucket.summary(&args.operation, &run).await;
    let summary = summary.map_err(|e| connection.trouble(what, &e))?;
    let status = summary.as_ref().and_then(|summary| summary["Status"].as_str());
    printer.note(&format!("{} files; the run is {}", keys.len(), status.unwrap_or("not written")));
    Ok(exit(status))
}

/// A run that is not written has no answer yet: no script may read that as complete.
fn exit(status: Option<&str>) -> Exit {
    if status == Some("COMPLETE") { Exit::Complete } else { Exit::Partial }
}

async fn copy(from: &S3Artifacts, key: &str, to: &Directory, own: &str) -> Result<(), Error> {
    let gone = || Error::new(ErrorKind::Transient, format!("{} has just gone", from.uri(key)));
    let mut download = from.open(key).await?.ok_or_else(gone)?;
    let mut upload = to.upload(own);
    while let Some(chunk) = download.chunk().await? {
        upload.write(&chunk).await?;
    }
    upload.finish().await
}

/// Lists the runs with their status.
pub(crate) async fn runs(aws: &AwsArgs, args: &RunsArgs) -> Result<Exit, Trouble> {
    let connection = Connection::open(aws).await?;
    let bucket = Bucket::new(&connection, &args.bucket);
    let found = found(&bucket, args).await;
    let found = found.map_err(|e| connection.trouble("the runs cannot be listed", &e))?;
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
        let names = bucket.folders(&format!("{top}{operation}/")).await?;
        let mut runs = Vec::new();
        for run in names.iter().filter_map(|name| RunId::parse(name)) {
            let summary = bucket.summary(&operation, &run).await?.unwrap_or_default();
            runs.push(described(&operation, &run, &summary));
        }
        // Names need not sort by time; runs that have not begun come first.
        runs.sort_by_key(|run| std::cmp::Reverse(text(run, "StartedAt")));
        found.extend(runs.into_iter().take(args.last));
    }
    Ok(found)
}

fn described(operation: &str, run: &RunId, summary: &Value) -> Value {
    let fields = ["Status", "Targets", "Succeeded", "Skipped", "Failed", "Records", "StartedAt"];
    let mut described = json!({ "RunId": run, "Operation": operation });
    for field in fields {
        described[field] = summary[field].clone();
    }
    described
}

fn row(run: &Value) -> Vec<String> {
    let status = run["Status"].as_str().unwrap_or("no summary");
    let count = |field: &str| run[field].as_u64().map_or_else(String::new, |n| n.to_string());
    vec![
        text(run, "Operation"),
        text(run, "RunId"),
        status.to_owned(),
        format!("{} targets", count("Targets")),
        format!("{} failed", count("Failed")),
        format!("{} records", count("Records")),
        text(run, "StartedAt"),
    ]
}

fn text(run: &Value, field: &str) -> String {
    run[field].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_complete_run_is_fetched_as_complete() {
        let statuses = [Some("COMPLETE"), Some("PARTIAL"), None];
        assert_eq!(statuses.map(|status| exit(status).code()), [0, 3, 3]);
    }
}
