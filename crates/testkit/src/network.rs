//! Networks of a demo account: VPCs with routes of several kinds, made through EC2's own API.

use aws_config::SdkConfig;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::Filter;

use crate::TestResult;

/// What a network looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// The main table has the default route to an internet gateway.
    MainToInternet,
    /// A table of its own, with two subnets, has the default route and a narrow one.
    PublicSubnets,
    /// A table with a route to a peering connection: no way to the internet.
    Private,
    /// Nothing but what every account has.
    Empty,
}

/// A route to an internet gateway as it was made: the cells of its record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MadeRoute(pub Vec<String>);

/// Makes a network and tells its internet routes.
///
/// # Errors
/// What EC2 answered.
pub async fn make(config: &SdkConfig, layout: Layout) -> TestResult<Vec<MadeRoute>> {
    let ec2 = Client::new(config);
    match layout {
        Layout::MainToInternet => main_to_internet(&ec2).await,
        Layout::PublicSubnets => public_subnets(&ec2).await,
        Layout::Private => private(&ec2).await.map(|()| Vec::new()),
        Layout::Empty => Ok(Vec::new()),
    }
}

async fn main_to_internet(ec2: &Client) -> TestResult<Vec<MadeRoute>> {
    let vpc = make_vpc(ec2, "10.1.0.0/16").await?;
    let gateway = make_gateway(ec2, &vpc).await?;
    let of_vpc = Filter::builder().name("vpc-id").values(&vpc).build();
    let tables = ec2.describe_route_tables().filters(of_vpc).send().await?;
    let is_main = |table: &&aws_sdk_ec2::types::RouteTable| {
        table.associations().iter().any(|a| a.main() == Some(true))
    };
    let found = tables.route_tables().iter().find(is_main).and_then(|table| table.route_table_id());
    let main = found.ok_or("the VPC has no main route table")?.to_owned();
    let table = Table { vpc, id: main, is_main: true, subnets: Vec::new() };
    Ok(vec![route(ec2, &table, "0.0.0.0/0", &gateway).await?])
}

async fn public_subnets(ec2: &Client) -> TestResult<Vec<MadeRoute>> {
    let vpc = make_vpc(ec2, "10.2.0.0/16").await?;
    let gateway = make_gateway(ec2, &vpc).await?;
    let mut table = make_table(ec2, vpc).await?;
    for block in ["10.2.1.0/24", "10.2.2.0/24"] {
        let made = ec2.create_subnet().vpc_id(&table.vpc).cidr_block(block).send().await?;
        let subnet = made.subnet().and_then(|subnet| subnet.subnet_id()).ok_or("no subnet")?;
        ec2.associate_route_table().route_table_id(&table.id).subnet_id(subnet).send().await?;
        table.subnets.push(subnet.to_owned());
    }
    table.subnets.sort();
    let wide = route(ec2, &table, "0.0.0.0/0", &gateway).await?;
    let narrow = route(ec2, &table, "203.0.113.0/24", &gateway).await?;
    Ok(vec![wide, narrow])
}

async fn private(ec2: &Client) -> TestResult<()> {
    let vpc = make_vpc(ec2, "10.3.0.0/16").await?;
    let peer = make_vpc(ec2, "10.4.0.0/16").await?;
    let table = make_table(ec2, vpc.clone()).await?;
    let made = ec2.create_vpc_peering_connection().vpc_id(vpc).peer_vpc_id(peer).send().await?;
    let peering = made.vpc_peering_connection().and_then(|p| p.vpc_peering_connection_id());
    ec2.create_route()
        .route_table_id(&table.id)
        .destination_cidr_block("10.4.0.0/16")
        .vpc_peering_connection_id(peering.ok_or("no peering connection")?)
        .send()
        .await?;
    Ok(())
}

struct Table {
    vpc: String,
    id: String,
    is_main: bool,
    subnets: Vec<String>,
}

async fn make_vpc(ec2: &Client, block: &str) -> TestResult<String> {
    let made = ec2.create_vpc().cidr_block(block).send().await?;
    Ok(made.vpc().and_then(|vpc| vpc.vpc_id()).ok_or("no VPC")?.to_owned())
}

async fn make_gateway(ec2: &Client, vpc: &str) -> TestResult<String> {
    let made = ec2.create_internet_gateway().send().await?;
    let id = made.internet_gateway().and_then(|gateway| gateway.internet_gateway_id());
    let gateway = id.ok_or("no internet gateway")?.to_owned();
    ec2.attach_internet_gateway().internet_gateway_id(&gateway).vpc_id(vpc).send().await?;
    Ok(gateway)
}

async fn make_table(ec2: &Client, vpc: String) -> TestResult<Table> {
    let made = ec2.create_route_table().vpc_id(&vpc).send().await?;
    let id = made.route_table().and_then(|table| table.route_table_id()).ok_or("no route table")?;
    Ok(Table { vpc, id: id.to_owned(), is_main: false, subnets: Vec::new() })
}

async fn route(ec2: &Client, table: &Table, block: &str, gateway: &str) -> TestResult<MadeRoute> {
    let create = ec2.create_route().route_table_id(&table.id).destination_cidr_block(block);
    create.gateway_id(gateway).send().await?;
    let subnets = table.subnets.join(";");
    let is_main = table.is_main.to_string();
    let cells =
        [&table.vpc, &table.id, &is_main, &subnets, block, gateway, "active", "CreateRoute"];
    Ok(MadeRoute(cells.map(str::to_owned).to_vec()))
}
