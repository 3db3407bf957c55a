//! What a seed means: an organization, faults, and when steps die.

use std::time::Duration;

use fastrand::Rng;
use org_operator_testkit::simulation::call::Service;
use org_operator_testkit::simulation::faults::Fault;
use org_operator_testkit::simulation::knobs::{Knobs, Latency, Pattern, Rule, When};
use org_operator_testkit::simulation::world::{Shape, World};

/// Everything that a seed decides.
#[derive(Debug)]
pub struct Schedule {
    /// The seed.
    pub seed: u64,
    /// The organization.
    pub world: World,
    /// Latency and faults.
    pub knobs: Knobs,
    /// The share of invocations that die.
    pub deaths: f64,
    /// The work items' Regions, or all of an account's.
    pub regions_per_work_item: Option<usize>,
}

/// Calls of the product, and the faults that the service can have there.
const CALLS: [(Service, &str, &[Fault]); 9] = [
    (Service::Organizations, "ListAccounts", COMMON),
    (Service::Sts, "AssumeRole", ENTERING),
    (Service::Ec2, "DescribeRouteTables", ASKING),
    (Service::DynamoDb, "Query", COMMON),
    (Service::DynamoDb, "PutItem", WRITING),
    (Service::DynamoDb, "BatchWriteItem", BATCHING),
    (Service::S3, "PutObject", WRITING),
    (Service::S3, "GetObject", COMMON),
    (Service::Sts, "AssumeRole", ENTERING),
];

use Fault::{
    Cut, Denied, Expired, Internal, LostReply, NeverEnds, Reset, ResetInBody, Throttled,
    Unavailable, Unprocessed,
};

const COMMON: &[Fault] =
    &[Throttled, Internal, Unavailable, Reset, ResetInBody, Cut, NeverEnds, LostReply];
const ENTERING: &[Fault] =
    &[Throttled, Internal, Unavailable, Reset, ResetInBody, Cut, NeverEnds, Denied];
const ASKING: &[Fault] =
    &[Throttled, Internal, Unavailable, Reset, ResetInBody, Cut, NeverEnds, Expired];
const WRITING: &[Fault] = &[Throttled, Internal, Unavailable, Reset, LostReply, NeverEnds];
const BATCHING: &[Fault] =
    &[Throttled, Internal, Unavailable, Reset, LostReply, Unprocessed, Unprocessed, ResetInBody];

const REGIONS: [&str; 6] =
    ["eu-west-1", "us-east-1", "ap-southeast-2", "me-south-1", "af-south-1", "eu-south-1"];

impl Schedule {
    /// The schedule of `seed`.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let world = World::new(seed, shape(&mut rng));
        let faults = (0..rng.usize(0..6)).map(|_| rule(&mut rng, &world)).collect();
        let knobs = Knobs {
            latency: latency(&mut rng),
            faults,
            quotas: rng.u8(0..4) == 0,
            ledger_page: rng.bool().then(|| rng.usize(1..8)),
        };
        let deaths = if rng.bool() { rng.f64() * 0.4 } else { 0.0 };
        let regions_per_work_item = (rng.u8(0..3) == 0).then(|| rng.usize(1..4));
        Self { seed, world, knobs, deaths, regions_per_work_item }
    }

    /// When the `attempt`-th invocation for `what` dies, if it does.
    #[must_use]
    pub fn death(&self, what: &str, attempt: u32) -> Option<Duration> {
        let key = what
            .bytes()
            .fold(u64::from(attempt), |key, b| key.wrapping_mul(1_099_511_628_211) ^ u64::from(b));
        let mut rng = Rng::with_seed(self.seed ^ key);
        (rng.f64() < self.deaths).then(|| Duration::from_millis(rng.u64(0..2_000)))
    }
}

fn shape(rng: &mut Rng) -> Shape {
    let mut regions = REGIONS.map(str::to_owned).to_vec();
    rng.shuffle(&mut regions);
    regions.truncate(rng.usize(1..=4));
    // Now and then more tables than a page of 100 holds.
    let many = rng.u8(0..12) == 0;
    Shape {
        accounts: if many { 1 } else { rng.usize(1..=6) },
        inactive: rng.usize(0..3),
        units: rng.usize(1..4),
        regions,
        tables: if many { 260 } else { rng.usize(1..6) },
        trouble: [0.0, 0.1, 0.4][rng.usize(0..3)],
    }
}

fn latency(rng: &mut Rng) -> Vec<(Pattern, Latency)> {
    let typical = Duration::from_millis(rng.u64(1..200));
    let slow = typical * rng.u32(2..50);
    vec![(Pattern::default(), Latency::Tail { typical, slow, one_in: 20 })]
}

fn rule(rng: &mut Rng, world: &World) -> Rule {
    let (service, operation, faults) = CALLS[rng.usize(0..CALLS.len())];
    let mut on = Pattern::operation(service, operation);
    if matches!(service, Service::Sts | Service::Ec2 | Service::DynamoDb) && rng.bool() {
        on.account = Some(world.accounts[rng.usize(0..world.accounts.len())].id.clone());
    }
    if service == Service::Ec2 && rng.bool() {
        let regions = &world.shape.regions;
        on.region = Some(regions[rng.usize(0..regions.len())].clone());
    }
    let when = match rng.u8(0..8) {
        0 => When::Always,
        1 | 2 => When::Nth(rng.u64(1..4)),
        3 | 4 => When::First(rng.u64(1..12)),
        _ => When::Share(rng.f64() * 0.6),
    };
    Rule { on, when, fault: faults[rng.usize(0..faults.len())] }
}
