//! Changes on a simulated AWS, over seeds: throttles, refusals, requests and replies that are lost, and
//! processes that die between a change and its record, for every operation that is changed by the
//! rules of a plan alone. `SEED=n` replays one alone; `SEEDS=n` runs so many.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sim::Conditions;
use org_operator_changes::{ChangeRun, Outcome, PlanRow};
use org_operator_core::{AccountId, Region};
use org_operator_testkit::TestResult;
use org_operator_tests::changing::{DEATHS, Stage, member_calls, quiet, seeds};
use org_operator_tests::subjects::{Subject, subjects};

const SEEDS: u64 = 40;

/// One organization, and everything that one operation does to it.
struct Trial {
    subject: Subject,
    stage: Stage,
}

impl Trial {
    async fn new(subject: Subject, seed: u64) -> TestResult<Self> {
        let stage = Stage::new(subject.change, seed, 3).await?;
        Ok(Self { subject, stage })
    }

    /// Everything that undo must restore.
    fn contents(&self) -> Vec<String> {
        let of = |(account, region): &(AccountId, Region)| {
            let found =
                (self.subject.contents)(&self.stage.simulation, account.as_str(), region.as_str());
            found.into_iter().map(|one| format!("{account} {region} {one}")).collect::<Vec<_>>()
        };
        let mut contents: Vec<String> = self.stage.targets().iter().flat_map(of).collect();
        contents.sort();
        contents
    }

    /// Works off `rows` in processes that die, and in a last one without faults.
    async fn apply(&mut self, name: &str, rows: &[PlanRow]) -> TestResult<ChangeRun> {
        let run = self.stage.begin(name, rows).await?;
        for death in 0..=DEATHS {
            let last = death == DEATHS;
            let conditions = if last { quiet() } else { faulty(&self.subject) };
            self.stage.simulation.set_conditions(conditions);
            let life = if last { 3_600_000 } else { self.stage.rng.u64(100..20_000) };
            self.stage.process(&run, rows, Duration::from_millis(life), last).await?;
            if !run.is_undo {
                self.assert_recorded(rows, &run)?;
            }
        }
        self.stage.finish(&run, rows).await?;
        Ok(run)
    }

    /// Whatever was changed so far is in the journal: applied, or begun.
    fn assert_recorded(&self, rows: &[PlanRow], run: &ChangeRun) -> TestResult<()> {
        let known = self.stage.known(run)?;
        let changed = (self.subject.changed)(&self.stage.simulation);
        for row in rows.iter().filter(|row| changed.contains(&(self.subject.identity)(row))) {
            let record = known.of(&row.key);
            let applied = record.settled.as_ref().map(|settled| settled.outcome);
            let on_record = record.open || applied == Some(Outcome::Applied);
            assert!(on_record, "{}: changed, and not on record: {record:?}", row.key.key);
        }
        Ok(())
    }
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
    let rows = trial.stage.plan(&trial.subject.parameters).await?;
    assert_eq!(trial.contents(), before, "a plan changes nothing");
    let planned = rows.iter().filter(|row| row.is_change());
    let wanted: BTreeSet<String> = planned.map(|row| (trial.subject.identity)(row)).collect();
    let run = trial.apply("apply", &rows).await?;
    let changed = (trial.subject.changed)(&trial.stage.simulation);
    assert_eq!(changed.len(), wanted.len(), "none twice: {changed:?}");
    assert_eq!(changed.into_iter().collect::<BTreeSet<_>>(), wanted);
    let folder = trial.stage.folder(&run.run_id);
    let result = folder.result().await?.ok_or("no applied.json")?;
    assert_eq!(result.rows.get(Outcome::Applied), wanted.len() as u64, "{:?}", result.rows);
    tokio::time::sleep(SETTLED).await;
    let back = folder.undo().await?.ok_or("no undo.jsonl")?;
    trial.apply("undo", &back).await?;
    let made = (trial.subject.made)(&trial.stage.simulation);
    assert_eq!(made, 2 * wanted.len() as u64, "each once forwards and once backwards");
    tokio::time::sleep(SETTLED).await;
    assert_eq!(trial.contents(), before, "undo restores everything but the ids");
    Ok(wanted.len())
}

#[tokio::test(start_paused = true)]
async fn under_faults_and_deaths_exactly_the_plan_is_changed_and_undone() -> TestResult<()> {
    for index in 0..subjects().len() {
        let mut changes = 0;
        let name = subjects()[index].change.operation();
        for seed in seeds(SEEDS)? {
            let subject = subjects().into_iter().nth(index).ok_or("no subject")?;
            let judged = judge(subject, seed).await;
            changes += judged.map_err(|e| format!("{name}, seed {seed}: {e}"))?;
        }
        assert!(changes > 0, "{name}: no seed has anything to change");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_run_counts_every_request_that_the_accounts_got() -> TestResult<()> {
    for subject in subjects() {
        let stage = Stage::new(subject.change, 3, 3).await?;
        let rows = stage.plan(&subject.parameters).await?;
        let before = member_calls(&stage.simulation);
        let run = stage.begin("apply", &rows).await?;
        stage.process(&run, &rows, SETTLED, true).await?;
        let got = member_calls(&stage.simulation) - before;
        let result = stage.finish(&run, &rows).await?;
        assert!(got > 0 && result.api_calls == got, "{got} requests, {} told", result.api_calls);
    }
    Ok(())
}
