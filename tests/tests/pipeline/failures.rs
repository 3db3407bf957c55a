//! Workers that die, functions that are replaced, permissions that are missing.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use org_operator_testkit::{TestResult, truth};
use org_operator_tests::deployed::Deployed;
use org_operator_tests::packages::{dying_bootstrap, held_bootstrap};

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
    let folder = tempfile::tempdir()?;
    let updated = folder.path().join("updated");
    let held = [("worker.zip", held_bootstrap(&updated)?)];
    deployed.deployment.release(&deployed.emulator, "held", &held).await?;
    // The first execution has begun when its manifest is there. Until the update is made none of its
    // workers can answer, and most of them are not started before it.
    let is_over = std::cell::Cell::new(false);
    let update = async {
        while deployed.written().await?.1 == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let dying = [("worker.zip", dying_bootstrap()?)];
        let released = deployed.deployment.release(&deployed.emulator, "dying", &dying).await;
        assert!(!is_over.get(), "the run was over before the update was");
        std::fs::write(&updated, "")?;
        released
    };
    let run = async {
        let ended = deployed.pipeline.run("run-1", r#"{"MaxConcurrency": 2}"#, |_| ()).await;
        is_over.set(true);
        ended
    };
    let (ended, update) = tokio::join!(run, update);
    update?;
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
