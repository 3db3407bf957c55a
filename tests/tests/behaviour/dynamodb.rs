//! Amazon DynamoDB: the ledger's writes and queries. Each behaviour has a partition of its own.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use org_operator_testkit::TestResult;
use org_operator_tests::backend::{Backend, TABLE};

use super::check::{equal, holds, pages, refused};

type Item = HashMap<String, AttributeValue>;

const INVALID: &[&str] = &["ValidationException"];

fn client(backend: &Backend) -> Client {
    Client::new(&backend.operation)
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn item(run: &str, entry: &str, rest: &[(&str, AttributeValue)]) -> Item {
    let keys = [("Run", text(run)), ("Entry", text(entry))];
    let all = keys.into_iter().chain(rest.iter().cloned());
    all.map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn put(backend: &Backend, item: &Item) -> TestResult<()> {
    let put = client(backend).put_item().table_name(TABLE).set_item(Some(item.clone()));
    put.send().await?;
    Ok(())
}

/// A query as the ledger asks it.
fn query(backend: &Backend, run: &str, prefix: Option<&str>) -> QueryFluentBuilder {
    let condition = if prefix.is_some() { "#r = :r AND begins_with(#e, :e)" } else { "#r = :r" };
    let query = client(backend).query().table_name(TABLE).consistent_read(true);
    let query = query.key_condition_expression(condition);
    let query = query.expression_attribute_names("#r", "Run");
    let query = query.expression_attribute_values(":r", text(run));
    let Some(prefix) = prefix else { return query };
    let query = query.expression_attribute_names("#e", "Entry");
    query.expression_attribute_values(":e", text(prefix))
}

fn entry(item: &Item) -> String {
    let entry = item.get("Entry").and_then(|entry| entry.as_s().ok());
    entry.cloned().unwrap_or_default()
}

/// The sort keys of a query's pages.
async fn entries(query: QueryFluentBuilder) -> TestResult<Vec<Vec<String>>> {
    pages(async |after: Option<String>| {
        let run = query.get_expression_attribute_values().as_ref().and_then(|v| v.get(":r"));
        let start = after.zip(run.cloned()).map(|(after, run)| {
            HashMap::from([("Run".to_owned(), run), ("Entry".to_owned(), text(&after))])
        });
        let answer = query.clone().set_exclusive_start_key(start).send().await?;
        Ok((answer.items().iter().map(entry).collect(), answer.last_evaluated_key().map(entry)))
    })
    .await
}

async fn all(query: QueryFluentBuilder) -> TestResult<Vec<String>> {
    Ok(entries(query).await?.into_iter().flatten().collect())
}

async fn write_all(backend: &Backend, run: &str, entries: &[&str]) -> TestResult<()> {
    for entry in entries {
        put(backend, &item(run, entry, &[])).await?;
    }
    Ok(())
}

pub(crate) async fn an_item_comes_back_equal(backend: &Backend) -> TestResult<()> {
    let number = |text: &str| AttributeValue::N(text.to_owned());
    let map = HashMap::from([("ключ".to_owned(), number("0"))]);
    let rest = [
        ("Text", text("Zürich, \"東京\"\n\t=1+1")),
        ("Empty", text("")),
        ("Number", number("-1700000000")),
        ("Long", number("12345678901234567890123456789012345678")),
        ("List", AttributeValue::L(vec![text("a"), text(""), AttributeValue::L(Vec::new())])),
        ("Map", AttributeValue::M(map)),
        ("Flag", AttributeValue::Bool(false)),
        ("Nothing", AttributeValue::Null(true)),
    ];
    let item = item("equal#1", "record#eu-west-1#a#b", &rest);
    put(backend, &item).await?;
    let found = query(backend, "equal#1", None).send().await?;
    equal("the items", &found.items().to_vec(), &vec![item])
}

pub(crate) async fn a_put_replaces_the_whole_item(backend: &Backend) -> TestResult<()> {
    put(backend, &item("replace#1", "a", &[("First", text("1"))])).await?;
    let second = item("replace#1", "a", &[("Second", text("2"))]);
    put(backend, &second).await?;
    let found = query(backend, "replace#1", None).send().await?;
    equal("the items", &found.items().to_vec(), &vec![second])
}

async fn batch(
    backend: &Backend,
    items: impl IntoIterator<Item = Item>,
) -> TestResult<Result<usize, aws_sdk_dynamodb::Error>> {
    let mut requests = Vec::new();
    for item in items {
        let put = PutRequest::builder().set_item(Some(item)).build()?;
        requests.push(WriteRequest::builder().put_request(put).build());
    }
    let write = client(backend).batch_write_item().request_items(TABLE, requests);
    let unprocessed = write.send().await.map(|answer| {
        let tables = answer.unprocessed_items.unwrap_or_default();
        tables.values().map(Vec::len).sum()
    });
    Ok(unprocessed.map_err(Into::into))
}

fn many(run: &str, count: usize) -> Vec<Item> {
    (0..count).map(|n| item(run, &format!("record#{n:03}"), &[])).collect()
}

/// The condition of an outcome that is no answer.
pub(crate) async fn a_put_is_held_to_its_condition(backend: &Backend) -> TestResult<()> {
    let status = |status: &str| item("condition#1", "outcome#a", &[("Status", text(status))]);
    let conditional = async |status_now: &str| {
        let put = client(backend).put_item().table_name(TABLE);
        let put = put.set_item(Some(status(status_now)));
        let put = put.condition_expression("attribute_not_exists(#s) OR #s = :f");
        let put = put.expression_attribute_names("#s", "Status");
        put.expression_attribute_values(":f", text("FAILED")).send().await
    };
    conditional("FAILED").await?;
    conditional("FAILED").await?;
    put(backend, &status("SUCCEEDED")).await?;
    refused(conditional("FAILED").await, &["ConditionalCheckFailedException"])?;
    let answer = query(backend, "condition#1", None).send().await?;
    equal("the answer", &answer.items(), &[status("SUCCEEDED")].as_slice())
}

pub(crate) async fn a_batch_of_25_is_written(backend: &Backend) -> TestResult<()> {
    let items = many("batch#25", 25);
    let expected: Vec<String> = items.iter().map(entry).collect();
    equal("unprocessed items", &batch(backend, items).await??, &0)?;
    equal("the entries", &all(query(backend, "batch#25", None)).await?, &expected)
}

/// A batch is refused as a whole: nothing of it is written.
async fn is_refused(backend: &Backend, run: &str, items: Vec<Item>) -> TestResult<()> {
    refused(batch(backend, items).await?, INVALID)?;
    equal("what was written", &all(query(backend, run, None)).await?, &Vec::new())
}

pub(crate) async fn a_batch_of_26_is_refused(backend: &Backend) -> TestResult<()> {
    is_refused(backend, "batch#26", many("batch#26", 26)).await
}

pub(crate) async fn a_key_twice_in_a_batch_is_refused(backend: &Backend) -> TestResult<()> {
    let mut items = many("twice#1", 3);
    items.push(item("twice#1", "record#001", &[("Other", text("x"))]));
    is_refused(backend, "twice#1", items).await
}

fn without_sort_key(run: &str) -> Item {
    HashMap::from([("Run".to_owned(), text(run)), ("Other".to_owned(), text("x"))])
}

pub(crate) async fn an_item_without_its_sort_key_is_refused(backend: &Backend) -> TestResult<()> {
    let item = Some(without_sort_key("keyless#1"));
    let put = client(backend).put_item().table_name(TABLE).set_item(item);
    refused(put.send().await, INVALID)
}

pub(crate) async fn a_batch_with_an_item_without_its_sort_key_is_refused(
    backend: &Backend,
) -> TestResult<()> {
    let mut items = many("keyless#2", 2);
    items.push(without_sort_key("keyless#2"));
    is_refused(backend, "keyless#2", items).await
}

pub(crate) async fn a_batch_with_an_item_over_400_kb_is_refused(
    backend: &Backend,
) -> TestResult<()> {
    let mut items = many("large#2", 2);
    items.push(item("large#2", "record#9", &[("Text", text(&"x".repeat(400 * 1_024)))]));
    is_refused(backend, "large#2", items).await
}

pub(crate) async fn an_empty_key_is_refused(backend: &Backend) -> TestResult<()> {
    let item = Some(item("empty#1", "", &[]));
    let put = client(backend).put_item().table_name(TABLE).set_item(item);
    refused(put.send().await, INVALID)
}

pub(crate) async fn an_item_over_400_kb_is_refused(backend: &Backend) -> TestResult<()> {
    let large = item("large#1", "a", &[("Text", text(&"x".repeat(400 * 1_024)))]);
    let put = client(backend).put_item().table_name(TABLE).set_item(Some(large));
    refused(put.send().await, INVALID)
}

pub(crate) async fn a_query_is_in_the_order_of_the_sort_keys_bytes(
    backend: &Backend,
) -> TestResult<()> {
    // By UTF-8 bytes: capitals before small letters, and what is beyond 16 bits last.
    let mut entries =
        ["b", "Z", "a#10", "a#9", "a", "é", "\u{10348}", "東", "\u{ff5e}", "a b", "_"];
    write_all(backend, "order#1", &entries).await?;
    entries.sort_unstable();
    let found = all(query(backend, "order#1", None)).await?;
    equal("the entries", &found, &entries.map(str::to_owned).to_vec())
}

pub(crate) async fn a_query_takes_a_prefix(backend: &Backend) -> TestResult<()> {
    let entries = ["outcome#eu-west-1", "outcome#us-east-1", "outcome", "outcomes#x", "record#a"];
    write_all(backend, "prefix#1", &entries).await?;
    write_all(backend, "prefix#11", &["outcome#sa-east-1"]).await?;
    let found = all(query(backend, "prefix#1", Some("outcome#"))).await?;
    equal("the entries", &found, &entries[..2].iter().map(|&entry| entry.to_owned()).collect())
}

pub(crate) async fn a_query_stops_at_its_limit_and_goes_on_behind_its_key(
    backend: &Backend,
) -> TestResult<()> {
    write_all(backend, "limit#1", &["a", "b", "c", "d", "e"]).await?;
    let found = entries(query(backend, "limit#1", None).limit(2)).await?;
    equal("the pages", &found, &[["a", "b"].as_slice(), &["c", "d"], &["e"]].map(owned).to_vec())
}

fn owned(page: &[&str]) -> Vec<String> {
    page.iter().map(|&entry| entry.to_owned()).collect()
}

pub(crate) async fn a_query_with_a_prefix_goes_on_behind_its_key(
    backend: &Backend,
) -> TestResult<()> {
    write_all(backend, "limit#2", &["a#1", "b#1", "b#2", "b#3", "c#1"]).await?;
    let found = entries(query(backend, "limit#2", Some("b#")).limit(2)).await?;
    equal("the pages", &found, &[["b#1", "b#2"].as_slice(), &["b#3"]].map(owned).to_vec())
}

pub(crate) async fn a_query_of_more_than_1_mb_comes_in_pages(backend: &Backend) -> TestResult<()> {
    let large = [("Text", text(&"x".repeat(300 * 1_024)))];
    for entry in ["a", "b", "c", "d", "e", "f", "g"] {
        put(backend, &item("page#1", entry, &large)).await?;
    }
    let found = entries(query(backend, "page#1", None)).await?;
    holds(found.len() > 1, "there is only one page")?;
    let largest = found.iter().map(Vec::len).max().unwrap_or_default();
    holds(largest <= 3, format!("a page holds {largest} items of 300 KB"))?;
    equal("all pages", &found.concat().join(""), &"abcdefg".to_owned())
}

pub(crate) async fn a_query_of_nothing_is_empty(backend: &Backend) -> TestResult<()> {
    equal("the pages", &entries(query(backend, "nothing#1", None)).await?, &vec![Vec::new()])
}

pub(crate) async fn an_unknown_table_is_refused(backend: &Backend) -> TestResult<()> {
    let query = query(backend, "unknown#1", None).table_name("behaviour-unknown");
    refused(query.send().await, &["ResourceNotFoundException"])
}
