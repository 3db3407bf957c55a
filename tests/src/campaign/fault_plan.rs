//! What goes wrong, drawn from a seed: latency, and faults at the calls that a request makes.

use std::time::Duration;

use aws_sim::{CallPattern, Conditions, Fault, FaultRule, Latency, Service, When, World};
use fastrand::Rng;

use super::request::Asked;
use super::request::file::FOLLOWED_UP;

use Fault::{
    Denied, Expired, Internal, LostReply, Reset, ResetInBody, Stalled, Throttled, Truncated,
    Unavailable, Unprocessed,
};

/// A call, and the faults that its service can have there.
pub(super) type Place = (Service, &'static str, &'static [Fault]);

const COMMON: &[Fault] =
    &[Throttled, Internal, Unavailable, Reset, ResetInBody, Truncated, Stalled, LostReply];
const ENTERING: &[Fault] =
    &[Throttled, Internal, Unavailable, Reset, ResetInBody, Truncated, Stalled, Denied];
const ASKING: &[Fault] =
    &[Throttled, Internal, Unavailable, Reset, ResetInBody, Truncated, Stalled, Expired];
const WRITING: &[Fault] = &[Throttled, Internal, Unavailable, Reset, LostReply, Stalled];
const BATCHING: &[Fault] =
    &[Throttled, Internal, Unavailable, Reset, LostReply, Unprocessed, Unprocessed, ResetInBody];

/// Calls that every run of the command makes; the listing is struck as often as the workers.
pub(super) const COMMAND: &[Place] = &[
    (Service::Organizations, "ListAccounts", COMMON),
    (Service::Organizations, "ListAccounts", COMMON),
    (Service::Organizations, "ListAccounts", COMMON),
    (Service::Sts, "AssumeRole", ENTERING),
];

/// Calls that every deployed run makes.
pub(super) const DEPLOYED: &[Place] = &[
    (Service::Organizations, "ListAccounts", COMMON),
    (Service::Sts, "AssumeRole", ENTERING),
    (Service::Sts, "AssumeRole", ENTERING),
    (Service::DynamoDb, "Query", COMMON),
    (Service::DynamoDb, "PutItem", WRITING),
    (Service::DynamoDb, "BatchWriteItem", BATCHING),
    (Service::S3, "PutObject", WRITING),
    (Service::S3, "GetObject", COMMON),
];

/// The calls that a request makes.
fn places(asked: &Asked, always: &[Place]) -> Vec<Place> {
    let organization = |operation| (Service::Organizations, operation, COMMON);
    let mut places = always.to_vec();
    match asked.question {
        "public-ips" => {
            places.push((Service::Ec2, "DescribeAddresses", ASKING));
            places.push((Service::Ec2, "DescribeNetworkInterfaces", ASKING));
        }
        question => {
            places.extend([(Service::Ec2, "DescribeRouteTables", ASKING); 2]);
            if question == FOLLOWED_UP {
                places.extend([(Service::Ec2, "DescribeVpcAttribute", ASKING); 2]);
            }
        }
    }
    if asked.has("Tags") {
        places.extend([organization("ListTagsForResource"); 2]);
    }
    if asked.has("OrganizationalUnits") || asked.has("ExcludeOrganizationalUnits") {
        places.push(organization("ListAccountsForParent"));
        places.push(organization("ListOrganizationalUnitsForParent"));
    }
    if asked.has_opt_in() {
        places.push((Service::Ec2, "DescribeRegions", ASKING));
    }
    if asked.request["Regions"] == "ENABLED" {
        places.extend([(Service::Account, "ListRegions", COMMON); 2]);
    }
    places
}

/// Latency, and where it is not `calm`, faults at the calls that `always` happen and those that the
/// request adds.
pub(super) fn draw(
    rng: &mut Rng,
    world: &World,
    (asked, always): (&Asked, &[Place]),
    calm: bool,
) -> Conditions {
    let (places, count) = (places(asked, always), if calm { 0 } else { rng.usize(1..6) });
    Conditions {
        latency: latency(rng),
        faults: (0..count).map(|_| rule(rng, world, &places)).collect(),
        quotas: rng.u8(0..4) == 0,
        ledger_page: rng.bool().then(|| rng.usize(1..8)),
    }
}

/// A listing so slow that workers run meanwhile.
pub(super) fn slow_listing(rng: &mut Rng) -> (CallPattern, Latency) {
    let page = Duration::from_millis(rng.u64(100..3_000));
    let calls = CallPattern::operation(Service::Organizations, "ListAccounts");
    (calls, Latency::Fixed(page))
}

fn latency(rng: &mut Rng) -> Vec<(CallPattern, Latency)> {
    let typical = Duration::from_millis(rng.u64(1..200));
    let slow = typical * rng.u32(2..50);
    vec![(CallPattern::default(), Latency::Tail { typical, slow, one_in: 20 })]
}

fn rule(rng: &mut Rng, world: &World, places: &[Place]) -> FaultRule {
    let (service, operation, faults) = places[rng.usize(0..places.len())];
    let mut calls = CallPattern::operation(service, operation);
    if matches!(service, Service::Sts | Service::Ec2 | Service::DynamoDb) && rng.bool() {
        calls.account = Some(world.accounts[rng.usize(0..world.accounts.len())].id.clone());
    }
    if service == Service::Ec2 && rng.bool() {
        let regions = &world.shape.regions;
        calls.region = Some(regions[rng.usize(0..regions.len())].clone());
    }
    let when = match rng.u8(0..8) {
        0 => When::Always,
        1 | 2 => When::Nth(rng.u64(1..4)),
        3 | 4 => When::First(rng.u64(1..12)),
        _ => When::Share(rng.f64() * 0.6),
    };
    FaultRule { calls, when, fault: faults[rng.usize(0..faults.len())] }
}
