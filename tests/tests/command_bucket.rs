//! What `org-operator runs` and `fetch` say of a bucket that an emulator does not have: refusals, another
//! Region, runs by the hundred, objects that someone else has put there.

use aws_sim::{Conditions, Shape, World};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_testkit::TestResult;
use org_operator_tests::canned::{Answer, Canned};
use org_operator_tests::command::Shell;
use org_operator_tests::simulated::Simulated;
use org_operator_tests::snapshot::told;
use org_operator_tests::summary;
use serde_json::{Value, json};

const BUCKET: &str = "results";

fn simulated() -> TestResult<(Simulated, Shell)> {
    let world = World::new(7, Shape::unrestricted(1, &["eu-west-1"]));
    let simulated = Simulated::start(world, Conditions::default())?;
    let mut shell = simulated.shell()?;
    shell.set("ORG_OPERATOR_BUCKET", BUCKET);
    Ok((simulated, shell))
}

fn canned(answers: Vec<Answer>) -> TestResult<(Canned, Shell)> {
    let canned = Canned::listen(answers)?;
    let mut shell = canned.shell()?;
    shell.set("ORG_OPERATOR_BUCKET", BUCKET);
    Ok((canned, shell))
}

fn place(simulated: &Simulated, key: &str, body: &str) {
    simulated.simulation.put_object(
        BUCKET,
        &format!("runs/internet-routes/{key}"),
        body.as_bytes(),
    );
}

#[test]
fn fetch_writes_nothing_outside_of_the_runs_folder() -> TestResult<()> {
    let (simulated, shell) = simulated()?;
    for key in ["summary.json", "../../../outside", "/etc/outside", "a/b", "..", "", "folder/"] {
        place(&simulated, &format!("r1/{key}"), &summary::complete("r1", None)?);
    }
    place(&simulated, "r2/", "");
    insta::assert_snapshot!(told(&shell.run(&["fetch", "r1", "--out", "a/b"])?, false), @r#"
    exit 0
    stdout
    | a/b/internet-routes/r1/summary.json
    stderr
    | skipped "..": not the name of a file
    | skipped "../../../outside": not the name of a file
    | skipped "/etc/outside": not the name of a file
    | skipped "a/b": not the name of a file
    | 1 files; the run is COMPLETE
    "#);
    let found = shell.run(&["fetch", "r2", "--out", "a/b"])?;
    assert_eq!(found.code, Some(2), "{}", found.stderr);
    assert!(!shell.path("outside").exists() && !shell.path("a/outside").exists());
    let strange = shell.run(&["fetch", "r1", "--operation", "../x"])?;
    assert_eq!(strange.code, Some(2), "{}", strange.stderr);
    Ok(())
}

#[test]
fn a_folder_that_cannot_be_written_is_this_machines_trouble() -> TestResult<()> {
    let (simulated, shell) = simulated()?;
    place(&simulated, "r1/summary.json", "{}");
    std::fs::write(shell.path("file"), "")?;
    insta::assert_snapshot!(told(&shell.run(&["fetch", "r1", "--out", "file"])?, false), @r#"
    exit 7
    stdout
    stderr
    | error: the run cannot be fetched
    |   cause: writing file/internet-routes/r1/summary.json: Not a directory (os error 20)
    |    hint: free space, permissions and the path named above are where to look
    "#);
    Ok(())
}

#[test]
fn runs_shows_the_newest_and_reads_no_others() -> TestResult<()> {
    let (simulated, shell) = simulated()?;
    for number in 1..=150 {
        // Names that do not sort by time.
        let run = format!("run-{}", 1_000 - number);
        place(&simulated, &format!("{run}/manifest.json"), "[]");
        let started = format!("2026-11-01T{:02}:{:02}:00.000Z", number / 60, number % 60);
        let summary = summary::complete(&run, Timestamp::parse(&started))?;
        place(&simulated, &format!("{run}/summary.json"), &summary);
    }
    place(&simulated, "under-way/manifest.json", "[]");
    place(&simulated, "latest.json", "{}");
    simulated.simulation.meter.reset();
    insta::assert_snapshot!(told(&shell.run(&["runs", "--last", "3"])?, false), @r#"
    exit 0
    stdout
    | internet-routes  under-way  no summary                                  2026-11-01T00:05:01.000Z
    | internet-routes  run-850    COMPLETE    3 targets  0 failed  1 records  2026-11-01T02:30:00.000Z
    | internet-routes  run-851    COMPLETE    3 targets  0 failed  1 records  2026-11-01T02:29:00.000Z
    stderr
    "#);
    let report = simulated.simulation.meter.report();
    assert_eq!((report["S3.GetObject"].calls, report["S3.ListObjectsV2"].calls), (2, 2));
    let json: Value = serde_json::from_str(&shell.run(&["runs", "--json"])?.stdout)?;
    let of = |field: &str| {
        json.as_array().map(|runs| runs.iter().map(|run| run[field].clone()).collect::<Vec<_>>())
    };
    let names = of("RunId").unwrap_or_default();
    assert_eq!((names.len(), &names[0], &names[1]), (20, &json!("under-way"), &json!("run-850")));
    assert_eq!(of("Status").unwrap_or_default()[0], Value::Null);
    Ok(())
}

#[test]
fn a_bucket_in_another_region_says_so() -> TestResult<()> {
    let moved = Answer::s3(301, "x-amz-bucket-region: ap-south-1", "PermanentRedirect");
    let (_canned, shell) = canned(vec![moved])?;
    insta::assert_snapshot!(told(&shell.run(&["runs"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: the runs cannot be listed
    |   cause: listing s3://results/runs/: PermanentRedirect: said so (the bucket is in ap-south-1)
    |    hint: --region must be the bucket's own Region
    "#);
    let (_canned, shell) = canned(vec![Answer::s3(404, "x: y", "NoSuchBucket")])?;
    insta::assert_snapshot!(told(&shell.run(&["fetch", "r1"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: the run cannot be fetched
    |   cause: listing s3://results/runs/internet-routes/r1/: NoSuchBucket: said so
    |    hint: give --bucket as the output ResultsBucket of operator.yaml has it
    "#);
    Ok(())
}

#[test]
fn a_bucket_that_may_not_be_listed_names_the_permission() -> TestResult<()> {
    let (_canned, shell) = canned(vec![Answer::s3(403, "x: y", "AccessDenied")])?;
    insta::assert_snapshot!(told(&shell.run(&["runs"])?, false), @r#"
    exit 5
    stdout
    stderr
    | error: the runs cannot be listed
    |   cause: listing s3://results/runs/: AccessDenied: said so
    |    hint: the call needs s3:ListBucket on the bucket: use an identity of the deployment's account whose policies allow that
    "#);
    Ok(())
}
