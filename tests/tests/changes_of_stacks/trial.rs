//! The organization of `changes_of_stacks`, its plans, and processes that die while they apply one.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sim::{Conditions, Fault, Service};
use org_operator_changes::{Counts, Journal, PlanRow};
use org_operator_core::RunId;
use org_operator_operations::Rows;
use org_operator_operations::cloudformation_stack::CloudFormationStack;
use org_operator_testkit::TestResult;
use org_operator_tests::changing::{DEATHS, Place, Stage, faults_of_change, quiet, rule};
use serde_json::{Value, json};

/// How often a target is planned until somebody gives up.
const PLANNING: usize = 40;

/// One organization, and everything that is done to it.
pub(super) struct Trial {
    pub(super) stage: Stage,
}

impl Trial {
    pub(super) async fn new(seed: u64) -> TestResult<Self> {
        Ok(Self { stage: Stage::new(&CloudFormationStack, seed, 2).await? })
    }

    /// State, template and parameters of the stack in each target; of those that are gone, none.
    pub(super) fn contents(&self) -> Vec<String> {
        let stacks = self.stage.simulation.stacks().into_iter();
        let left = stacks.filter(|stack| stack.status != "DELETE_COMPLETE");
        let mut all: Vec<String> = left
            .map(|stack| format!("{:?} {} {:?}", stack.place, stack.template, stack.parameters))
            .collect();
        all.sort();
        all
    }

    /// The plan's rows, each target planned again until it answers.
    pub(super) async fn plan(
        &self,
        run: &str,
        template: &Value,
        size: u64,
    ) -> TestResult<Vec<PlanRow>> {
        self.stage.simulation.set_conditions(faulty());
        let run = RunId::parse(run).ok_or("a run's id")?;
        let parameters = json!({
            "StackName": "baseline", "ServiceRole": "deployer", "TemplateBody": template.to_string(),
            "StackParameters": {"Size": size},
        });
        let mut found = Vec::new();
        for place in self.stage.targets() {
            let rows = self.asked(&run, &place, &parameters).await?;
            assert_eq!(rows.len(), 1, "a row for each target");
            found.push((place, rows));
        }
        self.stage.planned(found)
    }

    async fn asked(&self, run: &RunId, place: &Place, parameters: &Value) -> TestResult<Rows> {
        let mut last = String::new();
        for _ in 0..PLANNING {
            match self.stage.ask(run, place, parameters).await? {
                Ok(rows) => return Ok(rows),
                Err(failure) => last = failure.to_string(),
            }
        }
        Err(format!("planned {PLANNING} times: {last}").into())
    }

    /// Works off `rows` in processes that die, and in a last one without faults.
    pub(super) async fn apply(&mut self, name: &str, rows: &[PlanRow]) -> TestResult<Applied> {
        let run = self.stage.begin(name, rows).await?;
        for death in 0..=DEATHS {
            let last = death == DEATHS;
            self.stage.simulation.set_conditions(if last { quiet() } else { faulty() });
            let life = if last { 3_600_000 } else { self.stage.rng.u64(100..40_000) };
            self.stage.process(&run, rows, Duration::from_millis(life), last).await?;
            self.assert_recorded(rows, &self.stage.known(&run)?);
        }
        let (known, result) = (self.stage.known(&run)?, self.stage.finish(&run, rows).await?);
        let undo = self.stage.folder(&run.run_id).undo().await?.ok_or("no undo.jsonl")?;
        Ok(Applied { result: result.rows, undo, known })
    }

    /// Whatever was executed so far is in the journal.
    fn assert_recorded(&self, rows: &[PlanRow], known: &Journal) {
        let executed = self.stage.simulation.executed_sets();
        for row in rows.iter().filter(|row| executed.contains(&row.key.key)) {
            assert!(known.get(&row.key).is_some(), "{}: executed, not on record", row.key.key);
        }
    }

    /// Each of the rows' change sets was executed, and none twice.
    pub(super) fn assert_executed_once(&self, rows: &[PlanRow]) {
        let executed = self.stage.simulation.executed_sets();
        let set: BTreeSet<&String> = executed.iter().collect();
        assert_eq!(set.len(), executed.len(), "one was executed twice: {executed:?}");
        assert!(rows.iter().all(|row| set.contains(&row.key.key)), "not all of {rows:?}");
    }
}

/// How a run ended.
pub(super) struct Applied {
    pub(super) result: Counts,
    pub(super) undo: Vec<PlanRow>,
    pub(super) known: Journal,
}

fn faulty() -> Conditions {
    let own = |operation, share, fault| rule(Service::CloudFormation, operation, share, fault);
    let mut faults = vec![
        own("DescribeStacks", 0.1, Fault::Reset),
        own("DescribeChangeSet", 0.1, Fault::Internal),
        own("GetTemplate", 0.05, Fault::Throttled),
    ];
    for operation in ["CreateChangeSet", "ExecuteChangeSet", "DeleteChangeSet", "DeleteStack"] {
        faults.extend(faults_of_change(Service::CloudFormation, operation, 0.15));
    }
    Conditions { faults, ..quiet() }
}
