//! The files of a run: which there are, what each is for, and where it lies.
//!
//! A new file is an entry here and a module of its own below [`self`]. What stands in a file is
//! [`crate::contract`]'s.

pub mod accounts_csv;
mod changes_csv;
mod coverage_csv;
mod folder;
mod record_lines;
mod records_csv;
pub mod report_html;
pub mod runs_page;
pub mod sink;
pub mod suite_index;
mod table_file;

pub use folder::Folder;
pub use table_file::{APPLIED_LINES, COVERAGE_TABLE, RECORDS_TABLE, TableFile};

use sink::OpenSink;

use crate::model::id::RunId;

/// What the folder of suite runs is called, beside those of the operations: a suite run is a run
/// of this name, and no operation may have it.
pub const SUITES: &str = "suites";

const CSV: &str = "text/csv; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const JSON_LINES: &str = "application/x-ndjson";

/// Where an artifact lies below the prefix of all runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the run's folder, `<operation>/<RunId>/`.
    Run,
    /// Beside the runs of the operation, `<operation>/`.
    Operation,
}

/// A kind of file that runs write.
#[derive(Debug, Clone, Copy)]
pub struct Artifact {
    /// The file's name; `<operation>` and `<execution>` stand for names.
    pub name: &'static str,
    /// The media type that it is stored with.
    pub content_type: &'static str,
    /// The folder that it lies in.
    pub place: Place,
    /// Whether the run's result lists its URI: what a person reads first.
    pub is_listed: bool,
    /// What it is for, as the documentation's table says it.
    pub purpose: &'static str,
    /// What writes it while the result handler reads the ledger; `None` where a step writes it at
    /// once.
    pub sink: Option<OpenSink>,
}

macro_rules! artifacts {
    ($($(#[$doc:meta])+ $artifact:ident = $value:expr;)+) => {
        $($(#[$doc])+ pub const $artifact: Artifact = $value;)+

        impl Artifact {
            /// Every artifact, in the order of the documentation.
            pub const ALL: &'static [Artifact] = &[$($artifact,)+];
        }
    };
}

artifacts! {
    /// The records as a table.
    RECORDS_CSV = Artifact {
        name: "<operation>.csv",
        content_type: CSV,
        place: Place::Run,
        is_listed: true,
        purpose: "a row per record, sorted by account, Region, record",
        sink: Some(records_csv::open),
    };
    /// The records for programs.
    RECORD_LINES = Artifact {
        name: "<operation>.jsonl",
        content_type: JSON_LINES,
        place: Place::Run,
        is_listed: false,
        purpose: "the same records as JSON Lines, one object each; every value is text, as it is",
        sink: Some(record_lines::open),
    };
    /// What became of each target.
    COVERAGE_CSV = Artifact {
        name: "coverage.csv",
        content_type: CSV,
        place: Place::Run,
        is_listed: true,
        purpose: "a row per (account, Region): SUCCEEDED, SKIPPED or FAILED, with error kind, message, attempts and times",
        sink: Some(coverage_csv::open),
    };
    /// What is different from the previous run.
    CHANGES_CSV = Artifact {
        name: "changes.csv",
        content_type: CSV,
        place: Place::Run,
        is_listed: true,
        purpose: "a row per record `added` or `removed` since the previous run, over targets that succeeded in both",
        sink: Some(changes_csv::open),
    };
    /// The run as a page.
    REPORT_HTML = Artifact {
        name: "report.html",
        content_type: HTML,
        place: Place::Run,
        is_listed: true,
        purpose: "all of it as one page for a browser, which opens from a file and makes no request",
        sink: Some(report_html::open),
    };
    /// Who is in the run.
    ACCOUNTS_CSV = Artifact {
        name: "accounts.csv",
        content_type: CSV,
        place: Place::Run,
        is_listed: false,
        purpose: "a row per account of the organization, and why it is or is not in the run",
        sink: None,
    };
    /// How the run ended.
    SUMMARY = Artifact {
        name: "summary.json",
        content_type: JSON,
        place: Place::Run,
        is_listed: true,
        purpose: "counts by status, error kind and change, the first changes and failures in words; a run that has one has all of its files",
        sink: None,
    };
    /// The work items of the run.
    MANIFEST = Artifact {
        name: "manifest.json",
        content_type: JSON,
        place: Place::Run,
        is_listed: false,
        purpose: "the work items, written before any worker starts",
        sink: None,
    };
    /// The plan, for resuming the run.
    PLAN = Artifact {
        name: "plan.json",
        content_type: JSON,
        place: Place::Run,
        is_listed: false,
        purpose: "the run's plan: operation, parameters, counts, when the ledger's entries expire",
        sink: None,
    };
    /// The operation, where it came with the request.
    OPERATION = Artifact {
        name: "operation.json",
        content_type: JSON,
        place: Place::Run,
        is_listed: false,
        purpose: "the operation that ran, where the request brought its definition; other runs have no such file",
        sink: None,
    };
    /// What the run expects.
    EXCEPTIONS = Artifact {
        name: "exceptions.json",
        content_type: JSON,
        place: Place::Run,
        is_listed: false,
        purpose: "the exceptions that the run goes by; runs without any have no such file",
        sink: None,
    };
    /// The work items of a resumed run.
    RESUME = Artifact {
        name: "resume-<execution>.json",
        content_type: JSON,
        place: Place::Run,
        is_listed: false,
        purpose: "the work items of an execution that resumed the run",
        sink: None,
    };
    /// The rows of a plan for programs.
    PLAN_ROWS = Artifact {
        name: "plan.jsonl",
        content_type: JSON_LINES,
        place: Place::Run,
        is_listed: false,
        purpose: "the rows of a plan of changes, and in the folder of a run that applies one, its rows; other runs have no such file",
        sink: None,
    };
    /// The rows of a plan for people.
    PLAN_TABLE = Artifact {
        name: "plan.csv",
        content_type: CSV,
        place: Place::Run,
        is_listed: false,
        purpose: "the same rows as a table, without what takes them back",
        sink: None,
    };
    /// What a run that changes something was asked for.
    CHANGE = Artifact {
        name: "change.json",
        content_type: JSON,
        place: Place::Run,
        is_listed: false,
        purpose: "what a run that changes something was asked for, with its guards, written before anything is done",
        sink: None,
    };
    /// What became of each row of a plan.
    APPLIED_TABLE = Artifact {
        name: "applied.csv",
        content_type: CSV,
        place: Place::Run,
        is_listed: false,
        purpose: "what became of each row of the plan that the run applied",
        sink: None,
    };
    /// What takes back what was applied.
    UNDO = Artifact {
        name: "undo.jsonl",
        content_type: JSON_LINES,
        place: Place::Run,
        is_listed: false,
        purpose: "the plan that takes back what the run applied",
        sink: None,
    };
    /// How a run that changes something ended.
    APPLIED = Artifact {
        name: "applied.json",
        content_type: JSON,
        place: Place::Run,
        is_listed: false,
        purpose: "how a run that changes something ended: its rows by outcome",
        sink: None,
    };
    /// Which run is the newest.
    LATEST = Artifact {
        name: "latest.json",
        content_type: JSON,
        place: Place::Operation,
        is_listed: false,
        purpose: "beside the runs' folders: the run that was written last, and the run it was compared with",
        sink: None,
    };
}

impl Artifact {
    /// The file's name for a run of `operation`.
    #[must_use]
    pub fn file_name(&self, operation: &str) -> String {
        self.name.replacen("<operation>", operation, 1)
    }

    /// The table of all files in Markdown, a line per file.
    #[must_use]
    pub fn markdown_table() -> String {
        let row = |name: &str, purpose: &str| format!("| `{name}` | {purpose} |\n");
        let files = Self::ALL.iter().map(|artifact| row(artifact.name, artifact.purpose));
        let tables = TableFile::ALL.iter().map(|table| row(table.name, table.purpose));
        let rows: String = files.chain(tables).collect();
        format!("| file | what it is |\n|---|---|\n{rows}")
    }
}

/// The key of the deployment's exceptions, which people write, below the prefix of all runs.
#[must_use]
pub fn exceptions_key(prefix: &str) -> String {
    below(prefix.trim_matches('/'), "exceptions.toml")
}

/// The key of `path` below a `prefix` without slashes around it, which may be empty.
fn below(prefix: &str, path: &str) -> String {
    let joint = if prefix.is_empty() { "" } else { "/" };
    format!("{prefix}{joint}{path}")
}

/// The name of the manifest of an execution that resumed a run.
#[must_use]
pub fn resume_file_name(execution: &RunId) -> String {
    RESUME.name.replacen("<execution>", execution.as_str(), 1)
}

#[cfg(test)]
mod tests;
