//! The ledger of the run as both stores hold it: items of DynamoDB, and a journal's files.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sim::{Conditions, Shape, Simulation, World};
use org_operator_aws::DynamoDbLedger;
use org_operator_core::contract::document::pretty;
use org_operator_core::contract::ledger::{Entry, LedgerPartition, WorkerFailure};
use org_operator_core::ports::{LedgerReader, LedgerWriter};
use org_operator_local::journal::Journal;
use org_operator_local::progress::Progress;
use org_operator_testkit::TestResult;
use serde_json::Value;

use super::Files;
use crate::campaign::aws::config;
use crate::files::{state_machine, states};

const TABLE: &str = "ledger";
const RECORDED_AT: &str = "2026-11-22T05:00:00.123Z";

/// Puts entries into a ledger of the product, the state machine's by `put_failure`.
async fn put(
    ledger: &impl LedgerWriter,
    entries: &[(LedgerPartition, Entry)],
    expires_at: i64,
    put_failure: impl AsyncFn(&LedgerPartition, &WorkerFailure) -> TestResult<()>,
) -> TestResult<()> {
    // As the worker writes them: a target's records before its outcome.
    for (partition, entry) in entries {
        if let Entry::Record(record) = entry {
            ledger.put_records(partition, std::slice::from_ref(record), expires_at).await?;
        }
    }
    for (partition, entry) in entries {
        match entry {
            Entry::Outcome(outcome) => ledger.put_outcome(partition, outcome, expires_at).await?,
            Entry::WorkerFailure(failure) => put_failure(partition, failure).await?,
            Entry::Record(_) => {}
        }
    }
    Ok(())
}

fn simulation() -> Arc<Simulation> {
    let world = World::new(1, Shape::unrestricted(1, &["eu-west-1"]));
    Arc::new(Simulation::new(world, Conditions::default()))
}

/// The items of a DynamoDB table with `entries`, in DynamoDB's JSON.
pub(super) async fn items(
    entries: &[(LedgerPartition, Entry)],
    expires_at: i64,
) -> TestResult<Vec<u8>> {
    let simulation = simulation();
    let config = config(&simulation).await;
    let ledger = DynamoDbLedger::new(&config, TABLE);
    let client = Client::new(&config);
    let put_failure = async |partition: &LedgerPartition, failure: &WorkerFailure| {
        put_item(&client, &failure_item(partition, failure, expires_at)?).await
    };
    put(&ledger, entries, expires_at, put_failure).await?;
    let sorted = |item: Value| item.as_object().cloned().unwrap_or_default().into_iter().collect();
    let mut items: Vec<BTreeMap<String, Value>> =
        simulation.table_items(TABLE).into_iter().map(sorted).collect();
    items.sort_by_key(|item| (item["Run"].to_string(), item["Entry"].to_string()));
    Ok(pretty(&items)?)
}

/// The item of a failure with the attributes that the state machine's `RecordFailure` writes.
fn failure_item(
    partition: &LedgerPartition,
    failure: &WorkerFailure,
    expires_at: i64,
) -> TestResult<Value> {
    let entry = Entry::WorkerFailure(failure.clone());
    let states = states(&state_machine());
    let attributes = states["RecordFailure"]["Parameters"]["Item"].as_object();
    let attribute = |(name, template): (&String, &Value)| -> TestResult<(String, Value)> {
        let value = match name.as_str() {
            "Run" => partition.partition_key(),
            "Entry" => entry.sort_key(),
            "Kind" => template["S"].as_str().unwrap_or_default().to_owned(),
            "Error" => failure.error.clone(),
            "Cause" => failure.cause.clone(),
            "ExpiresAt" => expires_at.to_string(),
            "RecordedAt" => RECORDED_AT.to_owned(),
            other => return Err(format!("RecordFailure writes {other}: give it a value").into()),
        };
        let kind = template.as_object().into_iter().flatten().next();
        let kind = kind.map_or("S", |(kind, _)| kind.trim_end_matches(".$"));
        Ok((name.clone(), serde_json::json!({ kind: value })))
    };
    attributes.into_iter().flatten().map(attribute).collect()
}

async fn put_item(client: &Client, item: &Value) -> TestResult<()> {
    let mut request = client.put_item().table_name(TABLE);
    for (name, value) in item.as_object().into_iter().flatten() {
        request = request.item(name, attribute(value)?);
    }
    request.send().await?;
    Ok(())
}

/// An attribute of DynamoDB's JSON, of the types that the ledger has.
fn attribute(value: &Value) -> TestResult<AttributeValue> {
    let (kind, value) = value.as_object().into_iter().flatten().next().ok_or("no type")?;
    let text = || value.as_str().map(str::to_owned).ok_or("no text");
    Ok(match kind.as_str() {
        "S" => AttributeValue::S(text()?),
        "N" => AttributeValue::N(text()?),
        "L" => AttributeValue::L(
            value.as_array().into_iter().flatten().map(attribute).collect::<TestResult<_>>()?,
        ),
        other => return Err(format!("the ledger has no {other}").into()),
    })
}

/// The entries of a partition in a DynamoDB table with `items`, as today's adapter reads them.
///
/// # Errors
/// Where the adapter cannot read them.
pub async fn from_items(items: &[Value], partition: &LedgerPartition) -> TestResult<Vec<Entry>> {
    let simulation = simulation();
    let config = config(&simulation).await;
    let client = Client::new(&config);
    for item in items {
        put_item(&client, item).await?;
    }
    let ledger = DynamoDbLedger::new(&config, TABLE);
    let (mut entries, mut after) = (Vec::new(), None);
    loop {
        let page = ledger.page(partition, after).await?;
        entries.extend(page.entries);
        after = page.next;
        if after.is_none() {
            return Ok(entries);
        }
    }
}

/// The journal with `entries`.
pub(super) async fn journal(entries: &[(LedgerPartition, Entry)]) -> TestResult<Files> {
    let folder = tempfile::tempdir()?;
    let journal = Journal::new(folder.path(), Arc::new(Progress::new(0)));
    let put_failure = async |partition: &LedgerPartition, failure: &WorkerFailure| {
        Ok(journal.put_failure(partition, failure)?)
    };
    put(&journal, entries, 0, put_failure).await?;
    let file = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((format!("journal/{name}"), std::fs::read(&path)?))
    };
    std::fs::read_dir(folder.path() as &Path)?.map(file).collect()
}
