//! The networks of an account's Region: route tables with routes of every kind, from the seed.

use super::random;
use super::world::World;

/// A route table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) id: String,
    pub(crate) vpc: String,
    /// The account that has the VPC: another one where it is shared.
    pub(crate) owner: String,
    pub(crate) main: bool,
    pub(crate) subnets: Vec<String>,
    pub(crate) routes: Vec<Route>,
}

/// A route: where to, through what.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) destination: Destination,
    /// The XML element of its target, such as `natGatewayId`, and the target's id.
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

    pub(crate) fn element(&self) -> &'static str {
        match self {
            Self::Ipv4(_) => "destinationCidrBlock",
            Self::Ipv6(_) => "destinationIpv6CidrBlock",
            Self::PrefixList(_) => "destinationPrefixListId",
        }
    }
}

impl Route {
    pub(crate) fn gateway(&self) -> Option<&str> {
        (self.target.0 == "gatewayId").then_some(self.target.1.as_str())
    }
}

/// An account that shares its networks with the organization's, and is none of them.
pub(crate) const OTHER: &str = "999999999999";

/// The route tables of a Region, in the order in which EC2 lists them.
pub(crate) fn tables(world: &World, account: &str, region: &str) -> Vec<Table> {
    let mut rng = random((world.seed, "network", account, region));
    let count = rng.usize(0..=world.shape.tables);
    let mut vpc = String::new();
    let make = |number| {
        let main = number == 0 || rng.u8(0..3) == 0;
        if main {
            vpc = hex(&mut rng, "vpc");
        }
        table(&mut rng, account, &vpc, main)
    };
    (0..count).map(make).collect()
}

pub(crate) fn hex(rng: &mut fastrand::Rng, kind: &str) -> String {
    format!("{kind}-{:017x}", rng.u64(..1 << 62))
}

fn table(rng: &mut fastrand::Rng, account: &str, vpc: &str, main: bool) -> Table {
    let subnets = (0..rng.usize(0..3)).map(|_| hex(rng, "subnet")).collect();
    // One table in twelve belongs to another account that shares its subnets.
    let shared = !main && rng.u8(0..12) == 0;
    let owner = if shared { OTHER } else { account }.to_owned();
    let (id, gateway) = (hex(rng, "rtb"), hex(rng, "igw"));
    let local = Route {
        destination: Destination::Ipv4("10.0.0.0/16".to_owned()),
        target: ("gatewayId", "local".to_owned()),
        state: "active",
        origin: "CreateRouteTable",
    };
    let mut routes = vec![local];
    for number in 0..rng.u8(0..6) {
        routes.push(route(rng, &gateway, number));
    }
    Table { id, vpc: vpc.to_owned(), owner, main, subnets, routes }
}

/// A route of some kind; its destination is unique in its table, as EC2 demands.
fn route(rng: &mut fastrand::Rng, gateway: &str, number: u8) -> Route {
    let ipv4 = |text: &str| Destination::Ipv4(text.to_owned());
    let narrow = Destination::Ipv4(format!("203.0.{number}.0/24"));
    let list = |rng: &mut fastrand::Rng| Destination::PrefixList(hex(rng, "pl"));
    let wide = if number == 0 { ipv4("0.0.0.0/0") } else { narrow.clone() };
    let wide6 = if number == 1 { "::/0".to_owned() } else { format!("2001:db8:{number}::/48") };
    let igw = ("gatewayId", gateway.to_owned());
    let (destination, target) = match rng.u8(0..14) {
        0..=3 => (wide, igw),
        4 => (Destination::Ipv6(wide6), igw),
        5 => (list(rng), igw),
        6 => (narrow, ("natGatewayId", hex(rng, "nat"))),
        7 => (Destination::Ipv6(wide6), ("egressOnlyInternetGatewayId", hex(rng, "eigw"))),
        8 => (list(rng), ("gatewayId", hex(rng, "vpce"))),
        9 => (narrow, ("transitGatewayId", hex(rng, "tgw"))),
        10 => (narrow, ("vpcPeeringConnectionId", hex(rng, "pcx"))),
        11 => (narrow, ("gatewayId", hex(rng, "vgw"))),
        12 => (narrow, ("networkInterfaceId", hex(rng, "eni"))),
        _ => (narrow, ("instanceId", hex(rng, "i"))),
    };
    let state = ["active", "active", "active", "blackhole", "filtered"][rng.usize(0..5)];
    let origin =
        if target.1.starts_with("vgw") { "EnableVgwRoutePropagation" } else { "CreateRoute" };
    Route { destination, target, state, origin }
}
