//! Amazon EC2: route tables, addresses, interfaces, asked in a session of the member role.

use std::collections::BTreeSet;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::describe_route_tables::builders::DescribeRouteTablesFluentBuilder;
use aws_sdk_ec2::types::{Filter, Route, RouteTable};
use org_operator_testkit::TestResult;
use org_operator_testkit::network::MadeRoute;
use org_operator_tests::backend::{Backend, Destination, destination};

use super::check::{all, equal, holds, paged, pages, refused};

const ACTIONS: [&str; 3] =
    ["ec2:DescribeRouteTables", "ec2:DescribeAddresses", "ec2:DescribeNetworkInterfaces"];

async fn client(backend: &Backend, region: &str) -> TestResult<Client> {
    Ok(Client::new(&backend.member(region, &ACTIONS.map(str::to_owned)).await?))
}

async fn describing(backend: &Backend) -> TestResult<DescribeRouteTablesFluentBuilder> {
    Ok(client(backend, &backend.fixture.region).await?.describe_route_tables())
}

async fn tables(describe: &DescribeRouteTablesFluentBuilder) -> TestResult<Vec<RouteTable>> {
    all(async |token| {
        let answer = describe.clone().set_next_token(token).send().await?;
        Ok((answer.route_tables().to_vec(), answer.next_token().map(str::to_owned)))
    })
    .await
}

fn id(table: &RouteTable) -> String {
    table.route_table_id().unwrap_or_default().to_owned()
}

fn subnets(table: &RouteTable) -> Vec<&str> {
    let mut subnets: Vec<_> = table.associations().iter().filter_map(|a| a.subnet_id()).collect();
    subnets.sort_unstable();
    subnets
}

fn is_main(table: &RouteTable) -> bool {
    table.associations().iter().any(|association| association.main() == Some(true))
}

/// A route's destination of one form, where it has that form.
fn of(kind: Destination, route: &Route) -> Option<&str> {
    let text = match kind {
        Destination::Ipv4 => route.destination_cidr_block(),
        Destination::Ipv6 => route.destination_ipv6_cidr_block(),
        Destination::PrefixList => route.destination_prefix_list_id(),
    };
    text.filter(|text| !text.is_empty())
}

fn row(kind: Destination, table: &RouteTable, route: &Route) -> Option<MadeRoute> {
    let gateway = route.gateway_id().filter(|gateway| gateway.starts_with("igw-"))?;
    let cells = [
        table.vpc_id().unwrap_or_default(),
        table.route_table_id().unwrap_or_default(),
        if is_main(table) { "true" } else { "false" },
        &subnets(table).join(";"),
        of(kind, route)?,
        gateway,
        route.state().map_or("", |state| state.as_str()),
        route.origin().map_or("", |origin| origin.as_str()),
    ];
    Some(MadeRoute(cells.map(str::to_owned).to_vec()))
}

/// The routes of one form in the fixture's tables are those that were made, and no more.
async fn come_back(backend: &Backend, kind: Destination) -> TestResult<()> {
    let routes = &backend.fixture.routes;
    let expected: BTreeSet<_> = routes.iter().filter(|route| destination(route) == kind).collect();
    let tables = tables(&describing(backend).await?).await?;
    let made = |table: &&RouteTable| routes.iter().any(|route| route.0[1] == id(table));
    let rows = tables
        .iter()
        .filter(made)
        .flat_map(|table| table.routes().iter().filter_map(move |route| row(kind, table, route)));
    let found: BTreeSet<MadeRoute> = rows.collect();
    equal("the routes", &found.iter().collect(), &expected)
}

pub(crate) async fn ipv4_routes_come_back_as_made(backend: &Backend) -> TestResult<()> {
    come_back(backend, Destination::Ipv4).await
}

pub(crate) async fn ipv6_routes_come_back_as_made(backend: &Backend) -> TestResult<()> {
    come_back(backend, Destination::Ipv6).await
}

pub(crate) async fn prefix_list_routes_come_back_as_made(backend: &Backend) -> TestResult<()> {
    come_back(backend, Destination::PrefixList).await
}

pub(crate) async fn a_main_association_is_told_from_explicit_ones(
    backend: &Backend,
) -> TestResult<()> {
    let tables = tables(&describing(backend).await?).await?;
    let (mut main, mut explicit) = (0, 0);
    for association in tables.iter().flat_map(RouteTable::associations) {
        let has_subnet = association.subnet_id().is_some_and(|subnet| !subnet.is_empty());
        let is_main = association.main().ok_or("an association does not say whether it is main")?;
        holds(is_main != has_subnet, format!("main and explicit at once: {association:?}"))?;
        *(if is_main { &mut main } else { &mut explicit }) += 1;
    }
    holds(main > 0 && explicit > 0, format!("{main} main associations, {explicit} explicit ones"))
}

pub(crate) async fn a_region_has_networks_of_its_own(backend: &Backend) -> TestResult<()> {
    let client = client(backend, &backend.fixture.other_region).await?;
    let elsewhere: BTreeSet<String> =
        tables(&client.describe_route_tables()).await?.iter().map(id).collect();
    let there = backend.fixture.routes.iter().find(|route| elsewhere.contains(&route.0[1]));
    equal("a table of another Region", &there, &None)
}

fn to_gateway() -> Filter {
    Filter::builder().name("route.gateway-id").values("igw-*").build()
}

pub(crate) async fn the_gateway_filter_gives_only_tables_with_such_a_route(
    backend: &Backend,
) -> TestResult<()> {
    let describe = describing(backend).await?;
    let to_internet = |table: &&RouteTable| {
        let mut routes = table.routes().iter();
        routes.any(|route| route.gateway_id().is_some_and(|id| id.starts_with("igw-")))
    };
    let everything = tables(&describe).await?;
    let expected: BTreeSet<String> = everything.iter().filter(to_internet).map(id).collect();
    holds(expected.len() < everything.len(), "every table has such a route")?;
    let filtered = tables(&describe.filters(to_gateway())).await?;
    let needless = filtered.iter().filter(|table| !expected.contains(&id(table))).count();
    holds(needless == 0, "tables without such a route came too")?;
    equal("the tables", &filtered.iter().map(id).collect(), &expected)
}

pub(crate) async fn an_unknown_filter_is_refused(backend: &Backend) -> TestResult<()> {
    let unknown = Filter::builder().name("route.gatewayid").values("igw-*").build();
    let describe = describing(backend).await?.filters(unknown);
    refused(describe.send().await, &["InvalidParameterValue"])
}

pub(crate) async fn tables_come_in_pages(backend: &Backend) -> TestResult<()> {
    let describe = describing(backend).await?.filters(to_gateway());
    let expected = tables(&describe).await?.iter().map(id).collect();
    let describe = describe.max_results(5);
    let found = pages(async |token| {
        let answer = describe.clone().set_next_token(token).send().await?;
        let ids = answer.route_tables().iter().map(id).collect();
        Ok((ids, answer.next_token().map(str::to_owned)))
    });
    paged(&found.await?, 5, &expected)
}

pub(crate) async fn a_page_of_fewer_than_5_tables_is_refused(backend: &Backend) -> TestResult<()> {
    let describe = describing(backend).await?.max_results(4);
    refused(describe.send().await, &["InvalidParameterValue"])
}

pub(crate) async fn a_page_of_more_than_100_tables_is_refused(backend: &Backend) -> TestResult<()> {
    let describe = describing(backend).await?.max_results(101);
    refused(describe.send().await, &["InvalidParameterValue"])
}

pub(crate) async fn an_invalid_token_is_refused(backend: &Backend) -> TestResult<()> {
    let describe = describing(backend).await?.next_token("nonsense");
    // EC2's list of codes has the first two; some of its actions are known to answer the third.
    let codes = ["InvalidNextToken", "InvalidPaginationToken", "InvalidParameterValue"];
    refused(describe.send().await, &codes)
}

pub(crate) async fn a_dry_run_does_nothing_and_says_so(backend: &Backend) -> TestResult<()> {
    let describe = describing(backend).await?.dry_run(true);
    refused(describe.send().await, &["DryRunOperation"])
}

pub(crate) async fn addresses_and_interfaces_are_answered(backend: &Backend) -> TestResult<()> {
    let client = client(backend, &backend.fixture.region).await?;
    client.describe_addresses().send().await?;
    let describe = client.describe_network_interfaces().include_managed_resources(true);
    describe.max_results(1_000).send().await?;
    Ok(())
}

pub(crate) async fn a_page_of_fewer_than_5_interfaces_is_refused(
    backend: &Backend,
) -> TestResult<()> {
    let client = client(backend, &backend.fixture.region).await?;
    let describe = client.describe_network_interfaces().max_results(4);
    refused(describe.send().await, &["InvalidParameterValue"])
}
