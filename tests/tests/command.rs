//! The `org-operator` command on an emulator: the same answer as the deployed pipeline's, whatever
//! happens on the way.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use org_operator_testkit::TestResult;
use org_operator_tests::command::{Shell, regions};
use org_operator_tests::deployed::Deployed;
use org_operator_tests::run_files::{artifacts, masked, runs};

/// What no two runs have in common.
const TIMES: [&str; 2] = ["started_at", "ended_at"];

fn all_masked(
    files: &BTreeMap<String, Vec<u8>>,
    run: &str,
    without: &[&str],
) -> TestResult<BTreeMap<String, String>> {
    let masked =
        |(name, bytes): (&String, &Vec<u8>)| Ok((name.clone(), masked(name, bytes, run, without)?));
    // A resumed run has these beside.
    let files = files.iter().filter(|(name, _)| !name.starts_with("resume-"));
    files.map(masked).collect()
}

fn name_of(run: &Path) -> String {
    run.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[tokio::test]
async fn a_run_from_this_machine_leaves_what_the_deployed_one_leaves() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let there = deployed.run("deployed", "{}").await?;
    let shell = Shell::person(&deployed).await?;
    let said = shell.run(&["run", "--regions", &regions(), "--out", "runs", "--format", "csv"])?;
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    let folders = runs(&shell.path("runs"));
    let run = name_of(&folders[0]);
    let here = all_masked(&artifacts(&folders[0])?, &run, &TIMES)?;
    let there_masked = all_masked(&there.files, "deployed", &TIMES)?;
    assert_eq!(here.keys().collect::<Vec<_>>(), there_masked.keys().collect::<Vec<_>>());
    for (name, text) in &here {
        assert_eq!(text, &there_masked[name], "{name}");
    }
    assert_eq!(said.stdout.as_bytes(), there.files["internet-routes.csv"]);
    assert!(said.stderr.contains("PARTIAL: 33 targets, 29 succeeded"), "{}", said.stderr);
    // A second run has nothing new to tell, and knows the first.
    let said = shell.run(&["run", "--regions", &regions(), "--out", "runs", "--quiet"])?;
    assert_eq!((said.code, said.stderr.as_str()), (Some(3), ""));
    let latest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(shell.path("runs/internet-routes/latest.json"))?)?;
    assert_eq!(latest["PreviousRunId"], run.as_str());
    Ok(())
}

/// Ends the command with force after `delay`, unless it has ended before; tells whether it had.
fn killed_after(shell: &Shell, arguments: &[&str], delay: Duration) -> TestResult<bool> {
    let mut command = shell.command(arguments)?;
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let deadline = Instant::now() + delay;
    while Instant::now() < deadline {
        if child.try_wait()?.is_some() {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill()?;
    child.wait()?;
    Ok(true)
}

#[tokio::test]
async fn a_run_killed_at_random_moments_and_resumed_equals_an_undisturbed_one() -> TestResult<()> {
    // How many runs these take depends on the machine: one that is killed late needs no second kill.
    const KILLS: u32 = 8;
    const RESUMES: u32 = 6;
    const MOST_ROUNDS: u32 = 60;
    let deployed = Deployed::new().await?;
    let shell = Shell::person(&deployed).await?;
    let arguments = |out: &'static str| ["run", "--concurrency", "4", "--out", out, "--regions"];
    let regions = regions();
    let with = |out| [&arguments(out)[..], &[regions.as_str()]].concat();
    let started = Instant::now();
    let said = shell.run(&with("calm"))?;
    let whole = started.elapsed();
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    let calm = runs(&shell.path("calm"));
    // Targets that failed are asked again by each resume: their attempts differ, and the calls.
    let without = ["started_at", "ended_at", "attempts"];
    let expected = all_masked(&artifacts(&calm[0])?, &name_of(&calm[0]), &without)?;
    let (mut kills, mut resumed, mut rounds) = (0, 0, 0);
    while kills < KILLS || resumed < RESUMES {
        rounds += 1;
        assert!(rounds <= MOST_ROUNDS, "{kills} kills, {resumed} resumes");
        let before = runs(&shell.path("rough")).len();
        let mut run: Option<String> = None;
        loop {
            let delay = whole.mul_f64(fastrand::f64() * 0.9);
            let killed = match &run {
                None => killed_after(&shell, &with("rough"), delay)?,
                Some(run) => {
                    resumed += 1;
                    let resume: [&str; 5] = ["run", "--resume", run, "--out", "rough"];
                    killed_after(&shell, &resume, delay)?
                }
            };
            kills += u32::from(killed);
            // Before its manifest is there a run has not begun: there is nothing to go on with.
            let folder = runs(&shell.path("rough")).into_iter().nth(before);
            run = folder.filter(|f| f.join("manifest.json").is_file()).map(|f| name_of(&f));
            if !killed && run.is_some() {
                break;
            }
            if run.is_none() {
                for folder in runs(&shell.path("rough")).into_iter().skip(before) {
                    std::fs::remove_dir_all(folder)?;
                }
            }
        }
        let folder = &runs(&shell.path("rough"))[before];
        let found = all_masked(&artifacts(folder)?, &name_of(folder), &without)?;
        let halves: Vec<&String> = found.keys().filter(|name| name.ends_with(".partial")).collect();
        assert!(halves.is_empty(), "{halves:?}");
        for (name, text) in &expected {
            // Which run it is compared with, and how many calls failed ones took, may differ.
            if name != "summary.json" {
                assert_eq!(found.get(name), Some(text), "{name}");
            }
        }
    }
    Ok(())
}
