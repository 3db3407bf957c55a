//! `internet-routes`: every route whose target is an internet gateway.
//!
//! Destinations are IPv4, IPv6 or prefix lists; routes may be in any state and in any table. Routes to
//! NAT, egress-only, transit and carrier gateways are not included.

use aws_sdk_ec2::types::{Filter, Route, RouteTable};
use futures_util::future::BoxFuture;
use org_operator_core::model::spec::{Access, Column, Scope, Spec};
use org_operator_core::outcome::classification::CallFailure;

use crate::{Operation, Rows, Target, ec2};

/// `DescribeRouteTables` allows 5 to 100 tables per page (EC2 API reference).
const PAGE: i32 = 100;

const PROBES: [ec2::Probe; 1] = [ec2::dry_run!("ec2:DescribeRouteTables", describe_route_tables)];

const SPEC: Spec = Spec {
    name: "internet-routes",
    summary: "every route to an internet gateway",
    scope: Scope::Regional,
    access: Access::ReadOnly,
    actions: &ec2::actions(&PROBES),
    columns: &[
        Column { name: "vpc_id", meaning: "the VPC of the route table" },
        Column { name: "route_table_id", meaning: "the route table" },
        Column { name: "is_main", meaning: "true where it is the VPC's main route table" },
        Column {
            name: "associated_subnets",
            meaning: "subnets explicitly associated with it, sorted, joined by ;",
        },
        Column { name: "destination", meaning: "IPv4 CIDR, IPv6 CIDR or prefix list" },
        Column { name: "gateway_id", meaning: "the internet gateway" },
        Column { name: "state", meaning: "active, blackhole or filtered" },
        Column { name: "origin", meaning: "how the route came to be, as EC2 names it" },
    ],
    key: &["route_table_id", "destination"],
};

/// The operation `internet-routes`.
#[derive(Debug, Clone, Copy)]
pub struct InternetRoutes;

impl Operation for InternetRoutes {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, CallFailure>> {
        Box::pin(rows(target))
    }

    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), CallFailure>> {
        ec2::probe_all(&PROBES, target)
    }
}

async fn rows(target: &Target) -> Result<Rows, CallFailure> {
    // The filter excludes tables without such a route. EC2 filters whole tables, and emulators ignore
    // the filter, so the routes are filtered again.
    let to_gateway = Filter::builder().name("route.gateway-id").values("igw-*").build();
    let request = ec2::client(target).describe_route_tables().filters(to_gateway);
    let mut tables = ec2::items!(request.max_results(PAGE));
    let mut rows = Rows::new();
    while let Some(table) = ec2::next(&mut tables).await? {
        // Participants of a shared VPC see the owner's tables, which are rows of the owner only.
        if table.owner_id().is_none_or(|owner| owner == target.account.as_str()) {
            rows.extend(internet_routes(&table).map(|route| row(&table, route)));
        }
    }
    Ok(rows)
}

fn internet_routes(table: &RouteTable) -> impl Iterator<Item = &Route> {
    let to_internet = |route: &&Route| route.gateway_id().is_some_and(|id| id.starts_with("igw-"));
    table.routes().iter().filter(to_internet)
}

fn row(table: &RouteTable, route: &Route) -> Vec<String> {
    let associations = table.associations();
    let is_main = associations.iter().any(|association| association.main() == Some(true));
    let mut subnets: Vec<&str> = associations.iter().filter_map(|a| a.subnet_id()).collect();
    subnets.sort_unstable();
    let destinations = [
        route.destination_cidr_block(),
        route.destination_ipv6_cidr_block(),
        route.destination_prefix_list_id(),
    ];
    let destination = destinations.into_iter().flatten().find(|text| !text.is_empty());
    let cells = [
        table.vpc_id().unwrap_or_default(),
        table.route_table_id().unwrap_or_default(),
        if is_main { "true" } else { "false" },
        &subnets.join(";"),
        destination.unwrap_or_default(),
        route.gateway_id().unwrap_or_default(),
        route.state().map_or("", |state| state.as_str()),
        route.origin().map_or("", |origin| origin.as_str()),
    ];
    cells.map(str::to_owned).to_vec()
}

#[cfg(test)]
#[path = "internet_routes/tests.rs"]
mod tests;
