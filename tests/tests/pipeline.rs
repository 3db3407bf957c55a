//! The whole pipeline on the emulator: packaged functions, the templates as they are, IAM on.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use org_operator_testkit::TestResult;
use org_operator_testkit::network::{self, Layout};
use org_operator_testkit::organization::Kind;
use org_operator_testkit::truth;
use org_operator_tests::deployed::Deployed;
use org_operator_tests::packages::{dying_bootstrap, slow_bootstrap};
use serde_json::{Value, json};

#[tokio::test]
async fn the_csv_equals_the_routes_that_were_made_and_the_coverage_accounts_for_every_target()
-> TestResult<()> {
    let deployed = Deployed::new().await?;
    let answer = deployed.run("run-1", "{}").await?;
    assert_eq!(answer.ended.error, "", "{}", answer.ended.cause);
    let expected = truth::internet_routes(&deployed.organization);
    assert!(expected.len() > 20);
    assert_eq!(answer.rows("internet-routes.csv")?, expected);
    let coverage = truth::coverage(&deployed.organization);
    assert_eq!(answer.coverage()?, coverage);
    let failed = coverage.iter().filter(|row| row[2] == "FAILED").count();
    let output = &answer.ended.output;
    assert_eq!(output["Status"], "PARTIAL");
    assert_eq!(output["Targets"], coverage.len());
    assert_eq!(output["Failed"], failed);
    assert_eq!(output["Records"], expected.len());
    assert!(output.to_string().len() < 1024, "the output is over 1 KB: {output}");
    let summary: Value = serde_json::from_slice(&answer.files["summary.json"])?;
    assert_eq!(summary["Errors"], json!({"AccessDenied": 1, "AssumeRoleDenied": 3}));
    let closed = &deployed.organization.account(Kind::Closed)?.id;
    let accounts = answer.rows("accounts.csv")?;
    assert_eq!(accounts.len(), deployed.organization.accounts.len() + 1, "members and management");
    let row =
        accounts.iter().find(|row| row[0] == *closed).ok_or("no row for the closed account")?;
    assert_eq!(row[2..], ["SUSPENDED", "false", "the account is not active"]);
    Ok(())
}

#[tokio::test]
async fn a_request_chooses_accounts_and_regions() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let ids: Vec<&str> =
        deployed.organization.accounts[..3].iter().map(|a| a.id.as_str()).collect();
    let request = json!({
        "Operation": "internet-routes", "Regions": ["eu-west-1", "eu-west-1"], "RegionsPerWorkItem": 1,
        "Accounts": {"Include": ids, "Exclude": [ids[1]]}, "MaxConcurrency": 2,
    });
    let answer = deployed.run("run-1", &request.to_string()).await?;
    let targets: BTreeSet<(String, String)> =
        answer.coverage()?.into_iter().map(|[account, region, _, _]| (account, region)).collect();
    let expected = [ids[0], ids[2]].map(|id| (id.to_owned(), "eu-west-1".to_owned()));
    assert_eq!(targets, BTreeSet::from(expected));
    assert_eq!(answer.ended.output["Status"], "COMPLETE");
    Ok(())
}

#[tokio::test]
async fn a_request_chooses_by_unit_tag_and_management_account() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let units = &deployed.organization.units;
    let organizations = aws_sdk_organizations::Client::new(deployed.config());
    let tagged = &deployed.organization.accounts[2];
    let tag = aws_sdk_organizations::types::Tag::builder().key("team").value("payments").build()?;
    organizations.tag_resource().resource_id(&tagged.id).tags(tag).send().await?;
    let names = |path: &str, but: &str| -> BTreeSet<String> {
        let below = |unit: &str| format!("/{unit}/").starts_with(&format!("{path}/"));
        let wanted = deployed.organization.accounts.iter().filter(|account| {
            below(account.unit) && !account.unit.starts_with(but) && account.kind != Kind::Closed
        });
        wanted.map(|account| account.id.clone()).collect()
    };
    let cases = [
        (json!({"OrganizationalUnits": [units["/Workloads"]]}), names("/Workloads", "-")),
        (
            json!({
                "OrganizationalUnits": [units["/Workloads"], units["/Workloads/Staging"]],
                "ExcludeOrganizationalUnits": [units["/Workloads/Production"]],
            }),
            names("/Workloads", "Workloads/Production"),
        ),
        (json!({"Tags": {"team": "payments"}}), BTreeSet::from([tagged.id.clone()])),
        (
            json!({"OrganizationalUnits": [units["/Security"]], "IncludeManagementAccount": true}),
            names("/Security", "-"),
        ),
    ];
    for (number, (accounts, expected)) in cases.into_iter().enumerate() {
        let request = json!({"Accounts": accounts, "Regions": ["eu-west-1"]});
        let answer = deployed.run(&format!("run-{number}"), &request.to_string()).await?;
        assert_eq!(answer.ended.error, "", "{}", answer.ended.cause);
        let found: BTreeSet<String> = answer.coverage()?.into_iter().map(|[id, ..]| id).collect();
        assert_eq!(found, expected, "{accounts}");
    }
    let unknown = json!({"Accounts": {"OrganizationalUnits": ["ou-zzzz-zzzzzzzz"]}});
    let refused = deployed.run("run-9", &unknown.to_string()).await?.ended;
    // ministack answers an unknown parent with an empty list, so nothing is selected there.
    assert!(["InvalidRequest", "NoTargets"].contains(&refused.error.as_str()), "{}", refused.cause);
    Ok(())
}

#[tokio::test]
async fn enabled_regions_are_asked_of_the_account() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let account = &deployed.organization.accounts[2];
    let request = json!({"Regions": "ENABLED", "Accounts": {"Include": [account.id]}});
    let answer = deployed.run("run-1", &request.to_string()).await?;
    assert_eq!(answer.ended.error, "", "{}", answer.ended.cause);
    let regions: Vec<String> =
        answer.coverage()?.into_iter().map(|[_, region, ..]| region).collect();
    assert!(regions.len() > 10 && regions.contains(&"eu-west-1".to_owned()), "{regions:?}");
    Ok(())
}

#[tokio::test]
async fn another_operation_runs_through_the_same_pipeline() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let account = &deployed.organization.accounts[3];
    let ec2 = aws_sdk_ec2::Client::new(&deployed.emulator.config(&account.id, "eu-west-1"));
    let made = ec2.allocate_address().domain("vpc".into()).send().await?;
    let request = json!({"Operation": "public-ips", "Accounts": {"Include": [account.id]}});
    let ended = deployed.pipeline.run("run-1", &request.to_string(), |_| ()).await?;
    assert_eq!(ended.output["Status"], "COMPLETE", "{}", ended.cause);
    let files = deployed.pipeline.artifacts("public-ips", "run-1").await?;
    let rows = org_operator_testkit::execution::rows(&files["public-ips.csv"])?;
    let found: Vec<(&str, &str)> =
        rows.iter().map(|row| (row[2].as_str(), row[3].as_str())).collect();
    assert_eq!(found, [("eu-west-1", made.public_ip().unwrap_or_default())]);
    Ok(())
}

#[tokio::test]
async fn a_refused_request_ends_the_execution_with_words_and_writes_nothing() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let before = deployed.written().await?;
    for (number, (input, kind, words)) in [
        (json!({"Operation": "internet-rutes"}), "InvalidRequest", "nearest: `internet-routes`"),
        (json!({"Regionen": ["eu-west-1"]}), "InvalidRequest", "Regionen: got an unknown field"),
        (json!([1, 2]), "InvalidRequest", "got [1,2]"),
        (json!({"Accounts": {"Include": ["999999999999"]}}), "InvalidRequest", "999999999999"),
        (
            json!({"Accounts": {"Exclude": deployed.organization.accounts.iter().map(|a| &a.id).collect::<Vec<_>>()}}),
            "NoTargets",
            "selects no account",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let ended = deployed.run(&format!("run-{number}"), &input.to_string()).await?.ended;
        assert_eq!(ended.error, kind, "{input}: {}", ended.cause);
        assert!(ended.cause.contains(words), "{words} is not in: {}", ended.cause);
        assert!(ended.cause.contains("before any worker started"), "{}", ended.cause);
    }
    assert_eq!(deployed.written().await?, before);
    Ok(())
}

#[tokio::test]
async fn bad_input_to_a_function_is_a_typed_error_that_names_the_field_and_writes_nothing()
-> TestResult<()> {
    let deployed = Deployed::new().await?;
    let before = deployed.written().await?;
    let lambda = aws_sdk_lambda::Client::new(deployed.config());
    let garbage = "x".repeat(300 * 1024);
    let cases = [
        ("FanoutFunction", json!({"Operation": 7}), "Operation: got 7"),
        ("FanoutFunction", json!({"Operation": "nope"}), "Operation: got \"nope\""),
        ("FanoutFunction", json!({"Oops": true}), "Oops: got an unknown field"),
        (
            "FanoutFunction",
            json!({"Accounts": {"Include": ["12"]}}),
            "Accounts.Include[0]: got \"12\"",
        ),
        ("FanoutFunction", json!(garbage), "got \"xxx"),
        ("FanoutFunction", json!({"Operation": garbage}), "Operation: got \"xxx"),
        ("WorkerFunction", json!({}), "AccountId: got nothing"),
        (
            "WorkerFunction",
            json!({"AccountId": "12", "Region": "eu-west-1"}),
            "AccountId: got \"12\"",
        ),
        (
            "WorkerFunction",
            json!({"AccountId": "111111111111", "Regions": "all"}),
            "Regions: got \"all\"",
        ),
        (
            "WorkerFunction",
            json!({"AccountId": "111111111111", "Region": "eu-west-1", "Operation": "nope"}),
            "Operation: got \"nope\"",
        ),
        ("WorkerFunction", json!([garbage]), "the whole input"),
        ("ResultHandlerFunction", json!({}), "RunId: got nothing"),
        (
            "ResultHandlerFunction",
            json!({"RunId": "a/b", "Operation": "internet-routes"}),
            "RunId: got \"a/b\"",
        ),
        (
            "ResultHandlerFunction",
            json!({"RunId": "r", "Operation": "nope"}),
            "Operation: got \"nope\"",
        ),
        (
            "ResultHandlerFunction",
            json!({"RunId": "r", "Operation": "internet-routes", "X": garbage}),
            "X: got an unknown field",
        ),
    ];
    for (function, input, words) in cases {
        let name = deployed.deployment.output(function)?;
        let payload = aws_sdk_lambda::primitives::Blob::new(input.to_string());
        let answer = lambda.invoke().function_name(name).payload(payload).send().await?;
        let bytes = answer.payload().map(|payload| payload.as_ref().to_vec()).unwrap_or_default();
        let error: Value = serde_json::from_slice(&bytes)?;
        assert_eq!(error["errorType"], "InvalidRequest", "{function}: {error}");
        let message = error["errorMessage"].as_str().unwrap_or_default();
        assert!(message.contains(words), "{function}: {words} is not in: {message}");
        assert!(message.len() < 2_000, "{function}: a message of {} bytes", message.len());
    }
    assert!(!deployed.emulator.log().contains("panicked"), "{}", deployed.emulator.log());
    assert_eq!(deployed.written().await?, before);
    Ok(())
}

#[tokio::test]
async fn a_run_is_resumed_where_it_failed_and_nowhere_else() -> TestResult<()> {
    let mut deployed = Deployed::new().await?;
    let first = deployed.run("run-1", "{}").await?;
    assert_eq!(first.ended.output["Status"], "PARTIAL");
    repair(&mut deployed).await?;
    let resume = json!({"ResumeRun": "run-1"}).to_string();
    let ended = deployed.pipeline.run("again", &resume, |_| ()).await?;
    assert_eq!(ended.error, "", "{}", ended.cause);
    assert_eq!(ended.output["RunId"], "run-1");
    assert_eq!(ended.output["Status"], "COMPLETE");
    let files = deployed.pipeline.artifacts("internet-routes", "run-1").await?;
    let rows = |name: &str| org_operator_testkit::execution::rows(&files[name]);
    assert_eq!(rows("internet-routes.csv")?, truth::internet_routes(&deployed.organization));
    // Each target of the demo is one page: one request each, and only the repaired four sent more.
    let summary: Value = serde_json::from_slice(&files["summary.json"])?;
    assert_eq!(summary["ApiCalls"], ended.output["Targets"]);
    // Attempts and times: what had an answer was not asked again.
    for (now, before) in rows("coverage.csv")?.iter().zip(first.rows("coverage.csv")?) {
        if before[3] == "SUCCEEDED" {
            assert_eq!(*now, before);
        } else {
            assert_eq!((now[3].as_str(), now[7].as_str()), ("SUCCEEDED", "2"), "{now:?}");
        }
    }
    let nothing = deployed.pipeline.run("third", &resume, |_| ()).await?;
    assert_eq!(nothing.error, "NoTargets", "{}", nothing.cause);
    assert!(nothing.cause.contains("nothing to resume"), "{}", nothing.cause);
    let unknown = json!({"ResumeRun": "run-9"}).to_string();
    let unknown = deployed.pipeline.run("fourth", &unknown, |_| ()).await?;
    assert!(unknown.cause.contains("ResumeRun: got \"run-9\""), "{}", unknown.cause);
    Ok(())
}

/// Gives the role-less account its role and takes the restricted one's restriction away.
async fn repair(deployed: &mut Deployed) -> TestResult<()> {
    let no_role = deployed.organization.account(Kind::NoRole)?.clone();
    deployed.deployment.give_role(&deployed.emulator, &no_role).await?;
    let restricted = deployed.organization.account(Kind::Restricted)?.clone();
    let iam = aws_sdk_iam::Client::new(&deployed.emulator.config(&restricted.id, "eu-west-1"));
    let policy = iam.delete_role_policy().role_name("operation-readonly");
    policy.policy_name("deny-region").send().await?;
    for account in &mut deployed.organization.accounts {
        if matches!(account.kind, Kind::NoRole | Kind::Restricted) {
            account.kind = Kind::Open;
        }
    }
    Ok(())
}

#[tokio::test]
async fn artifacts_that_were_never_written_are_written_by_a_resumed_run() -> TestResult<()> {
    let mut deployed = Deployed::new().await?;
    repair(&mut deployed).await?;
    deployed.run("run-1", "{}").await?;
    let s3 = aws_sdk_s3::Client::new(deployed.config());
    for name in ["summary.json", "coverage.csv", "internet-routes.csv"] {
        let key = format!("runs/internet-routes/run-1/{name}");
        s3.delete_object().bucket(&deployed.pipeline.bucket).key(key).send().await?;
    }
    let resume = json!({"ResumeRun": "run-1"}).to_string();
    let ended = deployed.pipeline.run("again", &resume, |_| ()).await?;
    assert_eq!(ended.error, "", "{}", ended.cause);
    let files = deployed.pipeline.artifacts("internet-routes", "run-1").await?;
    let rows = org_operator_testkit::execution::rows(&files["internet-routes.csv"])?;
    assert_eq!(rows, truth::internet_routes(&deployed.organization));
    Ok(())
}

#[tokio::test]
async fn a_second_run_says_what_changed() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let first = deployed.run("run-1", "{}").await?;
    assert_eq!(first.ended.output["Added"], Value::Null);
    let account = &deployed.organization.accounts[1];
    let config = deployed.emulator.config(&account.id, "eu-west-1");
    let made = network::make(&config, Layout::MainToInternet).await?;
    let second = deployed.run("run-2", "{}").await?;
    assert_eq!(
        (&second.ended.output["Added"], &second.ended.output["Removed"]),
        (&json!(1), &json!(0))
    );
    let target = ["added", &account.id, &account.name, "eu-west-1"].map(str::to_owned);
    assert_eq!(second.rows("changes.csv")?, [[&target[..], &made[0].0].concat()]);
    Ok(())
}

/// Kills worker processes of one emulator as it sees them, `most` at the most, and never ends.
async fn kill_workers(endpoint: &str, most: usize, killed: &mut BTreeSet<String>) -> Infallible {
    let endpoint = format!("AWS_ENDPOINT_URL={endpoint}");
    while killed.len() < most {
        for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
            let has =
                |variable: &str| environment.split(|b| *b == 0).any(|v| v == variable.as_bytes());
            if has(&endpoint) && has("AWS_LAMBDA_FUNCTION_NAME=org-operator-worker") {
                let pid = process.file_name().to_string_lossy().into_owned();
                let kill = std::process::Command::new("kill").args(["-9", &pid]).status();
                if kill.is_ok_and(|status| status.success()) {
                    killed.insert(pid);
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    std::future::pending().await
}

#[tokio::test]
async fn workers_that_die_in_mid_run_leave_a_complete_coverage() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let mut killed = BTreeSet::new();
    let answer = tokio::select! {
        answer = deployed.run("run-1", "{}") => answer?,
        never = kill_workers(deployed.emulator.endpoint(), 12, &mut killed) => match never {},
    };
    assert!(!killed.is_empty(), "no worker was seen to be killed");
    assert_eq!(answer.ended.error, "", "{}", answer.ended.cause);
    let truth = truth::coverage(&deployed.organization);
    let coverage = answer.coverage()?;
    assert_eq!(coverage.len(), truth.len());
    let mut lost = BTreeSet::new();
    for (row, expected) in coverage.iter().zip(&truth) {
        assert_eq!(row[..2], expected[..2]);
        if row[3] == "NoOutcome" {
            lost.insert((row[0].clone(), row[1].clone()));
        } else {
            assert_eq!(row, expected);
        }
    }
    let kept = |row: &Vec<String>| !lost.contains(&(row[0].clone(), row[2].clone()));
    let expected: Vec<_> =
        truth::internet_routes(&deployed.organization).into_iter().filter(kept).collect();
    assert_eq!(answer.rows("internet-routes.csv")?, expected);
    Ok(())
}

#[tokio::test]
async fn a_worker_that_always_dies_is_named_in_the_coverage() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    // From now on the worker's process ends before it can answer: it may not reach the ledger.
    let dying = [("worker.zip", dying_bootstrap()?)];
    deployed.deployment.release(&deployed.emulator, "dying", &dying).await?;
    let answer = deployed.run("run-1", "{}").await?;
    assert_eq!(answer.ended.error, "", "{}", answer.ended.cause);
    let coverage = answer.rows("coverage.csv")?;
    assert_eq!(coverage.len(), truth::coverage(&deployed.organization).len());
    for row in coverage {
        assert_eq!(row[3..5], ["FAILED", "NoOutcome"]);
        assert!(row[5].starts_with("WorkerCrashed: Runtime.ExitError"), "{}", row[5]);
    }
    assert_eq!(answer.ended.output["Succeeded"], 0);
    Ok(())
}

#[tokio::test]
async fn a_running_execution_goes_on_with_the_functions_it_began_with() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let slow = [("worker.zip", slow_bootstrap()?)];
    deployed.deployment.release(&deployed.emulator, "slow", &slow).await?;
    let updated = std::cell::Cell::new(false);
    let mut seen_after_the_update = false;
    let update = async {
        // The first execution has begun when its manifest is there.
        while deployed.written().await?.1 == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let dying = [("worker.zip", dying_bootstrap()?)];
        deployed.deployment.release(&deployed.emulator, "dying", &dying).await?;
        updated.set(true);
        Ok::<(), org_operator_testkit::TestError>(())
    };
    let run = deployed.pipeline.run("run-1", "{}", |_| seen_after_the_update |= updated.get());
    let (ended, update) = tokio::join!(run, update);
    update?;
    assert!(seen_after_the_update, "the run was over before the update was");
    let ended = ended?;
    assert_eq!(ended.error, "", "{}", ended.cause);
    let files = deployed.pipeline.artifacts("internet-routes", "run-1").await?;
    let rows = org_operator_testkit::execution::rows(&files["internet-routes.csv"])?;
    assert_eq!(rows, truth::internet_routes(&deployed.organization));
    // The next one has the new functions.
    let next = deployed.run("run-2", r#"{"Regions": ["eu-west-1"]}"#).await?;
    assert_eq!(next.ended.output["Succeeded"], 0, "{}", next.ended.output);
    Ok(())
}

#[tokio::test]
async fn an_operation_that_is_refused_everywhere_fails_its_targets_only() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let account = &deployed.organization.accounts[2];
    let iam = aws_sdk_iam::Client::new(&deployed.emulator.config(&account.id, "eu-west-1"));
    let policies = iam.list_role_policies().role_name("operation-readonly").send().await?;
    for policy in policies.policy_names() {
        iam.delete_role_policy().role_name("operation-readonly").policy_name(policy).send().await?;
    }
    let answer = deployed.run("run-1", "{}").await?;
    let refused: Vec<_> =
        answer.coverage()?.into_iter().filter(|row| row[0] == account.id).collect();
    assert_eq!(refused.len(), 3);
    assert!(refused.iter().all(|row| row[2..] == ["FAILED", "AccessDenied"]), "{refused:?}");
    let expected: Vec<_> = truth::internet_routes(&deployed.organization)
        .into_iter()
        .filter(|row| row[0] != account.id)
        .collect();
    assert_eq!(answer.rows("internet-routes.csv")?, expected);
    Ok(())
}

#[tokio::test]
async fn a_permission_that_a_function_lacks_makes_the_run_say_so() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let iam = aws_sdk_iam::Client::new(deployed.config());
    let role = "org-operator-worker-readonly";
    for policy in iam.list_role_policies().role_name(role).send().await?.policy_names() {
        iam.delete_role_policy().role_name(role).policy_name(policy).send().await?;
    }
    let answer = deployed.run("run-1", "{}").await?;
    let coverage = answer.rows("coverage.csv")?;
    assert_eq!(coverage.len(), truth::coverage(&deployed.organization).len());
    for row in coverage {
        assert_eq!(row[4], "NoOutcome");
        assert!(row[5].contains("AccessDenied") && row[5].contains("dynamodb:Query"), "{}", row[5]);
    }
    Ok(())
}
