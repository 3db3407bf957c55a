//! `cloudformation-stack` on a simulated AWS, over seeds: plans that write under faults, executions that
//! take their time, fail and roll back, lost replies, and processes that die. `SEED=n` replays one alone;
//! `SEEDS=n` runs so many.

mod least_privilege;
mod trial;

use std::time::Duration;

use aws_sim::FAILS;
use org_operator_changes::{Counts, Outcome, PlanRow};
use org_operator_operations::Change;
use org_operator_operations::cloudformation_stack::CloudFormationStack;
use org_operator_testkit::TestResult;
use org_operator_tests::changing::seeds;
use org_operator_tests::subjects::template;
use trial::{Applied, Trial};

const SEEDS: u64 = 25;
/// Longer than what a change set starts takes.
const SETTLED: Duration = Duration::from_hours(1);

fn all(counts: &Counts, outcome: Outcome, rows: usize) {
    assert_eq!(counts.get(outcome), rows as u64, "{counts:?}");
}

/// One seed: created, updated, failed, dropped, and all of it taken back.
async fn judge(seed: u64) -> TestResult<()> {
    let mut trial = Trial::new(seed).await?;
    let created = created(&mut trial).await?;
    let before = trial.contents();
    let second = template(&[("Topic", "AWS::SNS::Topic"), ("Role", "AWS::IAM::Role")]);
    let rows = trial.plan("plan-3", &second, 2).await?;
    let updated = trial.apply("apply-3", &rows).await?;
    all(&updated.result, Outcome::Applied, rows.len());
    trial.assert_executed_once(&rows);
    assert_ne!(trial.contents(), before);
    failed(&mut trial).await?;
    dropped(&mut trial).await?;
    let undone = trial.apply("undo-3", &updated.undo).await?;
    all(&undone.result, Outcome::Applied, rows.len());
    assert_eq!(trial.contents(), before, "undo restores template and parameters");
    let undone = trial.apply("undo-1", &created.undo).await?;
    all(&undone.result, Outcome::Applied, rows.len());
    assert_eq!(trial.contents(), Vec::<String>::new(), "undo deletes what was created");
    Ok(())
}

/// A stack in each target, whose second plan has nothing to change.
async fn created(trial: &mut Trial) -> TestResult<Applied> {
    let first = template(&[("Topic", "AWS::SNS::Topic")]);
    let rows = trial.plan("plan-1", &first, 1).await?;
    let sets = trial.stage.simulation.change_sets().len();
    assert_eq!(sets, trial.stage.targets().len(), "a plan has one change set a target");
    assert!(trial.stage.simulation.executed_sets().is_empty(), "a plan executes nothing");
    let created = trial.apply("apply-1", &rows).await?;
    all(&created.result, Outcome::Applied, rows.len());
    trial.assert_executed_once(&rows);
    let none = trial.plan("plan-2", &first, 1).await?;
    assert!(none.iter().all(|row| row.reason.starts_with("NO_CHANGE")), "{none:?}");
    Ok(created)
}

/// An update that `CloudFormation` rolls back.
async fn failed(trial: &mut Trial) -> TestResult<()> {
    let before = trial.contents();
    let broken = template(&[("Topic", "AWS::SNS::Topic"), ("Broken", FAILS)]);
    let rows = trial.plan("plan-4", &broken, 2).await?;
    let failed = trial.apply("apply-4", &rows).await?;
    all(&failed.result, Outcome::Failed, rows.len());
    trial.assert_executed_once(&rows);
    assert_eq!(trial.contents(), before, "a failed update is rolled back");
    for row in &rows {
        let settled = failed.known.get(&row.key).and_then(|known| known.settled.clone());
        let message = settled.map(|settled| settled.message).unwrap_or_default();
        assert!(message.contains("it is not to be had & never was"), "{message}");
    }
    Ok(())
}

/// A plan that nobody applies.
async fn dropped(trial: &mut Trial) -> TestResult<()> {
    let rows = trial.plan("plan-5", &template(&[("Topic", "AWS::SNS::Topic")]), 3).await?;
    let drops: Vec<PlanRow> =
        rows.iter().filter_map(|row| CloudFormationStack.dropped(row)).collect();
    let left = |trial: &Trial| {
        let sets = trial.stage.simulation.change_sets();
        sets.iter().filter(|set| rows.iter().any(|row| row.key.key == set.arn)).count()
    };
    assert_eq!(left(trial), trial.stage.targets().len());
    let dropped = trial.apply("drop-5", &drops).await?;
    all(&dropped.result, Outcome::Applied, rows.len());
    assert_eq!(left(trial), 0, "a dropped plan has left change sets");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn under_faults_and_deaths_each_reviewed_change_set_is_executed_once() -> TestResult<()> {
    for seed in seeds(SEEDS)? {
        judge(seed).await.map_err(|e| format!("seed {seed}: {e}"))?;
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_the_plan_only_reviewed_is_gone_once_the_plan_is_dropped() -> TestResult<()> {
    let mut trial = Trial::new(7).await?;
    let rows = trial.plan("plan", &template(&[("Topic", "AWS::SNS::Topic")]), 1).await?;
    assert_eq!(trial.contents().len(), rows.len(), "a plan leaves an empty stack");
    let drops: Vec<PlanRow> =
        rows.iter().filter_map(|row| CloudFormationStack.dropped(row)).collect();
    let dropped = trial.apply("drop", &drops).await?;
    assert_eq!(dropped.result.get(Outcome::Applied), rows.len() as u64, "{:?}", dropped.result);
    assert_eq!(trial.contents(), Vec::<String>::new());
    let late = trial.apply("apply", &rows).await?;
    assert_eq!(late.result.get(Outcome::ChangedSincePlan), rows.len() as u64, "{:?}", late.result);
    Ok(())
}
