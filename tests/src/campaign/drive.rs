//! A drive: a simulation with a seed's faults, and executions over it, one after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sim::{Conditions, Simulation, World};
use org_operator_testkit::TestResult;
use serde_json::{Value, json};

use super::RUN;
use super::aws::config;
use super::execution::Execution;
use super::log::Log;
use super::machine::{Failed, Machine};
use super::schedule::Schedule;

/// The artifacts' bucket.
pub const BUCKET: &str = "results";
/// The ledger's table.
pub const TABLE: &str = "ledger";
/// What every call takes in peace: without any, the paused clock would stand still, and whoever
/// asks in a circle would never reach a deadline.
const CALM: Duration = Duration::from_millis(1);

/// What is broken on purpose, to see that the campaign sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sabotage {
    /// Nothing.
    #[default]
    None,
    /// The state machine gives up at the first error.
    Impatient,
    /// The worker calls every attempt that it survives a success.
    Content,
    /// The worker goes round in circles, and never waits.
    Endless,
    /// The command does not keep the request of a run that it has not planned yet.
    Forgetful,
}

impl Sabotage {
    /// The one of this name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn parse(name: &str) -> TestResult<Self> {
        match name {
            "impatient" => Ok(Self::Impatient),
            "content" => Ok(Self::Content),
            "endless" => Ok(Self::Endless),
            "forgetful" => Ok(Self::Forgetful),
            _ => Err(format!("{name} is no sabotage").into()),
        }
    }
}

/// A run over one schedule.
#[derive(Debug)]
pub struct Drive {
    /// The simulation.
    pub simulation: Arc<Simulation>,
    /// What the seed decided but the organization and the conditions, which the simulation has.
    pub schedule: Schedule,
    /// What was invoked.
    pub log: Log,
    /// The state machine's patience.
    pub machine: Machine,
    /// What is broken on purpose.
    pub sabotage: Sabotage,
    /// The operation account's configuration.
    pub config: SdkConfig,
    calm: AtomicBool,
}

impl Drive {
    /// Ready to run.
    ///
    /// # Errors
    /// Where the state machine cannot be read.
    pub async fn new(mut schedule: Schedule, sabotage: Sabotage) -> TestResult<Self> {
        let world = World::new(schedule.seed, schedule.world.shape.clone());
        let conditions = std::mem::take(&mut schedule.conditions);
        let simulation = Arc::new(Simulation::new(world, conditions));
        if let Some(history) = &schedule.history {
            for (name, bytes) in history.files(&schedule.asked)? {
                let key = format!("runs/{}/{name}", schedule.asked.operation);
                simulation.put_object(BUCKET, &key, &bytes);
            }
        }
        let machine = Machine::read()?;
        // One for the whole drive: the SDK's clock must never go back.
        let config = config(&simulation).await;
        let (log, calm) = (Log::default(), false.into());
        Ok(Self { simulation, schedule, log, machine, sabotage, config, calm })
    }

    /// No fault and no death from now on.
    pub fn calm(&self) {
        self.simulation.set_conditions(Conditions::with_latency(CALM));
        self.calm.store(true, Ordering::Relaxed);
    }

    /// Whether nothing goes wrong any more.
    #[must_use]
    pub fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    /// Other faults from now on.
    pub fn turn(&self, conditions: Conditions) {
        self.simulation.set_conditions(conditions);
    }

    /// Runs the seed's request to its end.
    ///
    /// # Errors
    /// The step that was given up.
    pub async fn start(&self) -> Result<Value, Failed> {
        Execution { drive: self, name: RUN }.run(&self.schedule.asked.request).await
    }

    /// Resumes the run, in an execution of its own.
    ///
    /// # Errors
    /// The step that was given up.
    pub async fn resume(&self, execution: &str) -> Result<Value, Failed> {
        let request = json!({"ResumeRun": RUN, "Operation": self.schedule.asked.operation});
        Execution { drive: self, name: execution }.run(&request).await
    }

    /// An artifact's bytes, as AWS's own services read them: past every fault.
    #[must_use]
    pub fn object(&self, key: &str) -> Option<Vec<u8>> {
        self.simulation.object(BUCKET, key)
    }
}
