//! `org-operator fetch`: a deployed run's files on this machine. What S3 names them decides where
//! they go only as far as the run's own folder.

pub(crate) mod args;

use std::path::{Component, Path};

use org_operator_aws::S3Artifacts;
use org_operator_core::artifact::{Folder, SUITES, SUMMARY};
use org_operator_core::contract::summary::{RunResult, Summary};
use org_operator_core::ports::{Artifacts, Download, Upload};
use org_operator_core::{Error, ErrorKind, RunId};

use crate::args::AwsArgs;
use crate::connection::Connection;
use crate::deployment::bucket::{Bucket, READ};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer::{self, Printer};
use args::FetchArgs;
use org_operator_local::directory::Directory;

const WHAT: &str = "the run cannot be fetched";
const THERE: &str = "`org-operator runs` lists what is there";

/// Copies a run's artifacts into a folder as a run from this machine would have written them.
pub(crate) async fn run(
    aws: &AwsArgs,
    args: &FetchArgs,
    printer: Printer,
) -> Result<Exit, CliError> {
    let id = RunId::parse(&args.run);
    let run = id.ok_or_else(|| CliError::usage(WHAT, RunId::ALLOWED, THERE))?;
    if !is_file_name(&args.operation) {
        let why = format!("`{}` is no operation's name", args.operation);
        return Err(CliError::usage(WHAT, why, "`org-operator operations` lists them"));
    }
    let connection = &Connection::open(aws).await?;
    let bucket = Bucket::new(connection, &args.bucket);
    let to = Directory::new(&args.out);
    let fetch = Fetch { connection, bucket, operation: &args.operation, run, to };
    let copied = fetch.files().await?;
    if copied == 0 {
        let why = format!("there is nothing at {}", fetch.bucket.artifacts.uri(&fetch.key("")));
        return Err(CliError::usage(WHAT, why, THERE));
    }
    let result = fetch.result().await?;
    let word = result.as_ref().map_or_else(|| "not written".to_owned(), |r| r.status.to_string());
    printer.note(&format!("{copied} files; the run is {word}"));
    Ok(exit(result.as_ref()))
}

/// A run that is not written has no answer yet: no script may read that as complete.
fn exit(result: Option<&RunResult>) -> Exit {
    result.map_or(Exit::Partial, Exit::of_run)
}

/// Whether `name` is one file's own name: whoever may write into the bucket must not choose where a
/// file goes on this machine, nor what a terminal shows.
fn is_file_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let is_one = matches!(parts.next(), Some(Component::Normal(part)) if part == name);
    is_one && parts.next().is_none() && !name.contains('\\') && !name.contains(char::is_control)
}

/// Whether `name` is a file of a run of `operation`; those of a suite run's operations are in folders.
fn is_own(operation: &str, name: &str) -> bool {
    let folder = name.split_once('/').filter(|_| operation == SUITES);
    folder.map_or_else(|| is_file_name(name), |(own, file)| is_file_name(own) && is_file_name(file))
}

struct Fetch<'a> {
    connection: &'a Connection,
    bucket: Bucket,
    operation: &'a str,
    run: RunId,
    to: Directory,
}

impl Fetch<'_> {
    /// The key of the run's file `name`; without a name, of its folder.
    fn key(&self, name: &str) -> String {
        Folder::new(&self.bucket.prefix, self.operation, &self.run).key(name)
    }

    /// Copies the run's files and prints where they are; tells how many.
    async fn files(&self) -> Result<usize, CliError> {
        let from = self.key("");
        let objects = self.bucket.objects(&from).await;
        let mut copied = 0;
        for object in objects.map_err(|e| self.connection.error(WHAT, &e))? {
            let name = object.key.strip_prefix(&from).unwrap_or(&object.key);
            // The S3 console makes a folder by an empty object of that name.
            if name.is_empty() || name.ends_with('/') {
                continue;
            }
            if !is_own(self.operation, name) {
                printer::always(&format!("skipped {name:?}: not the name of a file"));
                continue;
            }
            self.file(&object.key, name).await?;
            copied += 1;
        }
        Ok(copied)
    }

    async fn file(&self, key: &str, name: &str) -> Result<(), CliError> {
        let own = Folder::new("", self.operation, &self.run).key(name);
        let copied = copy(&self.bucket.artifacts, key, &self.to, &own).await;
        copied.map_err(|e| self.connection.error(WHAT, &e))?;
        printer::data(format!("{}\n", self.to.uri(&own)).as_bytes())
    }

    /// The result in the run's summary, or `None` where it has none.
    async fn result(&self) -> Result<Option<RunResult>, CliError> {
        let read = self.bucket.document::<Summary>(&self.key(SUMMARY.name)).await;
        let summary = read.map_err(|e| self.connection.error(WHAT, &e))?;
        Ok(summary.map(|summary| summary.result))
    }
}

async fn copy(from: &S3Artifacts, key: &str, to: &Directory, own: &str) -> Result<(), Error> {
    let gone = || Error::new(ErrorKind::Transient, format!("{} has just gone", from.uri(key)));
    let refused = |error: Error| error.with_action(READ);
    let mut download = from.open(key).await.map_err(refused)?.ok_or_else(gone)?;
    let mut upload = to.upload(own);
    while let Some(chunk) = download.chunk().await.map_err(refused)? {
        upload.write(&chunk).await?;
    }
    upload.finish().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_complete_run_is_fetched_as_complete() {
        let result = |status: &str, failed: u64, expected: u64| -> RunResult {
            serde_json::from_value(serde_json::json!({
                "RunId": "r1", "Status": status, "Targets": 3, "Succeeded": 3 - failed,
                "Skipped": 0, "Failed": failed, "ExpectedFailures": expected, "Records": 0,
                "Added": null, "Removed": null, "Artifacts": [],
            }))
            .unwrap()
        };
        let code = |result: Option<RunResult>| exit(result.as_ref()).code();
        assert_eq!(code(Some(result("COMPLETE", 0, 0))), 0);
        assert_eq!(code(Some(result("PARTIAL", 2, 1))), 3);
        assert_eq!(code(Some(result("PARTIAL", 2, 2))), 0, "nothing failed that is not expected");
        assert_eq!(code(None), 3);
    }

    #[test]
    fn a_name_that_leads_anywhere_is_no_file_name() {
        for name in ["summary.json", "..data", "a b.csv", "東京.csv"] {
            assert!(is_file_name(name), "{name}");
        }
        let others = [
            "",
            ".",
            "..",
            "../x",
            "a/../../x",
            "/etc/x",
            "a/b",
            "./a",
            "a/",
            "a\\b",
            "a\nb",
            "\u{1b}[2J",
        ];
        for name in others {
            assert!(!is_file_name(name), "{name:?}");
        }
    }

    #[test]
    fn only_a_suite_run_has_folders_and_they_are_one_deep() {
        assert!(is_own(SUITES, "vpcs/coverage.csv") && is_own(SUITES, "summary.json"));
        assert!(!is_own("vpcs", "vpcs/coverage.csv"));
        for name in ["../x", "vpcs/../x", "vpcs/a/b", "/x", "vpcs/", "./x"] {
            assert!(!is_own(SUITES, name), "{name}");
        }
    }
}
