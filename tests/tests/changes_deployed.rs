//! Changes by the deployed steps on a simulated AWS, over seeds: plan, apply, go on, undo, with throttles,
//! lost requests and replies, workers that die, and two at once in an account. `SEED=n` replays one alone; `SEEDS=n` runs so many.

mod deployment;
mod least_privilege;
mod stacks;

use std::collections::BTreeSet;
use std::time::Duration;

use deployment::Deployment;
use org_operator_core::contract::summary::Status;
use org_operator_testkit::TestResult;
use org_operator_tests::changing::{member_calls, seeds};
use org_operator_tests::subjects::{Subject, deployed_subjects};
use serde_json::json;

const SEEDS: u64 = 25;
/// Longer than anything that a change starts takes to come to its end.
const SETTLED: Duration = Duration::from_mins(10);

/// One seed: what there was, what was applied, what was taken back.
async fn judge(subject: Subject, seed: u64) -> TestResult<usize> {
    let mut deployment = Deployment::new(subject, seed).await;
    deployment.prepare().await?;
    let (before, earlier) =
        (deployment.contents(), (deployment.subject.changed)(&deployment.simulation).len());
    let parameters = deployment.subject.parameters.clone();
    deployment.execute("plan", &deployment.planning(&parameters), true).await?;
    assert_eq!(deployment.contents(), before, "a plan changes nothing");
    let rows = deployment.rows("plan", "plan.jsonl")?;
    let planned = rows.iter().filter(|row| row.is_change());
    let wanted: BTreeSet<String> = planned.map(|row| (deployment.subject.identity)(row)).collect();
    if wanted.is_empty() {
        return Ok(0);
    }
    let mut apply = deployment.applying("plan");
    apply["Canary"] = json!(1);
    let summary = Box::pin(deployment.through("apply", &apply)).await?;
    assert_eq!(summary.result.status, Status::Complete, "{:?}", summary.rows);
    let mut changed = (deployment.subject.changed)(&deployment.simulation);
    changed.drain(..earlier);
    assert_eq!(changed.len(), wanted.len(), "none twice: {changed:?}");
    assert_eq!(changed.into_iter().collect::<BTreeSet<_>>(), wanted, "the plan, and no more");
    deployment.assert_undoable("apply", wanted.len())?;
    tokio::time::sleep(SETTLED).await;
    let undo = json!({"Operation": deployment.operation(), "Apply": true, "Undo": "apply"});
    let summary = Box::pin(deployment.through("undo", &undo)).await?;
    assert_eq!(summary.result.status, Status::Complete, "{:?}", summary.rows);
    let made = (deployment.subject.made)(&deployment.simulation) - earlier as u64;
    let most = 2 * wanted.len() as u64;
    assert!(made <= most && (made == most || !deployment.subject.undoes_each), "none twice");
    tokio::time::sleep(SETTLED).await;
    assert_eq!(deployment.contents(), before, "undo restores everything but the ids");
    Ok(wanted.len())
}

#[tokio::test(start_paused = true)]
async fn deployed_workers_that_die_change_exactly_the_plan_and_undo_it() -> TestResult<()> {
    for index in 0..deployed_subjects().len() {
        let (mut changes, name) = (0, deployed_subjects()[index].change.operation());
        for seed in seeds(SEEDS)? {
            let subject = deployed_subjects().into_iter().nth(index).ok_or("no subject")?;
            let judged = Box::pin(judge(subject, seed)).await;
            changes += judged.map_err(|e| format!("{name}, seed {seed}: {e}"))?;
        }
        assert!(changes > 0, "{name}: no seed has anything to change");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_account_is_entered_once_and_every_request_to_it_is_counted() -> TestResult<()> {
    for subject in deployed_subjects() {
        let mut deployment = Deployment::new(subject, 3).await;
        deployment.prepare().await?;
        let parameters = deployment.subject.parameters.clone();
        deployment.execute("plan", &deployment.planning(&parameters), true).await?;
        let rows = deployment.rows("plan", "plan.jsonl")?;
        let changes = rows.iter().filter(|row| row.is_change());
        let accounts: BTreeSet<&str> = changes.map(|row| row.key.account_id.as_str()).collect();
        assert!(!accounts.is_empty());
        let before = deployment.simulation.meter.calls("AssumeRole");
        let of_members = member_calls(&deployment.simulation);
        let summary = deployment.execute("apply", &deployment.applying("plan"), true).await?;
        assert_eq!(summary.result.status, Status::Complete, "{:?}", summary.rows);
        let asked = deployment.simulation.meter.calls("AssumeRole") - before;
        assert_eq!(asked, accounts.len() as u64);
        let got = member_calls(&deployment.simulation) - of_members;
        assert!(got > 0 && summary.api_calls == got, "{got}, {} told", summary.api_calls);
    }
    Ok(())
}
