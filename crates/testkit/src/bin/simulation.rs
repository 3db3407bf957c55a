//! The simulated AWS as a program: listens on 127.0.0.1 until its input ends, for benchmarks and for
//! trying things out. Its first line says where it listens and what is true, as JSON.
#![expect(clippy::print_stdout, reason = "its first line is for whoever started it")]

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use org_operator_testkit::Outcome;
use org_operator_testkit::simulation::call::Service;
use org_operator_testkit::simulation::faults::Fault;
use org_operator_testkit::simulation::knobs::{Knobs, Pattern, Rule, When};
use org_operator_testkit::simulation::tcp::Endpoint;
use org_operator_testkit::simulation::world::{ALWAYS_ON, EXTERNAL_ID, ROLE, Shape, World};
use org_operator_testkit::simulation::{Settings, Simulation, truth};
use serde_json::json;

/// A simulated AWS on a loopback port.
#[derive(Debug, Parser)]
struct Options {
    /// Active member accounts.
    #[arg(long, default_value_t = 100)]
    accounts: usize,
    /// Regions, of the 17 that are on in every account.
    #[arg(long, default_value_t = 17)]
    regions: usize,
    /// The most route tables in a Region.
    #[arg(long, default_value_t = 3)]
    tables: usize,
    /// The share of accounts and targets that something is wrong with.
    #[arg(long, default_value_t = 0.0)]
    trouble: f64,
    /// How long each call takes, in milliseconds.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// Hold AWS's own request quotas.
    #[arg(long)]
    quotas: bool,
    /// Throttle the first calls of every Region of the third account, so many times.
    #[arg(long, default_value_t = 0)]
    throttle: u64,
    /// What the organization is generated from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let options = Options::parse();
    let endpoint = Endpoint::listen(Arc::new(simulation(&options))).await?;
    println!("{}", facts(&endpoint));
    // Whoever started this ends it by closing its input, or by ending itself.
    let ended =
        tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    ended.await??;
    Ok(())
}

fn simulation(options: &Options) -> Simulation {
    let regions = &ALWAYS_ON[..options.regions.min(ALWAYS_ON.len())];
    let calm = Shape::calm(options.accounts, regions);
    let shape = Shape { tables: options.tables, trouble: options.trouble, ..calm };
    let world = World::new(options.seed, shape);
    let mut knobs = Knobs::latency(Duration::from_millis(options.latency_ms));
    knobs.quotas = options.quotas;
    if options.throttle > 0 {
        let mut on = Pattern::operation(Service::Ec2, "DescribeRouteTables");
        on.account = world.accounts.get(2).map(|account| account.id.clone());
        knobs.faults.push(Rule {
            on,
            when: When::First(options.throttle),
            fault: Fault::Throttled,
        });
    }
    Simulation::new(Settings { world, knobs })
}

fn facts(endpoint: &Endpoint) -> serde_json::Value {
    let world = &endpoint.simulation.world;
    let accounts: Vec<&str> = world.accounts.iter().map(|account| account.id.as_str()).collect();
    json!({
        "Endpoint": endpoint.url(), "Process": std::process::id(),
        "ManagementAccount": world.management(), "Role": ROLE, "ExternalId": EXTERNAL_ID,
        "Regions": world.shape.regions, "Accounts": accounts, "Rows": truth::count(world),
    })
}
