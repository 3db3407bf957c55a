//! AWS Organizations (JSON 1.1): accounts in small pages, some of them empty; units; tags.

use serde_json::{Value, json};

use super::{Answer, Said, call, json_reply, offset, page, target};
use crate::simulation::call::{Call, Request, Service, Signer};
use crate::simulation::faults::ServiceError;
use crate::simulation::random;
use crate::simulation::world::{Account, MANAGEMENT, ORGANIZATION, ROOT, World};

/// `ListAccounts` gives at most this many (Organizations API reference).
const PAGE: usize = 20;

pub(crate) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Answer<'a>) {
    let operation = target(request);
    let input = super::json(request);
    let about = input["ResourceId"].as_str().unwrap_or_default().to_owned();
    let call = call(Service::Organizations, &operation, &about, signer);
    let answer: Answer<'a> = Box::new(move |simulation, _| {
        json_reply(Service::Organizations, answer(&simulation.world, &operation, &input))
    });
    (call, answer)
}

fn answer(world: &World, operation: &str, input: &Value) -> Said<Value> {
    match operation {
        "DescribeOrganization" => Ok(json!({"Organization": {
            "Id": ORGANIZATION, "MasterAccountId": world.management(), "FeatureSet": "ALL",
            "Arn": format!("arn:aws:organizations::{}:organization/{ORGANIZATION}", world.management()),
        }})),
        "ListRoots" => Ok(json!({"Roots": [{"Id": ROOT, "Name": "Root", "PolicyTypes": []}]})),
        "ListAccounts" => list_accounts(world, input),
        "ListAccountsForParent" => {
            let parent = parent(world, input)?;
            let here = |account: &&Account| Some(account.unit) == parent;
            let accounts = world.accounts.iter().filter(here).map(|a| shown(world, a));
            let mut accounts: Vec<Value> = accounts.collect();
            if parent.is_none() {
                accounts.insert(0, management(world));
            }
            paged("Accounts", &accounts, input)
        }
        "ListOrganizationalUnitsForParent" => {
            let parent = parent(world, input)?;
            let here = |unit: &usize| world.parents[*unit] == parent;
            let units: Vec<Value> = (0..world.parents.len()).filter(here).map(unit).collect();
            paged("OrganizationalUnits", &units, input)
        }
        "ListTagsForResource" => {
            let id = input["ResourceId"].as_str().unwrap_or_default();
            paged("Tags", &tags(world, id)?, input)
        }
        _ => Err(ServiceError::new(400, "UnknownOperationException", operation)),
    }
}

fn paged(name: &str, all: &[Value], input: &Value) -> Said<Value> {
    let from = token(input)?;
    let (page, next) = page(all, from, size(input)?);
    Ok(with_token(name, page, next))
}

fn with_token(name: &str, page: &[Value], next: Option<String>) -> Value {
    let mut answer = json!({name: page});
    if let Some(next) = next {
        answer["NextToken"] = Value::from(next);
    }
    answer
}

/// Accounts in pages, of which some are empty and still have a successor, as AWS warns they may.
fn list_accounts(world: &World, input: &Value) -> Said<Value> {
    let text = input["NextToken"].as_str().unwrap_or_default();
    let (text, was_empty) = text.strip_prefix("after-").map_or((text, false), |text| (text, true));
    let from = offset(text).ok_or_else(invalid_token)?;
    let size = size(input)?;
    if !was_empty && random((world.seed, "empty page", from)).u8(0..6) == 0 {
        let next = format!("after-{}", if text.is_empty() { "page-0" } else { text });
        return Ok(with_token("Accounts", &[], Some(next)));
    }
    // The management account is one of them.
    let mut accounts = Vec::new();
    let to = (from + size).min(world.accounts.len() + 1);
    for number in from..to {
        accounts.push(match number.checked_sub(1) {
            None => management(world),
            Some(member) => shown(world, &world.accounts[member]),
        });
    }
    let next = (to <= world.accounts.len()).then(|| format!("page-{to}"));
    Ok(with_token("Accounts", &accounts, next))
}

fn size(input: &Value) -> Said<usize> {
    let size = input["MaxResults"].as_u64().unwrap_or(PAGE as u64);
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let text = "MaxResults must be from 1 to 20";
    if (1..=PAGE).contains(&size) {
        Ok(size)
    } else {
        Err(ServiceError::new(400, "InvalidInputException", text))
    }
}

fn token(input: &Value) -> Said<usize> {
    offset(input["NextToken"].as_str().unwrap_or_default()).ok_or_else(invalid_token)
}

fn invalid_token() -> ServiceError {
    ServiceError::new(400, "InvalidInputException", "You specified an invalid value: NextToken")
}

/// The number of the parent that is asked for, or nothing for the root.
fn parent(world: &World, input: &Value) -> Said<Option<usize>> {
    let id = input["ParentId"].as_str().unwrap_or_default();
    if id == ROOT {
        return Ok(None);
    }
    let text = "You specified parent that doesn't exist.";
    let unknown = || ServiceError::new(400, "ParentNotFoundException", text);
    world.unit_number(id).map(Some).ok_or_else(unknown)
}

/// An account's tags; the root and the units have none.
fn tags(world: &World, id: &str) -> Said<Vec<Value>> {
    let tag = |(key, value): (&String, &String)| json!({"Key": key, "Value": value});
    if let Some(number) = world.number(id) {
        return Ok(world.accounts[number].tags.iter().map(tag).collect());
    }
    if id == world.management() || id == ROOT || world.unit_number(id).is_some() {
        return Ok(Vec::new());
    }
    let text = "You specified a target that doesn't exist.";
    Err(ServiceError::new(400, "TargetNotFoundException", text))
}

fn unit(number: usize) -> Value {
    let id = World::unit_id(number);
    json!({"Id": id, "Name": format!("Unit {number}"), "Arn":
        format!("arn:aws:organizations::000000000000:ou/{ORGANIZATION}/{id}")})
}

fn arn(world: &World, id: &str) -> String {
    format!("arn:aws:organizations::{}:account/{ORGANIZATION}/{id}", world.management())
}

fn shown(world: &World, account: &Account) -> Value {
    // `Status` is retired since 2026-09-09: only `State` is left.
    let mut shown = json!({"Id": account.id, "Arn": arn(world, &account.id), "Name": account.name,
        "Email": format!("{}@example.com", account.id), "State": account.state,
        "JoinedMethod": "CREATED"});
    if world.shape.paths {
        shown["Paths"] = json!([world.path(account.unit)]);
    }
    shown
}

fn management(world: &World) -> Value {
    let id = world.management();
    let mut shown = json!({"Id": id, "Arn": arn(world, &id), "Name": MANAGEMENT, "State": "ACTIVE",
        "Email": "root@example.com", "JoinedMethod": "INVITED"});
    if world.shape.paths {
        shown["Paths"] = json!([format!("{ORGANIZATION}/{ROOT}/")]);
    }
    shown
}
