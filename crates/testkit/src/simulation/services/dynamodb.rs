//! Amazon DynamoDB (JSON 1.0): a table with partition and sort key, written by item and in batches,
//! queried by partition in pages.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::{Answer, Said, call, json_reply, target};
use crate::simulation::call::{Call, Request, Service, Signer};
use crate::simulation::faults::ServiceError;

/// `BatchWriteItem` takes at most this many (DynamoDB API reference).
const BATCH: usize = 25;
/// An item has at most 400 KB (DynamoDB developer guide, "Quotas").
const ITEM: usize = 400 * 1024;
/// A query's page holds at most 1 MB.
const PAGE: usize = 1024 * 1024;

type Partition = BTreeMap<String, Value>;

/// The tables: items by table, partition key and sort key.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    page: Option<usize>,
    tables: Mutex<BTreeMap<(String, String), Partition>>,
}

pub(crate) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Answer<'a>) {
    let operation = target(request);
    let input = super::json(request);
    let account = about(&input).unwrap_or_default();
    let call = call(Service::DynamoDb, &operation, &account, signer);
    let answer: Answer<'a> = Box::new(move |simulation, in_part| {
        let said = simulation.tables.answer(&operation, &input, in_part);
        json_reply(Service::DynamoDb, said)
    });
    (call, answer)
}

/// The account that a ledger call is about: the end of its partition key.
fn about(input: &Value) -> Option<String> {
    let tables = input["RequestItems"].as_object();
    let batch = tables.and_then(|tables| tables.values().next());
    let keys = [
        &input["Item"]["Run"]["S"],
        &input["ExpressionAttributeValues"][":r"]["S"],
        batch.map_or(&Value::Null, |batch| &batch[0]["PutRequest"]["Item"]["Run"]["S"]),
    ];
    let key = keys.into_iter().find_map(Value::as_str)?;
    key.rsplit_once('#').map(|(_, account)| account.to_owned())
}

fn invalid(text: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "ValidationException", text)
}

impl Tables {
    pub(crate) fn new(page: Option<usize>) -> Self {
        Self { page, ..Self::default() }
    }

    /// Every item of a table, by partition and sort key.
    pub(crate) fn items(&self, table: &str) -> Vec<Value> {
        let tables = self.lock();
        let of_table = tables.iter().filter(|((name, _), _)| name == table);
        of_table.flat_map(|(_, partition)| partition.values().cloned()).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, String), Partition>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, operation: &str, input: &Value, in_part: bool) -> Said<Value> {
        match operation {
            "PutItem" => {
                self.allow(input)?;
                self.put(table(input)?, &input["Item"])?;
                Ok(json!({}))
            }
            "BatchWriteItem" => self.batch(input, in_part),
            "Query" => self.query(input),
            "CreateTable" | "DescribeTable" => Ok(json!({"TableDescription":
                {"TableName": table(input)?, "TableStatus": "ACTIVE"}})),
            _ => Err(ServiceError::new(400, "UnknownOperationException", operation)),
        }
    }

    /// Holds a put to its condition; there is one that the product uses, and no other is known here.
    fn allow(&self, input: &Value) -> Said<()> {
        let Some(condition) = input["ConditionExpression"].as_str() else { return Ok(()) };
        let attribute = input["ExpressionAttributeNames"]["#s"].as_str();
        let attribute = attribute.filter(|_| condition == "attribute_not_exists(#s) OR #s = :f");
        let attribute = attribute.ok_or_else(|| invalid("not simulated: ConditionExpression"))?;
        let (run, entry) = key(&input["Item"])?;
        let tables = self.lock();
        let there = tables.get(&(table(input)?.to_owned(), run.to_owned()));
        let value = there.and_then(|partition| Some(&partition.get(entry)?[attribute]));
        match value.filter(|value| !value.is_null()) {
            Some(value) if *value != input["ExpressionAttributeValues"][":f"] => {
                let failed = "ConditionalCheckFailedException";
                Err(ServiceError::new(400, failed, "The conditional request failed"))
            }
            _ => Ok(()),
        }
    }

    fn put(&self, table: &str, item: &Value) -> Said<()> {
        let (run, entry) = checked(item)?;
        let place = (table.to_owned(), run.to_owned());
        self.lock().entry(place).or_default().insert(entry.to_owned(), item.clone());
        Ok(())
    }

    /// Where it is to be processed in part, every other item comes back.
    fn batch(&self, input: &Value, in_part: bool) -> Said<Value> {
        let tables = input["RequestItems"].as_object().ok_or_else(|| invalid("no RequestItems"))?;
        let mut unprocessed = Map::new();
        for (table, requests) in tables {
            let requests = requests.as_array().map(Vec::as_slice).unwrap_or_default();
            check_batch(requests)?;
            let mut back = Vec::new();
            for (number, request) in requests.iter().enumerate() {
                if in_part && number % 2 == 0 {
                    back.push(request.clone());
                } else {
                    self.put(table, &request["PutRequest"]["Item"])?;
                }
            }
            if !back.is_empty() {
                unprocessed.insert(table.clone(), Value::Array(back));
            }
        }
        Ok(json!({"UnprocessedItems": unprocessed}))
    }

    fn query(&self, input: &Value) -> Said<Value> {
        let values = &input["ExpressionAttributeValues"];
        let run = values[":r"]["S"].as_str().ok_or_else(|| invalid("no partition key"))?;
        let prefix = values[":e"]["S"].as_str().unwrap_or_default();
        let after = input["ExclusiveStartKey"]["Entry"]["S"].as_str();
        let tables = self.lock();
        let partition = tables.get(&(table(input)?.to_owned(), run.to_owned()));
        let all = partition.into_iter().flatten();
        let rest = all.filter(|(entry, _)| {
            entry.starts_with(prefix) && after.is_none_or(|after| entry.as_str() > after)
        });
        let most = self.page.unwrap_or(usize::MAX).min(limit(input)?);
        Ok(page_of(rest.map(|(_, item)| item), most))
    }
}

/// A page fits within 1 MB, and within `most` entries; as in DynamoDB, a page that has so many has
/// a successor even where nothing is left.
fn page_of<'a>(rest: impl Iterator<Item = &'a Value>, most: usize) -> Value {
    let (mut items, mut bytes) = (Vec::<Value>::new(), 0);
    let mut rest = rest.peekable();
    while let Some(item) = rest.next_if(|item| {
        bytes += item.to_string().len();
        items.is_empty() || (items.len() < most && bytes <= PAGE)
    }) {
        items.push(item.clone());
    }
    let full = rest.peek().is_some() || items.len() >= most;
    match items.last().filter(|_| full) {
        Some(last) => {
            let last = json!({"Run": last["Run"], "Entry": last["Entry"]});
            json!({"Items": items, "Count": items.len(), "LastEvaluatedKey": last})
        }
        None => json!({"Items": items, "Count": items.len()}),
    }
}

/// The most entries that a query asks for.
fn limit(input: &Value) -> Said<usize> {
    match &input["Limit"] {
        Value::Null => Ok(usize::MAX),
        limit => {
            let limit = limit.as_u64().and_then(|limit| usize::try_from(limit).ok());
            limit.filter(|limit| *limit > 0).ok_or_else(|| invalid("Limit must be at least 1"))
        }
    }
}

fn table(input: &Value) -> Said<&str> {
    input["TableName"].as_str().ok_or_else(|| invalid("no TableName"))
}

fn key(item: &Value) -> Said<(&str, &str)> {
    let text = |name: &str| item[name]["S"].as_str().filter(|text| !text.is_empty());
    let missing =
        || invalid("One or more parameter values were invalid: Missing the key in the item");
    text("Run").zip(text("Entry")).ok_or_else(missing)
}

/// An item's key, where all of it can be written.
fn checked(item: &Value) -> Said<(&str, &str)> {
    if item.to_string().len() > ITEM {
        return Err(invalid("Item size has exceeded the maximum allowed size"));
    }
    key(item)
}

/// Too many items, one that cannot be written, or a key that stands twice, reject the whole batch.
fn check_batch(requests: &[Value]) -> Said<()> {
    if requests.is_empty() || requests.len() > BATCH {
        return Err(invalid("Member must have length less than or equal to 25, and not be empty"));
    }
    let keys = requests.iter().map(|request| checked(&request["PutRequest"]["Item"]));
    let mut keys = keys.collect::<Said<Vec<_>>>()?;
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(invalid("Provided list of item keys contains duplicates"));
    }
    Ok(())
}
