//! Amazon EC2 (query): route tables in pages, filtered as EC2 filters: whole tables, by wildcard;
//! addresses and interfaces.

use std::fmt::Write;

use super::{Answer, Said, account_of, call, ec2_addresses, offset, page, sts};
use crate::simulation::addresses::addresses;
use crate::simulation::call::{Call, Request, Service, Signer, form};
use crate::simulation::faults::{Fault, ServiceError, escape, xml};
use crate::simulation::handle::Simulation;
use crate::simulation::network::{Route, Table, tables};
use crate::simulation::world::Access;

type Form = std::collections::BTreeMap<String, String>;

pub(crate) fn route<'a>(
    simulation: &Simulation,
    request: &'a Request,
    signer: &'a Signer,
) -> (Call, Answer<'a>) {
    let form = form(&request.body);
    let operation = form.get("Action").cloned().unwrap_or_default();
    let account = account_of(&signer.key);
    let call = call(Service::Ec2, &operation, &account, signer);
    let denied = denied(simulation, &account, signer, &operation);
    let answer: Answer<'a> = Box::new(move |simulation, _| {
        if let Some(error) = denied {
            return error.reply(Service::Ec2);
        }
        match answer(simulation, &account, &signer.region, &operation, &form) {
            Ok(body) => xml(200, envelope(&operation, &body)),
            Err(error) => error.reply(Service::Ec2),
        }
    });
    (call, answer)
}

fn envelope(operation: &str, body: &str) -> String {
    format!(
        "<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>simulated\
         </requestId>{body}</{operation}Response>"
    )
}

/// Why the call is refused, by the organization's policies or the session's own.
fn denied(
    simulation: &Simulation,
    account: &str,
    signer: &Signer,
    operation: &str,
) -> Option<ServiceError> {
    let error = |fault: Fault| fault.error(Service::Ec2, &format!("ec2:{operation}"));
    match simulation.world.access(account, &signer.region) {
        Access::On if sts::allows(&signer.token, &format!("ec2:{operation}")) => None,
        Access::On | Access::NoPermission => error(Fault::Denied),
        Access::Off => error(Fault::RegionOff),
        Access::Policy => error(Fault::DeniedByPolicy),
        Access::ShortPolicy => Some(ServiceError::new(
            403,
            "UnauthorizedOperation",
            "You are not authorized to perform this operation.",
        )),
    }
}

fn answer(
    simulation: &Simulation,
    account: &str,
    region: &str,
    operation: &str,
    form: &Form,
) -> Said<String> {
    if form.get("DryRun").is_some_and(|dry| dry == "true") {
        let text = "Request would have succeeded, but DryRun flag is set.";
        return Err(ServiceError::new(412, "DryRunOperation", text));
    }
    match operation {
        "DescribeRouteTables" => {
            let tables = tables(&simulation.world, account, region);
            describe_route_tables(&tables, form)
        }
        "DescribeAddresses" => {
            let all = addresses(&simulation.world, account, region).elastic;
            Ok(ec2_addresses::describe_addresses(&all))
        }
        "DescribeNetworkInterfaces" => {
            let all = addresses(&simulation.world, account, region).interfaces;
            let (page, next) = paged(&all, form, 1_000)?;
            Ok(ec2_addresses::interfaces(page) + &next)
        }
        "DescribeRegions" => Ok(regions(simulation)),
        _ => {
            let text = format!("The action {operation} is not valid for this web service.");
            Err(ServiceError::new(400, "InvalidAction", text))
        }
    }
}

fn regions(simulation: &Simulation) -> String {
    let mut body = "<regionInfo>".to_owned();
    for region in &simulation.world.shape.regions {
        let _ = write!(
            body,
            "<item><regionName>{region}</regionName><regionEndpoint>ec2.{region}.amazonaws.com\
             </regionEndpoint><optInStatus>opt-in-not-required</optInStatus></item>"
        );
    }
    body + "</regionInfo>"
}

fn describe_route_tables(tables: &[Table], form: &Form) -> Said<String> {
    let filters = filters(form);
    for (name, _) in &filters {
        if !FILTERS.contains(&name.as_str()) {
            let text = format!("The filter '{name}' is invalid");
            return Err(ServiceError::new(400, "InvalidParameterValue", text));
        }
    }
    let found = tables.iter().filter(|table| filters.iter().all(|filter| fits(table, filter)));
    let found: Vec<&Table> = found.collect();
    let (page, next) = paged(&found, form, 100)?;
    let mut body = "<routeTableSet>".to_owned();
    for table in page {
        write_table(&mut body, table);
    }
    Ok(body + "</routeTableSet>" + &next)
}

/// The page that is asked for, and the element that names the next one.
fn paged<'a, T>(all: &'a [T], form: &Form, most: usize) -> Said<(&'a [T], String)> {
    let from = offset(form.get("NextToken").map_or("", String::as_str))
        .ok_or_else(|| ServiceError::new(400, "InvalidNextToken", "The token is invalid"))?;
    let (page, next) = page(all, from, size(form, most)?);
    Ok((page, next.map_or_else(String::new, |next| format!("<nextToken>{next}</nextToken>"))))
}

const FILTERS: [&str; 4] = ["route.gateway-id", "vpc-id", "owner-id", "association.main"];

/// `MaxResults` is from 5 to 100 for route tables, to 1,000 for interfaces (EC2 API reference).
fn size(form: &Form, most: usize) -> Said<usize> {
    let Some(text) = form.get("MaxResults") else { return Ok(most) };
    let size = text.parse().ok().filter(|size| (5..=most).contains(size));
    size.ok_or_else(|| {
        let text =
            format!("Value ( {text} ) for parameter maxResults is invalid. Expecting 5..{most}");
        ServiceError::new(400, "InvalidParameterValue", text)
    })
}

fn filters(form: &Form) -> Vec<(String, Vec<String>)> {
    let filter = |n: usize| {
        let name = form.get(&format!("Filter.{n}.Name"))?.clone();
        let value = |m: usize| form.get(&format!("Filter.{n}.Value.{m}")).cloned();
        Some((name, (1..).map_while(value).collect()))
    };
    (1..).map_while(filter).collect()
}

fn fits(table: &Table, (name, values): &(String, Vec<String>)) -> bool {
    let any = |text: &str| values.iter().any(|value| wild(value, text));
    match name.as_str() {
        "route.gateway-id" => table.routes.iter().filter_map(Route::gateway).any(any),
        "vpc-id" => any(&table.vpc),
        "owner-id" => any(&table.owner),
        _ => any(if table.main { "true" } else { "false" }),
    }
}

/// A filter's value: only a star at its end is simulated, which is all that the product uses.
fn wild(value: &str, text: &str) -> bool {
    value.strip_suffix('*').map_or(value == text, |start| text.starts_with(start))
}

fn write_table(body: &mut String, table: &Table) {
    let Table { id, vpc, owner, main, .. } = table;
    let _ = write!(
        body,
        "<item><routeTableId>{id}</routeTableId><vpcId>{vpc}</vpcId><ownerId>{owner}</ownerId><routeSet>"
    );
    table.routes.iter().for_each(|route| write_route(body, route));
    body.push_str("</routeSet><associationSet>");
    if *main {
        write_association(body, id, None);
    }
    table.subnets.iter().for_each(|subnet| write_association(body, id, Some(subnet)));
    body.push_str("</associationSet><propagatingVgwSet/><tagSet/></item>");
}

fn write_route(body: &mut String, route: &Route) {
    let (target, id) = &route.target;
    let (element, text) = (route.destination.element(), escape(route.destination.text()));
    let _ = write!(
        body,
        "<item><{element}>{text}</{element}><{target}>{id}</{target}><state>{}</state><origin>{}\
         </origin></item>",
        route.state, route.origin
    );
}

fn write_association(body: &mut String, table: &str, subnet: Option<&str>) {
    let main = subnet.is_none();
    let subnet = subnet.map(|id| format!("<subnetId>{id}</subnetId>")).unwrap_or_default();
    let _ = write!(
        body,
        "<item><routeTableAssociationId>rtbassoc-1</routeTableAssociationId><routeTableId>{table}\
         </routeTableId>{subnet}<main>{main}</main><associationState><state>associated</state>\
         </associationState></item>"
    );
}
