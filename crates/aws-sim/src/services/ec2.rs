//! Amazon EC2 (query): who may call, and which operation answers. Regions, route tables, addresses,
//! network interfaces, security groups and an attribute of VPCs have files of their own.

mod addresses;
mod query;
mod regions;
mod route_tables;
mod security_groups;
mod vpc_attribute;

use super::handler::{Context, Handler, ServiceResult, call};
use super::session_policy;
use crate::call::{Call, Service};
use crate::fault::Fault;
use crate::public_addresses::public_addresses;
use crate::reply::Reply;
use crate::request::{Request, Signer};
use crate::service_error::ServiceError;
use crate::world::{DEFAULT_REGIONS, RegionAccess, World};
use query::Form;

pub(super) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Handler<'a>) {
    let form = request.form();
    let operation = form.get("Action").cloned().unwrap_or_default();
    let account = signer.account();
    let received = call(Service::Ec2, &operation, &account, signer);
    let handler: Handler<'a> = Box::new(move |context| {
        let result = check_access(context.world, &account, signer, &actions(&operation, &form))
            .and_then(|()| handle(context, &account, &signer.region, &operation, &form));
        match result {
            Ok(body) => Reply::xml(200, &envelope(&operation, &body)),
            Err(error) => error.reply(Service::Ec2),
        }
    });
    (received, handler)
}

fn envelope(operation: &str, body: &str) -> String {
    format!(
        "<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>simulated\
         </requestId>{body}</{operation}Response>"
    )
}

/// What a call takes: its own action, and tagging where it makes something with tags (EC2 user guide, "Grant
/// permission to tag Amazon EC2 resources during creation").
fn actions(operation: &str, form: &Form) -> Vec<String> {
    let tags = form.keys().any(|field| field.starts_with("TagSpecification."));
    let tagging = tags.then(|| "ec2:CreateTags".to_owned());
    std::iter::once(format!("ec2:{operation}")).chain(tagging).collect()
}

/// Refuses by the organization's policies, and by the session's own.
fn check_access(
    world: &World,
    account: &str,
    signer: &Signer,
    actions: &[String],
) -> ServiceResult<()> {
    let missing = actions.iter().find(|action| !session_policy::allows(&signer.token, action));
    let action = missing.or(actions.first()).map_or("", String::as_str);
    let is_opt_in = !DEFAULT_REGIONS.contains(&signer.region.as_str());
    if is_opt_in && session_policy::is_version_1(&signer.token) {
        return Err(Fault::RegionDisabled
            .error(Service::Ec2, action)
            .unwrap_or_else(denied_without_reason));
    }
    let fault = match world.region_access(account, &signer.region) {
        RegionAccess::Allowed if missing.is_none() => return Ok(()),
        RegionAccess::Allowed | RegionAccess::MissingPermission => Fault::Denied,
        RegionAccess::Disabled => Fault::RegionDisabled,
        RegionAccess::DeniedByPolicy => Fault::DeniedByPolicy,
        RegionAccess::DeniedWithoutReason => return Err(denied_without_reason()),
    };
    Err(fault.error(Service::Ec2, action).unwrap_or_else(denied_without_reason))
}

fn denied_without_reason() -> ServiceError {
    let text = "You are not authorized to perform this operation.";
    ServiceError::new(403, "UnauthorizedOperation", text)
}

fn handle(
    context: Context<'_>,
    account: &str,
    region: &str,
    operation: &str,
    form: &Form,
) -> ServiceResult<String> {
    if form.get("DryRun").is_some_and(|dry| dry == "true") {
        let text = "Request would have succeeded, but DryRun flag is set.";
        return Err(ServiceError::new(412, "DryRunOperation", text));
    }
    let world = context.world;
    match operation {
        "DescribeRouteTables" => route_tables::describe(world, account, region, form),
        "DescribeAddresses" => {
            let addresses = public_addresses(world, account, region);
            Ok(addresses::describe_addresses(&addresses.elastic_ips))
        }
        "DescribeNetworkInterfaces" => {
            let all = public_addresses(world, account, region).interfaces;
            let (page, next) = query::paged(&all, form, 1_000)?;
            Ok(addresses::describe_network_interfaces(page) + &next)
        }
        "DescribeVpcAttribute" => vpc_attribute::describe(world, account, region, form),
        "DescribeRegions" => Ok(regions::describe(world, account, form)),
        _ => security_groups::handle(context, (account, region), operation, form),
    }
}

fn invalid_action(operation: &str) -> ServiceError {
    let text = format!("The action {operation} is not valid for this web service.");
    ServiceError::new(400, "InvalidAction", text)
}
