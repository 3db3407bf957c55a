//! Amazon Inspector (REST JSON): what it scans in an account, and turning scan types on and off.

use serde_json::{Map, Value, json};

use super::handler::{Context, Handler, ServiceResult, call, json_reply};
use super::session_policy::allowed;
use crate::call::{Call, Service};
use crate::request::{Request, Signer};
use crate::rng::keyed;
use crate::service_error::ServiceError;
use crate::stores::SCAN_TYPES;

pub(super) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Handler<'a>) {
    let (input, account) = (request.json(), signer.account());
    let operation = operation(&request.path);
    let received = call(Service::Inspector, operation, &account, signer);
    let handler: Handler<'a> = Box::new(move |context| {
        let place = (account.as_str(), signer.region.as_str());
        let may = allowed(Service::Inspector, signer, &format!("inspector2:{operation}"));
        json_reply(Service::Inspector, may.and_then(|()| handle(context, place, operation, &input)))
    });
    (received, handler)
}

fn operation(path: &str) -> &'static str {
    match path {
        "/status/batch/get" => "BatchGetAccountStatus",
        "/delegatedadminaccounts/get" => "GetDelegatedAdminAccount",
        "/enable" => "Enable",
        "/disable" => "Disable",
        _ => "Unknown",
    }
}

fn handle(
    context: Context<'_>,
    place: (&str, &str),
    operation: &str,
    input: &Value,
) -> ServiceResult<Value> {
    match operation {
        "BatchGetAccountStatus" => Ok(status(context, place)),
        "GetDelegatedAdminAccount" => administrator(context),
        "Enable" => change(context, place, input, true),
        "Disable" => change(context, place, input, false),
        _ => Err(ServiceError::new(400, "ValidationException", "the path is not simulated")),
    }
}

fn status(context: Context<'_>, place: (&str, &str)) -> Value {
    let types = context.stores.scan_types.of(context.world, place.0, place.1);
    let of_type = types.iter().map(|(name, status)| {
        let state = json!({"status": status.name(), "errorCode": "", "errorMessage": ""});
        ((*name).to_owned(), state)
    });
    let states: Map<String, Value> = of_type.collect();
    let on = types.values().any(|status| status.settled() == "ENABLED");
    let state = json!({"status": if on { "ENABLED" } else { "DISABLED" }});
    json!({
        "accounts": [{"accountId": place.0, "state": state, "resourceState": states}],
        "failedAccounts": [],
    })
}

/// Some organizations of the seeds have one.
fn administrator(context: Context<'_>) -> ServiceResult<Value> {
    if keyed((context.world.seed, "inspector administrator")).bool() {
        let text = "There is no delegated administrator.";
        return Err(ServiceError::new(404, "ResourceNotFoundException", text));
    }
    let id = context.world.management();
    Ok(json!({"delegatedAdmin": {"accountId": id, "relationshipStatus": "ENABLED"}}))
}

/// A failure of the account is named in a success.
fn change(
    context: Context<'_>,
    place: (&str, &str),
    input: &Value,
    on: bool,
) -> ServiceResult<Value> {
    let names = names(input).ok_or_else(|| {
        ServiceError::new(400, "ValidationException", "resourceTypes has an unknown name")
    })?;
    let stores = &context.stores.scan_types;
    let changed = if context.partially {
        Err("INTERNAL_ERROR")
    } else {
        stores.change(context.world, place, &names, on)
    };
    Ok(match changed {
        Ok(()) => {
            let state = if on { "ENABLING" } else { "DISABLING" };
            let states: Map<String, Value> =
                names.iter().map(|name| ((*name).to_owned(), json!(state))).collect();
            let account = json!({"accountId": place.0, "status": state, "resourceStatus": states});
            json!({"accounts": [account], "failedAccounts": []})
        }
        Err(code) => {
            let failed =
                json!({"accountId": place.0, "errorCode": code, "errorMessage": "simulated"});
            json!({"accounts": [], "failedAccounts": [failed]})
        }
    })
}

/// The scan types of a request, as answers name them.
fn names(input: &Value) -> Option<Vec<&'static str>> {
    let given = input["resourceTypes"].as_array()?.iter();
    let known = |value: &Value| {
        let found = SCAN_TYPES.iter().find(|(asked, _)| value.as_str() == Some(asked));
        found.map(|(_, name)| *name)
    };
    given.map(known).collect()
}
