//! AWS Organizations (JSON 1.1): accounts in small pages, some of them empty; units; tags.

use serde_json::{Value, json};

use super::handler::{Handler, ServiceResult, call, json_page, json_reply, offset, page, token};
use crate::call::{Call, Service};
use crate::request::{Request, Signer};
use crate::rng::keyed;
use crate::service_error::ServiceError;
use crate::world::{MANAGEMENT_NAME, MemberAccount, ORGANIZATION_ID, ROOT_ID, World};

/// `ListAccounts` returns at most this many accounts (Organizations API reference).
const PAGE: usize = 20;

pub(super) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Handler<'a>) {
    let operation = request.json_operation();
    let input = request.json();
    let account = input["ResourceId"].as_str().unwrap_or_default().to_owned();
    let received = call(Service::Organizations, &operation, &account, signer);
    let handler: Handler<'a> = Box::new(move |context| {
        json_reply(Service::Organizations, handle(context.world, &operation, &input))
    });
    (received, handler)
}

fn handle(world: &World, operation: &str, input: &Value) -> ServiceResult<Value> {
    match operation {
        "DescribeOrganization" => Ok(organization(world)),
        "ListRoots" => Ok(json!({"Roots": [{"Id": ROOT_ID, "Name": "Root", "PolicyTypes": []}]})),
        "ListAccounts" => list_accounts(world, input),
        "ListAccountsForParent" => list_accounts_for_parent(world, input),
        "ListOrganizationalUnitsForParent" => list_units_for_parent(world, input),
        "ListTagsForResource" => {
            let id = input["ResourceId"].as_str().unwrap_or_default();
            paged("Tags", &tags(world, id)?, input)
        }
        _ => Err(ServiceError::new(400, "UnknownOperationException", operation)),
    }
}

fn organization(world: &World) -> Value {
    let management = world.management();
    json!({"Organization": {
        "Id": ORGANIZATION_ID, "MasterAccountId": management, "FeatureSet": "ALL",
        "Arn": format!("arn:aws:organizations::{management}:organization/{ORGANIZATION_ID}"),
    }})
}

/// Accounts in pages, of which some are empty and still have a successor, as AWS warns they may.
fn list_accounts(world: &World, input: &Value) -> ServiceResult<Value> {
    let given = input["NextToken"].as_str().unwrap_or_default();
    let behind_empty_page = given.strip_prefix("after-");
    let from = offset(behind_empty_page.unwrap_or(given)).ok_or_else(invalid_token)?;
    let size = size(input)?;
    if behind_empty_page.is_none() && keyed((world.seed, "empty page", from)).u8(0..6) == 0 {
        return Ok(json_page("Accounts", &[], Some(format!("after-{}", token(from)))));
    }
    let start = from.saturating_sub(world.shape.repeated.min(size - 1));
    let end = (start + size).min(world.accounts.len() + 1);
    // The management account is the first one.
    let account = |number: usize| match number.checked_sub(1) {
        None => shown_management(world),
        Some(member) => shown(world, &world.accounts[member]),
    };
    let accounts: Vec<Value> = (start..end).map(account).collect();
    let next = (end <= world.accounts.len()).then(|| token(end));
    Ok(json_page("Accounts", &accounts, next))
}

fn list_accounts_for_parent(world: &World, input: &Value) -> ServiceResult<Value> {
    let parent = parent(world, input)?;
    let children = world.accounts.iter().filter(|account| Some(account.unit) == parent);
    let management = parent.is_none().then(|| shown_management(world));
    let members = children.map(|account| shown(world, account));
    let accounts: Vec<Value> = management.into_iter().chain(members).collect();
    paged("Accounts", &accounts, input)
}

fn list_units_for_parent(world: &World, input: &Value) -> ServiceResult<Value> {
    let parent = parent(world, input)?;
    let children = (0..world.parents.len()).filter(|unit| world.parents[*unit] == parent);
    paged("OrganizationalUnits", &children.map(shown_unit).collect::<Vec<_>>(), input)
}

fn paged(name: &str, all: &[Value], input: &Value) -> ServiceResult<Value> {
    let from = offset(input["NextToken"].as_str().unwrap_or_default()).ok_or_else(invalid_token)?;
    let (page, next) = page(all, from, size(input)?);
    Ok(json_page(name, page, next))
}

fn size(input: &Value) -> ServiceResult<usize> {
    let requested = input["MaxResults"].as_u64().unwrap_or(PAGE as u64);
    let size = usize::try_from(requested).ok().filter(|size| (1..=PAGE).contains(size));
    let text = "MaxResults must be from 1 to 20";
    size.ok_or_else(|| ServiceError::new(400, "InvalidInputException", text))
}

fn invalid_token() -> ServiceError {
    ServiceError::new(400, "InvalidInputException", "You specified an invalid value: NextToken")
}

/// The index of the parent in the request, or `None` for the root.
fn parent(world: &World, input: &Value) -> ServiceResult<Option<usize>> {
    let id = input["ParentId"].as_str().unwrap_or_default();
    if id == ROOT_ID {
        return Ok(None);
    }
    let text = "You specified parent that doesn't exist.";
    let unknown = || ServiceError::new(400, "ParentNotFoundException", text);
    world.unit_index(id).map(Some).ok_or_else(unknown)
}

/// An account's tags; the root and the units have none.
fn tags(world: &World, id: &str) -> ServiceResult<Vec<Value>> {
    let tag = |(key, value): (&String, &String)| json!({"Key": key, "Value": value});
    if let Some(account) = world.account(id) {
        return Ok(account.tags.iter().map(tag).collect());
    }
    if id == world.management() || id == ROOT_ID || world.unit_index(id).is_some() {
        return Ok(Vec::new());
    }
    let text = "You specified a target that doesn't exist.";
    Err(ServiceError::new(400, "TargetNotFoundException", text))
}

fn shown_unit(index: usize) -> Value {
    let id = World::unit_id(index);
    json!({"Id": id, "Name": format!("Unit {index}"), "Arn":
        format!("arn:aws:organizations::000000000000:ou/{ORGANIZATION_ID}/{id}")})
}

fn arn(world: &World, id: &str) -> String {
    format!("arn:aws:organizations::{}:account/{ORGANIZATION_ID}/{id}", world.management())
}

/// An account as AWS shows it: `Status` is retired since 2026-09-09, only `State` is left.
fn shown(world: &World, account: &MemberAccount) -> Value {
    let mut shown = json!({"Id": account.id, "Arn": arn(world, &account.id), "Name": account.name,
        "Email": format!("{}@example.com", account.id), "State": account.state,
        "JoinedMethod": "CREATED"});
    if world.shape.account_paths {
        shown["Paths"] = json!([world.path(account.unit)]);
    }
    shown
}

fn shown_management(world: &World) -> Value {
    let id = world.management();
    let mut shown = json!({"Id": id, "Arn": arn(world, &id), "Name": MANAGEMENT_NAME,
        "State": "ACTIVE", "Email": "root@example.com", "JoinedMethod": "INVITED"});
    if world.shape.account_paths {
        shown["Paths"] = json!([format!("{ORGANIZATION_ID}/{ROOT_ID}/")]);
    }
    shown
}
