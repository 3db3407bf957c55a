//! The `org-operator` command whose process is killed, or whose organization cannot be listed to the
//! end, while it asks the accounts that are known. A simulated AWS holds it there.

use std::time::{Duration, Instant};

use aws_sim::{
    CallPattern, Conditions, Endpoint, Fault, FaultRule, Latency, Service, Shape, Simulation, When,
    World, oracle,
};
use org_operator_testkit::TestResult;
use org_operator_tests::command::{Said, Shell};
use org_operator_tests::run_files::runs;
use rustix::process::Signal;

const REGION: &str = "eu-west-1";
const RUNS: &str = "org-operator-runs";
/// Longer than any test takes, and shorter than the command's own patience.
const HELD: Duration = Duration::from_secs(25);

fn third_page(fault: Fault) -> FaultRule {
    let calls = CallPattern::operation(Service::Organizations, "ListAccounts");
    FaultRule { calls, when: When::Nth(3), fault }
}

/// 70 accounts are four pages at least.
async fn listening(fault: Fault) -> TestResult<Endpoint> {
    let conditions = Conditions { faults: vec![third_page(fault)], ..Conditions::default() };
    let world = World::new(7, Shape::unrestricted(70, &[REGION]));
    Ok(Endpoint::listen(std::sync::Arc::new(Simulation::new(world, conditions))).await?)
}

/// Waits until the accounts of the first page, one of which is the management account, have answers in the journal of the only run.
async fn until_answered(shell: &Shell) -> TestResult<String> {
    let deadline = Instant::now() + HELD;
    loop {
        if let Some(run) = runs(&shell.path(RUNS)).first() {
            let journal = std::fs::read_dir(run.join("journal")).into_iter().flatten().flatten();
            let answered = journal.filter(|file| {
                let text = std::fs::read_to_string(file.path()).unwrap_or_default();
                text.contains("SUCCEEDED") && text.ends_with('\n')
            });
            if answered.count() >= 19 {
                return Ok(run.file_name().unwrap_or_default().to_string_lossy().into_owned());
            }
        }
        if Instant::now() > deadline {
            return Err("nothing is answered while the organization is listed".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The run is complete, its rows are the true ones, and no account was asked a second time.
fn is_complete(endpoint: &Endpoint, shell: &Shell, said: &Said) -> TestResult<()> {
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.contains("COMPLETE: 70 targets, 70 succeeded"), "{}", said.stderr);
    let run = runs(&shell.path(RUNS)).remove(0);
    let rows = csv::Reader::from_path(run.join("internet-routes.csv"))?.into_records().count();
    assert_eq!(rows, oracle::internet_route_count(&endpoint.simulation.world));
    assert!(!run.join("journal/request.json").exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_while_it_lists_is_resumed_with_every_account() -> TestResult<()> {
    let endpoint = listening(Fault::Stalled).await?;
    let shell = Shell::simulated(&endpoint)?;
    let mut child = shell.start(&["run", "--regions", REGION])?;
    let begins = child.line()?;
    assert!(begins.contains("while the organization is being listed"), "{begins}");
    let id = until_answered(&shell).await?;
    child.signal(Signal::KILL)?;
    assert_eq!(child.ended()?.code, None);
    let run = runs(&shell.path(RUNS)).remove(0);
    assert!(!run.join("manifest.json").exists() && !run.join("summary.json").exists());
    endpoint.simulation.set_conditions(Conditions::default());
    let asked = endpoint.simulation.meter.calls("DescribeRouteTables");
    let said = shell.run(&["run", "--resume", &id])?;
    is_complete(&endpoint, &shell, &said)?;
    let again = endpoint.simulation.meter.calls("DescribeRouteTables") - asked;
    assert!(again <= 51, "{again} of 70 accounts are asked, and 19 had an answer");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_fails_keeps_the_answers_and_names_the_command() -> TestResult<()> {
    let endpoint = listening(Fault::Denied).await?;
    // The pages come slowly enough for the first accounts to answer.
    let pages = CallPattern::operation(Service::Organizations, "ListAccounts");
    endpoint.simulation.set_conditions(Conditions {
        latency: vec![(pages, Latency::Fixed(Duration::from_millis(700)))],
        faults: vec![third_page(Fault::Denied)],
        ..Conditions::default()
    });
    let shell = Shell::simulated(&endpoint)?;
    let failed = shell.run(&["run", "--regions", REGION])?;
    assert_eq!(failed.code, Some(5), "{}", failed.stderr);
    assert!(failed.stderr.contains("not authorized to perform: ListAccounts"), "{}", failed.stderr);
    let kept = "what was answered is kept; go on with: ";
    let line = failed.stderr.lines().find_map(|line| line.strip_prefix(kept));
    let line = line.ok_or(failed.stderr.as_str())?;
    endpoint.simulation.set_conditions(Conditions::default());
    let asked = endpoint.simulation.meter.calls("DescribeRouteTables");
    is_complete(&endpoint, &shell, &shell.paste(line)?)?;
    let again = endpoint.simulation.meter.calls("DescribeRouteTables") - asked;
    assert!(again < 70, "every account is asked once more");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_names_an_unknown_account_asks_nothing() -> TestResult<()> {
    let endpoint = listening(Fault::Internal).await?;
    let shell = Shell::simulated(&endpoint)?;
    let said = shell.run(&["run", "--regions", REGION, "--account", "999999999999"])?;
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert!(said.stderr.contains("999999999999"), "{}", said.stderr);
    assert_eq!(endpoint.simulation.meter.calls("DescribeRouteTables"), 0);
    assert_eq!(endpoint.simulation.meter.calls("AssumeRole"), 0);
    assert!(runs(&shell.path(RUNS)).is_empty());
    Ok(())
}
