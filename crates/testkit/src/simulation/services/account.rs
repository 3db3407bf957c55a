//! AWS Account Management (REST JSON): which Regions are on in an account.

use serde_json::{Value, json};

use super::{Answer, Said, account_of, call, json_reply, offset, page};
use crate::simulation::call::{Call, Request, Service, Signer};
use crate::simulation::faults::ServiceError;
use crate::simulation::truth;
use crate::simulation::world::{ALWAYS_ON, World};

pub(crate) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Answer<'a>) {
    let input = super::json(request);
    // Without an id it is the caller's own account.
    let account =
        input["AccountId"].as_str().map_or_else(|| account_of(&signer.key), str::to_owned);
    let operation = request.path.trim_start_matches('/').replacen('l', "L", 1);
    let call = call(Service::Account, &operation, &account, signer);
    let answer: Answer<'a> = Box::new(move |simulation, _| {
        let regions = regions(&simulation.world, &account, &input);
        json_reply(Service::Account, paged(&regions, &input))
    });
    (call, answer)
}

/// `MaxResults` is from 1 to 50, and 20 where it is absent (Account Management API reference).
fn paged(regions: &[Value], input: &Value) -> Said<Value> {
    let invalid = |text| ServiceError::new(400, "ValidationException", text);
    let size = input["MaxResults"].as_u64().unwrap_or(20);
    let size = usize::try_from(size).ok().filter(|size| (1..=50).contains(size));
    let size = size.ok_or_else(|| invalid("MaxResults must be from 1 to 50"))?;
    let from = offset(input["NextToken"].as_str().unwrap_or_default());
    let (page, next) =
        page(regions, from.ok_or_else(|| invalid("The NextToken is invalid"))?, size);
    let mut answer = json!({"Regions": page});
    if let Some(next) = next {
        answer["NextToken"] = Value::from(next);
    }
    Ok(answer)
}

fn regions(world: &World, account: &str, input: &Value) -> Vec<Value> {
    let wanted: Option<Vec<&str>> = input["RegionOptStatusContains"]
        .as_array()
        .map(|wanted| wanted.iter().filter_map(Value::as_str).collect());
    let all = world.shape.regions.iter().map(|region| (region, status(world, account, region)));
    all.filter(|(_, status)| wanted.as_ref().is_none_or(|wanted| wanted.contains(status)))
        .map(|(region, status)| json!({"RegionName": region, "RegionOptStatus": status}))
        .collect()
}

fn status(world: &World, account: &str, region: &str) -> &'static str {
    match truth::is_enabled(world, account, region) {
        true if ALWAYS_ON.contains(&region) => "ENABLED_BY_DEFAULT",
        true => "ENABLED",
        false => "DISABLED",
    }
}
