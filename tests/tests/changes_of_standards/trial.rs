//! The organization of `changes_of_standards`, its plans, and processes that die while they apply one.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sim::{Conditions, Fault, SecurityHub, Service};
use org_operator_changes::{ChangeRun, Counts, Outcome, PlanRow};
use org_operator_operations::security_hub_controls::SecurityHubControls;
use org_operator_testkit::TestResult;
use org_operator_tests::changing::{DEATHS, Stage, faults_of_change, quiet, rule};
use org_operator_tests::subjects::controls;
use serde_json::Value;

/// One organization, and everything that is done to it.
pub(super) struct Trial {
    pub(super) stage: Stage,
}

impl Trial {
    pub(super) async fn new(seed: u64) -> TestResult<Self> {
        Ok(Self { stage: Stage::new(&SecurityHubControls, seed, 2).await? })
    }

    /// What is on: hubs, standards, and the state of each control.
    pub(super) fn contents(&self) -> Vec<String> {
        let hubs = self.stage.simulation.security_hubs();
        let of = |(place, hub): (&(String, String), &SecurityHub)| {
            format!("{place:?} {} {:?}", hub.is_on, controls(hub))
        };
        hubs.iter().map(of).collect()
    }

    /// The plan's rows.
    pub(super) async fn plan(&self, parameters: &Value) -> TestResult<Vec<PlanRow>> {
        self.stage.simulation.set_conditions(quiet());
        self.stage.plan(parameters).await
    }

    /// Works off `rows` in processes that die, and in a last one without faults.
    pub(super) async fn apply(&mut self, name: &str, rows: &[PlanRow]) -> TestResult<Applied> {
        let run = self.stage.begin(name, rows).await?;
        for death in 0..=DEATHS {
            let last = death == DEATHS;
            self.stage.simulation.set_conditions(if last { quiet() } else { faulty() });
            let life = if last { 3_600_000 } else { self.stage.rng.u64(100..60_000) };
            self.stage.process(&run, rows, Duration::from_millis(life), last).await?;
        }
        self.ended(&run, rows).await
    }

    /// Works off `rows` in one process, while each `operation` has the same fault.
    pub(super) async fn apply_with(
        &mut self,
        name: &str,
        rows: &[PlanRow],
        operation: &'static str,
        fault: Fault,
    ) -> TestResult<Applied> {
        let run = self.stage.begin(name, rows).await?;
        let faults = vec![rule(Service::SecurityHub, operation, 1.0, fault)];
        self.stage.simulation.set_conditions(Conditions { faults, ..quiet() });
        self.stage.process(&run, rows, Duration::from_hours(1), true).await?;
        self.ended(&run, rows).await
    }

    async fn ended(&self, run: &ChangeRun, rows: &[PlanRow]) -> TestResult<Applied> {
        let (known, result) = (self.stage.known(run)?, self.stage.finish(run, rows).await?);
        let settled = rows.iter().filter_map(|row| known.get(&row.key)?.settled.as_ref());
        let failed = settled.filter(|settled| settled.outcome == Outcome::Failed);
        let reasons = failed.map(|settled| settled.message.clone()).collect();
        let undo = self.stage.folder(&run.run_id).undo().await?.ok_or("no undo.jsonl")?;
        Ok(Applied { result: result.rows, undo, reasons })
    }

    /// Nothing was switched to the same state twice.
    pub(super) fn assert_switched_once(&self) {
        let switched = self.stage.simulation.switched();
        let set: BTreeSet<&String> = switched.iter().collect();
        assert_eq!(set.len(), switched.len(), "{switched:?}");
    }
}

/// How a run ended.
pub(super) struct Applied {
    pub(super) result: Counts,
    pub(super) undo: Vec<PlanRow>,
    /// Why rows FAILED.
    pub(super) reasons: Vec<String>,
}

fn faulty() -> Conditions {
    let own = |operation, share, fault| rule(Service::SecurityHub, operation, share, fault);
    let mut faults = vec![
        own("GetEnabledStandards", 0.1, Fault::Reset),
        own("BatchGetStandardsControlAssociations", 0.1, Fault::Throttled),
    ];
    let changing = [
        "EnableSecurityHub",
        "BatchEnableStandards",
        "BatchDisableStandards",
        "BatchUpdateStandardsControlAssociations",
    ];
    for operation in changing {
        faults.extend(faults_of_change(Service::SecurityHub, operation, 0.15));
    }
    Conditions { faults, ..quiet() }
}
