//! What the commands about a deployment say of answers that an emulator does not give: refusals,
//! other Regions, runs by the hundred, objects that someone else has put there.

use org_operator_testkit::Outcome;
use org_operator_testkit::simulation::knobs::Knobs;
use org_operator_testkit::simulation::world::{Shape, World};
use org_operator_tests::canned::{Answer, Canned};
use org_operator_tests::command::Shell;
use org_operator_tests::says::told;
use org_operator_tests::simulated::Simulated;
use serde_json::{Value, json};

const MACHINE: &str = "arn:aws:states:eu-central-1:111111111111:stateMachine:org-operator";
const BUCKET: &str = "results";

fn simulated() -> Outcome<(Simulated, Shell)> {
    let world = World::new(7, Shape::calm(1, &["eu-west-1"]));
    let simulated = Simulated::start(world, Knobs::default())?;
    let mut shell = simulated.shell()?;
    shell.set("ORG_OPERATOR_BUCKET", BUCKET);
    Ok((simulated, shell))
}

fn canned(answers: Vec<Answer>) -> Outcome<(Canned, Shell)> {
    let canned = Canned::listen(answers)?;
    let mut shell = canned.shell()?;
    shell.set("ORG_OPERATOR_BUCKET", BUCKET);
    shell.set("ORG_OPERATOR_STATE_MACHINE_ARN", MACHINE);
    Ok((canned, shell))
}

fn place(simulated: &Simulated, key: &str, body: &str) {
    simulated.simulation.place(BUCKET, &format!("runs/internet-routes/{key}"), body.as_bytes());
}

#[test]
fn fetch_writes_nothing_outside_of_the_runs_folder() -> Outcome<()> {
    let (simulated, shell) = simulated()?;
    for key in ["summary.json", "../../../outside", "/etc/outside", "a/b", "..", "", "folder/"] {
        place(&simulated, &format!("r1/{key}"), r#"{"Status": "COMPLETE"}"#);
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
fn runs_shows_the_newest_and_reads_no_others() -> Outcome<()> {
    let (simulated, shell) = simulated()?;
    for number in 1..=150 {
        // Names that do not sort by time.
        let run = format!("run-{}", 1_000 - number);
        place(&simulated, &format!("{run}/manifest.json"), "[]");
        let started = format!("2026-11-01T{:02}:{:02}:00.000Z", number / 60, number % 60);
        let summary = json!({"Status": "COMPLETE", "Targets": 3, "Failed": 0, "Records": 1, "StartedAt": started});
        place(&simulated, &format!("{run}/summary.json"), &summary.to_string());
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
    assert_eq!(
        (&report["S3.GetObject"]["calls"], &report["S3.ListObjectsV2"]["calls"]),
        (&json!(2), &json!(2))
    );
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
fn the_state_machine_is_asked_in_its_own_region() -> Outcome<()> {
    let (canned, shell) = canned(vec![Answer::error(400, "ExecutionDoesNotExist")])?;
    insta::assert_snapshot!(told(&shell.run(&["status", "gone"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: the run cannot be found
    |   why: asking for arn:aws:states:eu-central-1:ACCOUNT:execution:org-operator:gone: ExecutionDoesNotExist: said so
    |    do: give the run's id, which is the execution's name; Step Functions forgets one 90 days after its end
    "#);
    let asked = canned.asked();
    assert!(
        asked.len() == 1 && asked[0].contains("/eu-central-1/states/aws4_request"),
        "{asked:?}"
    );
    let said = shell.run(&["status", "r1", "--state-machine-arn", "org-operator"])?;
    insta::assert_snapshot!(told(&said, false), @r#"
    exit 2
    stdout
    stderr
    | error: the state machine cannot be asked
    |   why: `org-operator` is not the ARN of a state machine
    |    do: give the output StateMachineArn of operator.yaml
    "#);
    Ok(())
}

#[test]
fn a_refusal_names_the_permission() -> Outcome<()> {
    let (_canned, shell) = canned(vec![Answer::error(400, "AccessDeniedException")])?;
    insta::assert_snapshot!(told(&shell.run(&["start", "--name", "r1"])?, false), @r#"
    exit 5
    stdout
    stderr
    | error: the run did not start
    |   why: starting the state machine: AccessDeniedException: said so
    |    do: the call needs states:StartExecution on the state machine: use an identity of the deployment's account whose policies allow that
    "#);
    assert!(shell.run(&["status", "r1"])?.stderr.contains("needs states:DescribeExecution"));
    let (_canned, shell) = self::canned(vec![Answer::s3(403, "x: y", "AccessDenied")])?;
    insta::assert_snapshot!(told(&shell.run(&["runs"])?, false), @r#"
    exit 5
    stdout
    stderr
    | error: the runs cannot be listed
    |   why: listing s3://results/runs/: AccessDenied: said so
    |    do: the call needs s3:ListBucket on the bucket: use an identity of the deployment's account whose policies allow that
    "#);
    Ok(())
}

#[test]
fn a_bucket_in_another_region_says_so() -> Outcome<()> {
    let moved = Answer::s3(301, "x-amz-bucket-region: ap-south-1", "PermanentRedirect");
    let (_canned, shell) = canned(vec![moved])?;
    insta::assert_snapshot!(told(&shell.run(&["runs"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: the runs cannot be listed
    |   why: listing s3://results/runs/: PermanentRedirect: said so (the bucket is in ap-south-1)
    |    do: --region must be the bucket's own Region
    "#);
    let (_canned, shell) = canned(vec![Answer::s3(404, "x: y", "NoSuchBucket")])?;
    insta::assert_snapshot!(told(&shell.run(&["fetch", "r1"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: the run cannot be fetched
    |   why: listing s3://results/runs/internet-routes/r1/: NoSuchBucket: said so
    |    do: give --bucket as the output ResultsBucket of operator.yaml has it
    "#);
    Ok(())
}

#[test]
fn following_goes_on_where_aws_does_not_answer_for_a_while() -> Outcome<()> {
    let output =
        json!({"Status": "COMPLETE", "Targets": 3, "Succeeded": 3, "Failed": 0, "Records": 1});
    let ended = json!({"status": "SUCCEEDED", "executionArn": "x", "output": output.to_string(),
        "stateMachineArn": MACHINE, "startDate": 1_795_337_484.0});
    // No code that the SDK would try again by itself.
    let (canned, shell) = canned(vec![
        Answer::error(429, "Unheard"),
        Answer::error(429, "Unheard"),
        Answer::json(200, &ended),
    ])?;
    let said = shell.run(&["status", "r1", "--follow"])?;
    let without_time =
        |line: &str| line.split(", followed for").next().unwrap_or_default().to_owned();
    let stderr: Vec<String> = said.stderr.lines().map(without_time).collect();
    insta::assert_snapshot!(stderr.join("\n"), @r#"
    no answer (asking for arn:aws:states:eu-central-1:111111111111:execution:org-operator:r1: Unheard: said so); asking again for up to 5 minutes
    ended
    "#);
    assert_eq!((said.code, canned.asked().len()), (Some(0), 3), "{}", said.stdout);
    Ok(())
}
