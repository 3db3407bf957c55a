//! `internet-routes`: every route whose target is an internet gateway.
//!
//! IPv4, IPv6 and prefix-list destinations alike, active or not, in main tables and others. Other
//! ways to the internet (NAT, egress-only, transit and carrier gateways) are no rows here.

use aws_sdk_ec2::types::{Filter, Route, RouteTable};
use futures_util::future::BoxFuture;
use org_operator_aws::call_failure;
use org_operator_core::model::spec::{Access, Column, Scope, Spec};
use org_operator_core::outcome::classification::CallFailure;

use crate::{Operation, Rows, Target, ec2};

/// `DescribeRouteTables` gives 5 to 100 tables in a page (EC2 API reference).
const PAGE: i32 = 100;

const SPEC: Spec = Spec {
    name: "internet-routes",
    summary: "every route to an internet gateway",
    scope: Scope::Regional,
    access: Access::ReadOnly,
    actions: &["ec2:DescribeRouteTables"],
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

/// The operation.
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
        let ask = ec2::client(target).describe_route_tables().dry_run(true);
        Box::pin(async move { ec2::allowed(ask.send().await) })
    }
}

async fn rows(target: &Target) -> Result<Rows, CallFailure> {
    // The filter spares tables without such a route; emulators ignore it, so rows filter again.
    let to_gateway = Filter::builder().name("route.gateway-id").values("igw-*").build();
    let request = ec2::client(target).describe_route_tables();
    let mut tables = request
        .filters(to_gateway)
        .max_results(PAGE)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .items()
        .send();
    let mut rows = Rows::new();
    while let Some(table) = tables.next().await {
        let table = table.map_err(|error| call_failure(&error))?;
        // A subnet's participants see the owner's table too: it is the owner's row.
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
