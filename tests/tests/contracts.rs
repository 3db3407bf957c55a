//! Files of this release and of every earlier one: what this release writes is what is stored, and
//! what is stored is read by today's types and by today's steps.
#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

use std::collections::BTreeSet;
use std::sync::Arc;

use org_operator_core::contract::ledger::LedgerPartition;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::contract::work_item::WorkItem;
use org_operator_core::ports::{Artifacts, LedgerReader};
use org_operator_core::{AccountId, RunId};
use org_operator_local::journal::Journal;
use org_operator_local::progress::Progress;
use org_operator_testkit::{TestResult, paths};
use org_operator_tests::contracts::{self, CURRENT, Files, RUN, Steps, read, stored, versions};
use serde_json::{Value, json};

/// Writes the files of the current version in the place of comparing them.
const UPDATE: &str = "UPDATE_CONTRACTS";

#[tokio::test(start_paused = true)]
async fn this_release_writes_the_stored_files() -> TestResult<()> {
    let written = contracts::written().await?;
    if std::env::var_os(UPDATE).is_some() {
        contracts::store(&written)?;
    }
    let stored = stored(CURRENT)?;
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&written), names(&stored), "{UPDATE}=1 writes them");
    for (name, bytes) in &written {
        let (now, before) =
            (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&stored[name]));
        let hint = format!("{UPDATE}=1 writes it, where no release has had the other form");
        assert_eq!(now, before, "{name} is not as in tests/contracts/{CURRENT}; {hint}");
    }
    Ok(())
}

#[test]
fn todays_types_read_every_stored_file() -> TestResult<()> {
    for version in versions()? {
        let files = stored(&version)?;
        let faults: Vec<String> =
            files.iter().flat_map(|(path, bytes)| read::faults(path, bytes)).collect();
        assert!(faults.is_empty(), "{version}: {faults:#?}");
    }
    Ok(())
}

/// The documents that are JSON objects, with a field that is in each element where they are lists.
fn documents(files: &Files) -> Vec<(&String, Value)> {
    let is_document =
        |path: &&String| path.rsplit('.').next() == Some("json") && !path.contains("ledger-items");
    let parsed = |path| (path, serde_json::from_slice(&files[path]).unwrap());
    files.keys().filter(is_document).map(parsed).collect()
}

fn fields(document: &Value) -> Vec<String> {
    let object = if document.is_array() { &document[0] } else { document };
    object.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

fn changed(document: &Value, change: impl Fn(&mut serde_json::Map<String, Value>)) -> Vec<u8> {
    let mut changed = document.clone();
    let object = if changed.is_array() { &mut changed[0] } else { &mut changed };
    change(object.as_object_mut().unwrap());
    changed.to_string().into_bytes()
}

#[test]
fn reading_names_a_missing_field_that_is_required() -> TestResult<()> {
    let files = stored(CURRENT)?;
    let mut optional = BTreeSet::new();
    for (path, document) in documents(&files) {
        for field in fields(&document) {
            let without = changed(&document, |object| drop(object.remove(&field)));
            let faults = read::faults(path, &without);
            if let Some(fault) = faults.first() {
                assert!(fault.contains(&field), "{path} without {field}: {fault}");
            } else {
                let (_, name) = path.rsplit_once('/').unwrap_or(("", path));
                optional.insert(format!("{name} {field}"));
            }
        }
    }
    let of_request = optional.iter().filter(|name| name.starts_with("request.json"));
    assert_eq!(of_request.count(), 8, "every field of a request is optional: {optional:?}");
    let others: Vec<&str> = optional
        .iter()
        .map(String::as_str)
        .filter(|name| !name.starts_with("request.json"))
        .collect();
    let expected = [
        "fanout-event.json Request",
        "fanout-event.json RunId",
        "latest.json PreviousRunId",
        "manifest.json AccountColumns",
        "manifest.json UnitPath",
        "plan.json Approval",
        "plan.json Definition",
        "plan.json HomeRegion",
        "plan.json PlannedAt",
        "result-handler-output.json Added",
        "result-handler-output.json ExpectedFailures",
        "result-handler-output.json Notification",
        "result-handler-output.json Removed",
        "resume-again.json AccountColumns",
        "resume-again.json UnitPath",
        "summary.json AccountsLeftOut",
        "summary.json Added",
        "summary.json DurationMs",
        "summary.json EndedAt",
        "summary.json ExpectedAdded",
        "summary.json ExpectedFailures",
        "summary.json ExpectedRecords",
        "summary.json ExpiredExceptions",
        "summary.json PreviousRunId",
        "summary.json RegionsNotAsked",
        "summary.json Removed",
        "summary.json StartedAt",
        "worker-event.json AccountName",
        "worker-event.json Apply",
        "worker-event.json ExpiresAt",
        "worker-event.json Operation",
        "worker-event.json Parameters",
        "worker-event.json RunId",
    ];
    assert_eq!(others, expected);
    Ok(())
}

#[test]
fn a_field_of_a_later_release_is_skipped_in_files_and_refused_in_inputs() -> TestResult<()> {
    let files = stored(CURRENT)?;
    let inputs = ["request.json", "fanout-event.json", "worker-event.json"];
    for (path, document) in documents(&files) {
        let later = changed(&document, |object| {
            object.insert("FromALaterRelease".to_owned(), json!({"A": [1]}));
        });
        let faults = read::faults(path, &later).join(" ");
        if inputs.contains(&path.as_str()) {
            assert!(faults.contains("FromALaterRelease: got an unknown field"), "{path}: {faults}");
        } else {
            // Only the value itself is lost; nothing refuses the file.
            assert!(faults.contains("FromALaterRelease: {"), "{path}: {faults}");
        }
    }
    Ok(())
}

/// A partition of the stored run for each of its accounts.
fn partitions(files: &Files) -> BTreeSet<AccountId> {
    let manifest = &files[&format!("runs/{}/{RUN}/manifest.json", contracts::OPERATION)];
    let items: Vec<WorkItem> = serde_json::from_slice(manifest).unwrap();
    items.into_iter().map(|item| item.account_id).collect()
}

/// Today's steps over the stored artifacts and the stored ledger.
async fn steps(files: &Files) -> TestResult<Steps> {
    let steps = Steps::new()?;
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("runs/")) {
        steps.fanout.artifacts.put(path, bytes.clone()).await?;
    }
    let items: Vec<Value> = serde_json::from_slice(&files["ledger-items.json"])?;
    for account in partitions(files) {
        let partition =
            LedgerPartition { run: RunId::parse(RUN).unwrap(), operation: None, account };
        for entry in contracts::from_items(&items, &partition).await? {
            steps.fanout.ledger.put(&partition, entry.sort_key(), entry);
        }
    }
    Ok(steps)
}

#[tokio::test(start_paused = true)]
async fn todays_steps_resume_a_stored_run_and_write_its_files_again() -> TestResult<()> {
    for version in versions()? {
        let files = stored(&version)?;
        let steps = steps(&files).await?;
        steps.fanout.run(&contracts::resumption(), None).await?;
        let plan = &files[&format!("runs/{}/{RUN}/plan.json", contracts::OPERATION)];
        let plan: RunPlan = serde_json::from_slice(plan)?;
        steps.export(&plan).await?;
        let written = steps.fanout.artifacts.all();
        for (path, bytes) in written.into_iter().filter(|(path, _)| contracts::is_contract(path)) {
            let stored = String::from_utf8_lossy(&files[&path]).into_owned();
            assert_eq!(String::from_utf8_lossy(&bytes), stored, "{version}: {path}");
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_stored_journal_has_the_entries_of_the_stored_items() -> TestResult<()> {
    for version in versions()? {
        let files = stored(&version)?;
        let items: Vec<Value> = serde_json::from_slice(&files["ledger-items.json"])?;
        let folder = paths::file(&format!("tests/contracts/{version}/journal"));
        let journal = Journal::new(&folder, Arc::new(Progress::new(0)));
        for account in partitions(&files) {
            let partition =
                LedgerPartition { run: RunId::parse(RUN).unwrap(), operation: None, account };
            let entries = journal.page(&partition, None).await?.entries;
            assert!(!entries.is_empty(), "{version}: {}", partition.account);
            assert_eq!(entries, contracts::from_items(&items, &partition).await?, "{version}");
        }
    }
    Ok(())
}
