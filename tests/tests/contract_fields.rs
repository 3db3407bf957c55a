//! docs/contracts.md describes every field of every stored file, and no field that is in none.
#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

use std::collections::BTreeSet;

use org_operator_core::contract::record_row::TARGET_COLUMNS;
use org_operator_operations::catalogue;
use org_operator_testkit::TestResult;
use org_operator_tests::contracts::{CURRENT, stored};
use org_operator_tests::files::text;
use serde_json::Value;

type Fields = BTreeSet<String>;

/// A heading of the document, and the ends of the paths of the files that its tables describe.
const SECTIONS: [(&str, &[&str]); 15] = [
    ("### `<operation>.csv` and `<operation>.jsonl`", &["run-1/internet-routes.csv"]),
    ("### `coverage.csv`", &["run-1/coverage.csv"]),
    (
        "### `tables/<operation>/dt=<day>/<RunId>.jsonl` and \
         `tables/coverage/dt=<day>/<operation>-<RunId>.jsonl`",
        &["/internet-routes-run-1.jsonl"],
    ),
    ("### `changes.csv`", &["run-1/changes.csv"]),
    ("### `accounts.csv`", &["run-1/accounts.csv"]),
    ("### `summary.json`", &["run-1/summary.json"]),
    ("### `exceptions.json`", &["run-1/exceptions.json"]),
    ("### `latest.json`", &["latest.json"]),
    ("### `manifest.json` and `resume-<execution>.json`", &["run-1/manifest.json"]),
    ("### `plan.json`", &["run-1/plan.json"]),
    ("### `journal/<AccountId>.jsonl`", &[".jsonl"]),
    ("### Request and Fanout's event", &["request.json", "fanout-event.json"]),
    ("### The worker's event and output", &["worker-event.json", "worker-output.json"]),
    ("### The result handler's event and output", &["result-handler-output.json"]),
    ("## The ledger", &["ledger-items.json"]),
];

#[test]
fn every_field_of_every_stored_file_is_described() -> TestResult<()> {
    let files = stored(CURRENT)?;
    let document = text("docs/contracts.md");
    for (heading, ends) in SECTIONS {
        let of_section = |path: &&String| match ends {
            [".jsonl"] => path.starts_with("journal/"),
            _ => ends.iter().any(|end| path.ends_with(end)),
        };
        let mut fields: Fields =
            files.keys().filter(of_section).flat_map(|path| fields(path, &files[path])).collect();
        assert!(!fields.is_empty(), "{heading}: no file");
        if ends.contains(&"request.json") {
            // Refused beside the fields that choose targets.
            fields.insert("ResumeRun".to_owned());
            // Accepted, but never written by the product.
            fields.insert("Comment".to_owned());
            // In the place of the stored request's Operation.
            fields.insert("Suite".to_owned());
            // In a request that changes something.
            let guards = ["PlanRun", "Undo", "DropRun", "MaxChanges", "MaxFailures", "Canary"];
            let others = ["PlanMaxAgeHours", "Approval"];
            fields.extend(guards.into_iter().chain(others).map(str::to_owned));
        }
        if ends.iter().any(|end| ["request.json", "worker-event.json"].contains(end)) {
            // The stored run is of one operation of the catalogue.
            fields.extend(["Definition", "Operations"].map(str::to_owned));
        }
        if ["### `plan.json`", "### `summary.json`"].contains(&heading) {
            // Suite runs only.
            fields.insert("Operations".to_owned());
        }
        if heading == "### `summary.json`" {
            // Runs that applied a plan only.
            fields.insert("Rows".to_owned());
        }
        assert_eq!(described(&document, heading), fields, "{heading}");
    }
    Ok(())
}

/// What stands in backticks in the first cells of a section's tables.
fn described(document: &str, heading: &str) -> Fields {
    let (_, rest) = document.split_once(&format!("\n{heading}\n")).unwrap();
    let section = rest.split("\n## ").next().unwrap().split("\n### ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    rows.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn fields(path: &str, bytes: &[u8]) -> Fields {
    if path.rsplit('.').next() == Some("csv") {
        return columns(path, bytes);
    }
    let mut fields = Fields::new();
    let documents = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    for document in documents {
        match document.unwrap() {
            Value::Array(elements) => elements.iter().for_each(|e| collect(e, "", &mut fields)),
            document => collect(&document, "", &mut fields),
        }
    }
    fields
}

/// The columns of a table; those of an operation are on its own page.
/// The columns of a CSV without an operation's own ones, which only the files with records have.
fn columns(path: &str, bytes: &[u8]) -> Fields {
    let has_records = !path.ends_with("/accounts.csv") && !path.ends_with("/coverage.csv");
    let operations = catalogue().operations().unwrap();
    let columns = operations.iter().flat_map(|operation| &operation.spec().columns);
    let own: BTreeSet<&str> = columns.map(|column| column.name.as_str()).collect();
    let is_common =
        |name: &&str| !has_records || TARGET_COLUMNS.contains(name) || !own.contains(name);
    let mut reader = csv::Reader::from_reader(bytes);
    let tag = |name: &str| name.starts_with("tag:");
    let described = |name: &str| if tag(name) { "tag:<key>" } else { name }.to_owned();
    reader.headers().unwrap().iter().filter(is_common).map(described).collect()
}

fn collect(object: &Value, path: &str, fields: &mut Fields) {
    for (name, value) in object.as_object().into_iter().flatten() {
        let name = format!("{path}{name}");
        // An account filter; in a summary it is a number.
        let is_nested = ["Accounts", "Manifest", "Notification"].contains(&name.as_str());
        if name == "Exceptions" {
            let all = value.as_array().into_iter().flatten();
            all.for_each(|exception| collect(exception, "Exceptions[].", fields));
            fields.insert(name);
        } else if is_nested && value.is_object() {
            collect(value, &format!("{name}."), fields);
        } else {
            fields.insert(name);
        }
    }
}
