//! `security-hub-controls` on a simulated AWS, over seeds: throttles, refusals, lost requests and replies,
//! standards that take their time, and processes that die. `SEED=n` replays one alone; `SEEDS=n` runs so many.

mod trial;

use aws_sim::Fault;
use org_operator_changes::{Counts, Outcome};
use org_operator_testkit::TestResult;
use org_operator_tests::changing::seeds;
use serde_json::json;
use trial::{Applied, Trial};

const SEEDS: u64 = 25;
const STANDARD: &str = "nist-800-53/v/5.0.0";
const OTHER: &str = "aws-foundational-security-best-practices/v/1.0.0";

fn all(counts: &Counts, outcome: Outcome, rows: usize) {
    assert_eq!(counts.get(outcome), rows as u64, "{counts:?}");
}

/// Every row is applied; else says why not.
fn all_applied(applied: &Applied, rows: usize) {
    let (counts, reasons) = (&applied.result, &applied.reasons);
    assert_eq!(counts.get(Outcome::Applied), rows as u64, "{counts:?}: {reasons:?}");
}

/// One seed: a hub with a standard, then another standard and controls, all but the hub taken back.
async fn judge(seed: u64) -> TestResult<()> {
    let mut trial = Trial::new(seed).await?;
    let rows = trial.plan(&json!({"Standards": [STANDARD]})).await?;
    assert!(trial.stage.simulation.switched().is_empty(), "a plan switches nothing");
    let targets = trial.stage.targets().len();
    assert_eq!(rows.len(), 2 * targets, "a hub and a standard for each target");
    all_applied(&trial.apply("apply-1", &rows).await?, rows.len());
    let before = trial.contents();
    assert!(trial.plan(&json!({"Standards": [STANDARD]})).await?.is_empty(), "all is as wanted");

    let wanted = json!({
        "Standards": [OTHER, STANDARD], "DisableControls": "S3.1, EC2.1", "EnableControls": ["Absent.1"],
        "Reason": "covered elsewhere",
    });
    let rows = trial.plan(&wanted).await?;
    let changed: Vec<_> = rows.iter().filter(|row| row.is_change()).cloned().collect();
    // The other standard, and two controls in each of both; the Region lacks the third.
    assert_eq!((changed.len(), rows.len()), (5 * targets, 6 * targets), "{rows:?}");
    let applied = trial.apply("apply-2", &rows).await?;
    all_applied(&applied, changed.len());
    trial.assert_switched_once();
    assert_ne!(trial.contents(), before);
    let again = trial.apply("apply-3", &rows).await?;
    all(&again.result, Outcome::Already, changed.len());

    let undone = trial.apply("undo-2", &applied.undo).await?;
    // A standard that is off takes its controls along: those were not switched back one by one.
    let already = undone.result.get(Outcome::Already);
    assert!(already <= 2 * targets as u64, "{:?}", undone.result);
    all_applied(&undone, changed.len() - usize::try_from(already)?);
    assert_eq!(trial.contents(), before, "undo restores standards and controls");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn under_faults_and_deaths_exactly_the_plan_is_switched_and_taken_back() -> TestResult<()> {
    for seed in seeds(SEEDS)? {
        judge(seed).await.map_err(|e| format!("seed {seed}: {e}"))?;
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_control_whose_standard_could_not_be_switched_on_has_failed() -> TestResult<()> {
    let mut trial = Trial::new(3).await?;
    let wanted = json!({"Standards": [STANDARD], "DisableControls": ["S3.1"], "Reason": "x"});
    let rows = trial.plan(&wanted).await?;
    let targets = trial.stage.targets().len();
    let applied = trial.apply_with("apply", &rows, "BatchEnableStandards", Fault::Denied).await?;
    all(&applied.result, Outcome::Applied, targets);
    all(&applied.result, Outcome::Failed, rows.len() - targets);
    let off = |reason: &&String| reason.contains("not processed: NOT_FOUND: no such association");
    assert_eq!(applied.reasons.iter().filter(off).count(), targets, "{:?}", applied.reasons);
    assert_eq!(trial.stage.simulation.switched().len(), targets, "only the hubs were switched on");
    Ok(())
}
