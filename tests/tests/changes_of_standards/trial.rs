//! The organization of `changes_of_standards`, its plans, and processes that die while they apply one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aws_sim::{
    CONTROLS, CallPattern, Conditions, Fault, FaultRule, Latency, SecurityHub, Service, Shape,
    Simulation, When, World,
};
use org_operator_aws::{CallCounter, MemberRole, SystemClock};
use org_operator_changes::{ChangeRun, Counts, Guards, Outcome, PlanRow, Protected, planned};
use org_operator_core::ports::Clock;
use org_operator_core::{AccountId, Region, RunId};
use org_operator_local::changes::{ChangeFolder, JournalFile};
use org_operator_operations::security_hub_controls::{NAME, SecurityHubControls};
use org_operator_operations::{Change, Operation, Target};
use org_operator_testkit::TestResult;
use org_operator_tests::campaign::aws::{config, members};
use org_operator_worker::changes::{Applying, RowGuards};
use serde_json::{Map, Value, json};

const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
/// Processes that die before one is left alone.
const DEATHS: usize = 4;

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

    /// What is on: hubs, standards, and the state of each control.
    pub(super) fn contents(&self) -> Vec<String> {
        let hubs = self.simulation.security_hubs();
        let of = |(place, hub): (&(String, String), &SecurityHub)| {
            format!("{place:?} {} {:?}", hub.is_on, controls(hub))
        };
        hubs.iter().map(of).collect()
    }

    /// The plan's rows.
    pub(super) async fn plan(&self, parameters: &Value) -> TestResult<Vec<PlanRow>> {
        self.simulation.set_conditions(quiet());
        let run = RunId::parse("plan").ok_or("a run's id")?;
        let (spec, mut lines) = (SecurityHubControls.spec(), Vec::new());
        for (account, region) in self.targets() {
            let member = self.members.assume(&account, &run, &spec.actions).await?;
            let target = Target {
                run: run.clone(),
                account: account.clone(),
                region: region.clone(),
                config: member.config(&region, &CallCounter::default()),
                now: SystemClock.now(),
                parameters: Arc::new(parameters.as_object().cloned().unwrap_or_default()),
            };
            let rows = SecurityHubControls.run(&target).await.map_err(|e| format!("{e:?}"))?;
            for row in rows {
                let names = spec.columns.iter().map(|column| column.name.clone());
                let mut record: Map<String, Value> =
                    names.zip(row.into_iter().map(Value::from)).collect();
                record.insert("account_id".to_owned(), json!(account));
                record.insert("account_name".to_owned(), json!("shop"));
                record.insert("region".to_owned(), json!(region));
                lines.extend(Value::Object(record).to_string().into_bytes());
                lines.push(b'\n');
            }
        }
        Ok(planned(SecurityHubControls.key_column(), &lines)?)
    }

    /// Works off `rows` in processes that die, and in a last one without faults.
    pub(super) async fn apply(&mut self, name: &str, rows: &[PlanRow]) -> TestResult<Applied> {
        let run = change_run(name)?;
        let folder = ChangeFolder::new(self.folder.path(), NAME, &run.run_id);
        folder.begin(&run, rows).await?;
        for death in 0..=DEATHS {
            let last = death == DEATHS;
            self.simulation.set_conditions(if last { quiet() } else { faulty() });
            let life = if last { 3_600_000 } else { self.rng.u64(100..60_000) };
            self.process(&run, rows, Duration::from_millis(life), last).await?;
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
        let run = change_run(name)?;
        let folder = ChangeFolder::new(self.folder.path(), NAME, &run.run_id);
        folder.begin(&run, rows).await?;
        let faults = vec![rule(operation, 1.0, fault)];
        self.simulation.set_conditions(Conditions { faults, ..quiet() });
        self.process(&run, rows, Duration::from_hours(1), true).await?;
        self.ended(&run, rows).await
    }

    async fn process(
        &self,
        run: &ChangeRun,
        rows: &[PlanRow],
        life: Duration,
        must_end: bool,
    ) -> TestResult<()> {
        let folder = ChangeFolder::new(self.folder.path(), NAME, &run.run_id);
        let (journal, guards) = (JournalFile::open(&folder.journal())?, RowGuards::default());
        let change = &SecurityHubControls;
        let applying = Applying::new(change, &self.members, &run.run_id, rows, guards, journal)?;
        match tokio::time::timeout(life, applying.all()).await {
            Ok(ended) => Ok(ended?),
            Err(_) if must_end => Err("a process without faults has no end".into()),
            Err(_) => Ok(()),
        }
    }

    async fn ended(&self, run: &ChangeRun, rows: &[PlanRow]) -> TestResult<Applied> {
        let folder = ChangeFolder::new(self.folder.path(), NAME, &run.run_id);
        let known = JournalFile::open(&folder.journal())?.known();
        let result = folder.finish(run, rows, &known, &BTreeMap::new(), SystemClock.now()).await?;
        let settled = rows.iter().filter_map(|row| known.get(&row.key)?.settled.as_ref());
        let failed = settled.filter(|settled| settled.outcome == Outcome::Failed);
        let reasons = failed.map(|settled| settled.message.clone()).collect();
        let undo = folder.undo().await?.ok_or("no undo.jsonl")?;
        Ok(Applied { result: result.rows, undo, reasons })
    }

    /// Nothing was switched to the same state twice.
    pub(super) fn assert_switched_once(&self) {
        let switched = self.simulation.switched();
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

/// The state of each control of the standards that are on.
fn controls(hub: &SecurityHub) -> Vec<String> {
    let on = hub.standards.iter().filter(|(_, on)| **on);
    let of = |(standard, _): (&String, &bool)| {
        let state = |id: &&str| {
            let known = hub.controls.get(&(standard.clone(), (*id).to_owned()));
            let status = known.map_or("ENABLED", |(status, _)| status.as_str());
            format!("{standard} {id} {status}")
        };
        CONTROLS.iter().map(state).collect::<Vec<_>>()
    };
    on.flat_map(of).collect()
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

fn rule(operation: &'static str, share: f64, fault: Fault) -> FaultRule {
    let calls = CallPattern::operation(Service::SecurityHub, operation);
    FaultRule { calls, when: When::Share(share), fault }
}

fn faulty() -> Conditions {
    let mut faults = vec![
        rule("GetEnabledStandards", 0.1, Fault::Reset),
        rule("BatchGetStandardsControlAssociations", 0.1, Fault::Throttled),
    ];
    let changing = [
        "EnableSecurityHub",
        "BatchEnableStandards",
        "BatchDisableStandards",
        "BatchUpdateStandardsControlAssociations",
    ];
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
