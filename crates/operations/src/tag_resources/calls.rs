//! The calls of `tag-resources`: the listing of a plan, and for one row reading its resource's tags
//! again, setting the tag, and taking it away.

use std::collections::{BTreeMap, BTreeSet};

use org_operator_changes::{CallProblem, Made, PlanRow, Seen};
use org_operator_core::ErrorKind;
use org_operator_core::error::CallFailure;
use serde_json::{Map, Value, json};

use super::parameters::Wanted;
use super::services::Verb;
use super::state::{Resource, Tag};
use crate::change::call_problem;
use crate::modelled::{Modelled, entries, read_problem, refused, text};
use crate::{OperationFailure, Rows, Target};

pub(super) const SERVICE: &str = "resourcegroupstaggingapi";
pub(super) const READ: &str = "tag:GetResources";
pub(super) const TAG: &str = "tag:TagResources";
pub(super) const UNTAG: &str = "tag:UntagResources";

/// Resources that the call gives in a page at most (Resource Groups Tagging API reference).
const PAGE: u64 = 100;

/// The rows of a plan.
pub(super) async fn rows(target: &Target, wanted: &Wanted) -> Result<Rows, OperationFailure> {
    let mut input = json!({"ResourcesPerPage": PAGE});
    if !wanted.types.is_empty() {
        input["ResourceTypeFilters"] = json!(wanted.types);
    }
    let filters = wanted.with_tag.iter().map(|(key, value)| match value {
        Some(value) => json!({"Key": key, "Values": [value]}),
        None => json!({"Key": key}),
    });
    let filters: Vec<Value> = filters.collect();
    if !filters.is_empty() {
        input["TagFilters"] = filters.into();
    }
    let found = resources(&Modelled::of(target), &input).await?;
    Ok(found.values().flat_map(|resource| resource.rows(wanted)).collect())
}

/// The resources of a listing, each once.
async fn resources(
    calls: &Modelled,
    input: &Value,
) -> Result<BTreeMap<String, Resource>, OperationFailure> {
    let pages = calls.pages(SERVICE, "GetResources", input).await?;
    let listed = pages.iter().flat_map(|page| entries(page, "ResourceTagMappingList"));
    let found = listed.filter_map(Resource::of);
    Ok(found.map(|resource| (resource.arn.clone(), resource)).collect())
}

/// Whether the listing is allowed: one page of one resource.
pub(super) async fn probe(target: &Target) -> Result<(), OperationFailure> {
    let input = json!({"ResourcesPerPage": 1});
    Modelled::of(target).read(SERVICE, "GetResources", &input).await.map(drop)
}

/// The tag of a row as it is now, and the keys of all tags on its resource.
pub(super) async fn read(target: &Target, row: &PlanRow) -> Result<Seen, CallProblem> {
    let (verb, tag) = planned(row)?;
    let input = json!({"ResourceARNList": [tag.arn]});
    let mut found = resources(&Modelled::of(target), &input).await.map_err(read_problem)?;
    let Some(resource) = found.remove(&tag.arn) else {
        // What was listed once stays listed without tags: it is gone, and its tags with it.
        let gone = json!({"Arn": tag.arn, "Listed": false});
        let state = if verb == Verb::Untag { Value::Null } else { gone };
        return Ok(Seen { state, ..Seen::default() });
    };
    let Tag { arn, key, .. } = tag;
    let value = resource.tags.get(&key).cloned();
    let tags: BTreeSet<String> = resource.tags.into_keys().collect();
    let state = value.map(|value| Tag { arn, key, value }.state()).unwrap_or_default();
    Ok(Seen { state, id: None, tags })
}

/// Makes the change of a row by one request about one resource: an exception for a type that the API does
/// not take is then that resource's only.
pub(super) async fn change(target: &Target, row: &PlanRow) -> Result<Made, CallProblem> {
    let (verb, Tag { arn, key, value }) = planned(row)?;
    let (operation, action, input) = match verb {
        Verb::Tag => {
            let tags = Map::from_iter([(key, Value::from(value))]);
            ("TagResources", TAG, json!({"ResourceARNList": [arn], "Tags": tags}))
        }
        Verb::Untag => {
            ("UntagResources", UNTAG, json!({"ResourceARNList": [arn], "TagKeys": [key]}))
        }
    };
    let answered = Modelled::of(target).change(SERVICE, operation, action, &input).await?;
    // A success may say that it is a failure.
    let failed = answered.value.get("FailedResourcesMap").and_then(Value::as_object);
    if let Some(why) = failed.and_then(|failed| failed.get(&arn).or(failed.values().next())) {
        return Err(failure(action, why, answered.request_id));
    }
    Ok(Made { request_id: answered.request_id, ..Made::default() })
}

/// What a resource in `FailedResourcesMap` means: what the same error of a call would.
fn failure(action: &str, why: &Value, request_id: Option<String>) -> CallProblem {
    let status = why.get("StatusCode").and_then(Value::as_u64);
    let failure = CallFailure {
        code: text(why, "ErrorCode"),
        status: status.and_then(|status| u16::try_from(status).ok()),
        message: text(why, "ErrorMessage").unwrap_or_default(),
        request_id,
        ..CallFailure::default()
    };
    call_problem(action, &failure)
}

fn planned(row: &PlanRow) -> Result<(Verb, Tag), CallProblem> {
    let verb = Verb::of(&row.action).map(|(verb, _)| verb);
    let found = verb.zip(Tag::of(row)).filter(|(_, tag)| tag.row_key() == row.key.key);
    found.ok_or_else(|| CallProblem {
        kind: ErrorKind::InvalidRequest,
        ..refused("the plan's row has no tag of a resource")
    })
}
