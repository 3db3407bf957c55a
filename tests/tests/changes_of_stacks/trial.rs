//! The organization of `changes_of_stacks`, its plans, and processes that die while they apply one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aws_sim::{
    CallPattern, Conditions, Fault, FaultRule, Latency, Service, Shape, Simulation, When, World,
};
use org_operator_aws::{CallCounter, MemberRole, SystemClock};
use org_operator_changes::{ChangeRun, Counts, Guards, Journal, PlanRow, Protected, planned};
use org_operator_core::ports::Clock;
use org_operator_core::{AccountId, Region, RunId};
use org_operator_local::changes::{ChangeFolder, JournalFile};
use org_operator_operations::cloudformation_stack::{CloudFormationStack, NAME};
use org_operator_operations::{Change, Operation, Target};
use org_operator_testkit::TestResult;
use org_operator_tests::campaign::aws::{config, members};
use org_operator_worker::changes::{Applying, RowGuards};
use serde_json::{Map, Value, json};

const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
/// Processes that die before one is left alone.
const DEATHS: usize = 4;
/// How often a target is planned until somebody gives up.
const PLANNING: usize = 40;

/// One organization, and everything that is done to it.
pub(super) struct Trial {
    pub(super) simulation: Arc<Simulation>,
    members: MemberRole,
    folder: tempfile::TempDir,
    rng: fastrand::Rng,
}

impl Trial {
    pub(super) async fn new(seed: u64) -> TestResult<Self> {
        let world = World::new(seed, Shape::unrestricted(2, &REGIONS));
        let simulation = Arc::new(Simulation::new(world, Conditions::default()));
        let config = config(&simulation).await;
        let members = members(&config);
        let (folder, rng) = (tempfile::tempdir()?, fastrand::Rng::with_seed(seed));
        Ok(Self { simulation, members, folder, rng })
    }

    pub(super) fn targets(&self) -> Vec<(AccountId, Region)> {
        let accounts = self.simulation.world.accounts.iter();
        let ids = accounts.filter_map(|account| AccountId::parse(&account.id));
        let regions = || REGIONS.iter().filter_map(|region| Region::parse(region));
        ids.flat_map(|id| regions().map(move |region| (id.clone(), region))).collect()
    }

    /// State, template and parameters of the stack in each target; of those that are gone, none.
    pub(super) fn contents(&self) -> Vec<String> {
        let stacks = self.simulation.stacks().into_iter();
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
        self.simulation.set_conditions(faulty());
        let run = RunId::parse(run).ok_or("a run's id")?;
        let (spec, mut lines) = (CloudFormationStack.spec(), Vec::new());
        for (account, region) in self.targets() {
            let row = self.planned(&run, (&account, &region), template, size).await?;
            let names = spec.columns.iter().map(|column| column.name.clone());
            let mut record: Map<String, Value> =
                names.zip(row.into_iter().map(Value::from)).collect();
            record.insert("account_id".to_owned(), json!(account));
            record.insert("account_name".to_owned(), json!("shop"));
            record.insert("region".to_owned(), json!(region));
            lines.extend(Value::Object(record).to_string().into_bytes());
            lines.push(b'\n');
        }
        Ok(planned(CloudFormationStack.key_column(), &lines)?)
    }

    async fn planned(
        &self,
        run: &RunId,
        (account, region): (&AccountId, &Region),
        template: &Value,
        size: u64,
    ) -> TestResult<Vec<String>> {
        let parameters = json!({
            "StackName": "baseline", "ServiceRole": "deployer", "TemplateBody": template.to_string(),
            "StackParameters": {"Size": size},
        });
        let mut last = String::new();
        for _ in 0..PLANNING {
            let actions = &CloudFormationStack.spec().actions;
            let member = match self.members.assume(account, run, actions).await {
                Ok(member) => member,
                Err(error) => return Err(error.to_string().into()),
            };
            let target = Target {
                run: run.clone(),
                account: account.clone(),
                region: region.clone(),
                config: member.config(region, &CallCounter::default()),
                now: SystemClock.now(),
                parameters: Arc::new(parameters.as_object().cloned().unwrap_or_default()),
            };
            match CloudFormationStack.run(&target).await {
                Ok(mut rows) => return rows.pop().ok_or_else(|| "no row".into()),
                Err(failure) => last = format!("{failure:?}"),
            }
        }
        Err(format!("planned {PLANNING} times: {last}").into())
    }

    /// Works off `rows` in processes that die, and in a last one without faults.
    pub(super) async fn apply(&mut self, name: &str, rows: &[PlanRow]) -> TestResult<Applied> {
        let run = change_run(name)?;
        let folder = ChangeFolder::new(self.folder.path(), NAME, &run.run_id);
        folder.begin(&run, rows).await?;
        for death in 0..=DEATHS {
            let last = death == DEATHS;
            self.simulation.set_conditions(if last { quiet() } else { faulty() });
            let life = if last { 3_600_000 } else { self.rng.u64(100..40_000) };
            let journal = JournalFile::open(&folder.journal())?;
            let (id, guards) = (&run.run_id, RowGuards::default());
            let change = &CloudFormationStack;
            let applying = Applying::new(change, &self.members, id, rows, guards, journal)?;
            let ended = tokio::time::timeout(Duration::from_millis(life), applying.all()).await;
            match ended {
                Ok(ended) => ended?,
                Err(_) if last => return Err("a process without faults has no end".into()),
                Err(_) => {}
            }
            drop(applying);
            self.assert_recorded(rows, &JournalFile::open(&folder.journal())?.known());
        }
        let known = JournalFile::open(&folder.journal())?.known();
        let result = folder.finish(&run, rows, &known, &BTreeMap::new(), SystemClock.now()).await?;
        let undo = folder.undo().await?.ok_or("no undo.jsonl")?;
        Ok(Applied { result: result.rows, undo, known })
    }

    /// Whatever was executed so far is in the journal.
    fn assert_recorded(&self, rows: &[PlanRow], known: &Journal) {
        let executed = self.simulation.executed_sets();
        for row in rows.iter().filter(|row| executed.contains(&row.key.key)) {
            assert!(known.get(&row.key).is_some(), "{}: executed, not on record", row.key.key);
        }
    }

    /// Each of the rows' change sets was executed, and none twice.
    pub(super) fn assert_executed_once(&self, rows: &[PlanRow]) {
        let executed = self.simulation.executed_sets();
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

fn change_run(name: &str) -> TestResult<ChangeRun> {
    let now = SystemClock.now();
    Ok(ChangeRun {
        run_id: RunId::parse(name).ok_or("a run's id")?,
        operation: NAME.to_owned(),
        source: RunId::parse("plan").ok_or("a run's id")?,
        is_undo: name.starts_with("undo"),
        made_at: now,
        started_at: now,
        guards: Guards {
            max_changes: None,
            max_failures: None,
            canary: None,
            plan_max_age_hours: Guards::PLAN_MAX_AGE_HOURS,
            protected: Protected::default(),
        },
    })
}

fn quiet() -> Conditions {
    let latency = vec![(CallPattern::default(), Latency::Fixed(Duration::from_millis(50)))];
    Conditions { latency, ..Conditions::default() }
}

fn faulty() -> Conditions {
    let rule = |operation, share, fault| FaultRule {
        calls: CallPattern::operation(Service::CloudFormation, operation),
        when: When::Share(share),
        fault,
    };
    let mut faults = vec![
        rule("DescribeStacks", 0.1, Fault::Reset),
        rule("DescribeChangeSet", 0.1, Fault::Internal),
        rule("GetTemplate", 0.05, Fault::Throttled),
    ];
    let changing = ["CreateChangeSet", "ExecuteChangeSet", "DeleteChangeSet", "DeleteStack"];
    for operation in changing {
        faults.extend([
            rule(operation, 0.15, Fault::Throttled),
            rule(operation, 0.15, Fault::LostReply),
            rule(operation, 0.1, Fault::Truncated),
            rule(operation, 0.1, Fault::Reset),
            rule(operation, 0.1, Fault::Internal),
            rule(operation, 0.05, Fault::Denied),
        ]);
    }
    Conditions { faults, ..quiet() }
}
