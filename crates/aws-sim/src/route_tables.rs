//! The route tables of an account's Region, generated from the seed: routes of every kind that EC2
//! has.

use fastrand::Rng;

use crate::rng::{keyed, resource_id};
use crate::world::World;

/// A route table of a member account.
#[derive(Debug, Clone)]
pub(crate) struct RouteTable {
    pub(crate) id: String,
    pub(crate) vpc: String,
    /// The account that owns the VPC: another one where the subnets are shared.
    pub(crate) owner: String,
    pub(crate) main: bool,
    pub(crate) subnets: Vec<String>,
    pub(crate) routes: Vec<Route>,
}

/// A route of a table.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) destination: Destination,
    /// The XML element of the target, such as `natGatewayId`, and the target's id.
    pub(crate) target: (&'static str, String),
    pub(crate) state: &'static str,
    pub(crate) origin: &'static str,
}

/// A route's destination, in the three forms that EC2 has.
#[derive(Debug, Clone)]
pub(crate) enum Destination {
    Ipv4(String),
    Ipv6(String),
    PrefixList(String),
}

impl Destination {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Ipv4(text) | Self::Ipv6(text) | Self::PrefixList(text) => text,
        }
    }

    /// The XML element that EC2 puts the destination into.
    pub(crate) fn element(&self) -> &'static str {
        match self {
            Self::Ipv4(_) => "destinationCidrBlock",
            Self::Ipv6(_) => "destinationIpv6CidrBlock",
            Self::PrefixList(_) => "destinationPrefixListId",
        }
    }
}

impl Route {
    /// The id in `gatewayId`, where the target is one.
    pub(crate) fn gateway(&self) -> Option<&str> {
        (self.target.0 == "gatewayId").then_some(self.target.1.as_str())
    }
}

/// An account outside of the organization that shares its subnets with it.
pub(crate) const SHARING_ACCOUNT: &str = "999999999999";

/// Whether the hosts of a VPC get DNS names; nothing where the VPC is gone by the time it is asked.
pub(crate) fn dns_hostnames(world: &World, vpc: &str) -> Option<bool> {
    let drawn = keyed((world.seed, "dns", vpc)).u8(0..6);
    (drawn > 0).then_some(drawn.is_multiple_of(2))
}

/// The route tables of a Region, in the order in which EC2 lists them.
pub(crate) fn route_tables(world: &World, account: &str, region: &str) -> Vec<RouteTable> {
    let mut rng = keyed((world.seed, "network", account, region));
    let count = rng.usize(0..=world.shape.max_route_tables);
    let mut vpc = String::new();
    let table = |number| {
        let main = number == 0 || rng.u8(0..3) == 0;
        if main {
            vpc = resource_id(&mut rng, "vpc");
        }
        route_table(&mut rng, account, &vpc, main)
    };
    (0..count).map(table).collect()
}

fn route_table(rng: &mut Rng, account: &str, vpc: &str, main: bool) -> RouteTable {
    let subnets = (0..rng.usize(0..3)).map(|_| resource_id(rng, "subnet")).collect();
    // One table in twelve belongs to an account that shares its subnets.
    let shared = !main && rng.u8(0..12) == 0;
    let owner = if shared { SHARING_ACCOUNT } else { account }.to_owned();
    let (id, gateway) = (resource_id(rng, "rtb"), resource_id(rng, "igw"));
    let mut routes = vec![local_route()];
    for number in 0..rng.u8(0..6) {
        routes.push(route(rng, &gateway, number));
    }
    RouteTable { id, vpc: vpc.to_owned(), owner, main, subnets, routes }
}

/// The route that every table has to its own VPC.
fn local_route() -> Route {
    Route {
        destination: Destination::Ipv4("10.0.0.0/16".to_owned()),
        target: ("gatewayId", "local".to_owned()),
        state: "active",
        origin: "CreateRouteTable",
    }
}

/// A route of a random kind.
fn route(rng: &mut Rng, gateway: &str, number: u8) -> Route {
    let (destination, target) = destination_and_target(rng, gateway, number);
    let state = ["active", "active", "active", "blackhole", "filtered"][rng.usize(0..5)];
    let propagated = target.1.starts_with("vgw");
    let origin = if propagated { "EnableVgwRoutePropagation" } else { "CreateRoute" };
    Route { destination, target, state, origin }
}

/// The destination is unique in its table, as EC2 requires.
fn destination_and_target(
    rng: &mut Rng,
    gateway: &str,
    number: u8,
) -> (Destination, (&'static str, String)) {
    let narrow = Destination::Ipv4(format!("203.0.{number}.0/24"));
    let wide = if number == 0 { Destination::Ipv4("0.0.0.0/0".to_owned()) } else { narrow.clone() };
    let ipv6 = if number == 1 { "::/0".to_owned() } else { format!("2001:db8:{number}::/48") };
    let prefix_list = |rng: &mut Rng| Destination::PrefixList(resource_id(rng, "pl"));
    let internet = ("gatewayId", gateway.to_owned());
    match rng.u8(0..14) {
        0..=3 => (wide, internet),
        4 => (Destination::Ipv6(ipv6), internet),
        5 => (prefix_list(rng), internet),
        6 => (narrow, ("natGatewayId", resource_id(rng, "nat"))),
        7 => {
            let egress_only = ("egressOnlyInternetGatewayId", resource_id(rng, "eigw"));
            (Destination::Ipv6(ipv6), egress_only)
        }
        8 => (prefix_list(rng), ("gatewayId", resource_id(rng, "vpce"))),
        9 => (narrow, ("transitGatewayId", resource_id(rng, "tgw"))),
        10 => (narrow, ("vpcPeeringConnectionId", resource_id(rng, "pcx"))),
        11 => (narrow, ("gatewayId", resource_id(rng, "vgw"))),
        12 => (narrow, ("networkInterfaceId", resource_id(rng, "eni"))),
        _ => (narrow, ("instanceId", resource_id(rng, "i"))),
    }
}
