//! How long calls wait before they are retried: no longer than AWS's retry behavior of 2026 asks for,
//! which is full jitter that doubles from 50 ms, and from 1 s where the service throttles.

use std::time::Duration;

use aws_sim::{CallPattern, Conditions, Fault, FaultRule, Service, Shape, Simulation, When, World};
use org_operator_aws::Organization;
use org_operator_core::ports::AccountDirectory;
use org_operator_testkit::TestResult;
use org_operator_tests::campaign::aws::config;
use tokio::time::Instant;

/// The time of a call that fails three times with `fault` and then succeeds.
async fn waited(fault: Fault) -> TestResult<Duration> {
    let calls = CallPattern::operation(Service::Organizations, "ListAccounts");
    let faults = vec![FaultRule { calls, when: When::First(3), fault }];
    let world = World::new(1, Shape::unrestricted(3, &["eu-west-1"]));
    let conditions = Conditions { faults, ..Conditions::default() };
    let simulation = std::sync::Arc::new(Simulation::new(world, conditions));
    let organization = Organization::new(&config(&simulation).await);
    let start = Instant::now();
    assert_eq!(organization.accounts().await?.len(), 4);
    assert!(simulation.meter.calls("ListAccounts") >= 4);
    Ok(start.elapsed())
}

/// Nothing but the retries waits here: the paused clock moves for them alone.
#[tokio::test(start_paused = true)]
async fn three_failed_calls_wait_as_long_as_aws_asks_and_no_longer() -> TestResult<()> {
    for fault in [Fault::Internal, Fault::Unavailable, Fault::Reset] {
        let time = waited(fault).await?;
        assert!(time <= Duration::from_millis(50 + 100 + 200 + 10), "{fault:?}: {time:?}");
    }
    let mut longest = Duration::ZERO;
    // The SDK keeps a budget of retries for the whole process: a few calls leave the other tests enough.
    for _ in 0..3 {
        longest = longest.max(waited(Fault::Throttled).await?);
    }
    let bounds = Duration::from_millis(350)..=Duration::from_millis(1_000 + 2_000 + 4_000 + 10);
    assert!(bounds.contains(&longest), "{longest:?}");
    Ok(())
}
