//! AWS Account Management (REST JSON): which Regions are enabled in an account.

use serde_json::{Value, json};

use super::handler::{Handler, ServiceResult, call, json_page, json_reply, offset, page};
use crate::call::{Call, Service};
use crate::oracle;
use crate::request::{Request, Signer};
use crate::service_error::ServiceError;
use crate::world::{DEFAULT_REGIONS, World};

pub(super) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Handler<'a>) {
    let input = request.json();
    // Without an id it is the caller's own account.
    let account = input["AccountId"].as_str().map_or_else(|| signer.account(), str::to_owned);
    let operation = request.path.trim_start_matches('/').replacen('l', "L", 1);
    let received = call(Service::Account, &operation, &account, signer);
    let handler: Handler<'a> = Box::new(move |context| {
        let all = regions(context.world, &account, &input);
        json_reply(Service::Account, paged(&all, &input))
    });
    (received, handler)
}

/// `MaxResults` is from 1 to 50, and 20 where it is absent (Account Management API reference).
fn paged(regions: &[Value], input: &Value) -> ServiceResult<Value> {
    let invalid = |text| ServiceError::new(400, "ValidationException", text);
    let requested = input["MaxResults"].as_u64().unwrap_or(20);
    let allowed = usize::try_from(requested).ok().filter(|size| (1..=50).contains(size));
    let size = allowed.ok_or_else(|| invalid("MaxResults must be from 1 to 50"))?;
    let given = offset(input["NextToken"].as_str().unwrap_or_default());
    let from = given.ok_or_else(|| invalid("The NextToken is invalid"))?;
    let (page, next) = page(regions, from, size);
    Ok(json_page("Regions", page, next))
}

fn regions(world: &World, account: &str, input: &Value) -> Vec<Value> {
    let statuses: Option<Vec<&str>> = input["RegionOptStatusContains"]
        .as_array()
        .map(|statuses| statuses.iter().filter_map(Value::as_str).collect());
    let all = world.shape.regions.iter().map(|region| (region, status(world, account, region)));
    all.filter(|(_, status)| statuses.as_ref().is_none_or(|statuses| statuses.contains(status)))
        .map(|(region, status)| json!({"RegionName": region, "RegionOptStatus": status}))
        .collect()
}

fn status(world: &World, account: &str, region: &str) -> &'static str {
    match oracle::is_enabled(world, account, region) {
        true if DEFAULT_REGIONS.contains(&region) => "ENABLED_BY_DEFAULT",
        true => "ENABLED",
        false => "DISABLED",
    }
}
