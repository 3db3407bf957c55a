//! Which Regions a worker asks, over the simulated AWS: what the account says of them, what that costs
//! and saves in calls, and what sessions of the wrong endpoint are taken for.
#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

use std::sync::Arc;

use aws_config::Region as SdkRegion;
use aws_sim::{
    CallPattern, Conditions, DEFAULT_REGIONS, Fault, FaultRule, Service, Shape, Simulation, When,
    World,
};
use org_operator_aws::{DynamoDbLedger, MemberRole, SystemClock};
use org_operator_core::contract::ledger::LedgerPartition;
use org_operator_core::ports::Outcomes;
use org_operator_core::{AccountId, ErrorKind, Outcome, Partition, Region, RunId, WorkerEvent};
use org_operator_testkit::TestResult;
use org_operator_tests::campaign::aws::{TIME_LEFT, config, members};
use org_operator_tests::simulated::Simulated;
use org_operator_worker::{Attempt, Worker};
use serde_json::json;

const OPT_IN: &str = "eu-south-1";

fn all_regions() -> Vec<String> {
    let all = Region::all_known(Partition::Commercial);
    all.iter().map(|region| region.as_str().to_owned()).collect()
}

/// An account with every Region of the partition.
fn world() -> World {
    let regions = all_regions();
    let names: Vec<&str> = regions.iter().map(String::as_str).collect();
    World::new(7, Shape::unrestricted(1, &names))
}

/// A simulation in which `ec2:DescribeRegions` is denied, or not.
fn simulated(world: World, denied: bool) -> Arc<Simulation> {
    let calls = CallPattern::operation(Service::Ec2, "DescribeRegions");
    let rule = FaultRule { calls, when: When::Always, fault: Fault::Denied };
    let faults = if denied { vec![rule] } else { Vec::new() };
    Arc::new(Simulation::new(world, Conditions { faults, ..Conditions::default() }))
}

/// Runs work items of the account, and returns its outcomes.
async fn outcomes(
    simulation: &Arc<Simulation>,
    members: MemberRole,
    items: &[Vec<String>],
) -> Vec<Outcome> {
    let config = config(simulation).await;
    let ledger = DynamoDbLedger::new(&config, "ledger");
    let worker = Worker::new(members, ledger.clone(), SystemClock);
    let (run, id) = (RunId::parse("run-1").unwrap(), &simulation.world.accounts[0].id);
    for (number, regions) in items.iter().enumerate() {
        let event = WorkerEvent::parse(&json!({"AccountId": id, "Regions": regions})).unwrap();
        let (id, run) = (number.to_string(), run.clone());
        let attempt = Attempt { id, run, expires_at: i64::MAX, time_left: TIME_LEFT };
        worker.run(&event, &attempt).await.unwrap();
    }
    ledger
        .outcomes(&LedgerPartition { run, operation: None, account: AccountId::parse(id).unwrap() })
        .await
        .unwrap()
}

/// The calls for route tables and for Regions, and the outcomes that are SKIPPED.
async fn cost(world: World, denied: bool, items: &[Vec<String>]) -> (u64, u64, Vec<Outcome>) {
    let simulation = simulated(world, denied);
    let role = members(&config(&simulation).await);
    let all = outcomes(&simulation, role, items).await;
    let skipped = all.into_iter().filter(|outcome| outcome.verdict.status() == "SKIPPED").collect();
    let calls = |operation| simulation.meter.calls(operation);
    (calls("DescribeRouteTables"), calls("DescribeRegions"), skipped)
}

#[tokio::test(start_paused = true)]
async fn an_account_with_17_regions_off_costs_one_call_more_and_saves_17() {
    let (asked, inquiries, skipped) =
        cost(world().with_opt_in_regions_off(), false, &[all_regions()]).await;
    assert_eq!((asked, inquiries, skipped.len()), (17, 1, 17));
    for outcome in skipped {
        let (kind, message) = outcome.verdict.error().unwrap();
        assert_eq!(kind, ErrorKind::RegionDisabled);
        assert!(message.starts_with("ec2:DescribeRegions: "), "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_account_may_not_say_every_region_is_asked_and_the_answer_inferred() {
    let (asked, inquiries, skipped) =
        cost(world().with_opt_in_regions_off(), true, &[all_regions()]).await;
    // In the home Region, then in one that no account can disable.
    assert_eq!((asked, inquiries, skipped.len()), (34, 2, 17));
    let inferred = |outcome: &Outcome| outcome.verdict.error().unwrap().1.starts_with("inferred:");
    assert!(skipped.iter().all(inferred), "{skipped:?}");
}

#[tokio::test(start_paused = true)]
async fn a_run_over_regions_that_are_always_on_makes_no_inquiry() {
    let regions = DEFAULT_REGIONS.map(str::to_owned).to_vec();
    let (asked, inquiries, skipped) = cost(world(), false, &[regions]).await;
    assert_eq!((asked, inquiries, skipped.len()), (17, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn only_work_items_with_an_opt_in_region_make_an_inquiry() {
    let always_on = |region: &String| DEFAULT_REGIONS.contains(&region.as_str());
    let (on, opt_in): (Vec<_>, Vec<_>) = all_regions().into_iter().partition(always_on);
    let (asked, inquiries, skipped) = cost(world(), false, &[on, opt_in]).await;
    assert_eq!((asked, inquiries, skipped.len()), (34, 1, 0));
}

/// The member role where org-operator runs in `home`.
async fn role_at(simulation: &Arc<Simulation>, home: &'static str) -> MemberRole {
    let config = config(simulation).await.into_builder().region(SdkRegion::new(home)).build();
    members(&config)
}

#[tokio::test(start_paused = true)]
async fn sts_of_an_opt_in_home_knows_only_accounts_that_have_it_on() {
    for (world, kind) in
        [(world(), None), (world().with_opt_in_regions_off(), Some(ErrorKind::AssumeRoleDenied))]
    {
        let simulation = simulated(world, false);
        let role = role_at(&simulation, OPT_IN).await;
        let all = outcomes(&simulation, role, &[vec!["eu-west-1".to_owned()]]).await;
        let error = all[0].verdict.error();
        assert_eq!(error.map(|(kind, _)| kind), kind);
        let text = error.map_or("InvalidClientTokenId", |(_, message)| message);
        assert!(text.contains("InvalidClientTokenId"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_version_token_refused_by_a_region_that_is_on_is_no_disabled_region() {
    let simulation = simulated(world(), false);
    // As an SDK of long ago gets its sessions.
    let global =
        config(&simulation).await.into_builder().endpoint_url("http://sts.amazonaws.com").build();
    let regions = ["eu-west-1", OPT_IN].map(str::to_owned).to_vec();
    let all = outcomes(&simulation, members(&global), &[regions]).await;
    let of = |name: &str| {
        let mut found = all.iter().filter(|outcome| outcome.region.as_str() == name);
        found.next().unwrap().verdict.clone()
    };
    assert_eq!(of("eu-west-1").status(), "SUCCEEDED");
    let refused = of(OPT_IN);
    let (kind, message) = refused.error().unwrap();
    assert_eq!((refused.status(), kind), ("FAILED", ErrorKind::AccessDenied));
    assert!(message.starts_with("the Region is on"), "{message}");
}

#[test]
fn a_run_covers_opt_in_regions_unless_it_is_narrowed_and_then_it_says_so() -> TestResult<()> {
    let shape = Shape::unrestricted(2, &["eu-west-1", OPT_IN]);
    let simulated = Simulated::start(World::new(7, shape), Conditions::default())?;
    let shell = simulated.shell()?;
    let whole = shell.run(&["run"])?.stderr;
    assert!(whole.contains("COMPLETE: 68 targets") && !whole.contains("not asked"), "{whole}");
    let narrow = shell.run(&["run", "--regions", "eu-west-1"])?.stderr;
    assert!(narrow.contains("33 Regions of the partition not asked: af-south-1, "), "{narrow}");
    Ok(())
}
