//! The simulated AWS as a program: listens on 127.0.0.1 until its standard input ends, for benchmarks
//! and experiments. Its first line is a JSON object with the endpoint and the expected results.
#![expect(clippy::print_stdout, reason = "the first line is for the process that started it")]

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_sim::{
    CallPattern, Conditions, DEFAULT_REGIONS, Description, Endpoint, Fault, FaultRule, Service,
    Shape, Simulation, When, World,
};
use clap::Parser;
use org_operator_replay::{FROM_THE_ORGANIZATION, Recorded};

/// A simulated AWS on a loopback port.
#[derive(Debug, Parser)]
struct Options {
    /// Active member accounts.
    #[arg(long, default_value_t = 100)]
    accounts: usize,
    /// Regions, of the 17 that are enabled in every account.
    #[arg(long, default_value_t = 17)]
    regions: usize,
    /// The most route tables in a Region.
    #[arg(long, default_value_t = 3)]
    tables: usize,
    /// The share of accounts and targets that are not accessible, from 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    restricted: f64,
    /// How long each call takes, in milliseconds.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// Enforce AWS's own request quotas.
    #[arg(long)]
    quotas: bool,
    /// Throttle the first calls of every Region of the third account, so many times.
    #[arg(long, default_value_t = 0)]
    throttle: u64,
    /// The seed that the organization is generated from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A folder of recorded answers, for the calls of services that are not simulated with state.
    #[arg(long)]
    answers: Option<PathBuf>,
    /// The share of accounts' Regions in which recorded answers have anything, from 0 to 1.
    #[arg(long, default_value_t = 1.0, requires = "answers")]
    in_use: f64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let simulated = simulation(&options);
    let whole = match &options.answers {
        Some(folder) => {
            let recorded = Recorded::in_folder(folder, &FROM_THE_ORGANIZATION)?;
            simulated.with_recordings(recorded.in_use(options.in_use))
        }
        None => simulated,
    };
    let endpoint = Endpoint::listen(Arc::new(whole)).await?;
    println!("{}", serde_json::to_string(&Description::new(&endpoint))?);
    // The process that started this ends it by closing its input, or by ending itself.
    let input_ended =
        tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    input_ended.await??;
    Ok(())
}

fn simulation(options: &Options) -> Simulation {
    let regions = &DEFAULT_REGIONS[..options.regions.min(DEFAULT_REGIONS.len())];
    let shape = Shape {
        max_route_tables: options.tables,
        restricted: options.restricted,
        ..Shape::unrestricted(options.accounts, regions)
    };
    let world = World::new(options.seed, shape);
    let mut conditions = Conditions::with_latency(Duration::from_millis(options.latency_ms));
    conditions.quotas = options.quotas;
    if options.throttle > 0 {
        conditions.faults.push(throttling(&world, options.throttle));
    }
    Simulation::new(world, conditions)
}

/// Throttles the first `n` calls in each Region of the third account.
fn throttling(world: &World, n: u64) -> FaultRule {
    let mut calls = CallPattern::operation(Service::Ec2, "DescribeRouteTables");
    calls.account = world.accounts.get(2).map(|account| account.id.clone());
    FaultRule { calls, when: When::First(n), fault: Fault::Throttled }
}
