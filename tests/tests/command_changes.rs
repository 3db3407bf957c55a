//! The command changes something, on a simulated AWS: nothing without the exact confirmation, and a
//! process that is killed in the middle is taken back whole.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use aws_sim::{CallPattern, Conditions, IngressRule, Latency, Service, Shape, World};
use org_operator_testkit::TestResult;
use org_operator_tests::command::Shell;
use org_operator_tests::simulated::Simulated;
use serde_json::Value;

const REGION: &str = "eu-west-1";
const NAME: &str = "close-open-ingress";

/// A simulated organization with rules to close, and a shell in its management account.
struct Trial {
    aws: Simulated,
    shell: Shell,
}

impl Trial {
    fn new() -> TestResult<Self> {
        let world = World::new(11, Shape::unrestricted(6, &[REGION]));
        let aws = Simulated::start(world, Conditions::default())?;
        let shell = aws.shell()?;
        Ok(Self { aws, shell })
    }

    /// All rules without their ids.
    fn rules(&self) -> Vec<String> {
        let simulation = &self.aws.simulation;
        let of = |account: &str| simulation.ingress_rules(account, REGION);
        let accounts = simulation.world.accounts.iter();
        let whole = |rule| format!("{:?}", IngressRule { id: String::new(), ..rule });
        let mut rules: Vec<String> = accounts.flat_map(|a| of(&a.id)).map(whole).collect();
        rules.sort();
        rules
    }

    fn runs(&self) -> Vec<String> {
        let found = std::fs::read_dir(self.folder("")).into_iter().flatten().flatten();
        let folders = found.filter(|entry| entry.path().is_dir());
        folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    fn folder(&self, run: &str) -> PathBuf {
        self.shell.path(&format!("runs/{NAME}/{run}"))
    }

    /// The run that is new since `before`.
    fn new_run(&self, before: &[String]) -> TestResult<String> {
        let new = self.runs().into_iter().find(|run| !before.contains(run));
        new.ok_or_else(|| "no new run".into())
    }

    fn plan(&self) -> TestResult<String> {
        let before = self.runs();
        let words = ["--operation", NAME, "--param", "Ports=22,3389", "--regions", REGION];
        let said = self.shell.run(&[&["run", "--out", "runs"], &words[..]].concat())?;
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        assert!(said.stderr.contains("nothing was changed"), "{}", said.stderr);
        self.new_run(&before)
    }
}

#[test]
fn nothing_is_changed_without_the_exact_confirmation() -> TestResult<()> {
    let trial = Trial::new()?;
    let before = trial.rules();
    let plan = trial.plan()?;
    for (more, text) in [
        (&[][..], "give --confirm close-open-ingress"),
        (&["--confirm", "y"][..], "not `close-open-ingress`"),
        (&["--confirm", NAME, "--max-changes", "0"][..], "MaxChanges: got 0"),
    ] {
        let words = ["run", "--out", "runs", "--apply", "--plan-run", &plan];
        let said = trial.shell.run(&[&words[..], more].concat())?;
        assert_eq!(said.code, Some(2), "{}", said.stderr);
        assert!(said.stderr.contains(text), "`{text}` is not in: {}", said.stderr);
    }
    assert_eq!(trial.runs(), [plan]);
    assert_eq!(trial.rules(), before);
    Ok(())
}

#[test]
fn a_process_that_is_killed_while_it_changes_is_taken_back_whole() -> TestResult<()> {
    let trial = Trial::new()?;
    let before = trial.rules();
    let plan = trial.plan()?;
    let slow = Latency::Fixed(Duration::from_millis(150));
    let latency = vec![(CallPattern::operation(Service::Ec2, "RevokeSecurityGroupIngress"), slow)];
    trial.aws.simulation.set_conditions(Conditions { latency, ..Conditions::default() });
    let words = ["run", "--out", "runs", "--apply", "--plan-run", &plan, "--confirm", NAME];
    let mut command = trial.shell.command(&words)?;
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let deadline = Instant::now() + Duration::from_mins(1);
    while trial.aws.simulation.revoked_rules().is_empty() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill()?;
    child.wait()?;
    assert_ne!(trial.rules(), before, "it was killed before it changed anything");
    let killed = trial.new_run(std::slice::from_ref(&plan))?;
    let again = trial.shell.run(&words)?;
    assert_eq!(again.code, Some(2), "{}", again.stderr);
    assert!(again.stderr.contains(&format!("--undo {killed}")), "{}", again.stderr);
    let undo = ["run", "--out", "runs", "--undo", &killed, "--confirm", NAME];
    let undone = trial.shell.run(&undo)?;
    assert_eq!(undone.code, Some(0), "{}", undone.stderr);
    assert_eq!(trial.rules(), before);
    let coverage = std::fs::read_to_string(trial.folder(&killed).join("coverage.csv"))?;
    assert!(coverage.lines().skip(1).all(|line| line.contains(",r-")), "no unit: {coverage}");
    let applied = std::fs::read_to_string(trial.folder(&killed).join("applied.csv"))?;
    assert!(applied.contains(",APPLIED,") && applied.contains("the run was stopped"), "{applied}");
    Ok(())
}

/// The lines of a table for SQL that are `run`'s.
fn lines(trial: &Trial, table: &str, run: &str) -> TestResult<Vec<Value>> {
    let days = std::fs::read_dir(trial.shell.path(&format!("runs/tables/{table}")))?;
    let mut lines = Vec::new();
    for day in days {
        let file = day?.path().join(format!("{NAME}-{run}.jsonl"));
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let parsed = text.lines().map(serde_json::from_str);
        lines.extend(parsed.collect::<Result<Vec<Value>, _>>()?);
    }
    Ok(lines)
}

#[test]
fn a_run_that_applied_a_plan_has_a_report_and_lines_for_sql() -> TestResult<()> {
    let trial = Trial::new()?;
    let plan = trial.plan()?;
    let words = ["run", "--out", "runs", "--apply", "--plan-run", &plan, "--confirm", NAME];
    assert_eq!(trial.shell.run(&words)?.code, Some(0));
    let run = trial.new_run(std::slice::from_ref(&plan))?;
    let applied = lines(&trial, "applied", &run)?;
    assert!(!applied.is_empty() && applied.iter().all(|line| line["outcome"] == "APPLIED"));
    let covered = lines(&trial, "coverage", &run)?;
    let has_unit = |line: &Value| line["unit_path"].as_str().is_some_and(|path| !path.is_empty());
    assert!(!covered.is_empty() && covered.iter().all(has_unit), "{covered:?}");
    let summary = std::fs::read(trial.folder(&run).join("summary.json"))?;
    let summary: Value = serde_json::from_slice(&summary)?;
    assert_eq!(summary["Rows"]["APPLIED"], applied.len());
    assert!(summary["ApiCalls"].as_u64() > Some(0), "{summary}");
    for uri in summary["Artifacts"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        assert!(trial.shell.path(uri).is_file(), "{uri}");
    }
    let folder = trial.folder(&run);
    let said = trial.shell.run(&["report", &folder.display().to_string()])?;
    assert!(said.stdout.ends_with(&format!("{NAME}/{run}/report.html\n")), "{}", said.stderr);
    let both = trial.shell.run(&["report", &plan, &run, "--out", "runs"])?;
    let page = std::fs::read_to_string(trial.shell.path(both.stdout.trim_end()))?;
    assert!(page.contains(&format!("APPLIED {}", applied.len())), "{page}");
    let portal = ["--portal", "https://example.awsapps.com/start"];
    let refused = trial.shell.run(&["report", &run, "--out", "runs", portal[0], portal[1]])?;
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("written as it ends"), "{}", refused.stderr);
    Ok(())
}
