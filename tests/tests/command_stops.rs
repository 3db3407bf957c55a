//! Stopping the `org-operator` command, and going on. A simulated AWS holds it where it is to be
//! stopped, so that it is stopped there on any machine.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use aws_sim::{
    CallPattern, Conditions, Endpoint, Latency, Service, Shape, Simulation, World, oracle,
};
use org_operator_testkit::TestResult;
use org_operator_tests::command::{Shell, calm};
use org_operator_tests::run_files::runs;
use rustix::process::Signal;

/// Longer than any test takes, and shorter than the command's own patience.
const HELD: Duration = Duration::from_secs(25);

/// Every question to an account is held.
fn held() -> Conditions {
    let asked = CallPattern::operation(Service::Ec2, "DescribeRouteTables");
    Conditions { latency: vec![(asked, Latency::Fixed(HELD))], ..Conditions::default() }
}

async fn until_asked(endpoint: &Endpoint) -> TestResult<()> {
    let deadline = Instant::now() + HELD;
    while endpoint.simulation.meter.calls("DescribeRouteTables") == 0 {
        if Instant::now() > deadline {
            return Err("nothing is asked".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_run_is_nobody_elses_before_and_goes_on_by_what_it_said() -> TestResult<()> {
    let endpoint = calm(3, &["eu-west-1"], held()).await?;
    let mut shell = Shell::simulated(&endpoint)?;
    // Without the profile and the Region the pasted command could not even begin.
    let key = format!("AKIA{}", endpoint.simulation.world.management());
    let config =
        format!("[profile audit]\naws_access_key_id = {key}\naws_secret_access_key = simulated\n");
    std::fs::write(shell.path("config"), config)?;
    let path = shell.path("config").display().to_string();
    shell.set("AWS_CONFIG_FILE", &path);
    for name in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        shell.unset(name);
    }
    let access = ["--profile", "audit", "--region", "eu-west-1"];
    let out = ["--out", "my runs", "--concurrency", "2"];
    let run = ["run", "--regions", "eu-west-1"];
    let mut child = shell.start(&[&run[..], &access, &out].concat())?;
    let begins = child.line()?;
    let id = begins.split_whitespace().nth(1).ok_or("no run")?;
    until_asked(&endpoint).await?;
    // While that process lives the run is its own, however somebody names it.
    std::fs::write(shell.path("again.json"), format!("{{\"ResumeRun\": \"{id}\"}}"))?;
    for again in [["--resume", id], ["--request", "again.json"]] {
        let second = shell.run(&[&["run"], &again[..], &access, &out].concat())?;
        assert_eq!(second.code, Some(2), "{}", second.stderr);
        assert!(second.stderr.contains("another process is working on it"), "{}", second.stderr);
    }
    child.signal(Signal::INT)?;
    let stopped = child.ended()?;
    assert_eq!(stopped.code, Some(130), "{}", stopped.stderr);
    let line = stopped.stderr.lines().find_map(|line| line.strip_prefix("stopped; go on with: "));
    let line = line.ok_or(stopped.stderr.as_str())?;
    let expected = format!(
        "org-operator run --profile audit --region eu-west-1 --resume {id} --out 'my runs' \
         --concurrency 2"
    );
    assert_eq!(line, expected);
    endpoint.simulation.set_conditions(Conditions::default());
    let whole = shell.paste(line)?;
    assert_eq!(whole.code, Some(0), "{}", whole.stderr);
    assert!(whole.stderr.contains("COMPLETE: 3 targets, 3 succeeded"), "{}", whole.stderr);
    // Now there is nothing left, and the request file finds the same journal.
    let nothing = shell.run(&[&["run", "--request", "again.json"], &access[..], &out].concat())?;
    assert_eq!(nothing.code, Some(0), "{}", nothing.stderr);
    assert!(nothing.stderr.contains("nothing to resume"), "{}", nothing.stderr);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_stopped_while_nobody_reads_its_records() -> TestResult<()> {
    let shape =
        Shape { max_route_tables: 60, ..Shape::unrestricted(20, &["eu-west-1", "us-east-1"]) };
    let endpoint = Endpoint::listen(std::sync::Arc::new(Simulation::new(
        World::new(7, shape),
        Conditions::default(),
    )))
    .await?;
    // A record takes more than 100 bytes: a pipe that nobody reads holds 64 KiB.
    assert!(oracle::internet_route_count(&endpoint.simulation.world) > 1_000);
    let shell = Shell::simulated(&endpoint)?;
    for signal in [Signal::INT, Signal::TERM] {
        let mut child = shell.start(&["run", "--regions", "eu-west-1,us-east-1"])?;
        child.prints()?;
        child.signal(signal)?;
        let said = child.ended()?;
        assert_eq!(said.code, Some(130), "{}", said.stderr);
        assert!(said.stderr.contains("stopped; the run is written: "), "{}", said.stderr);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runs_files_are_whole_and_their_owners_alone() -> TestResult<()> {
    let endpoint = calm(2, &["eu-west-1"], Conditions::default()).await?;
    let shell = Shell::simulated(&endpoint)?;
    let said = shell.run(&["run", "--regions", "eu-west-1", "--out", "out/runs"])?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let run = runs(&shell.path("out/runs")).remove(0);
    // Somebody who may write there could have a link lie in wait.
    let (half, elsewhere) = (run.join(".summary.json.1-00000000.partial"), shell.path("elsewhere"));
    std::fs::write(&elsewhere, "mine")?;
    std::os::unix::fs::symlink(&elsewhere, half)?;
    std::fs::write(run.join(".coverage.csv.1.partial"), "half")?;
    std::fs::remove_file(run.join("summary.json"))?;
    let name = run.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let again = shell.run(&["run", "--resume", &name, "--out", "out/runs"])?;
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(&elsewhere)?, "mine");
    let mut left = vec![shell.path("out")];
    let mut seen = Vec::new();
    while let Some(path) = left.pop() {
        let data = path.symlink_metadata()?;
        let mode = data.permissions().mode() & 0o777;
        assert_eq!(mode, if data.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
        if data.is_dir() {
            let entries = std::fs::read_dir(&path)?;
            left.extend(entries.map(|entry| Ok(entry?.path())).collect::<TestResult<Vec<_>>>()?);
        }
        seen.push(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
    }
    assert!(!seen.iter().any(|name| name.ends_with(".partial")), "{seen:?}");
    for name in ["summary.json", "latest.json", "lock"] {
        assert!(seen.iter().any(|seen| seen == name), "{seen:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_id_that_was_typed_is_asked_for_and_never_told() -> TestResult<()> {
    let endpoint = calm(1, &["eu-west-1"], held()).await?;
    let mut shell = Shell::simulated(&endpoint)?;
    shell.unset("ORG_OPERATOR_EXTERNAL_ID");
    let id = aws_sim::EXTERNAL_ID;
    let mut child = shell.start(&["run", "--regions", "eu-west-1", "--external-id", id])?;
    let begins = child.line()?;
    until_asked(&endpoint).await?;
    child.signal(Signal::TERM)?;
    let stopped = child.ended()?;
    assert_eq!(stopped.code, Some(130), "{}", stopped.stderr);
    let expected = "go on with (give --external-id again, too): org-operator run --resume ";
    assert!(stopped.stderr.contains(expected), "{}", stopped.stderr);
    assert!(!format!("{begins}{}", stopped.stderr).contains(id), "{}", stopped.stderr);
    Ok(())
}
