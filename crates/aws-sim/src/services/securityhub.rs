//! AWS Security Hub (rest-json): the hub, standards and controls; and the one call of AWS Config that
//! goes with them.

use serde_json::{Value, json};

use super::handler::{Context, Handler, ServiceResult, call, json_reply};
use super::session_policy::allowed;
use crate::call::{Call, Service};
use crate::request::{Request, Signer};
use crate::service_error::ServiceError;
use crate::stores::{CONTROLS, HubState, SecurityHub};

/// Method and path of each operation that is simulated.
const OPERATIONS: [(&str, &str, &str); 8] = [
    ("GET", "/accounts", "DescribeHub"),
    ("POST", "/accounts", "EnableSecurityHub"),
    ("POST", "/standards/get", "GetEnabledStandards"),
    ("POST", "/standards/register", "BatchEnableStandards"),
    ("POST", "/standards/deregister", "BatchDisableStandards"),
    ("POST", "/associations/batchGet", "BatchGetStandardsControlAssociations"),
    ("PATCH", "/associations", "BatchUpdateStandardsControlAssociations"),
    ("GET", "/securityControls/definitions", "ListSecurityControlDefinitions"),
];

pub(super) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Handler<'a>) {
    let (method, path) = (request.method.as_str(), request.path.as_str());
    let known = OPERATIONS.iter().find(|(verb, at, _)| *verb == method && *at == path);
    let operation = known.map_or("", |(_, _, name)| name);
    let account = signer.account();
    let received = call(Service::SecurityHub, operation, &account, signer);
    let handler: Handler<'a> = Box::new(move |context| {
        let answered = allowed(Service::SecurityHub, signer, &format!("securityhub:{operation}"))
            .and_then(|()| handle(context, (&account, &signer.region), operation, &request.json()));
        json_reply(Service::SecurityHub, answered).with_header("x-amzn-requestid", "simulated")
    });
    (received, handler)
}

/// `DescribeConfigurationRecorderStatus` of AWS Config: it records everywhere.
pub(super) fn recorder<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Handler<'a>) {
    let received = call(Service::Config, &request.json_operation(), &signer.account(), signer);
    let status = json!({"ConfigurationRecordersStatus": [{"name": "default", "recording": true}]});
    let may = allowed(Service::Config, signer, &format!("config:{}", received.operation));
    (received, Box::new(move |_| json_reply(Service::Config, may.map(|()| status))))
}

fn handle(
    context: Context<'_>,
    place: (&str, &str),
    operation: &str,
    input: &Value,
) -> ServiceResult<Value> {
    let mut hubs = context.stores.hubs.lock();
    let HubState { hubs, switched } = &mut *hubs;
    let hub = hubs.entry((place.0.to_owned(), place.1.to_owned())).or_default();
    if !hub.is_on && operation != "EnableSecurityHub" {
        return Err(ServiceError::new(401, "InvalidAccessException", "Security Hub is off here"));
    }
    let mut log = |what: String| switched.push(format!("{} {} {what}", place.0, place.1));
    match operation {
        "DescribeHub" => Ok(json!({"HubArn": "arn", "AutoEnableControls": true})),
        "GetEnabledStandards" => {
            hub.look();
            Ok(json!({"StandardsSubscriptions": standards(hub)}))
        }
        "ListSecurityControlDefinitions" => Ok(json!({"SecurityControlDefinitions": controls()})),
        "BatchGetStandardsControlAssociations" => Ok(associations(hub, input)),
        "BatchUpdateStandardsControlAssociations" => Ok(update(hub, input, &mut log)),
        _ => switch(hub, operation, input, &mut log),
    }
}

/// Switches the hub or standards.
fn switch(
    hub: &mut SecurityHub,
    operation: &str,
    input: &Value,
    log: &mut impl FnMut(String),
) -> ServiceResult<Value> {
    let (requests, on) = match operation {
        "EnableSecurityHub" if hub.is_on => {
            return Err(ServiceError::new(409, "ResourceConflictException", "it is on already"));
        }
        "EnableSecurityHub" => {
            hub.is_on = true;
            log("hub ON".to_owned());
            return Ok(json!({}));
        }
        "BatchEnableStandards" => (entries(input, "StandardsSubscriptionRequests"), true),
        "BatchDisableStandards" => (entries(input, "StandardsSubscriptionArns"), false),
        _ => return Err(ServiceError::new(400, "InvalidInputException", operation)),
    };
    let named = |one: &Value| one["StandardsArn"].as_str().or(one.as_str()).map(str::to_owned);
    for arn in requests.iter().filter_map(named) {
        let standard = arn.trim_start_matches("sub:");
        hub.switch(standard, on);
        log(format!("{standard} {}", if on { "ON" } else { "OFF" }));
    }
    Ok(json!({"StandardsSubscriptions": standards(hub)}))
}

fn standards(hub: &SecurityHub) -> Vec<Value> {
    let one = |(arn, on): (&String, &bool)| {
        let status = match (hub.moving.contains_key(arn), on) {
            (true, true) => "PENDING",
            (true, false) => "DELETING",
            _ => "READY",
        };
        json!({
            "StandardsArn": arn, "StandardsSubscriptionArn": format!("sub:{arn}"), "StandardsInput": {},
            "StandardsStatus": status, "StandardsControlsUpdatable": "READY_FOR_UPDATES",
        })
    };
    hub.standards.iter().map(one).collect()
}

fn controls() -> Vec<Value> {
    let one = |id: &&str| {
        let here = if id.starts_with("Absent") { "UNAVAILABLE" } else { "AVAILABLE" };
        json!({"SecurityControlId": id, "CurrentRegionAvailability": here})
    };
    CONTROLS.iter().map(one).collect()
}

fn associations(hub: &SecurityHub, input: &Value) -> Value {
    let asked = entries(input, "StandardsControlAssociationIds");
    let one = |id: &Value| {
        let (standard, control) = ids(id);
        let (status, reason) = hub.control(standard, control)?;
        Some(json!({
            "StandardsArn": standard, "SecurityControlId": control, "AssociationStatus": status,
            "UpdatedReason": reason,
        }))
    };
    json!({"StandardsControlAssociationDetails": asked.iter().filter_map(one).collect::<Vec<_>>()})
}

/// What the hub has not is unprocessed, in an answer that is a success.
fn update(hub: &mut SecurityHub, input: &Value, log: &mut impl FnMut(String)) -> Value {
    let mut left = Vec::new();
    for update in entries(input, "StandardsControlAssociationUpdates") {
        let (standard, control) = ids(update);
        if hub.control(standard, control).is_none() {
            left.push(json!({
                "StandardsControlAssociationUpdate": update, "ErrorCode": "NOT_FOUND",
                "ErrorReason": "no such association",
            }));
            continue;
        }
        let text = |name: &str| update[name].as_str().unwrap_or_default().to_owned();
        let (status, reason) = (text("AssociationStatus"), text("UpdatedReason"));
        log(format!("{standard} {control} {status}"));
        hub.controls.insert((standard.to_owned(), control.to_owned()), (status, reason));
    }
    json!({"UnprocessedAssociationUpdates": left})
}

fn ids(value: &Value) -> (&str, &str) {
    let of = |name: &str| value[name].as_str().unwrap_or_default();
    (of("StandardsArn"), of("SecurityControlId"))
}

fn entries<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map(Vec::as_slice).unwrap_or_default()
}
