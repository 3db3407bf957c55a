//! DynamoDB's `Query`: the entries of a partition below a prefix of the sort key, in pages.

use serde_json::{Value, json};

use super::input::{invalid, table_name};
use crate::services::handler::ServiceResult;
use crate::stores::{Partition, Tables};

/// A query's page holds at most 1 MB (DynamoDB API reference).
const PAGE: usize = 1024 * 1024;

pub(super) fn handle(tables: &Tables, input: &Value) -> ServiceResult<Value> {
    let values = &input["ExpressionAttributeValues"];
    let partition = values[":r"]["S"].as_str().ok_or_else(|| invalid("no partition key"))?;
    let most = tables.page.unwrap_or(usize::MAX).min(limit(input)?);
    let page = |partition: &Partition| page(partition, input, most);
    Ok(tables.read(table_name(input)?, partition, page))
}

/// The entries behind `ExclusiveStartKey` that have the prefix `:e`.
fn page(partition: &Partition, input: &Value, most: usize) -> Value {
    let prefix = input["ExpressionAttributeValues"][":e"]["S"].as_str().unwrap_or_default();
    let after = input["ExclusiveStartKey"]["Entry"]["S"].as_str();
    let remaining = partition.iter().filter(|(entry, _)| {
        entry.starts_with(prefix) && after.is_none_or(|after| entry.as_str() > after)
    });
    first_page(remaining.map(|(_, item)| item), most)
}

/// A page fits within 1 MB, and within `most` entries; as in DynamoDB, a page that has so many has
/// a successor even where nothing remains.
fn first_page<'a>(remaining: impl Iterator<Item = &'a Value>, most: usize) -> Value {
    let (mut items, mut bytes) = (Vec::<Value>::new(), 0);
    let mut entries = remaining.peekable();
    while let Some(item) = entries.next_if(|item| {
        bytes += item.to_string().len();
        items.is_empty() || (items.len() < most && bytes <= PAGE)
    }) {
        items.push(item.clone());
    }
    let has_successor = entries.peek().is_some() || items.len() >= most;
    match items.last().filter(|_| has_successor) {
        Some(last) => {
            let key = json!({"Run": last["Run"], "Entry": last["Entry"]});
            json!({"Items": items, "Count": items.len(), "LastEvaluatedKey": key})
        }
        None => json!({"Items": items, "Count": items.len()}),
    }
}

/// The most entries that a query asks for.
fn limit(input: &Value) -> ServiceResult<usize> {
    match &input["Limit"] {
        Value::Null => Ok(usize::MAX),
        limit => {
            let number = limit.as_u64().and_then(|limit| usize::try_from(limit).ok());
            number.filter(|limit| *limit > 0).ok_or_else(|| invalid("Limit must be at least 1"))
        }
    }
}
