//! `cloudformation-stack` by the deployed steps: a plan that is dropped, stacks that are created and deleted
//! again, and a plan that is applied twice.

use org_operator_core::contract::summary::{Status, Summary};
use org_operator_testkit::TestResult;
use org_operator_tests::changing::seeds;
use org_operator_tests::subjects::{Subject, deployed_subjects};
use serde_json::{Value, json};

use super::SETTLED;
use super::deployment::Deployment;

const SEEDS: u64 = 10;
const OPERATION: &str = "cloudformation-stack";

/// A deployment with a plan that creates the stack in every target, and how many those are.
async fn planned(seed: u64) -> TestResult<(Deployment, u64)> {
    let is_stack = |subject: &Subject| subject.change.operation() == OPERATION;
    let subject = deployed_subjects().into_iter().find(is_stack).ok_or("no such subject")?;
    let mut deployment = Deployment::new(subject, seed).await;
    let parameters = deployment.subject.prepared.clone().ok_or("no stack to create")?;
    deployment.execute("plan", &deployment.planning(&parameters), true).await?;
    let rows = deployment.rows("plan", "plan.jsonl")?;
    assert!(!rows.is_empty() && rows.iter().all(|row| row.action == "create"), "{rows:?}");
    Ok((deployment, rows.len() as u64))
}

fn changing(field: &str, run: &str) -> Value {
    json!({"Operation": OPERATION, "Apply": true, field: run})
}

fn all(summary: &Summary, outcome: &str, rows: u64) {
    assert_eq!(summary.rows.get(outcome), Some(&rows), "{:?}", summary.rows);
}

/// Stacks that are there, in whichever state.
fn stacks(deployment: &Deployment) -> usize {
    let stacks = deployment.simulation.stacks();
    stacks.iter().filter(|stack| stack.status != "DELETE_COMPLETE").count()
}

#[tokio::test(start_paused = true)]
async fn a_deployed_plan_is_dropped_by_workers_that_die_and_not_applied_any_more() -> TestResult<()>
{
    for seed in seeds(SEEDS)? {
        let (mut deployment, rows) = planned(seed).await?;
        assert_eq!(stacks(&deployment) as u64, rows, "a plan leaves empty stacks");
        let summary = Box::pin(deployment.through("drop", &changing("DropRun", "plan"))).await?;
        assert_eq!(summary.result.status, Status::Complete, "seed {seed}: {:?}", summary.rows);
        assert_eq!(stacks(&deployment), 0, "seed {seed}: empty stacks are left");
        let sets = deployment.simulation.change_sets();
        assert!(sets.is_empty(), "seed {seed}: change sets are left: {sets:?}");
        assert!(deployment.rows("drop", "undo.jsonl")?.is_empty(), "nothing to take back");
        let late = deployment.execute("apply", &changing("PlanRun", "plan"), true).await?;
        all(&late, "CHANGED_SINCE_PLAN", rows);
        assert!(deployment.simulation.executed_sets().is_empty(), "seed {seed}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn deployed_stacks_are_created_once_and_deleted_by_undo() -> TestResult<()> {
    for seed in seeds(SEEDS)? {
        let (mut deployment, rows) = planned(seed).await?;
        let summary = Box::pin(deployment.through("apply", &changing("PlanRun", "plan"))).await?;
        assert_eq!(summary.result.status, Status::Complete, "seed {seed}: {:?}", summary.rows);
        let again = deployment.execute("again", &changing("PlanRun", "plan"), true).await?;
        all(&again, "ALREADY", rows);
        assert_eq!(deployment.simulation.executed_sets().len() as u64, rows, "none twice");
        tokio::time::sleep(SETTLED).await;
        let undone = Box::pin(deployment.through("undo", &changing("Undo", "apply"))).await?;
        assert_eq!(undone.result.status, Status::Complete, "seed {seed}: {:?}", undone.rows);
        assert_eq!(stacks(&deployment), 0, "seed {seed}: undo deletes what was created");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn neither_a_run_that_applied_a_plan_nor_what_it_executed_is_dropped() -> TestResult<()> {
    let (mut deployment, _) = planned(1).await?;
    let applied = deployment.execute("apply", &changing("PlanRun", "plan"), true).await?;
    assert_eq!(applied.result.status, Status::Complete, "{:?}", applied.rows);
    let wrong = deployment.execute("drop", &changing("DropRun", "apply"), true).await.err();
    let wrong = wrong.ok_or("a run that applied a plan was dropped")?.to_string();
    assert!(wrong.contains("DropRun: got \"apply\", which applied a plan"), "{wrong}");
    let before = deployment.contents();
    let late = deployment.execute("drop", &changing("DropRun", "plan"), true).await?;
    assert_eq!(late.rows.get("APPLIED"), None, "what was executed is not dropped: {:?}", late.rows);
    assert_eq!(deployment.contents(), before);
    Ok(())
}
