//! A network in an emulator with more route tables than a small page holds, and a route to an
//! internet gateway of every kind.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::create_route::builders::CreateRouteFluentBuilder;
use org_operator_testkit::TestResult;
use org_operator_testkit::network::{self, Layout, MadeRoute};

/// Destinations, each in a table of its own.
const DESTINATIONS: [&str; 6] =
    ["::/0", "2001:db8::/48", "0.0.0.0/0", "198.51.100.0/24", "203.0.113.0/24", "192.0.2.0/24"];

/// Makes it and tells its internet routes.
pub(super) async fn make(config: &SdkConfig) -> TestResult<BTreeSet<MadeRoute>> {
    let mut routes = network::make(config, Layout::MainToInternet).await?;
    let (vpc, gateway) = (routes[0].0[0].clone(), routes[0].0[5].clone());
    routes.extend(network::make(config, Layout::PublicSubnets).await?);
    network::make(config, Layout::Private).await?;
    let ec2 = Client::new(config);
    for destination in DESTINATIONS {
        routes.push(table_with(&ec2, &vpc, &gateway, destination).await?);
    }
    let list = prefix_list(&ec2).await?;
    routes.push(table_with(&ec2, &vpc, &gateway, &list).await?);
    Ok(routes.into_iter().collect())
}

async fn prefix_list(ec2: &Client) -> TestResult<String> {
    let create = ec2.create_managed_prefix_list().prefix_list_name("offices").max_entries(1);
    let made = create.address_family("IPv4").send().await?;
    let id = made.prefix_list().and_then(|list| list.prefix_list_id());
    Ok(id.ok_or("no prefix list")?.to_owned())
}

async fn table_with(
    ec2: &Client,
    vpc: &str,
    gateway: &str,
    destination: &str,
) -> TestResult<MadeRoute> {
    let made = ec2.create_route_table().vpc_id(vpc).send().await?;
    let table = made.route_table().and_then(|table| table.route_table_id()).ok_or("no table")?;
    let create = ec2.create_route().route_table_id(table).gateway_id(gateway);
    to(create, destination).send().await?;
    let cells = [vpc, table, "false", "", destination, gateway, "active", "CreateRoute"];
    Ok(MadeRoute(cells.map(str::to_owned).to_vec()))
}

fn to(create: CreateRouteFluentBuilder, destination: &str) -> CreateRouteFluentBuilder {
    match destination {
        list if list.starts_with("pl-") => create.destination_prefix_list_id(list),
        block if block.contains(':') => create.destination_ipv6_cidr_block(block),
        block => create.destination_cidr_block(block),
    }
}
