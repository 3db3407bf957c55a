//! `DescribeRouteTables`: filtered as EC2 filters, whole tables, in pages.

use std::fmt::Write;

use super::query::{Filter, Form, filters, paged};
use crate::route_tables::{Route, RouteTable, route_tables};
use crate::service_error::escape_xml;
use crate::services::handler::ServiceResult;
use crate::world::World;

const FILTERS: [&str; 4] = ["route.gateway-id", "vpc-id", "owner-id", "association.main"];

pub(super) fn describe(
    world: &World,
    account: &str,
    region: &str,
    form: &Form,
) -> ServiceResult<String> {
    let filters = filters(form, &FILTERS)?;
    let tables = route_tables(world, account, region);
    let fits_all = |table: &&RouteTable| filters.iter().all(|filter| fits(table, filter));
    let selected: Vec<&RouteTable> = tables.iter().filter(fits_all).collect();
    let (page, next) = paged(&selected, form, 100)?;
    let mut body = "<routeTableSet>".to_owned();
    for table in page {
        write_table(&mut body, table);
    }
    Ok(body + "</routeTableSet>" + &next)
}

fn fits(table: &RouteTable, filter: &Filter) -> bool {
    match filter.name.as_str() {
        "route.gateway-id" => {
            table.routes.iter().filter_map(Route::gateway).any(|gateway| filter.fits(gateway))
        }
        "vpc-id" => filter.fits(&table.vpc),
        "owner-id" => filter.fits(&table.owner),
        _ => filter.fits(if table.main { "true" } else { "false" }),
    }
}

fn write_table(body: &mut String, table: &RouteTable) {
    let RouteTable { id, vpc, owner, main, .. } = table;
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
    let (element, text) = (route.destination.element(), escape_xml(route.destination.text()));
    let _ = write!(
        body,
        "<item><{element}>{text}</{element}><{target}>{id}</{target}><state>{}</state><origin>{}\
         </origin></item>",
        route.state, route.origin
    );
}

/// The association with a subnet, or with the VPC as its main table where there is no subnet.
fn write_association(body: &mut String, table: &str, subnet: Option<&str>) {
    let main = subnet.is_none();
    let element = subnet.map(|id| format!("<subnetId>{id}</subnetId>")).unwrap_or_default();
    let _ = write!(
        body,
        "<item><routeTableAssociationId>rtbassoc-1</routeTableAssociationId><routeTableId>{table}\
         </routeTableId>{element}<main>{main}</main><associationState><state>associated</state>\
         </associationState></item>"
    );
}
