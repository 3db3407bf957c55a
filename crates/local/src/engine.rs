//! The three steps of a run on this machine, over a directory and a journal. Options and output are
//! the command's part.

mod while_listing;

use std::collections::BTreeSet;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use org_operator_aws::{AnswerCounter, Organization, SystemClock};
use org_operator_core::artifact::sink::Origin;
use org_operator_core::artifact::{Folder, TableFile};
use org_operator_core::contract::document;
use org_operator_core::contract::plan::{ResultEvent, RunPlan};
use org_operator_core::contract::summary::RunResult;
use org_operator_core::exceptions::Exception;
use org_operator_core::ports::{Artifacts, find};
use org_operator_core::{Error, Region, RunId, WorkItem};
use org_operator_fanout::{ChangeSettings, ExceptionSource, Fanout, Settings};
use org_operator_result_handler::ResultHandler;
use org_operator_worker::{CONCURRENT_OPERATIONS, Members};
use serde_json::Value;
use tokio::sync::mpsc::unbounded_channel;

use crate::atomic_file;
use crate::directory::{Directory, broken};
use crate::journal::Journal;
use crate::limit::{Accounts, Limit};
use crate::listing::Begun;
use crate::open_files;
use crate::progress::Progress;
use crate::width::WIDEST;
use crate::worker_pool::{Ended, WorkerPool};

/// Days until the plan's expiry, which the contract requires; a journal itself never expires.
const RETENTION_DAYS: u32 = 3_650;
/// The worker function's name in a plan of a local run.
pub const WORKER: &str = "local";

/// What works on a run's targets.
#[derive(Debug)]
pub struct Workers<M> {
    /// Makes attempts unique: the id of this execution of the run.
    pub execution: RunId,
    /// Access to member accounts.
    pub members: M,
    /// Counts the calls that AWS answers in member accounts.
    pub answers: AnswerCounter,
}

/// Runs the steps on this machine.
#[derive(Debug)]
pub struct Engine {
    /// The folder that holds all runs.
    pub out: PathBuf,
    /// The Region whose endpoints serve our own calls.
    pub home: Region,
    /// The number of targets that run at the same time, or `None` where the run adapts it.
    pub concurrency: Option<u16>,
    /// What new runs expect; a resumed run keeps its own where there are none.
    pub exceptions: Option<Vec<Exception>>,
    /// The counts that the steps update.
    pub progress: Arc<Progress>,
}

impl Engine {
    /// Begins a new run of `event`'s request, or resumes the run that it names, which is `resumed`
    /// by operation and id. A new run whose request the list of accounts cannot refute begins with
    /// the first of them.
    ///
    /// # Errors
    /// As [`Fanout::run`]; nothing has been asked in an account or written for a new run then.
    pub async fn begin(
        &self,
        organization: Organization,
        event: &Value,
        resumed: Option<(&str, &RunId)>,
    ) -> Result<Begun<'_>, Error> {
        let new = match resumed {
            Some((operation, run)) => self.unlisted(event, operation, run).await?,
            None => Some(event.clone()),
        };
        if let Some(new) = &new
            && let Some(listing) = self.listing(organization.clone(), new)
        {
            return listing.begin().await;
        }
        let planned = match (resumed, new) {
            (Some((operation, run)), None) => {
                self.fanout(organization, self.journal(operation, run)).run(event, None).await
            }
            (_, new) => self.fanout(organization, ()).start(&new.unwrap_or_default(), None).await,
        };
        self.planned(planned).map(Begun::planned)
    }

    fn planned(&self, plan: Result<RunPlan, Error>) -> Result<RunPlan, Error> {
        plan.inspect(|plan| self.progress.begin(plan.targets))
    }

    fn fanout<D, L>(&self, directory: D, ledger: L) -> Fanout<D, Directory, L, SystemClock> {
        let settings = Settings {
            home_region: self.home.clone(),
            target_regions: default_regions(&self.home),
            max_concurrency: most_accounts(self.concurrency),
            results_bucket: self.out.display().to_string(),
            results_prefix: String::new(),
            ledger_retention_days: RETENTION_DAYS,
            worker_readonly: WORKER.to_owned(),
            // Whoever runs the command has the credentials that it runs with.
            worker_admin: WORKER.to_owned(),
            allow_definitions: true,
            changes: ChangeSettings::default(),
            exceptions: ExceptionSource::Given(self.exceptions.clone()),
        };
        let artifacts = self.artifacts();
        Fanout { settings, directory, artifacts, ledger, clock: SystemClock }
    }

    /// Runs the work items until all are done or `stop` resolves. The plan is complete unless the run
    /// was stopped while its organization was being listed.
    ///
    /// # Errors
    /// Where the manifest cannot be read, the journal cannot be written, or the organization cannot
    /// be listed to the end. The run can be resumed.
    pub async fn work<M: Members + Send + 'static>(
        &self,
        begun: Begun<'_>,
        workers: Workers<M>,
        stop: impl Future<Output = ()>,
    ) -> Result<(RunPlan, Ended), Error> {
        match begun {
            Begun::Planned(plan) => {
                let ended = self.work_on(&plan, workers, stop).await?;
                Ok((*plan, ended))
            }
            Begun::Listing(listing) => self.work_while_listing(*listing, workers, stop).await,
        }
    }

    async fn work_on<M: Members + Send + 'static>(
        &self,
        plan: &RunPlan,
        workers: Workers<M>,
        stop: impl Future<Output = ()>,
    ) -> Result<Ended, Error> {
        let (queue, incoming) = unbounded_channel();
        // The receiver is here.
        let _ = queue.send(self.items(plan, |_| true).await?);
        drop(queue);
        self.pool(plan, workers).work(incoming, stop).await
    }

    fn pool<M>(&self, plan: &RunPlan, workers: Workers<M>) -> Arc<WorkerPool<M>>
    where
        M: Members + Send + 'static,
    {
        let Workers { execution, members, answers } = workers;
        let (limit, progress) = (Arc::new(self.limit(plan, answers)), Arc::clone(&self.progress));
        let journal = self.journal(&plan.operation, &plan.run_id);
        Arc::new(WorkerPool::new(members, journal, plan.clone(), execution, limit, progress))
    }

    fn limit(&self, plan: &RunPlan, answers: AnswerCounter) -> Limit {
        let operations = plan.operations.len().clamp(1, CONCURRENT_OPERATIONS);
        let accounts = Accounts { most: plan.max_concurrency as usize, operations };
        let progress = Arc::clone(&self.progress);
        match self.concurrency {
            Some(targets) => Limit::fixed(usize::from(targets), accounts, progress),
            None => Limit::adaptive(accounts, open_files::allowed(), answers, progress),
        }
    }

    /// Writes the run's artifacts and returns its result.
    ///
    /// # Errors
    /// Those of the result handler.
    pub async fn export(&self, plan: &RunPlan) -> Result<RunResult, Error> {
        self.sweep_tables(plan)?;
        let journal = self.journal(&plan.operation, &plan.run_id);
        let mut handler = ResultHandler::new(journal, self.artifacts(), String::new());
        handler.origin = Origin::Local;
        handler.partition = self.home.partition();
        let event = ResultEvent {
            run_id: plan.run_id.clone(),
            operation: plan.operation.clone(),
            operations: plan.operations.clone(),
            definition: plan.definition.clone(),
            parameters: plan.parameters.clone(),
            planned_at: plan.planned_at,
            apply: false,
            rejected: false,
        };
        handler.run(&event).await.map(|summary| summary.result)
    }

    /// Removes what killed processes left of the run's files for SQL: other runs have theirs in the same
    /// folders, so whoever sweeps the run's own folder does not see them.
    fn sweep_tables(&self, plan: &RunPlan) -> Result<(), Error> {
        let Some(planned_at) = plan.planned_at else { return Ok(()) };
        let folder = Folder::new("", &plan.operation, &plan.run_id);
        for table in TableFile::OF_RECORDS {
            let path = self.artifacts().path(&folder.table(table, &planned_at.day()));
            atomic_file::sweep_of(&path).map_err(|e| broken("tidying up beside", &path, &e))?;
        }
        Ok(())
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

    /// Those of the plan's work items that are wanted.
    async fn items(
        &self,
        plan: &RunPlan,
        is_wanted: impl Fn(&WorkItem) -> bool,
    ) -> Result<Vec<WorkItem>, Error> {
        let artifacts = self.artifacts();
        let uri = artifacts.uri(&plan.manifest.key);
        let found = find(&artifacts, &plan.manifest.key).await?;
        let bytes = found.ok_or_else(|| Error::invalid(format!("{uri} is gone")))?;
        let mut items = Vec::new();
        let read = document::each(&bytes, |item| items.extend(Some(item).filter(&is_wanted)));
        read.map_err(|e| Error::invalid(format!("{uri}: {e}")))?;
        Ok(items)
    }
}

/// The `MaxConcurrency` of a run whose request sets none: as many accounts as targets.
#[must_use]
pub fn most_accounts(concurrency: Option<u16>) -> u32 {
    u32::from(concurrency.unwrap_or(WIDEST))
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
