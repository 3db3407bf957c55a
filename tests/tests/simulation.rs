//! The simulated AWS on its own: faults through real sockets, and the product's pace and patience
//! under AWS's quotas, with paused time.
#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

use std::sync::Arc;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_ec2::config::SharedCredentialsProvider;
use aws_sim::{
    CallPattern, Conditions, DEFAULT_REGIONS, Endpoint, Fault, FaultRule, Latency, Service, Shape,
    Simulation, When, World, oracle,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_aws::{CallCounter, DynamoDbLedger, Member, Organization, SystemClock};
use org_operator_core::outcome::classification::classify_operation;
use org_operator_core::ports::{AccountDirectory, Clock};
use org_operator_core::{AccountId, ErrorKind, Region, RunId, WorkerEvent};
use org_operator_operations::internet_routes::InternetRoutes;
use org_operator_operations::{Operation, Shared, Target};
use org_operator_tests::campaign::aws::{TIME_LEFT, config, members};
use org_operator_worker::{Attempt, Worker};
use serde_json::json;
use tokio::time::Instant;

const REGION: &str = "eu-west-1";

fn simulated(shape: Shape, conditions: Conditions) -> Arc<Simulation> {
    Arc::new(Simulation::new(World::new(7, shape), conditions))
}

fn first(n: u64, fault: Fault) -> Conditions {
    let calls = CallPattern::operation(Service::Ec2, "DescribeRouteTables");
    Conditions {
        faults: vec![FaultRule { calls, when: When::First(n), fault }],
        ..Conditions::default()
    }
}

fn target(simulation: &Simulation, config: &aws_config::SdkConfig) -> Target {
    let id = &simulation.world.accounts[0].id;
    let region = Region::parse(REGION).unwrap();
    let member = Member::new(config.clone(), &format!("ASIA{id}"), "simulated", "1/*");
    let config = member.config(&region, &CallCounter::default());
    Target {
        run: org_operator_core::RunId::parse("run").unwrap(),
        account: AccountId::parse(id).unwrap(),
        region,
        config,
        now: SystemClock.now(),
        parameters: Arc::default(),
        shared: Shared::default(),
    }
}

fn rows(simulation: &Simulation) -> usize {
    oracle::internet_route_rows(&simulation.world, &simulation.world.accounts[0], REGION).len()
}

/// What the operation makes of a first answer with `fault`, through a socket.
async fn through_a_socket(fault: Fault) -> (Result<usize, ErrorKind>, u64, usize) {
    let shape = Shape { max_route_tables: 30, ..Shape::unrestricted(1, &[REGION]) };
    let endpoint = Endpoint::listen(simulated(shape, first(1, fault))).await.unwrap();
    // Only what never ends is waited for in vain; a busy machine may take its time with the others.
    let limit = Duration::from_secs(if fault == Fault::Stalled { 1 } else { 60 });
    let limited = TimeoutConfig::builder().operation_attempt_timeout(limit).build();
    let credentials = aws_sdk_ec2::config::Credentials::new("AKIA0", "simulated", None, None, "");
    let loader = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .region(REGION)
        .endpoint_url(endpoint.url())
        .credentials_provider(SharedCredentialsProvider::new(credentials));
    let loader = org_operator_aws::tuned(loader).timeout_config(limited);
    let target = target(&endpoint.simulation, &loader.load().await);
    let found = InternetRoutes.run(&target).await.map(|rows| rows.len());
    let found = found.map_err(|failure| classify_operation(failure).certainly().kind());
    (found, endpoint.simulation.meter.calls("DescribeRouteTables"), rows(&endpoint.simulation))
}

#[tokio::test]
async fn what_breaks_on_the_way_is_asked_again_and_nothing_is_lost() {
    for fault in [
        Fault::Throttled,
        Fault::Internal,
        Fault::Unavailable,
        Fault::Reset,
        Fault::Stalled,
        Fault::LostReply,
    ] {
        let (found, calls, true_rows) = through_a_socket(fault).await;
        assert_eq!((found, calls), (Ok(true_rows), 2), "{fault:?}");
        assert!(true_rows > 20, "nothing could be lost");
    }
}

#[tokio::test]
async fn an_answer_that_stops_halfway_is_never_taken_for_a_whole_one() {
    // The SDK does not ask again here; the state machine does.
    for fault in [Fault::Truncated, Fault::ResetInBody] {
        assert_eq!(through_a_socket(fault).await.0, Err(ErrorKind::Transient), "{fault:?}");
    }
}

#[tokio::test]
async fn refusals_are_told_apart_through_a_socket() {
    for (fault, kind) in [
        (Fault::Denied, ErrorKind::AccessDenied),
        (Fault::DeniedByPolicy, ErrorKind::DeniedByPolicy),
        (Fault::RegionDisabled, ErrorKind::RegionDisabled),
        (Fault::Expired, ErrorKind::Transient),
    ] {
        assert_eq!(through_a_socket(fault).await.0, Err(kind), "{fault:?}");
    }
}

/// The organization of `seed` asked for all that a request can need, as many at once as the fanout
/// asks. Some calls are late, and the next ones are not: at AWS they come closer together than they
/// went off, so a pace that is AWS's own to the token is too fast.
async fn listed(seed: u64) -> Arc<Simulation> {
    let (typical, slow) = (Duration::from_millis(40), Duration::from_millis(400));
    let latency = vec![(CallPattern::default(), Latency::Tail { typical, slow, one_in: 10 })];
    let world = World::new(seed, Shape { units: 9, ..Shape::unrestricted(700, &DEFAULT_REGIONS) });
    let conditions = Conditions { quotas: true, latency, ..Conditions::default() };
    let simulation = Arc::new(Simulation::new(world, conditions));
    let organization = Organization::new(&config(&simulation).await);
    let begun = Instant::now();
    let accounts = organization.accounts().await.unwrap();
    assert_eq!(accounts.len(), 701, "the members and the management account");
    let pages = simulation.meter.calls("ListAccounts");
    // 8 a second after a burst of 12, and hardly slower than that.
    let bound = Duration::from_millis((pages - 12) * 125);
    assert!(begun.elapsed() < bound + Duration::from_secs(1), "{:?}", begun.elapsed());
    let root = org_operator_core::UnitId::parse("r-simu").unwrap();
    assert_eq!(organization.members(&root).await.unwrap().unwrap().len(), 701);
    let some = || stream::iter(accounts.iter().skip(1).take(60));
    let tags = some().map(|account| organization.tags(&account.id)).buffered(10);
    tags.try_collect::<Vec<_>>().await.unwrap();
    let regions = some().map(|account| organization.enabled_regions(account)).buffered(10);
    regions.try_collect::<Vec<_>>().await.unwrap();
    simulation
}

#[tokio::test(start_paused = true)]
async fn listing_stays_below_the_quotas_without_a_throttled_call() {
    for seed in 0..6 {
        let throttled = listed(seed).await.meter.faults();
        let operations: Vec<&String> = throttled.iter().map(|s| &s.call.operation).collect();
        assert!(throttled.is_empty(), "seed {seed}: throttled: {operations:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn some_calls_are_slow_whether_or_not_any_fails() {
    let (typical, slow) = (Duration::from_millis(20), Duration::from_secs(2));
    let latency = vec![(CallPattern::default(), Latency::Tail { typical, slow, one_in: 4 })];
    let simulation = simulated(
        Shape::unrestricted(1, &[REGION]),
        Conditions { latency, ..Conditions::default() },
    );
    let target = target(&simulation, &config(&simulation).await);
    let mut took = Vec::new();
    for _ in 0..40 {
        let begun = Instant::now();
        InternetRoutes.run(&target).await.unwrap();
        took.push(begun.elapsed());
    }
    let late = took.iter().filter(|took| **took > Duration::from_secs(1)).count();
    assert!((5..35).contains(&late), "{late} of 40 calls were slow");
}

#[tokio::test(start_paused = true)]
async fn three_throttled_answers_cost_seconds_not_a_minute() {
    let simulation = simulated(Shape::unrestricted(1, &[REGION]), first(3, Fault::Throttled));
    let target = target(&simulation, &config(&simulation).await);
    let begun = Instant::now();
    assert_eq!(InternetRoutes.run(&target).await.unwrap().len(), rows(&simulation));
    assert_eq!(simulation.meter.calls("DescribeRouteTables"), 4);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_session_that_aws_calls_expired_is_not_used_again() {
    let simulation = simulated(Shape::unrestricted(1, &[REGION]), first(1, Fault::Expired));
    let config = config(&simulation).await;
    let ledger = DynamoDbLedger::new(&config, "ledger");
    let worker = Worker::new(members(&config), ledger, SystemClock);
    let id = &simulation.world.accounts[0].id;
    let event = WorkerEvent::parse(&json!({"AccountId": id, "Regions": [REGION]})).unwrap();
    let attempt = |id: &str| Attempt {
        id: id.to_owned(),
        run: RunId::parse("run-1").unwrap(),
        expires_at: i64::MAX,
        time_left: TIME_LEFT,
    };
    let first = worker.run(&event, &attempt("1")).await.unwrap_err();
    assert_eq!(first.kind(), ErrorKind::Transient);
    // The same process, as Lambda and the state machine would have it.
    assert_eq!(worker.run(&event, &attempt("2")).await.unwrap().succeeded, 1);
    assert_eq!(simulation.meter.calls("AssumeRole"), 2);
}
