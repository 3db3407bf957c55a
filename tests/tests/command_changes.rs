//! The command changes something, on a simulated AWS: nothing without the exact confirmation, and a
//! process that is killed in the middle is taken back whole.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use aws_sim::{CallPattern, Conditions, IngressRule, Latency, Service, Shape, World};
use org_operator_testkit::TestResult;
use org_operator_tests::command::Shell;
use org_operator_tests::simulated::Simulated;

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
    let applied = std::fs::read_to_string(trial.folder(&killed).join("applied.csv"))?;
    assert!(applied.contains(",APPLIED,") && applied.contains("the run was stopped"), "{applied}");
    Ok(())
}
