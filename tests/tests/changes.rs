//! Changes on a simulated AWS, over seeds: throttles, refusals, requests and replies that are lost, and
//! processes that die between a change and its record, for every operation that is changed by the
//! rules of a plan alone. `SEED=n` replays one alone; `SEEDS=n` runs so many.

mod subjects;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_sim::{CallPattern, Conditions, Latency, Shape, Simulation, World};
use org_operator_aws::{CallCounter, MemberRole, SystemClock};
use org_operator_changes::{ChangeRun, Guards, Outcome, PlanRow, Protected, planned};
use org_operator_core::ports::Clock;
use org_operator_core::{AccountId, Region, RunId};
use org_operator_local::changes::{ChangeFolder, JournalFile};
use org_operator_operations::Target;
use org_operator_testkit::TestResult;
use org_operator_tests::campaign::aws::{config, members};
use org_operator_worker::changes::{Applying, RowGuards};
use serde_json::{Map, Value, json};
use subjects::{Subject, subjects};

const SEEDS: u64 = 40;
const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
/// Processes that die before one is left alone.
const DEATHS: usize = 4;

/// One organization, and everything that one operation does to it.
struct Trial {
    subject: Subject,
    simulation: Arc<Simulation>,
    members: MemberRole,
    folder: tempfile::TempDir,
    rng: fastrand::Rng,
}

impl Trial {
    async fn new(subject: Subject, seed: u64) -> TestResult<Self> {
        let world = World::new(seed, Shape::unrestricted(3, &REGIONS));
        let simulation = Arc::new(Simulation::new(world, Conditions::default()));
        let config = config(&simulation).await;
        let members = members(&config);
        let (folder, rng) = (tempfile::tempdir()?, fastrand::Rng::with_seed(seed));
        Ok(Self { subject, simulation, members, folder, rng })
    }

    /// Every target of the organization.
    fn targets(&self) -> Vec<(AccountId, Region)> {
        let accounts = self.simulation.world.accounts.iter();
        let ids = accounts.filter_map(|account| AccountId::parse(&account.id));
        let regions = || REGIONS.iter().filter_map(|region| Region::parse(region));
        ids.flat_map(|id| regions().map(move |region| (id.clone(), region))).collect()
    }

    /// Everything that undo must restore.
    fn contents(&self) -> Vec<String> {
        let of = |(account, region): &(AccountId, Region)| {
            let found =
                (self.subject.contents)(&self.simulation, account.as_str(), region.as_str());
            found.into_iter().map(|one| format!("{account} {region} {one}")).collect::<Vec<_>>()
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
            let spec = self.subject.operation.spec();
            let member = self.members.assume(&account, &run, &spec.actions).await?;
            let target = Target {
                run: run.clone(),
                account: account.clone(),
                region: region.clone(),
                config: member.config(&region, &CallCounter::default()),
                now: SystemClock.now(),
                parameters: Arc::new(self.parameters()),
            };
            let rows = self.subject.operation.run(&target).await;
            let rows = rows.map_err(|e| format!("{e:?}"))?;
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
        Ok(planned(self.subject.change.key_column(), &lines)?)
    }

    fn parameters(&self) -> Map<String, Value> {
        self.subject.parameters.as_object().cloned().unwrap_or_default()
    }

    /// Works off `rows` in processes that die, and in a last one without faults.
    async fn apply(
        &mut self,
        name: &str,
        rows: &[PlanRow],
        is_undo: bool,
    ) -> TestResult<ChangeRun> {
        let run = change_run(self.subject.name, name, is_undo)?;
        let folder = ChangeFolder::new(self.folder.path(), self.subject.name, &run.run_id);
        folder.begin(&run, rows).await?;
        for death in 0..=DEATHS {
            let last = death == DEATHS;
            self.simulation.set_conditions(if last { quiet() } else { faulty(&self.subject) });
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
        Ok(Applying::new(self.subject.change, &self.members, run, rows, guards, journal)?)
    }

    /// Whatever was changed so far is in the journal: applied, or begun.
    fn assert_recorded(&self, rows: &[PlanRow], journal: &Path) -> TestResult<()> {
        let known = JournalFile::open(journal)?.known();
        let changed = (self.subject.changed)(&self.simulation);
        for row in rows.iter().filter(|row| changed.contains(&(self.subject.identity)(row))) {
            let record = known.of(&row.key);
            let applied = record.settled.as_ref().map(|settled| settled.outcome);
            let on_record = record.open || applied == Some(Outcome::Applied);
            assert!(on_record, "{}: changed, and not on record: {record:?}", row.key.key);
        }
        Ok(())
    }
}

fn change_run(operation: &str, name: &str, is_undo: bool) -> TestResult<ChangeRun> {
    let now = SystemClock.now();
    Ok(ChangeRun {
        run_id: RunId::parse(name).ok_or("a run's id")?,
        operation: operation.to_owned(),
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

fn faulty(subject: &Subject) -> Conditions {
    Conditions { faults: subject.faults(), ..quiet() }
}

/// Longer than anything that a change starts takes to come to its end.
const SETTLED: Duration = Duration::from_mins(10);

/// One seed: what there was, what was applied, what was taken back.
async fn judge(subject: Subject, seed: u64) -> TestResult<usize> {
    let mut trial = Trial::new(subject, seed).await?;
    let before = trial.contents();
    let rows = trial.plan().await?;
    assert_eq!(trial.contents(), before, "a plan changes nothing");
    let planned = rows.iter().filter(|row| row.is_change());
    let wanted: BTreeSet<String> = planned.map(|row| (trial.subject.identity)(row)).collect();
    let run = trial.apply("apply", &rows, false).await?;
    let changed = (trial.subject.changed)(&trial.simulation);
    assert_eq!(changed.len(), wanted.len(), "none twice: {changed:?}");
    assert_eq!(changed.into_iter().collect::<BTreeSet<_>>(), wanted);
    let folder = ChangeFolder::new(trial.folder.path(), trial.subject.name, &run.run_id);
    let result = folder.result().await?.ok_or("no applied.json")?;
    assert_eq!(result.rows.get(Outcome::Applied), wanted.len() as u64, "{:?}", result.rows);
    tokio::time::sleep(SETTLED).await;
    let back = folder.undo().await?.ok_or("no undo.jsonl")?;
    trial.apply("undo", &back, true).await?;
    let made = (trial.subject.made)(&trial.simulation);
    assert_eq!(made, 2 * wanted.len() as u64, "each once forwards and once backwards");
    tokio::time::sleep(SETTLED).await;
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
    for index in 0..subjects().len() {
        let mut changes = 0;
        let name = subjects()[index].name;
        for seed in seeds.clone() {
            let subject = subjects().into_iter().nth(index).ok_or("no subject")?;
            let judged = judge(subject, seed).await;
            changes += judged.map_err(|e| format!("{name}, seed {seed}: {e}"))?;
        }
        assert!(changes > 0, "{name}: no seed has anything to change");
    }
    Ok(())
}
