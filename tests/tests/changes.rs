//! Changes on a simulated AWS, over seeds: throttles, refusals, requests and replies that are lost, and
//! processes that die between a change and its record. `SEED=n` replays one alone; `SEEDS=n` runs so many.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_sim::{
    CallPattern, Conditions, Fault, FaultRule, IngressRule, Latency, Service, Shape, Simulation,
    When, World,
};
use org_operator_aws::{CallCounter, MemberRole, SystemClock};
use org_operator_changes::{ChangeRun, Guards, Outcome, PlanRow, Protected, planned};
use org_operator_core::ports::Clock;
use org_operator_core::{AccountId, Region, RunId};
use org_operator_local::changes::{ChangeFolder, JournalFile};
use org_operator_operations::close_open_ingress::{CloseOpenIngress, NAME};
use org_operator_operations::{Change, Operation, Target};
use org_operator_testkit::TestResult;
use org_operator_tests::campaign::aws::{config, members};
use org_operator_worker::changes::{Applying, RowGuards};
use serde_json::{Map, Value, json};

const SEEDS: u64 = 40;
const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
/// Processes that die before one is left alone.
const DEATHS: usize = 4;

/// One organization, and everything that is done to it.
struct Trial {
    simulation: Arc<Simulation>,
    members: MemberRole,
    folder: tempfile::TempDir,
    rng: fastrand::Rng,
}

impl Trial {
    async fn new(seed: u64) -> TestResult<Self> {
        let world = World::new(seed, Shape::unrestricted(3, &REGIONS));
        let simulation = Arc::new(Simulation::new(world, Conditions::default()));
        let config = config(&simulation).await;
        let members = members(&config);
        let (folder, rng) = (tempfile::tempdir()?, fastrand::Rng::with_seed(seed));
        Ok(Self { simulation, members, folder, rng })
    }

    /// Every target of the organization.
    fn targets(&self) -> Vec<(AccountId, Region)> {
        let accounts = self.simulation.world.accounts.iter();
        let ids = accounts.filter_map(|account| AccountId::parse(&account.id));
        let regions = || REGIONS.iter().filter_map(|region| Region::parse(region));
        ids.flat_map(|id| regions().map(move |region| (id.clone(), region))).collect()
    }

    /// All rules, without their ids: what undo must restore.
    fn contents(&self) -> Vec<String> {
        let of = |(account, region): &(AccountId, Region)| {
            let rules = self.simulation.ingress_rules(account.as_str(), region.as_str());
            let whole = |rule: IngressRule| {
                format!("{account} {region} {:?}", IngressRule { id: String::new(), ..rule })
            };
            rules.into_iter().map(whole).collect::<Vec<_>>()
        };
        let mut contents: Vec<String> = self.targets().iter().flat_map(of).collect();
        contents.sort();
        contents
    }

    /// The plan's rows, made by the operation itself.
    async fn plan(&self) -> TestResult<Vec<PlanRow>> {
        let run = RunId::parse("plan").ok_or("a run's id")?;
        let mut lines = Vec::new();
        for (account, region) in self.targets() {
            let spec = CloseOpenIngress.spec();
            let member = self.members.assume(&account, &run, &spec.actions).await?;
            let target = Target {
                run: run.clone(),
                account: account.clone(),
                region: region.clone(),
                config: member.config(&region, &CallCounter::default()),
                now: SystemClock.now(),
                parameters: Arc::new(Map::from_iter([("Ports".to_owned(), json!([22, 3389]))])),
            };
            let rows = CloseOpenIngress.run(&target).await.map_err(|e| format!("{e:?}"))?;
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
        Ok(planned(CloseOpenIngress.key_column(), &lines)?)
    }

    /// Works off `rows` in processes that die, and in a last one without faults.
    async fn apply(
        &mut self,
        name: &str,
        rows: &[PlanRow],
        is_undo: bool,
    ) -> TestResult<ChangeRun> {
        let run = change_run(name, is_undo)?;
        let folder = ChangeFolder::new(self.folder.path(), NAME, &run.run_id);
        folder.begin(&run, rows).await?;
        for death in 0..=DEATHS {
            let last = death == DEATHS;
            self.simulation.set_conditions(if last { quiet() } else { faulty() });
            let life = if last { 3_600_000 } else { self.rng.u64(100..20_000) };
            let applying = self.process(&run, rows, &folder.journal())?;
            let ended = tokio::time::timeout(Duration::from_millis(life), applying.all()).await;
            match ended {
                Ok(ended) => ended?,
                Err(_) if last => return Err("a process without faults has no end".into()),
                Err(_) => {}
            }
            drop(applying);
            if !is_undo {
                self.assert_recorded(rows, &folder.journal())?;
            }
        }
        let known = JournalFile::open(&folder.journal())?.known();
        folder.finish(&run, rows, &known, &BTreeMap::new(), SystemClock.now()).await?;
        Ok(run)
    }

    fn process<'a>(
        &'a self,
        run: &'a ChangeRun,
        rows: &'a [PlanRow],
        journal: &Path,
    ) -> TestResult<Applying<'a, MemberRole, JournalFile>> {
        let journal = JournalFile::open(journal)?;
        let (run, guards) = (&run.run_id, RowGuards::default());
        Ok(Applying::new(&CloseOpenIngress, &self.members, run, rows, guards, journal)?)
    }

    /// Whatever was changed so far is in the journal: applied, or begun.
    fn assert_recorded(&self, rows: &[PlanRow], journal: &Path) -> TestResult<()> {
        let known = JournalFile::open(journal)?.known();
        let revoked = self.simulation.revoked_rules();
        for row in rows.iter().filter(|row| revoked.contains(&row.key.key)) {
            let record = known.of(&row.key);
            let applied = record.settled.as_ref().map(|settled| settled.outcome);
            let on_record = record.open || applied == Some(Outcome::Applied);
            assert!(on_record, "{}: changed, and not on record: {record:?}", row.key.key);
        }
        Ok(())
    }
}

fn change_run(name: &str, is_undo: bool) -> TestResult<ChangeRun> {
    let now = SystemClock.now();
    Ok(ChangeRun {
        run_id: RunId::parse(name).ok_or("a run's id")?,
        operation: NAME.to_owned(),
        source: RunId::parse("plan").ok_or("a run's id")?,
        is_undo,
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

fn latency() -> Vec<(CallPattern, Latency)> {
    vec![(CallPattern::default(), Latency::Fixed(Duration::from_millis(50)))]
}

fn quiet() -> Conditions {
    Conditions { latency: latency(), ..Conditions::default() }
}

/// Changes that are throttled, that fail, and whose request or reply is lost; reads that fail, too.
fn faulty() -> Conditions {
    let rule = |operation, share, fault| FaultRule {
        calls: CallPattern::operation(Service::Ec2, operation),
        when: When::Share(share),
        fault,
    };
    let mut faults = vec![rule("DescribeSecurityGroupRules", 0.1, Fault::Reset)];
    for operation in ["RevokeSecurityGroupIngress", "AuthorizeSecurityGroupIngress"] {
        faults.extend([
            rule(operation, 0.15, Fault::Throttled),
            rule(operation, 0.2, Fault::LostReply),
            rule(operation, 0.1, Fault::Truncated),
            rule(operation, 0.1, Fault::Reset),
            rule(operation, 0.1, Fault::Internal),
            rule(operation, 0.05, Fault::Denied),
        ]);
    }
    Conditions { faults, ..quiet() }
}

/// One seed: what there was, what was applied, what was taken back.
async fn judge(seed: u64) -> TestResult<usize> {
    let mut trial = Trial::new(seed).await?;
    let before = trial.contents();
    let rows = trial.plan().await?;
    assert_eq!(trial.contents(), before, "a plan changes nothing");
    let wanted: BTreeSet<&str> =
        rows.iter().filter(|row| row.is_change()).map(|row| row.key.key.as_str()).collect();
    let run = trial.apply("apply", &rows, false).await?;
    let revoked = trial.simulation.revoked_rules();
    assert_eq!(revoked.len(), wanted.len(), "none twice: {revoked:?}");
    assert_eq!(revoked.iter().map(String::as_str).collect::<BTreeSet<_>>(), wanted);
    let folder = ChangeFolder::new(trial.folder.path(), NAME, &run.run_id);
    let result = folder.result().await?.ok_or("no applied.json")?;
    assert_eq!(result.rows.get(Outcome::Applied), wanted.len() as u64, "{:?}", result.rows);
    let back = folder.undo().await?.ok_or("no undo.jsonl")?;
    trial.apply("undo", &back, true).await?;
    assert_eq!(trial.simulation.authorized_rules(), wanted.len() as u64, "none twice");
    assert_eq!(trial.contents(), before, "undo restores everything but the ids");
    Ok(wanted.len())
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[tokio::test(start_paused = true)]
async fn under_faults_and_deaths_exactly_the_plan_is_changed_and_undone() -> TestResult<()> {
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SEEDS").unwrap_or(SEEDS),
    };
    let mut changes = 0;
    for seed in seeds {
        changes += judge(seed).await.map_err(|e| format!("seed {seed}: {e}"))?;
    }
    assert!(changes > 0, "no seed has a rule to close");
    Ok(())
}
