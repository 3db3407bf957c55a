//! What a seed means: an organization, a request, a run before, faults, and when steps die.

use std::time::Duration;

use aws_sim::{Conditions, Shape, World};
use fastrand::Rng;

use super::fault_plan;
use super::history::History;
use super::request::Asked;

/// Everything that a seed decides.
#[derive(Debug)]
pub struct Schedule {
    /// The seed.
    pub seed: u64,
    /// The organization.
    pub world: World,
    /// The request, and what it means.
    pub asked: Asked,
    /// The run before, if there was one.
    pub history: Option<History>,
    /// Latency and faults.
    pub conditions: Conditions,
    /// Those of a first resume, where it is not resumed in peace at once.
    pub again: Option<Conditions>,
    /// The share of invocations that die, or of the command's processes.
    pub deaths: f64,
    /// The command's `--concurrency`.
    pub concurrency: Option<u16>,
}

const REGIONS: [&str; 6] =
    ["eu-west-1", "us-east-1", "ap-southeast-2", "me-south-1", "af-south-1", "eu-south-1"];

impl Schedule {
    /// The schedule of `seed`.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let world = World::new(seed, shape(&mut rng));
        let asked = Asked::draw(&mut rng, &world);
        let history = rng.bool().then(|| History::draw(&mut rng, &world, &asked));
        // Now and then nothing goes wrong, and then nothing may be wrong.
        let calm = rng.u8(0..16) == 0;
        let drawn_from = (&asked, fault_plan::DEPLOYED);
        let conditions = fault_plan::draw(&mut rng, &world, drawn_from, calm);
        let again = !calm && rng.u8(0..3) == 0;
        let again = again.then(|| fault_plan::draw(&mut rng, &world, drawn_from, false));
        let deaths = if !calm && rng.bool() { rng.f64() * 0.4 } else { 0.0 };
        Self { seed, world, asked, history, conditions, again, deaths, concurrency: None }
    }

    /// The schedule of `seed` for a run of the command: an organization of several pages, and mostly
    /// a request whose accounts are asked while others are still being listed.
    #[must_use]
    pub fn of_command(seed: u64) -> Self {
        let mut rng = Rng::with_seed(!seed);
        let world = World::new(seed, paged_shape(&mut rng));
        let asked = Asked::draw_unnamed(&mut rng, &world);
        let history = rng.bool().then(|| History::draw(&mut rng, &world, &asked));
        let calm = rng.u8(0..16) == 0;
        let drawn_from = (&asked, fault_plan::COMMAND);
        let mut conditions = fault_plan::draw(&mut rng, &world, drawn_from, calm);
        conditions.latency.insert(0, fault_plan::slow_listing(&mut rng));
        let deaths = if calm { 0.0 } else { rng.f64().sqrt() };
        let concurrency = (rng.u8(0..3) == 0).then(|| rng.u16(1..20));
        Self { seed, world, asked, history, conditions, again: None, deaths, concurrency }
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

/// Of several pages of accounts, which may repeat some.
fn paged_shape(rng: &mut Rng) -> Shape {
    Shape {
        accounts: rng.usize(22..50),
        regions: regions(rng, 2),
        max_route_tables: 3,
        repeated: rng.usize(0..4),
        ..shape(rng)
    }
}

fn regions(rng: &mut Rng, most: usize) -> Vec<String> {
    let mut regions = REGIONS.map(str::to_owned).to_vec();
    rng.shuffle(&mut regions);
    regions.truncate(rng.usize(1..=most));
    regions
}

fn shape(rng: &mut Rng) -> Shape {
    let regions = regions(rng, 4);
    // Now and then more tables than a page of 100 holds.
    let many = rng.u8(0..12) == 0;
    Shape {
        accounts: if many { 1 } else { rng.usize(1..=6) },
        inactive: rng.usize(0..3),
        units: rng.usize(1..4),
        regions,
        max_route_tables: if many { 260 } else { rng.usize(1..6) },
        account_paths: rng.u8(0..3) > 0,
        restricted: [0.0, 0.1, 0.4][rng.usize(0..3)],
        repeated: 0,
    }
}
