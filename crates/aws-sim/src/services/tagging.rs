//! The Resource Groups Tagging API (JSON): listing resources with their tags, setting tags and taking
//! them away.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::handler::{Context, Handler, ServiceResult, call, json_reply, offset, page};
use super::session_policy::allowed;
use crate::call::{Call, Service};
use crate::request::{Request, Signer};
use crate::service_error::ServiceError;

/// Resources and tags of one call at most (API reference).
const MOST_RESOURCES: usize = 20;
const MOST_TAGS: usize = 50;

pub(super) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Handler<'a>) {
    let (input, operation, account) = (request.json(), request.json_operation(), signer.account());
    let received = call(Service::Tagging, &operation, &account, signer);
    let handler: Handler<'a> = Box::new(move |context| {
        let place = (account.as_str(), signer.region.as_str());
        let may = allowed(Service::Tagging, signer, &format!("tag:{operation}"));
        json_reply(Service::Tagging, may.and_then(|()| handle(context, place, &operation, &input)))
    });
    (received, handler)
}

fn handle(
    context: Context<'_>,
    place: (&str, &str),
    operation: &str,
    input: &Value,
) -> ServiceResult<Value> {
    match operation {
        "GetResources" => resources(context, place, input),
        "TagResources" => {
            let tags = input["Tags"].as_object().cloned().unwrap_or_default();
            let given =
                tags.into_iter().map(|(key, value)| (key, value.as_str().map(str::to_owned)));
            change(context, place, input, &given.collect())
        }
        "UntagResources" => {
            let keys = texts(&input["TagKeys"]).into_iter().map(|key| (key.to_owned(), None));
            change(context, place, input, &keys.collect())
        }
        _ => Err(invalid(&format!("{operation} is not simulated"))),
    }
}

fn resources(context: Context<'_>, place: (&str, &str), input: &Value) -> ServiceResult<Value> {
    if !input["ResourceTypeFilters"].is_null() || !input["TagFilters"].is_null() {
        return Err(invalid("filters are not simulated"));
    }
    let arns = texts(&input["ResourceARNList"]);
    let all = context.stores.tags.of(context.world, place.0, place.1);
    let fits = |arn: &String| arns.is_empty() || arns.contains(&arn.as_str());
    let found: Vec<Value> =
        all.iter().filter(|(arn, _)| fits(arn)).map(|(arn, tags)| entry(arn, tags)).collect();
    let size = input["ResourcesPerPage"].as_u64().and_then(|size| usize::try_from(size).ok());
    let from = offset(input["PaginationToken"].as_str().unwrap_or_default());
    let from = from.ok_or_else(|| invalid("the pagination token is invalid"))?;
    // Pages are small here, so that listings have several.
    let (listed, next) = page(&found, from, size.unwrap_or(50).min(3));
    Ok(json!({"ResourceTagMappingList": listed, "PaginationToken": next.unwrap_or_default()}))
}

fn entry(arn: &str, tags: &BTreeMap<String, String>) -> Value {
    let tags: Vec<Value> =
        tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    json!({"ResourceARN": arn, "Tags": tags})
}

/// Sets tags or takes them away. What cannot be tagged is named in a success.
fn change(
    context: Context<'_>,
    place: (&str, &str),
    input: &Value,
    tags: &BTreeMap<String, Option<String>>,
) -> ServiceResult<Value> {
    let arns = texts(&input["ResourceARNList"]);
    let is_reserved = tags.keys().any(|key| key.starts_with("aws:"));
    let fits = (1..=MOST_RESOURCES).contains(&arns.len()) && (1..=MOST_TAGS).contains(&tags.len());
    if is_reserved || !fits {
        return Err(invalid("1 to 20 resources, 1 to 50 tags, none of AWS's own"));
    }
    let mut failed = Map::new();
    for arn in arns {
        let set = |(key, value): (&String, &Option<String>)| {
            context.stores.tags.change(context.world, place, (arn, key), value.as_deref())
        };
        if context.partially {
            failed.insert(arn.to_owned(), failure(500, "InternalServiceException"));
        } else if !tags.iter().all(set) {
            failed.insert(arn.to_owned(), failure(400, "InvalidParameterException"));
        }
    }
    Ok(json!({"FailedResourcesMap": failed}))
}

fn failure(status: u16, code: &str) -> Value {
    json!({"StatusCode": status, "ErrorCode": code, "ErrorMessage": "simulated"})
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn invalid(text: &str) -> ServiceError {
    ServiceError::new(400, "InvalidParameterException", text)
}
