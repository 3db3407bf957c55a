//! Amazon DynamoDB (JSON 1.0): the ledger's writes by item and in batches, and its queries by
//! partition in pages. The items themselves are in `stores`.

mod input;
mod query;

use serde_json::{Map, Value, json};

use super::handler::{Handler, ServiceResult, call, json_reply};
use crate::call::{Call, Service};
use crate::request::{Request, Signer};
use crate::service_error::ServiceError;
use crate::stores::Tables;
use input::{checked_key, invalid, key, table_name};

/// `BatchWriteItem` takes at most this many items (DynamoDB API reference).
const BATCH: usize = 25;
/// The one condition that the product uses.
const CONDITION: &str = "attribute_not_exists(#s) OR #s = :f";

pub(super) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Handler<'a>) {
    let operation = request.json_operation();
    let input = request.json();
    let account = account_of_partition(&input).unwrap_or_default();
    let received = call(Service::DynamoDb, &operation, &account, signer);
    let handler: Handler<'a> = Box::new(move |context| {
        let result = handle(&context.stores.tables, &operation, &input, context.partially);
        json_reply(Service::DynamoDb, result)
    });
    (received, handler)
}

/// The account that a ledger call is about: the end of its partition key.
fn account_of_partition(input: &Value) -> Option<String> {
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

fn handle(
    tables: &Tables,
    operation: &str,
    input: &Value,
    partially: bool,
) -> ServiceResult<Value> {
    match operation {
        "PutItem" => put_item(tables, input),
        "BatchWriteItem" => batch_write_item(tables, input, partially),
        "Query" => query::handle(tables, input),
        "CreateTable" | "DescribeTable" => Ok(json!({"TableDescription":
            {"TableName": table_name(input)?, "TableStatus": "ACTIVE"}})),
        _ => Err(ServiceError::new(400, "UnknownOperationException", operation)),
    }
}

fn put_item(tables: &Tables, input: &Value) -> ServiceResult<Value> {
    check_condition(tables, input)?;
    let table = table_name(input)?;
    tables.put(table, checked_key(&input["Item"])?, &input["Item"]);
    Ok(json!({}))
}

/// Evaluates [`CONDITION`]; no other is simulated.
fn check_condition(tables: &Tables, input: &Value) -> ServiceResult<()> {
    let Some(condition) = input["ConditionExpression"].as_str() else { return Ok(()) };
    let named = input["ExpressionAttributeNames"]["#s"].as_str();
    let known = named.filter(|_| condition == CONDITION);
    let attribute = known.ok_or_else(|| invalid("not simulated: ConditionExpression"))?;
    let current = tables.attribute(table_name(input)?, key(&input["Item"])?, attribute);
    if current.is_null() || current == input["ExpressionAttributeValues"][":f"] {
        return Ok(());
    }
    let failed = "ConditionalCheckFailedException";
    Err(ServiceError::new(400, failed, "The conditional request failed"))
}

/// Writes a batch; where it is to be processed in part, every other item is returned unprocessed.
fn batch_write_item(tables: &Tables, input: &Value, partially: bool) -> ServiceResult<Value> {
    let by_table = input["RequestItems"].as_object().ok_or_else(|| invalid("no RequestItems"))?;
    let mut unprocessed = Map::new();
    for (table, value) in by_table {
        let requests = value.as_array().map(Vec::as_slice).unwrap_or_default();
        check_batch(requests)?;
        let mut returned = Vec::new();
        for (number, request) in requests.iter().enumerate() {
            if partially && number % 2 == 0 {
                returned.push(request.clone());
            } else {
                let item = &request["PutRequest"]["Item"];
                tables.put(table, checked_key(item)?, item);
            }
        }
        if !returned.is_empty() {
            unprocessed.insert(table.clone(), Value::Array(returned));
        }
    }
    Ok(json!({"UnprocessedItems": unprocessed}))
}

/// Too many items, an invalid one, or a key that occurs twice, reject the whole batch.
fn check_batch(requests: &[Value]) -> ServiceResult<()> {
    if requests.is_empty() || requests.len() > BATCH {
        return Err(invalid("Member must have length less than or equal to 25, and not be empty"));
    }
    let checked = requests.iter().map(|request| checked_key(&request["PutRequest"]["Item"]));
    let mut keys = checked.collect::<ServiceResult<Vec<_>>>()?;
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(invalid("Provided list of item keys contains duplicates"));
    }
    Ok(())
}
