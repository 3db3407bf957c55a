//! Several operations at once by the `org-operator` command, over a simulated AWS: accounts are entered
//! once, and each operation's answer is that of a run of its own.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aws_sim::{
    CallPattern, Conditions, Fault, FaultRule, Latency, Service, Shape, When, World, oracle,
};
use org_operator_testkit::TestResult;
use org_operator_tests::command::Shell;
use org_operator_tests::run_files::{artifacts, masked, runs_of};
use org_operator_tests::simulated::Simulated;
use rustix::process::Signal;
use serde_json::Value;

const REGIONS: &str = "eu-west-1,us-east-1";
const TWO: &str = "internet-routes,public-ips";

/// Longer than any test takes, and shorter than the command's own patience.
const HELD: Duration = Duration::from_secs(25);

fn simulated(accounts: usize, conditions: Conditions) -> TestResult<Simulated> {
    let shape = Shape::unrestricted(accounts, &["eu-west-1", "us-east-1"]);
    Simulated::start(World::new(7, shape), conditions)
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The folder of the one run of `operation` in `out`.
fn only_run(shell: &Shell, out: &str, operation: &str) -> TestResult<PathBuf> {
    let mut runs = runs_of(&shell.path(out), operation);
    assert_eq!(runs.len(), 1, "{runs:?}");
    runs.pop().ok_or_else(|| "no run".into())
}

fn summary(folder: &Path) -> TestResult<Value> {
    Ok(serde_json::from_slice(&std::fs::read(folder.join("summary.json"))?)?)
}

#[test]
fn each_operation_of_a_suite_has_exactly_the_files_of_a_run_of_its_own() -> TestResult<()> {
    let simulated = simulated(4, Conditions::default())?;
    let shell = simulated.shell()?;
    let both = ["run", "--regions", REGIONS, "--out", "both", "--operation", TWO];
    let said = shell.run(&both)?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let suite = only_run(&shell, "both", "suites")?;
    for operation in TWO.split(',') {
        let alone = ["run", "--regions", REGIONS, "--out", "alone", "--operation", operation];
        assert_eq!(shell.run(&alone)?.code, Some(0));
        let single = only_run(&shell, "alone", operation)?;
        let (own, other) = (artifacts(&suite.join(operation))?, artifacts(&single)?);
        assert_eq!(own.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
        let times = ["started_at", "ended_at"];
        for (file, bytes) in own {
            let of_suite = masked(&file, &bytes, &name(&suite), &times)?;
            let of_run = masked(&file, &other[&file], &name(&single), &times)?;
            assert_eq!(of_suite, of_run, "{operation} {file}");
        }
        let latest = |out: &str| shell.path(out).join(operation).join("latest.json");
        let newest = std::fs::read_to_string(latest("both"))?;
        assert!(newest.contains(&name(&suite)), "{newest}");
    }
    Ok(())
}

#[test]
fn accounts_are_entered_once_and_the_answer_is_told_in_a_line_per_operation() -> TestResult<()> {
    let simulated = simulated(5, Conditions::default())?;
    let shell = simulated.shell()?;
    let run = ["run", "--regions", REGIONS, "--out", "runs", "--operation", TWO];
    let said = shell.run(&run)?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert_eq!(simulated.simulation.meter.calls("AssumeRole"), 5);
    assert_eq!(simulated.simulation.meter.calls("DescribeRouteTables"), 5 * 2);
    let routes = oracle::internet_route_count(&simulated.simulation.world);
    let mut rows = said.stdout.lines();
    let head = "operation,status,targets,succeeded,skipped,failed,records,added,removed";
    assert_eq!(rows.next(), Some(head));
    let line = format!("internet-routes,COMPLETE,10,10,0,0,{routes},,");
    assert_eq!(rows.next(), Some(line.as_str()));
    assert!(rows.next().is_some_and(|row| row.starts_with("public-ips,COMPLETE,10,10,0,0,")));
    assert!(
        said.stderr.contains("begins: 2 operations, 20 targets in 5 work items"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("COMPLETE: 20 targets, 20 succeeded"), "{}", said.stderr);
    let suite = only_run(&shell, "runs", "suites")?;
    let all = summary(&suite)?;
    assert_eq!(
        (&all["Status"], &all["Targets"], &all["Accounts"]),
        (&"COMPLETE".into(), &20.into(), &5.into())
    );
    let page = std::fs::read_to_string(suite.join("index.html"))?;
    assert!(page.contains("<a href=\"public-ips/report.html\">"), "{page}");
    let report = shell.run(&["report", &name(&suite), "--out", "runs"])?;
    assert!(report.stdout.trim_end().ends_with("/index.html"), "{report:?}");
    // The next runs are compared with these, in a suite and by themselves.
    assert_eq!(shell.run(&run)?.code, Some(0));
    let mut runs = runs_of(&shell.path("runs"), "suites");
    runs.retain(|run| *run != suite);
    let newest = runs.pop().ok_or("no run")?;
    let compared = summary(&newest)?;
    assert_eq!((&compared["Added"], &compared["Removed"]), (&0.into(), &0.into()));
    assert_eq!(compared["Operations"][0]["PreviousRunId"], name(&suite));
    let diff = ["diff", &name(&suite), &name(&newest), "--out", "runs"];
    let diff = shell.run(&[&diff[..], &["--operation", "public-ips"]].concat())?;
    assert_eq!(diff.code, Some(0), "{diff:?}");
    Ok(())
}

/// How many outcomes the journal of an operation has.
fn outcomes(shell: &Shell, operation: &str) -> usize {
    let runs = runs_of(&shell.path("runs"), "suites");
    let journals = runs.iter().map(|run| run.join("journal").join(operation));
    let files = journals.filter_map(|journal| std::fs::read_dir(journal).ok()).flatten().flatten();
    let texts = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
    texts.map(|text| text.matches("\"outcome#").count()).sum()
}

#[test]
fn a_killed_suite_run_goes_on_and_asks_only_what_is_missing() -> TestResult<()> {
    let asked = CallPattern::operation(Service::Ec2, "DescribeAddresses");
    let latency = vec![(asked, Latency::Fixed(HELD))];
    let simulated = simulated(3, Conditions { latency, ..Conditions::default() })?;
    let shell = simulated.shell()?;
    let run = ["run", "--regions", REGIONS, "--out", "runs", "--operation", TWO];
    let child = shell.start(&run)?;
    let deadline = Instant::now() + HELD;
    while outcomes(&shell, "internet-routes") < 6 {
        assert!(Instant::now() < deadline, "one operation waits for the other");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.signal(Signal::KILL)?;
    child.ended()?;
    let suite = only_run(&shell, "runs", "suites")?;
    assert!(!suite.join("summary.json").exists());
    simulated.simulation.set_conditions(Conditions::default());
    simulated.simulation.meter.reset();
    let again = ["run", "--resume", &name(&suite), "--out", "runs"];
    let said = shell.run(&again)?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(
        said.stderr.contains("goes on: 2 operations, 6 targets in 3 work items"),
        "{}",
        said.stderr
    );
    let calls = |name: &str| simulated.simulation.meter.calls(name);
    assert_eq!((calls("DescribeRouteTables"), calls("AssumeRole")), (0, 3));
    assert_eq!(summary(&suite)?["Succeeded"], 12);
    let nothing = shell.run(&again)?;
    assert_eq!(nothing.code, Some(0), "{}", nothing.stderr);
    assert!(nothing.stderr.contains("nothing to resume"), "{}", nothing.stderr);
    Ok(())
}

#[test]
fn the_worst_operation_decides_the_exit_code_and_resume_repairs_it() -> TestResult<()> {
    let calls = CallPattern::operation(Service::Ec2, "DescribeAddresses");
    let faults = vec![FaultRule { calls, when: When::Always, fault: Fault::Denied }];
    let simulated = simulated(2, Conditions { faults, ..Conditions::default() })?;
    let shell = simulated.shell()?;
    let run = ["run", "--regions", REGIONS, "--out", "runs", "--operation", TWO];
    let said = shell.run(&[&run[..], &["--format", "json"]].concat())?;
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    let results: Value = serde_json::from_str(&said.stdout)?;
    let status = |i: usize| results[i]["Status"].as_str().unwrap_or_default().to_owned();
    assert_eq!((status(0), status(1)), ("COMPLETE".to_owned(), "PARTIAL".to_owned()));
    assert!(said.stderr.contains("FAILED public-ips: "), "{}", said.stderr);
    let hint = "hint: retry failed targets with: ";
    let line = said.stderr.lines().find_map(|line| line.strip_prefix(hint)).ok_or("no hint")?;
    simulated.simulation.set_conditions(Conditions::default());
    let whole = shell.paste(line)?;
    assert_eq!(whole.code, Some(0), "{}", whole.stderr);
    Ok(())
}

#[test]
fn everything_wrong_with_several_operations_is_told_at_once() -> TestResult<()> {
    let simulated = simulated(1, Conditions::default())?;
    let shell = simulated.shell()?;
    let wrong = shell.run(&["run", "--operation", "vpc,internet-routes,vpc", "--out", "runs"])?;
    assert_eq!(wrong.code, Some(2), "{}", wrong.stderr);
    for part in
        ["Operations[0]: got \"vpc\"", "(nearest: `vpcs`)", "Operations[2]: got \"vpc\" again"]
    {
        assert!(wrong.stderr.contains(part), "{part}: {}", wrong.stderr);
    }
    let suite = shell.run(&["plan", "--suite", "securty"])?;
    assert_eq!(suite.code, Some(2), "{}", suite.stderr);
    assert!(suite.stderr.contains("(nearest: `security`)"), "{}", suite.stderr);
    std::fs::write(shell.path("two.json"), r#"{"Operation": "vpcs", "Suite": "cost"}"#)?;
    let two = shell.run(&["run", "--request", "two.json"])?;
    assert!(two.stderr.contains("Operation: got a value beside Suite"), "{}", two.stderr);
    assert_eq!(simulated.simulation.meter.calls("AssumeRole"), 0);
    Ok(())
}

#[test]
fn a_suite_says_which_operation_it_goes_without() -> TestResult<()> {
    let simulated = simulated(1, Conditions::default())?;
    let plan = ["plan", "--json", "--regions", REGIONS, "--suite", "inventory"];
    let said = simulated.shell()?.run(&plan)?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.contains("without missing-tags, which needs --param Keys=…"), "{said:?}");
    assert!(
        said.stdout.contains("\"ec2-instances\"") && !said.stdout.contains("missing-tags"),
        "{said:?}"
    );
    Ok(())
}

#[test]
fn a_plan_of_a_suite_counts_every_operation_and_each_account_once() -> TestResult<()> {
    let simulated = simulated(3, Conditions::default())?;
    let plan = ["plan", "--json", "--regions", REGIONS, "--operation"];
    let plan =
        simulated.shell()?.run(&[&plan[..], &["internet-routes,iam-role-trusts,vpcs"]].concat())?;
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);
    let plan: Value = serde_json::from_str(&plan.stdout)?;
    assert_eq!(plan["Operations"].as_array().map(Vec::len), Some(3));
    assert_eq!((&plan["Targets"], &plan["WorkItems"]), (&(3 * (2 + 1 + 2)).into(), &3.into()));
    Ok(())
}
