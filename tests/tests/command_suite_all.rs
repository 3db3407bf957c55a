//! Every operation of the catalogue in one run of the `org-operator` command, over a simulated AWS that
//! answers each of their calls as it was recorded.

use std::path::{Path, PathBuf};

use aws_sim::{Conditions, Shape, World};
use org_operator_testkit::TestResult;
use org_operator_tests::command::{Said, Shell};
use org_operator_tests::run_files::runs_of;
use org_operator_tests::simulated::Simulated;
use serde_json::Value;

/// Each file of recorded answers has its turn in some of these targets.
const ACCOUNTS: usize = 5;
const REGIONS: [&str; 4] = ["ap-south-1", "eu-west-1", "us-east-1", "us-west-2"];

fn simulated(conditions: Conditions) -> TestResult<Simulated> {
    let shape = Shape::unrestricted(ACCOUNTS, &REGIONS);
    Simulated::with_recordings(World::new(7, shape), conditions)
}

fn all(shell: &Shell) -> TestResult<Said> {
    let regions = REGIONS.join(",");
    let run = ["run", "--suite", "all", "--regions", &regions, "--out", "runs"];
    shell.run(&[&run[..], &["--param", "Keys=[\"owner\"]"]].concat())
}

/// The folder of the one run, and the operations of its summary.
fn operations(shell: &Shell) -> TestResult<(PathBuf, Vec<Value>)> {
    let suite = runs_of(&shell.path("runs"), "suites").pop().ok_or("no run")?;
    let whole: Value = serde_json::from_slice(&std::fs::read(suite.join("summary.json"))?)?;
    let operations = whole["Operations"].as_array().ok_or("no operations")?;
    Ok((suite, operations.clone()))
}

/// The rows of an operation's coverage that did not succeed.
fn not_succeeded(suite: &Path, operation: &str) -> TestResult<Vec<String>> {
    let rows = std::fs::read_to_string(suite.join(operation).join("coverage.csv"))?;
    Ok(rows.lines().skip(1).filter(|row| !row.contains(",SUCCEEDED,")).map(str::to_owned).collect())
}

#[test]
fn every_operation_succeeds_in_every_target_and_finds_something() -> TestResult<()> {
    let simulated = simulated(Conditions { quotas: true, ..Conditions::default() })?;
    let shell = simulated.shell()?;
    let said = all(&shell)?;
    assert_eq!(said.code, Some(0), "{}\n{}", said.stdout, said.stderr);
    let (suite, operations) = operations(&shell)?;
    assert!(operations.len() >= 42, "{}", operations.len());
    for operation in operations {
        let name = operation["Operation"].as_str().unwrap_or_default();
        assert_eq!(not_succeeded(&suite, name)?, [""; 0], "{name}");
        assert!(operation["Records"].as_u64() > Some(0), "{name} finds nothing");
        assert!(suite.join(name).join("report.html").is_file(), "{name}");
    }
    let meter = &simulated.simulation.meter;
    let entered = meter.calls("AssumeRole");
    assert_eq!(entered, ACCOUNTS as u64 * 2, "the actions of all fit into two session policies");
    let throttled: u64 = meter.counts().values().map(|count| count.throttled).sum();
    assert_eq!(throttled, 0, "AWS's quotas are on");
    Ok(())
}

/// How often the security groups are listed in a run of `operations`.
fn listed_by(operations: &str) -> TestResult<u64> {
    let simulated = simulated(Conditions::default())?;
    let regions = REGIONS.join(",");
    let run = ["run", "--operation", operations, "--regions", &regions, "--out", "runs"];
    let said = simulated.shell()?.run(&run)?;
    assert_eq!(said.code, Some(0), "{}\n{}", said.stdout, said.stderr);
    Ok(simulated.simulation.meter.calls("DescribeSecurityGroups"))
}

#[test]
fn an_identical_listing_of_two_operations_is_asked_for_as_often_as_by_one() -> TestResult<()> {
    let alone = listed_by("unused-security-groups")?;
    assert!(alone > 0);
    // The other one lists them where it has found open rules.
    assert!(listed_by("open-security-groups")? > 0);
    assert_eq!(listed_by("open-security-groups,unused-security-groups")?, alone);
    Ok(())
}
