//! `org-operator run` with columns about accounts and with exceptions, over a simulated AWS.
#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sim::{Conditions, Shape, World};
use org_operator_core::input::violation::Violations;
use org_operator_fanout::read_exceptions;
use org_operator_testkit::TestResult;
use org_operator_tests::command::{Said, Shell};
use org_operator_tests::files::text;
use org_operator_tests::run_files::runs;
use org_operator_tests::simulated::Simulated;
use org_operator_tests::snapshot::told;
use serde_json::Value;

const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];

fn simulated(restricted: f64) -> TestResult<Simulated> {
    let shape = Shape { restricted, units: 5, ..Shape::unrestricted(12, &REGIONS) };
    Simulated::start(World::new(5, shape), Conditions::with_latency(Duration::ZERO))
}

/// Makes a run with further options, and gives its folder.
fn run(shell: &Shell, more: &[&str]) -> TestResult<(Said, PathBuf)> {
    let before = runs(&shell.path("runs"));
    let regions = REGIONS.join(",");
    let said = shell.run(&[&["run", "--regions", &regions, "--out", "runs"][..], more].concat())?;
    let new = |run: &PathBuf| !before.contains(run);
    let folder = runs(&shell.path("runs")).into_iter().find(new);
    Ok((said.clone(), folder.ok_or(said.stderr)?))
}

/// The cells of a CSV file in the columns `names`, row by row.
fn cells<const N: usize>(file: &Path, names: [&str; N]) -> TestResult<Vec<[String; N]>> {
    let mut reader = csv::Reader::from_path(file)?;
    let header = reader.headers()?.clone();
    let place = |name| header.iter().position(|column| column == name).unwrap();
    let places = names.map(place);
    let rows = reader.into_records().map(|row| {
        let row = row?;
        Ok(places.map(|place| row[place].to_owned()))
    });
    rows.collect()
}

fn summary(folder: &Path) -> TestResult<Value> {
    Ok(serde_json::from_slice(&std::fs::read(folder.join("summary.json"))?)?)
}

#[test]
fn columns_about_accounts_stand_beside_every_record() -> TestResult<()> {
    let simulated = simulated(0.0)?;
    let shell = simulated.shell()?;
    let columns = ["unit_path", "email", "tag:team"].map(|name| format!("--account-column={name}"));
    let (said, folder) = run(&shell, &columns.each_ref().map(String::as_str))?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let names = ["account_id", "unit_path", "email", "tag:team"];
    let rows = cells(&folder.join("internet-routes.csv"), names)?;
    assert!(!rows.is_empty());
    for [id, unit, email, team] in &rows {
        let account = simulated.simulation.world.account(id).unwrap();
        assert!(unit == "Root" || unit.starts_with("Root/Unit "), "{unit}");
        assert_eq!(*email, format!("{id}@example.com"));
        assert_eq!(*team, account.tags.get("team").cloned().unwrap_or_default());
    }
    let by_name = cells(&folder.join("coverage.csv"), ["unit_path"])?;
    assert!(by_name.iter().all(|[unit]| unit.starts_with("Root")), "{by_name:?}");
    assert_eq!(simulated.simulation.meter.calls("ListTagsForResource"), 12);
    // The page that is made of these files is the one that the run wrote.
    let written = std::fs::read(folder.join("report.html"))?;
    std::fs::remove_file(folder.join("report.html"))?;
    let folder_text = folder.display().to_string();
    assert_eq!(shell.run(&["report", &folder_text])?.code, Some(0));
    assert!(written == std::fs::read(folder.join("report.html"))?);
    Ok(())
}

#[test]
fn without_columns_the_unit_is_told_by_ids_and_nothing_more_is_asked() -> TestResult<()> {
    let simulated = simulated(0.0)?;
    let shell = simulated.shell()?;
    let (said, folder) = run(&shell, &[])?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let units = cells(&folder.join("coverage.csv"), ["unit_path"])?;
    assert!(units.iter().all(|[unit]| unit.starts_with("r-")), "{units:?}");
    let accounts = cells(&folder.join("accounts.csv"), ["unit_path"])?;
    assert_eq!(accounts.len(), 13);
    for action in ["ListTagsForResource", "ListOrganizationalUnitsForParent", "ListRoots"] {
        assert_eq!(simulated.simulation.meter.calls(action), 0, "{action}");
    }
    let written = std::fs::read_to_string(folder.join("manifest.json"))?;
    assert!(!written.contains("@example.com"), "no address: {written}");
    Ok(())
}

#[test]
fn plan_names_the_calls_that_each_column_costs() -> TestResult<()> {
    let simulated = simulated(0.0)?;
    let columns =
        ["--account-column=tag:team", "--account-column=email", "--account-column=unit_path"];
    let plan = [&["plan", "--regions", "eu-west-1"][..], &columns[..]].concat();
    let said = simulated.shell()?.run(&plan)?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let lines: Vec<String> = said
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for line in [
        "beside each record 3",
        "email no further call",
        "tag:team at least 12 calls of ListTagsForResource",
    ] {
        assert!(lines.iter().any(|told| told == line), "{line} is not in: {}", said.stdout);
    }
    let units = lines.iter().find(|line| line.starts_with("unit_path at least ")).unwrap();
    assert!(units.ends_with(" calls of ListOrganizationalUnitsForParent"), "{units}");
    Ok(())
}

#[test]
fn wrong_columns_are_refused_together_by_their_option() -> TestResult<()> {
    let simulated = simulated(0.0)?;
    let columns = ["--account-column=mail", "--account-column=tag:"];
    let said = simulated.shell()?.run(&[&["run"][..], &columns[..]].concat())?;
    insta::assert_snapshot!(told(&said, false), @r#"
    exit 2
    stdout
    stderr
    | error: the run did not start
    |   cause: invalid request: AccountColumns[0]: got "mail", allowed: `unit_path`, `email`, or `tag:` and the key of a tag of at most 128 characters (nearest: `email`); AccountColumns[1]: got "tag:", allowed: `unit_path`, `email`, or `tag:` and the key of a tag of at most 128 characters (nearest: `tag:`)
    |    hint: correct what is named above; on the command line `AccountColumns` is --account-column
    "#);
    Ok(())
}

/// An exceptions file that has each failure of the run in `folder`, until the day `expires`.
fn known(shell: &Shell, folder: &Path, expires: &str) -> TestResult<()> {
    let failed = cells(&folder.join("coverage.csv"), ["account_id", "region", "status", "error"])?;
    let mut written = String::new();
    for [account, region, ..] in failed.iter().filter(|row| row[2] == "FAILED") {
        let error = &failed.iter().find(|row| row[0] == *account && row[1] == *region).unwrap()[3];
        write!(
            written,
            "[[exception]]\naccount = \"{account}\"\nregion = \"{region}\"\nerror = \"{error}\"\n\
             reason = \"known\"\nexpires = {expires}\n"
        )?;
    }
    Ok(std::fs::write(shell.path("exceptions.toml"), written)?)
}

#[test]
fn a_run_whose_failures_are_all_expected_is_partial_and_no_alarm() -> TestResult<()> {
    let simulated = simulated(0.4)?;
    let shell = simulated.shell()?;
    let (said, first) = run(&shell, &[])?;
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    known(&shell, &first, "2999-12-31")?;
    let (expected, second) = run(&shell, &["--exceptions", "exceptions.toml"])?;
    assert_eq!(expected.code, Some(0), "{}", expected.stderr);
    assert!(expected.stderr.contains("failed (all expected)"), "{}", expected.stderr);
    let (before, after) = (summary(&first)?, summary(&second)?);
    assert_eq!((&after["Status"], &after["Failed"]), (&Value::from("PARTIAL"), &before["Failed"]));
    assert_eq!(after["ExpectedFailures"], before["Failed"]);
    let told = ["account_id", "region", "status", "error"];
    let coverage = |folder: &Path| cells(&folder.join("coverage.csv"), told);
    assert_eq!(coverage(&first)?, coverage(&second)?, "no row is another one");
    let reasons = cells(&second.join("coverage.csv"), ["status", "expected"])?;
    for [status, reason] in reasons {
        assert_eq!(reason, if status == "FAILED" { "known" } else { "" });
    }
    let written = std::fs::read(second.join("report.html"))?;
    std::fs::remove_file(second.join("report.html"))?;
    assert_eq!(shell.run(&["report", &second.display().to_string()])?.code, Some(0));
    assert!(written == std::fs::read(second.join("report.html"))?);
    Ok(())
}

#[test]
fn an_exception_that_has_expired_raises_the_alarm_again_and_is_told() -> TestResult<()> {
    let simulated = simulated(0.4)?;
    let shell = simulated.shell()?;
    let (_, first) = run(&shell, &[])?;
    known(&shell, &first, "2020-01-31")?;
    let (said, second) = run(&shell, &["--exceptions", "exceptions.toml"])?;
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    assert!(said.stderr.contains("expired exception: "), "{}", said.stderr);
    assert!(said.stderr.contains("until 2020-01-31: known"), "{}", said.stderr);
    assert_eq!(summary(&second)?["ExpectedFailures"], 0);
    let expected: BTreeSet<[String; 1]> =
        cells(&second.join("coverage.csv"), ["expected"])?.into_iter().collect();
    assert_eq!(expected, [[String::new()]].into());
    Ok(())
}

#[test]
fn a_wrong_exceptions_file_is_refused_before_anything_is_asked() -> TestResult<()> {
    let simulated = simulated(0.0)?;
    let shell = simulated.shell()?;
    let text = "[[exception]]\naccount = \"1\"\nregion = \"*\"\nerror = \"AccesDenied\"\n\
        reason = \"x\"\nexpires = \"2027-02-30\"\n";
    std::fs::write(shell.path("exceptions.toml"), text)?;
    let said = shell.run(&["run", "--exceptions", "exceptions.toml"])?;
    assert_eq!(said.code, Some(2));
    for part in ["line 2, exception[0].account", "line 4, exception[0].error", "`AccessDenied`"] {
        assert!(said.stderr.contains(part), "{part} is not in: {}", said.stderr);
    }
    assert_eq!(simulated.simulation.meter.calls("ListAccounts"), 0);
    Ok(())
}

#[test]
fn the_exceptions_in_the_docs_are_right() {
    let document = text("docs/requests.md");
    let (_, rest) = document.split_once("```toml\n[[exception]]").unwrap();
    let example = format!("[[exception]]{}", rest.split("```").next().unwrap());
    let mut violations = Violations::default();
    let exceptions = read_exceptions("docs", &example, &mut violations);
    assert_eq!((exceptions.len(), violations.to_string()), (2, String::new()));
}
