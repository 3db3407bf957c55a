//! From an empty emulator to the artifacts of a first run.

use std::time::Instant;

use org_operator_testkit::deployment::Deployment;
use org_operator_testkit::emulator::{Emulator, Options};
use org_operator_testkit::identity::{HOME_REGION, MANAGEMENT};
use org_operator_testkit::organization::{DemoOrganization, REGIONS};
use org_operator_testkit::{TestResult, paths};

use super::execution::{self, OPERATIONS};
use super::kept_demo::{self, KeptDemo};
use super::output;

/// Creates everything, runs each operation and shows the results; then ends it all, or leaves it running.
pub(crate) async fn run(keep: bool) -> TestResult<()> {
    let started = Instant::now();
    if keep {
        kept_demo::stop()?;
    }
    std::fs::create_dir_all(paths::file("out/demo"))?;
    let log = paths::file("out/demo/emulator.log");
    let emulator = Emulator::start(&Options { log: Some(log), wait_scale: None })?;
    println!("emulator      ministack at {}, IAM enforced", emulator.endpoint());
    let demo = deploy(&emulator).await?;
    let regions = REGIONS.join(", ");
    for operation in OPERATIONS {
        println!("\nrun           {operation} in every active member account, in {regions}");
        let input = serde_json::json!({ "Operation": operation }).to_string();
        execution::run(&demo.pipeline(), &input).await?;
    }
    println!("\ntook {:.1?} in all", started.elapsed());
    if keep {
        demo.save()?;
        output::print_next_steps(&demo, MANAGEMENT, HOME_REGION);
        emulator.keep();
    }
    Ok(())
}

/// Creates the organization and deploys the product to it.
async fn deploy(emulator: &Emulator) -> TestResult<KeptDemo> {
    let organization = DemoOrganization::make(emulator).await?;
    output::print_organization(&organization);
    let deploying = Instant::now();
    let deployment = Deployment::make(emulator, &organization).await?;
    println!(
        "deployed      operator.yaml, and member-roles.yaml per account: {:.1?}",
        deploying.elapsed()
    );
    Ok(KeptDemo {
        endpoint: emulator.endpoint().to_owned(),
        pid: emulator.pid(),
        state_machine: deployment.output("StateMachineArn")?.to_owned(),
        table: deployment.output("LedgerTable")?.to_owned(),
        bucket: deployment.output("ResultsBucket")?.to_owned(),
    })
}
