//! `internet-routes`: every route whose target is an internet gateway.
//!
//! Destinations are IPv4, IPv6 or prefix lists; routes may be in any state and in any table. Routes to
//! NAT, egress-only, transit and carrier gateways are not included.

use std::sync::LazyLock;

use aws_sdk_ec2::types::{Filter, Route, RouteTable};
use futures_util::future::BoxFuture;
use org_operator_core::model::spec::Spec;
use org_operator_core::outcome::classification::CallFailure;

use crate::{Operation, OperationFailure, Rows, Target, ec2};

/// `DescribeRouteTables` allows 5 to 100 tables per page (EC2 API reference).
const PAGE: i32 = 100;

const PROBES: [ec2::Probe; 1] = [ec2::dry_run!("ec2:DescribeRouteTables", describe_route_tables)];

const COLUMNS: &[(&str, &str)] = &[
    ("vpc_id", "the VPC of the route table"),
    ("route_table_id", "the route table"),
    ("is_main", "true where it is the VPC's main route table"),
    ("associated_subnets", "subnets explicitly associated with it, sorted, joined by ;"),
    ("destination", "IPv4 CIDR, IPv6 CIDR or prefix list"),
    ("gateway_id", "the internet gateway"),
    ("state", "active, blackhole or filtered"),
    ("origin", "how the route came to be, as EC2 names it"),
];

const EXAMPLE: &[&str] = &[
    "vpc-1",
    "rtb-1",
    "false",
    "subnet-a;subnet-b",
    "0.0.0.0/0",
    "igw-1",
    "active",
    "CreateRoute",
];

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    Spec::read_only("internet-routes", "every route to an internet gateway", ec2::actions(&PROBES))
        .with_columns(COLUMNS, &["route_table_id", "destination"])
        .documented(
            "network",
            "Which routes lead to an internet gateway?",
            &["Routes to NAT, egress-only, transit and carrier gateways."],
        )
        .with_example(EXAMPLE)
});

/// The operation `internet-routes`.
#[derive(Debug, Clone, Copy)]
pub struct InternetRoutes;

impl Operation for InternetRoutes {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(async move { Ok(rows(target).await?) })
    }

    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        ec2::probe_all(&PROBES, target)
    }
}

async fn rows(target: &Target) -> Result<Rows, CallFailure> {
    // The filter excludes tables without such a route. EC2 filters whole tables, and emulators ignore
    // the filter, so the routes are filtered again.
    let to_gateway = Filter::builder().name("route.gateway-id").values("igw-*").build();
    let calls = ec2::OwnCalls::of(target);
    let request = calls.client.describe_route_tables().filters(to_gateway);
    let mut tables = ec2::items!(request.max_results(PAGE), route_tables, calls.own());
    let mut rows = Rows::new();
    while let Some(table) = tables.next().await? {
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
