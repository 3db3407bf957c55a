//! What DynamoDB's inputs must have: a table name, and items with both keys that are not too large.

use serde_json::Value;

use crate::service_error::ServiceError;
use crate::services::handler::ServiceResult;

/// An item has at most 400 KB (DynamoDB developer guide, "Quotas").
const ITEM: usize = 400 * 1024;

/// An item's partition key and sort key, where the item is not too large.
pub(super) fn checked_key(item: &Value) -> ServiceResult<(&str, &str)> {
    if item.to_string().len() > ITEM {
        return Err(invalid("Item size has exceeded the maximum allowed size"));
    }
    key(item)
}

pub(super) fn key(item: &Value) -> ServiceResult<(&str, &str)> {
    let text = |name: &str| item[name]["S"].as_str().filter(|text| !text.is_empty());
    let missing =
        || invalid("One or more parameter values were invalid: Missing the key in the item");
    text("Run").zip(text("Entry")).ok_or_else(missing)
}

pub(super) fn table_name(input: &Value) -> ServiceResult<&str> {
    input["TableName"].as_str().ok_or_else(|| invalid("no TableName"))
}

pub(super) fn invalid(text: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "ValidationException", text)
}
