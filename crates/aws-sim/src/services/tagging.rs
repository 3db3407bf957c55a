//! The Resource Groups Tagging API (JSON): listing resources with their tags, setting tags and taking
//! them away.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::handler::{Context, Handler, ServiceResult, call, json_reply, offset, page};
use super::session_policy::{allowed, allows};
use crate::call::{Call, Service};
use crate::request::{Request, Signer};
use crate::service_error::ServiceError;

/// Resources and tags of one call at most (API reference).
const MOST_RESOURCES: usize = 20;
const MOST_TAGS: usize = 50;

/// What the services of the simulated resources ask of the caller, to tag and to take a tag away.
const OF_SERVICES: [(&str, &[&str], &[&str]); 3] = [
    ("ec2", &["ec2:CreateTags"], &["ec2:DeleteTags"]),
    ("rds", &["rds:AddTagsToResource"], &["rds:RemoveTagsFromResource"]),
    (
        "s3",
        &["s3:GetBucketTagging", "s3:PutBucketTagging"],
        &["s3:GetBucketTagging", "s3:PutBucketTagging"],
    ),
];

pub(super) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Handler<'a>) {
    let (input, operation, account) = (request.json(), request.json_operation(), signer.account());
    let received = call(Service::Tagging, &operation, &account, signer);
    let handler: Handler<'a> = Box::new(move |context| {
        let caller = Caller { place: (&account, &signer.region), signer };
        let may = allowed(Service::Tagging, signer, &format!("tag:{operation}"));
        json_reply(Service::Tagging, may.and_then(|()| handle(context, caller, &operation, &input)))
    });
    (received, handler)
}

/// Who calls, in which account and Region.
#[derive(Clone, Copy)]
struct Caller<'a> {
    place: (&'a str, &'a str),
    signer: &'a Signer,
}

impl Caller<'_> {
    /// The action of the resource's service that the caller lacks; the API calls it with the caller's rights.
    fn lacks(&self, arn: &str, untags: bool) -> Option<&'static str> {
        let service = arn.split(':').nth(2)?;
        let (_, tag, untag) = OF_SERVICES.iter().find(|(name, ..)| *name == service)?;
        let actions = if untags { untag } else { tag };
        actions.iter().copied().find(|action| !allows(&self.signer.token, action))
    }
}

fn handle(
    context: Context<'_>,
    caller: Caller<'_>,
    operation: &str,
    input: &Value,
) -> ServiceResult<Value> {
    match operation {
        "GetResources" => resources(context, caller.place, input),
        "TagResources" => {
            let tags = input["Tags"].as_object().cloned().unwrap_or_default();
            let given =
                tags.into_iter().map(|(key, value)| (key, value.as_str().map(str::to_owned)));
            change(context, caller, input, &given.collect())
        }
        "UntagResources" => {
            let keys = texts(&input["TagKeys"]).into_iter().map(|key| (key.to_owned(), None));
            change(context, caller, input, &keys.collect())
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
    caller: Caller<'_>,
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
            context.stores.tags.change(context.world, caller.place, (arn, key), value.as_deref())
        };
        if let Some(action) = caller.lacks(arn, tags.values().all(Option::is_none)) {
            failed.insert(arn.to_owned(), denied(action));
        } else if context.partially {
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

/// What a service answers whose action the caller lacks.
fn denied(action: &str) -> Value {
    let text = format!("not authorized to perform: {action}");
    json!({"StatusCode": 403, "ErrorCode": "AccessDeniedException", "ErrorMessage": text})
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn invalid(text: &str) -> ServiceError {
    ServiceError::new(400, "InvalidParameterException", text)
}
