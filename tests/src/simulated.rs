//! A simulated AWS for tests that start the command: it answers in a thread of its own, because such
//! a test waits for a process.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use aws_sim::{Conditions, EXTERNAL_ID, Endpoint, Simulation, World};
use org_operator_replay::{FROM_THE_ORGANIZATION, Recorded};
use org_operator_testkit::{TestResult, paths};

use crate::command::Shell;

/// A simulated AWS that answers until it is dropped.
#[derive(Debug)]
pub struct Simulated {
    /// What answers.
    pub simulation: Arc<Simulation>,
    url: String,
    // Dropped, it ends the thread.
    _alive: Sender<()>,
}

impl Simulated {
    /// Starts with `world` and `conditions`.
    ///
    /// # Errors
    /// Where the machine has no port or thread for it.
    pub fn start(world: World, conditions: Conditions) -> TestResult<Self> {
        Self::serving(Simulation::new(world, conditions))
    }

    /// As [`Self::start`]; the calls of the catalogue's files are answered as they are recorded for the
    /// tests of the operations.
    ///
    /// # Errors
    /// Where the machine has no port or thread for it, and where the recordings cannot be read.
    pub fn with_recordings(world: World, conditions: Conditions) -> TestResult<Self> {
        let folder = paths::file("crates/operations/tests/answers");
        let recorded = Recorded::in_folder(&folder, &FROM_THE_ORGANIZATION)?;
        Self::serving(Simulation::new(world, conditions).with_recordings(recorded))
    }

    fn serving(simulated: Simulation) -> TestResult<Self> {
        let simulation = Arc::new(simulated);
        let (alive, until) = channel();
        let (tell, url) = channel();
        let answering = Arc::clone(&simulation);
        std::thread::Builder::new().spawn(move || serve(answering, &tell, until))?;
        Ok(Self { simulation, url: url.recv()??, _alive: alive })
    }

    /// A person who may do everything in the management account.
    ///
    /// # Errors
    /// Where the machine has no folder for it.
    pub fn shell(&self) -> TestResult<Shell> {
        let mut shell = Shell::stranger(&self.url)?;
        shell.set("AWS_ACCESS_KEY_ID", &format!("AKIA{}", self.simulation.world.management()));
        shell.set("AWS_SECRET_ACCESS_KEY", "simulated");
        shell.set("ORG_OPERATOR_EXTERNAL_ID", EXTERNAL_ID);
        Ok(shell)
    }
}

fn serve(simulation: Arc<Simulation>, tell: &Sender<TestResult<String>>, until: Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else { return };
    runtime.block_on(async {
        let endpoint = Endpoint::listen(simulation).await;
        let _ = tell.send(endpoint.as_ref().map(Endpoint::url).map_err(|e| e.to_string().into()));
        // The wait is another thread's: this one answers meanwhile.
        let _ = tokio::task::spawn_blocking(move || until.recv()).await;
    });
}
