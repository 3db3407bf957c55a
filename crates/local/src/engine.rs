//! The three steps of a run on this machine, over a directory and a journal. Options and output are
//! the command's part.

use std::collections::BTreeSet;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use org_operator_aws::{Organization, SystemClock};
use org_operator_core::artifact::Folder;
use org_operator_core::contract::plan::{ResultEvent, RunPlan};
use org_operator_core::contract::summary::RunResult;
use org_operator_core::ports::{Artifacts, find};
use org_operator_core::{Error, Region, RunId, WorkItem};
use org_operator_fanout::{Fanout, Settings};
use org_operator_result_handler::ResultHandler;
use org_operator_worker::Members;
use serde_json::Value;

use crate::directory::Directory;
use crate::journal::Journal;
use crate::progress::Progress;
use crate::worker_pool::{Ended, WorkerPool};

/// Days until the plan's expiry, which the contract requires; a journal itself never expires.
const RETENTION_DAYS: u32 = 3_650;
/// The worker function's name in a plan of a local run.
pub const WORKER: &str = "local";

/// Runs the steps on this machine.
#[derive(Debug)]
pub struct Engine {
    /// The folder that holds all runs.
    pub out: PathBuf,
    /// The Region whose endpoints serve our own calls.
    pub home: Region,
    /// The number of targets that run at the same time.
    pub concurrency: u16,
    /// The counts that the steps update.
    pub progress: Arc<Progress>,
}

impl Engine {
    /// Plans a new run.
    ///
    /// # Errors
    /// As [`Fanout::start`].
    pub async fn plan(&self, organization: Organization, event: &Value) -> Result<RunPlan, Error> {
        self.planned(self.fanout(organization, ()).start(event, None).await)
    }

    /// Plans what is left of `run`, which the request in `event` resumes.
    ///
    /// # Errors
    /// As [`Fanout::run`].
    pub async fn resume(
        &self,
        organization: Organization,
        event: &Value,
        operation: &str,
        run: &RunId,
    ) -> Result<RunPlan, Error> {
        let journal = self.journal(operation, run);
        self.planned(self.fanout(organization, journal).run(event, None).await)
    }

    fn planned(&self, plan: Result<RunPlan, Error>) -> Result<RunPlan, Error> {
        plan.inspect(|plan| self.progress.begin(plan.targets))
    }

    fn fanout<L>(
        &self,
        organization: Organization,
        ledger: L,
    ) -> Fanout<Organization, Directory, L, SystemClock> {
        let settings = Settings {
            home_region: self.home.clone(),
            target_regions: default_regions(&self.home),
            max_concurrency: u32::from(self.concurrency),
            results_bucket: self.out.display().to_string(),
            results_prefix: String::new(),
            ledger_retention_days: RETENTION_DAYS,
            worker_readonly: WORKER.to_owned(),
            worker_admin: String::new(),
        };
        let artifacts = self.artifacts();
        Fanout { settings, directory: organization, artifacts, ledger, clock: SystemClock }
    }

    /// Runs the plan's work items until all are done or `stop` resolves.
    ///
    /// # Errors
    /// Where the manifest cannot be read or the journal cannot be written.
    pub async fn work<M: Members + Send + 'static>(
        &self,
        plan: &RunPlan,
        execution: RunId,
        members: M,
        stop: impl Future<Output = ()>,
    ) -> Result<Ended, Error> {
        let items = self.items(plan).await?;
        let (progress, concurrency) = (Arc::clone(&self.progress), usize::from(self.concurrency));
        let journal = self.journal(&plan.operation, &plan.run_id);
        let pool =
            WorkerPool::new(members, journal, plan.clone(), execution, concurrency, progress);
        Arc::new(pool).work(items, stop).await
    }

    /// Writes the run's artifacts and returns its result.
    ///
    /// # Errors
    /// Those of the result handler.
    pub async fn export(&self, plan: &RunPlan) -> Result<RunResult, Error> {
        let journal = self.journal(&plan.operation, &plan.run_id);
        let handler = ResultHandler::new(journal, self.artifacts(), String::new());
        let event = ResultEvent { run_id: plan.run_id.clone(), operation: plan.operation.clone() };
        handler.run(&event).await.map(|summary| summary.result)
    }

    /// The store with the artifacts of all runs.
    #[must_use]
    pub fn artifacts(&self) -> Directory {
        Directory::new(&self.out)
    }

    /// The journal of one run.
    #[must_use]
    pub fn journal(&self, operation: &str, run: &RunId) -> Journal {
        Journal::new(&journal_folder(&self.out, operation, run), Arc::clone(&self.progress))
    }

    async fn items(&self, plan: &RunPlan) -> Result<Vec<WorkItem>, Error> {
        let artifacts = self.artifacts();
        let uri = artifacts.uri(&plan.manifest.key);
        let found = find(&artifacts, &plan.manifest.key).await?;
        let bytes = found.ok_or_else(|| Error::invalid(format!("{uri} is gone")))?;
        serde_json::from_slice(&bytes).map_err(|e| Error::invalid(format!("{uri}: {e}")))
    }
}

/// The folder of a run's journal below `out`.
#[must_use]
pub fn journal_folder(out: &Path, operation: &str, run: &RunId) -> PathBuf {
    out.join(Folder::new("", operation, run).key("journal"))
}

/// The Regions of a request that names none: all of `home`'s partition, `home` itself among them even
/// where this release does not know it. Workers ask each account which of them it has on.
#[must_use]
pub fn default_regions(home: &Region) -> Vec<Region> {
    let mut regions = Region::all_known(home.partition());
    regions.insert(home.clone());
    regions.into_iter().collect()
}

/// The operation that has a run called `run` below `out`: `named` if it has, and the first by name
/// where none is named.
#[must_use]
pub fn operation_of(out: &Path, run: &RunId, named: Option<&str>) -> Option<String> {
    let folders = std::fs::read_dir(out).ok()?;
    let found: BTreeSet<String> = folders
        .filter_map(|folder| Some(folder.ok()?.path()))
        .filter(|folder| folder.join(run.as_str()).is_dir())
        .filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned()))
        .filter(|operation| named.is_none_or(|named| named == operation))
        .collect();
    found.into_iter().next()
}
