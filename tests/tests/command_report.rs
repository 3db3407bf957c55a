//! `org-operator report`: the page of a run of an earlier version, of a comparison, and in a browser.
#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

use std::path::PathBuf;
use std::time::Duration;

use aws_sim::{Conditions, Shape, World};
use org_operator_testkit::TestResult;
use org_operator_tests::command::{Said, Shell};
use org_operator_tests::run_files::{runs, runs_of};
use org_operator_tests::simulated::Simulated;
use org_operator_tests::snapshot::told;

const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];

/// A simulated AWS with hostile names and refusals.
fn simulated() -> TestResult<Simulated> {
    let shape = Shape { restricted: 0.3, ..Shape::unrestricted(6, &REGIONS) };
    Simulated::start(World::new(5, shape), Conditions::with_latency(Duration::ZERO))
}

/// Makes a run, and gives its folder.
fn run(shell: &Shell) -> TestResult<PathBuf> {
    // Runs of one second are sorted by chance.
    let before = runs(&shell.path("runs"));
    let said = shell.run(&["run", "--regions", &REGIONS.join(","), "--out", "runs"])?;
    assert!(matches!(said.code, Some(0 | 3)), "{}", said.stderr);
    let new = |run: &PathBuf| !before.contains(run);
    Ok(runs(&shell.path("runs")).into_iter().find(new).ok_or("no run")?)
}

fn id(folder: &std::path::Path) -> &str {
    folder.file_name().and_then(|name| name.to_str()).unwrap()
}

fn page(said: &Said, shell: &Shell) -> TestResult<String> {
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{}", said.stdout);
    Ok(std::fs::read_to_string(shell.path(said.stdout.trim_end()))?)
}

#[test]
fn the_page_made_from_a_runs_files_is_the_page_that_the_run_wrote() -> TestResult<()> {
    let simulated = simulated()?;
    let shell = simulated.shell()?;
    let folder = run(&shell)?;
    let written = std::fs::read_to_string(folder.join("report.html"))?;
    assert!(written.starts_with("<!doctype html>") && written.ends_with("</html>\n"));
    std::fs::remove_file(folder.join("report.html"))?;
    let made = page(&shell.run(&["report", id(&folder), "--out", "runs"])?, &shell)?;
    assert!(made == written, "{} and {} bytes", made.len(), written.len());
    // A page that is there is given as it is.
    std::fs::write(folder.join("report.html"), "kept")?;
    assert_eq!(page(&shell.run(&["report", id(&folder), "--out", "runs"])?, &shell)?, "kept");
    Ok(())
}

#[test]
fn a_page_is_written_anew_for_a_portal_and_a_wrong_one_is_refused() -> TestResult<()> {
    let simulated = simulated()?;
    let shell = simulated.shell()?;
    let folder = run(&shell)?;
    std::fs::write(folder.join("report.html"), "old")?;
    let ask = |portal| shell.run(&["report", id(&folder), "--out", "runs", "--portal", portal]);
    let made = page(&ask("https://example.awsapps.com/start/")?, &shell)?;
    assert!(made.starts_with("<!doctype html>"), "{}", made.len());
    let refused = ask("javascript:alert(1)")?;
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("https://example.awsapps.com/start"), "{}", refused.stderr);
    Ok(())
}

#[test]
fn a_comparison_is_a_page_beside_the_later_runs_own() -> TestResult<()> {
    let simulated = simulated()?;
    let shell = simulated.shell()?;
    let (old, new) = (run(&shell)?, run(&shell)?);
    let arguments = ["report", "--compare", id(&old), id(&new), "--out", "runs"];
    let said = shell.run(&arguments)?;
    let compared = page(&said, &shell)?;
    assert!(said.stdout.ends_with(&format!("{}/report-since-{}.html\n", id(&new), id(&old))));
    // The later run was compared with the earlier one by itself.
    assert!(compared == std::fs::read_to_string(new.join("report.html"))?);
    Ok(())
}

const GOV: [&str; 2] = ["us-gov-east-1", "us-gov-west-1"];

/// A simulated AWS in `aws-us-gov`, and a machine of it.
fn gov() -> TestResult<(Simulated, Shell)> {
    let world = World::new(5, Shape::unrestricted(3, &GOV));
    let gov = Simulated::start(world, Conditions::with_latency(Duration::ZERO))?;
    let mut shell = gov.shell()?;
    shell.set("AWS_REGION", GOV[1]);
    Ok((gov, shell))
}

#[test]
fn a_page_made_from_files_has_the_partition_of_a_run_that_asked_no_region() -> TestResult<()> {
    let (_gov, shell) = gov()?;
    let said = shell.run(&["run", "--operation", "saml-providers", "--out", "runs"])?;
    assert!(matches!(said.code, Some(0 | 3)), "{}", said.stderr);
    let folder =
        runs_of(&shell.path("runs"), "saml-providers").into_iter().next().ok_or("no run")?;
    let written = std::fs::read_to_string(folder.join("report.html"))?;
    std::fs::remove_file(folder.join("report.html"))?;
    let made = page(&shell.run(&["report", id(&folder), "--out", "runs"])?, &shell)?;
    assert!(made == written, "{}", folder.display());
    Ok(())
}

/// A run in `aws-us-gov`, in a folder of its own.
fn gov_run(commercial: &Shell) -> TestResult<PathBuf> {
    let (_gov, shell) = gov()?;
    let out = commercial.path("gov runs");
    let ended = shell.run(&["run", "--regions", &GOV.join(","), "--out", out.to_str().unwrap()])?;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    Ok(runs(&out).into_iter().next().ok_or("no run")?)
}

#[test]
fn runs_in_two_partitions_are_on_one_page_with_links_to_their_reports() -> TestResult<()> {
    let simulated = simulated()?;
    let shell = simulated.shell()?;
    let (commercial, gov) = (run(&shell)?, gov_run(&shell)?);
    let gov_folder = gov.to_str().unwrap();
    let said = shell.run(&["report", id(&commercial), gov_folder, "--out", "runs"])?;
    let page = page(&said, &shell)?;
    let name = format!("report-of-{}-{}.html", id(&commercial), id(&gov));
    assert!(said.stdout.trim_end().ends_with(&name), "{}", said.stdout);
    for (folder, run, partition) in
        [("", &commercial, "aws"), ("../gov%20runs/", &gov, "aws-us-gov")]
    {
        let link = format!("<a href=\"{folder}internet-routes/{}/report.html\">", id(run));
        assert!(page.contains(&link), "{link} is not in {page}");
        let facts = format!("<td>{}</td><td>{partition}</td>", id(run));
        assert!(page.contains(&facts), "{facts} is not in {page}");
    }
    assert!(page.contains("<h1>2 runs: ") && !page.contains("<script"), "{page}");
    Ok(())
}

#[test]
fn a_run_without_answer_has_no_page() -> TestResult<()> {
    let simulated = simulated()?;
    let shell = simulated.shell()?;
    let folder = run(&shell)?;
    for name in ["report.html", "summary.json"] {
        std::fs::remove_file(folder.join(name))?;
    }
    let said = shell.run(&["report", id(&folder), "--out", "runs"])?;
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("is not written yet"), "{}", said.stderr);
    insta::assert_snapshot!(told(&shell.run(&["report", "one"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: there is no page
    |   cause: `one` is no run's folder, and org-operator-runs has no such run
    |    hint: give a run's id, or its folder; --out says where runs are
    "#);
    Ok(())
}

#[test]
fn open_gives_the_page_to_the_desktop_and_says_where_there_is_none() -> TestResult<()> {
    let simulated = simulated()?;
    let mut shell = simulated.shell()?;
    let folder = run(&shell)?;
    let programs = shell.path("programs");
    std::fs::create_dir(&programs)?;
    shell.set("PATH", &programs.display().to_string());
    let arguments = ["report", id(&folder), "--out", "runs", "--open"];
    let said = shell.run(&arguments)?;
    assert_eq!(said.code, Some(7));
    assert!(said.stderr.contains("the page cannot be opened"), "{}", said.stderr);
    let opener = programs.join(if cfg!(target_os = "macos") { "open" } else { "xdg-open" });
    std::fs::write(&opener, "#!/bin/sh\necho \"$1\" > opened\n")?;
    let mut permissions = std::fs::metadata(&opener)?.permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    std::fs::set_permissions(&opener, permissions)?;
    let said = shell.run(&arguments)?;
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    assert_eq!(std::fs::read_to_string(shell.path("opened"))?, said.stdout);
    Ok(())
}
