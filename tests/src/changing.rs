//! What the campaigns of changes share: an organization on a simulated AWS, the rows that an operation
//! plans in it, and processes that work rows off until they die. What goes wrong there, and what must
//! hold, is each campaign's part.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use aws_sim::{
    CallPattern, Conditions, Fault, FaultRule, Latency, Service, Shape, Simulation, When, World,
};
use org_operator_aws::{CallCounter, SystemClock};
use org_operator_changes::{
    ChangeResult, ChangeRun, Ending, Guards, Journal, PlanRow, Protected, planned,
};
use org_operator_core::artifact::sink::Origin;
use org_operator_core::model::region::Partition;
use org_operator_core::outcome::classification::classify_operation;
use org_operator_core::ports::Clock;
use org_operator_core::{AccountId, Error, Region, RunId};
use org_operator_local::changes::{ChangeFolder, JournalFile};
use org_operator_operations::{Change, Rows, Shared, Target};
use org_operator_testkit::TestResult;
use org_operator_worker::Members;
use org_operator_worker::changes::{Applying, RowGuards};
use serde_json::{Map, Value, json};

use crate::campaign::aws::{config, members};
use crate::narrowed::Narrowed;

const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
/// Processes that die before one is left alone.
pub const DEATHS: usize = 4;

/// The account and the Region of a target.
pub type Place = (AccountId, Region);

/// One organization, and the operation that changes it.
pub struct Stage {
    /// The simulated AWS.
    pub simulation: Arc<Simulation>,
    /// What draws how long processes live.
    pub rng: fastrand::Rng,
    /// The role that is entered.
    pub members: Narrowed,
    change: &'static dyn Change,
    folder: tempfile::TempDir,
}

impl Stage {
    /// An organization of `accounts` accounts that follows from `seed`.
    ///
    /// # Errors
    /// Where the system has no room for a folder.
    pub async fn new(change: &'static dyn Change, seed: u64, accounts: usize) -> TestResult<Self> {
        let world = World::new(seed, Shape::unrestricted(accounts, &REGIONS));
        let simulation = Arc::new(Simulation::new(world, Conditions::default()));
        let members = Narrowed { role: members(&config(&simulation).await), without: None };
        let (folder, rng) = (tempfile::tempdir()?, fastrand::Rng::with_seed(seed));
        Ok(Self { simulation, rng, members, change, folder })
    }

    /// Every target of the organization.
    #[must_use]
    pub fn targets(&self) -> Vec<Place> {
        let accounts = self.simulation.world.accounts.iter();
        let ids = accounts.filter_map(|account| AccountId::parse(&account.id));
        let regions = || REGIONS.iter().filter_map(|region| Region::parse(region));
        ids.flat_map(|id| regions().map(move |region| (id.clone(), region))).collect()
    }

    /// What the operation finds in one target, or what its failure means.
    ///
    /// # Errors
    /// Where the account cannot be entered.
    pub async fn ask(
        &self,
        run: &RunId,
        (account, region): &Place,
        parameters: &Value,
    ) -> TestResult<Result<Rows, Error>> {
        let actions = &self.change.spec().actions;
        let member = self.members.assume(account, run, actions).await?;
        let target = Target {
            run: run.clone(),
            account: account.clone(),
            region: region.clone(),
            config: member.config(region, &CallCounter::default()),
            now: SystemClock.now(),
            parameters: Arc::new(parameters.as_object().cloned().unwrap_or_default()),
            shared: Shared::default(),
        };
        let found = self.change.run(&target).await;
        Ok(found.map_err(|failure| classify_operation(failure).certainly()))
    }

    /// The plan's rows, made by the operation itself.
    ///
    /// # Errors
    /// Where it fails in a target.
    pub async fn plan(&self, parameters: &Value) -> TestResult<Vec<PlanRow>> {
        let (run, mut found) = (RunId::parse("plan").ok_or("a run's id")?, Vec::new());
        for place in self.targets() {
            let rows = self.ask(&run, &place, parameters).await??;
            found.push((place, rows));
        }
        self.planned(found)
    }

    /// The rows of a plan from what the operation found in each target.
    ///
    /// # Errors
    /// Where a row is none of a plan.
    pub fn planned(&self, found: Vec<(Place, Rows)>) -> TestResult<Vec<PlanRow>> {
        let mut lines = Vec::new();
        for (place, rows) in found {
            for row in rows {
                lines.extend(self.record(&place, row).to_string().into_bytes());
                lines.push(b'\n');
            }
        }
        Ok(planned(self.change.key_column(), &lines)?)
    }

    fn record(&self, (account, region): &Place, row: Vec<String>) -> Value {
        let names = self.change.spec().columns.iter().map(|column| column.name.clone());
        let mut record: Map<String, Value> = names.zip(row.into_iter().map(Value::from)).collect();
        record.insert("account_id".to_owned(), json!(account));
        record.insert("account_name".to_owned(), json!("shop"));
        record.insert("region".to_owned(), json!(region));
        Value::Object(record)
    }

    /// The folder of a run.
    #[must_use]
    pub fn folder(&self, run: &RunId) -> ChangeFolder {
        ChangeFolder::new(self.folder.path(), self.change.operation(), run)
    }

    /// Begins the run `name` over `rows`; one whose name begins with `undo` takes back.
    ///
    /// # Errors
    /// Where its files cannot be written.
    pub async fn begin(&self, name: &str, rows: &[PlanRow]) -> TestResult<ChangeRun> {
        let run = change_run(self.change.operation(), name)?;
        self.folder(&run.run_id).begin(&run, rows).await?;
        Ok(run)
    }

    /// Works off `rows` in one process, which lives so long; one that `must_end` ends before.
    ///
    /// # Errors
    /// Where it does not, or the journal cannot be written.
    pub async fn process(
        &self,
        run: &ChangeRun,
        rows: &[PlanRow],
        life: Duration,
        must_end: bool,
    ) -> TestResult<()> {
        let journal = JournalFile::open(&self.folder(&run.run_id).journal())?;
        let (id, guards) = (&run.run_id, RowGuards::default());
        let applying = Applying::new(self.change, &self.members, id, rows, guards, journal)?;
        match tokio::time::timeout(life, applying.all()).await {
            Ok(ended) => Ok(ended?),
            Err(_) if must_end => Err("a process without faults has no end".into()),
            Err(_) => Ok(()),
        }
    }

    /// What the journal of a run knows.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn known(&self, run: &ChangeRun) -> TestResult<Journal> {
        Ok(JournalFile::open(&self.folder(&run.run_id).journal())?.known())
    }

    /// Writes how a run ended, once each of its rows has an outcome.
    ///
    /// # Errors
    /// Where one has none.
    pub async fn finish(&self, run: &ChangeRun, rows: &[PlanRow]) -> TestResult<ChangeResult> {
        let (folder, known) = (self.folder(&run.run_id), self.known(run)?);
        let ending = Ending {
            unit_paths: &BTreeMap::new(),
            ended_at: SystemClock.now(),
            origin: Origin::Local,
            partition: Partition::Commercial,
            portal: None,
        };
        Ok(folder.finish(run, rows, &known, &ending).await?)
    }
}

fn change_run(operation: &str, name: &str) -> TestResult<ChangeRun> {
    let now = SystemClock.now();
    Ok(ChangeRun {
        run_id: RunId::parse(name).ok_or("a run's id")?,
        operation: operation.to_owned(),
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

/// How many requests the member accounts got so far.
#[must_use]
pub fn member_calls(simulation: &Simulation) -> u64 {
    const OURS: [Service; 4] =
        [Service::Sts, Service::S3, Service::DynamoDb, Service::Organizations];
    let counts = simulation.meter.counts().into_iter();
    let members = counts.filter(|((service, _), _)| !OURS.contains(service));
    members.map(|(_, count)| count.calls).sum()
}

/// An AWS that takes its time, and where nothing goes wrong.
#[must_use]
pub fn quiet() -> Conditions {
    let latency = vec![(CallPattern::default(), Latency::Fixed(Duration::from_millis(50)))];
    Conditions { latency, ..Conditions::default() }
}

/// A share of the calls of an operation that goes wrong.
#[must_use]
pub fn rule(service: Service, operation: &'static str, share: f64, fault: Fault) -> FaultRule {
    FaultRule { calls: CallPattern::operation(service, operation), when: When::Share(share), fault }
}

/// What goes wrong with a call that changes something: it is throttled, refused or fails, and its
/// request or, in this share, its reply is lost.
#[must_use]
pub fn faults_of_change(
    service: Service,
    operation: &'static str,
    lost_replies: f64,
) -> [FaultRule; 6] {
    [
        rule(service, operation, 0.15, Fault::Throttled),
        rule(service, operation, lost_replies, Fault::LostReply),
        rule(service, operation, 0.1, Fault::Truncated),
        rule(service, operation, 0.1, Fault::Reset),
        rule(service, operation, 0.1, Fault::Internal),
        rule(service, operation, 0.05, Fault::Denied),
    ]
}

/// The seeds of a campaign: `SEED=n` is one alone, `SEEDS=n` so many, or else `usual`.
///
/// # Errors
/// Where one of them is no number.
pub fn seeds(usual: u64) -> TestResult<Range<u64>> {
    match number("SEED")? {
        Some(seed) => Ok(seed..seed + 1),
        None => Ok(0..number("SEEDS")?.unwrap_or(usual)),
    }
}

fn number(name: &str) -> TestResult<Option<u64>> {
    let value = std::env::var(name).ok();
    value.map(|text| text.parse().map_err(|e| format!("{name}={text}: {e}").into())).transpose()
}
