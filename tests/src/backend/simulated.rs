//! The simulation as a backend: a generated organization in which something of everything is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sim::{
    Conditions, EXTERNAL_ID, Endpoint, MEMBER_ROLE, MemberAccount, ROOT_ID, RegionAccess,
    RoleTrust, Shape, Simulation, World, oracle,
};
use org_operator_testkit::TestResult;
use org_operator_testkit::network::MadeRoute;

use super::fixture::{Fixture, Kind, Place, destination};

const ALWAYS_ON: [&str; 2] = ["eu-west-1", "us-east-1"];
const OPTIONAL: [&str; 2] = ["af-south-1", "eu-south-2"];

/// Starts a simulation of the first seed whose organization has all that the behaviours need.
pub(super) async fn start() -> TestResult<(Endpoint, Fixture)> {
    let found = (0..1_000).find_map(|seed| {
        let world = World::new(seed, shape());
        fixture(&world).map(|fixture| (world, fixture))
    });
    let (world, fixture) = found.ok_or("no seed has all that the behaviours need")?;
    let simulation = Simulation::new(world, Conditions::default());
    Ok((Endpoint::listen(Arc::new(simulation)).await?, fixture))
}

fn shape() -> Shape {
    let regions: Vec<&str> = ALWAYS_ON.into_iter().chain(OPTIONAL).collect();
    Shape {
        inactive: 2,
        units: 5,
        max_route_tables: 24,
        restricted: 0.2,
        ..Shape::unrestricted(24, &regions)
    }
}

fn fixture(world: &World) -> Option<Fixture> {
    let active = || world.accounts.iter().filter(|account| account.is_active());
    let without_role = active().find(|account| account.trust == RoleTrust::NoRole)?;
    let open = active().filter(|account| account.trust == RoleTrust::Granted);
    let (member, region, off) = open.into_iter().find_map(|account| {
        let [region, other] = ALWAYS_ON;
        let says = |region: &&str| world.region_access(&account.id, region);
        let on = says(&region) == RegionAccess::Allowed && says(&other) == RegionAccess::Allowed;
        let off = OPTIONAL.into_iter().find(|region| says(region) == RegionAccess::Disabled)?;
        (on && is_rich(&routes(world, account, region))).then_some((account, region, off))
    })?;
    Some(Fixture {
        organization: place(world),
        management: world.management(),
        member: member.id.clone(),
        without_role: without_role.id.clone(),
        role: MEMBER_ROLE.to_owned(),
        external_id: EXTERNAL_ID.to_owned(),
        region: region.to_owned(),
        other_region: ALWAYS_ON[1].to_owned(),
        always_on: ALWAYS_ON[1].to_owned(),
        off: off.to_owned(),
        routes: routes(world, member, region),
        bucket: "behaviour-results".to_owned(),
    })
}

fn routes(world: &World, account: &MemberAccount, region: &str) -> BTreeSet<MadeRoute> {
    let rows = oracle::internet_route_rows(world, account, region).into_iter();
    rows.map(|row| MadeRoute(row[3..].to_vec())).collect()
}

/// Whether a network has more tables than a small page holds, and routes of every kind.
fn is_rich(routes: &BTreeSet<MadeRoute>) -> bool {
    let tables: BTreeSet<&str> = routes.iter().map(|route| route.0[1].as_str()).collect();
    let kinds = [Kind::Ipv4, Kind::Ipv6, Kind::PrefixList];
    let all_kinds = kinds.iter().all(|kind| routes.iter().any(|r| destination(r) == *kind));
    let main = routes.iter().any(|route| route.0[2] == "true");
    tables.len() > 5 && all_kinds && main && routes.iter().any(|route| route.0[3].contains(';'))
}

fn place(world: &World) -> Place {
    let parent = |unit: Option<usize>| unit.map_or_else(|| ROOT_ID.to_owned(), World::unit_id);
    let all = || std::iter::once(None).chain((0..world.parents.len()).map(Some));
    let units = |above: Option<usize>| {
        let below = (0..world.parents.len()).filter(move |unit| world.parents[*unit] == above);
        below.map(World::unit_id).collect()
    };
    let ids = |keep: &dyn Fn(&&MemberAccount) -> bool| -> BTreeSet<String> {
        world.accounts.iter().filter(keep).map(|account| account.id.clone()).collect()
    };
    let mut members: BTreeMap<_, _> =
        all().map(|unit| (parent(unit), ids(&|account| Some(account.unit) == unit))).collect();
    members.entry(ROOT_ID.to_owned()).or_default().insert(world.management());
    let mut active = ids(&|account| account.is_active());
    active.insert(world.management());
    Place {
        root: ROOT_ID.to_owned(),
        active,
        inactive: ids(&|account| !account.is_active()),
        units: all().map(|unit| (parent(unit), units(unit))).collect(),
        members,
        tags: world.accounts.iter().take(3).map(|a| (a.id.clone(), a.tags.clone())).collect(),
    }
}
