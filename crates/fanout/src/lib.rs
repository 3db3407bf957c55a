//! The fanout step: from a request to the run's manifest and a small plan.
//!
//! [`Planner`] says what a request means and needs the organization only; [`Fanout`] writes what a
//! run needs, or what is left of an earlier run. Which accounts a filter selects is decided by
//! `org_operator_core::plan::selection`.

mod change;
mod early;
mod exceptions;
mod planner;
mod resume;
mod select;
mod suite;

use std::collections::BTreeMap;

use org_operator_core::artifact::{
    ACCOUNTS_CSV, Folder, MANIFEST, OPERATION, PLAN, SUITES, accounts_csv,
};
use org_operator_core::contract::document;
use org_operator_core::contract::plan::{ManifestLocation, RunPlan};
use org_operator_core::exceptions::Exception;
use org_operator_core::input::request::{FanoutEvent, RunRequest};
use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::Access;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::plan::context::AccountContext;
use org_operator_core::ports::{AccountDirectory, Artifacts, Clock, Outcomes};
use org_operator_core::{Error, Region, RunId, WorkItem};
use org_operator_operations::Operation;
use serde_json::{Map, Value};

pub use change::{ChangeSettings, PlanMembers, plan_members};
pub use early::EarlyItems;
use exceptions::refuse_own_column;
pub use exceptions::{ExceptionSource, read_exceptions};
pub use org_operator_operations::bounds::StackBounds;
use planner::{Checked, refuse_resumption};
pub use planner::{Planner, Preview};
use select::context;

const SECONDS_PER_DAY: i64 = 86_400;

/// The largest definition. It is in the state machine's state, which has 256 KiB (Step Functions
/// quotas), and so in the event of every worker.
const DEFINITION_BYTES: usize = 64 * 1_024;

/// The step's configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The Region that it runs in: its partition is the run's.
    pub home_region: Region,
    /// The Regions of a request that names none.
    pub target_regions: Vec<Region>,
    /// How many work items may run at the same time where the request has no number.
    pub max_concurrency: u32,
    /// The bucket of the artifacts.
    pub results_bucket: String,
    /// The prefix of all runs in the bucket; may be empty.
    pub results_prefix: String,
    /// Days until the ledger's entries expire.
    pub ledger_retention_days: u32,
    /// The worker function that may only read.
    pub worker_readonly: String,
    /// The worker function that may change things; empty where there is none.
    pub worker_admin: String,
    /// Whether a request may bring an operation of its own.
    pub allow_definitions: bool,
    /// What is said about runs that change something.
    pub changes: ChangeSettings,
    /// Where the run's exceptions come from.
    pub exceptions: ExceptionSource,
}

/// The step over its ports. Only [`Fanout::run`] needs a ledger.
#[derive(Debug)]
pub struct Fanout<D, A, L, C> {
    /// The step's configuration.
    pub settings: Settings,
    /// The organization's accounts.
    pub directory: D,
    /// Where plan and manifest are written.
    pub artifacts: A,
    /// The outcomes of a run that is resumed.
    pub ledger: L,
    /// The source of the time from which entries expire.
    pub clock: C,
}

/// What a new run goes by beside its request.
pub(crate) struct Basis {
    checked: Checked,
    context: AccountContext,
    exceptions: Option<Vec<Exception>>,
}

/// An event with what is wrong with its form.
struct Received {
    run_id: Option<RunId>,
    request: RunRequest,
    violations: Violations,
}

impl Received {
    /// Reads `event`; `fallback` is the run's id where the event has none.
    fn read(event: &Value, fallback: Option<RunId>) -> Result<Self, Error> {
        let mut violations = Violations::default();
        let FanoutEvent { run_id: named, request } = FanoutEvent::read(event, &mut violations)?;
        let run_id = named.or(fallback);
        if run_id.is_none() {
            violations.note_text("RunId", "nothing", RunId::ALLOWED);
        }
        Ok(Self { run_id, request, violations })
    }
}

impl<D: AccountDirectory, A: Artifacts, L: Outcomes, C: Clock> Fanout<D, A, L, C> {
    /// Plans a new run, or what is left of the run that the request in `event` resumes. `fallback`
    /// is the run's id where the event has none.
    ///
    /// # Errors
    /// `InvalidRequest` with every violation, `NoTargets`, or what Organizations, the ledger or the
    /// store returned. Nothing is written where the request is refused.
    pub async fn run(&self, event: &Value, fallback: Option<RunId>) -> Result<RunPlan, Error> {
        self.received(Received::read(event, fallback)?).await
    }

    async fn received(&self, received: Received) -> Result<RunPlan, Error> {
        match received.request.resume_run.clone() {
            Some(run) if received.request.operation == SUITES => {
                self.resume_suite(&run, received).await
            }
            Some(run) => self.resume(&run, received).await,
            None => self.begin(received).await,
        }
    }
}

impl<D: AccountDirectory, A: Artifacts, L, C: Clock> Fanout<D, A, L, C> {
    /// Plans a new run: checks the request in `event`, selects, writes `accounts.csv`, the plan and
    /// the manifest. No ledger is asked.
    ///
    /// # Errors
    /// As [`Fanout::run`]; a request that resumes a run is `InvalidRequest`.
    pub async fn start(&self, event: &Value, fallback: Option<RunId>) -> Result<RunPlan, Error> {
        let mut received = Received::read(event, fallback)?;
        let allowed = "nothing: a new run is started";
        refuse_resumption(&received.request, allowed, &mut received.violations);
        self.begin(received).await
    }

    async fn begin(&self, received: Received) -> Result<RunPlan, Error> {
        let Received { run_id, request, mut violations } = received;
        self.refuse_definition(request.definition.as_ref(), &mut violations);
        let exceptions = self.exceptions(&mut violations).await?;
        let checked = self.planner().check(&request, violations).await?;
        let run_id = run_id.ok_or_else(|| Error::invalid("RunId: got nothing"))?;
        for operation in &checked.operations {
            refuse_own_column(exceptions.as_deref(), operation.spec())?;
        }
        let columns = &request.account_columns;
        let context = context(&self.directory, columns, &checked.selection).await?;
        let basis = Basis { checked, context, exceptions };
        if request.is_suite() {
            return self.write_suite(&run_id, &request, &basis).await;
        }
        let folder = self.folder(&request.operation, &run_id);
        let [operation] = basis.checked.operations.as_slice() else {
            return Err(Error::internal("operations"));
        };
        self.write(&folder, run_id, &request, (&basis, &**operation)).await
    }

    fn planner(&self) -> Planner<'_, D> {
        let Settings { home_region, target_regions, .. } = &self.settings;
        Planner { directory: &self.directory, home_region, target_regions }
    }

    /// Writes what a new run of one operation needs into `folder`; the manifest last, because the
    /// workers start from it.
    async fn write(
        &self,
        folder: &Folder,
        run_id: RunId,
        request: &RunRequest,
        (basis, operation): (&Basis, &dyn Operation),
    ) -> Result<RunPlan, Error> {
        let Basis { checked, context, exceptions } = basis;
        self.keep_exceptions(folder, exceptions.clone()).await?;
        let mut items = checked.items_of(operation, request.regions_per_work_item);
        context.complete(&checked.selection, &mut items);
        let targets: usize = items.iter().map(|item| item.regions.len()).sum();
        tracing::info!(RunId = %run_id, work_items = items.len(), targets, "planning");
        let plan = RunPlan {
            operation: operation.spec().name.clone(),
            definition: request.definition.clone(),
            worker_function: self.worker(operation)?,
            ..self.plan(run_id, request, folder, (&items, targets as u64))
        };
        let accounts = accounts_csv::table(&checked.selection, context)?;
        self.artifacts.put(&folder.artifact(&ACCOUNTS_CSV), accounts).await?;
        if let Some(definition) = &plan.definition {
            self.artifacts.put(&folder.artifact(&OPERATION), document::pretty(definition)?).await?;
        }
        self.put_plan(folder, &plan, &items).await?;
        Ok(plan)
    }

    /// A plan of the request's fields, for the read-only worker.
    fn plan(
        &self,
        run_id: RunId,
        request: &RunRequest,
        folder: &Folder,
        (items, targets): (&[WorkItem], u64),
    ) -> RunPlan {
        let now = self.clock.now();
        RunPlan {
            run_id,
            operation: request.operation.clone(),
            operations: Vec::new(),
            definition: None,
            parameters: request.parameters.clone(),
            apply: false,
            approval: false,
            manifest: self.location(folder.artifact(&MANIFEST)),
            work_items: items.len() as u64,
            targets,
            max_concurrency: request.max_concurrency.unwrap_or(self.settings.max_concurrency),
            worker_function: self.settings.worker_readonly.clone(),
            expires_at: self.expiry(now),
            changes: BTreeMap::new(),
            planned_at: Some(now),
            home_region: Some(self.settings.home_region.clone()),
        }
    }

    async fn put_plan(
        &self,
        folder: &Folder,
        plan: &RunPlan,
        items: &[WorkItem],
    ) -> Result<(), Error> {
        self.artifacts.put(&folder.artifact(&PLAN), document::compact(plan)?).await?;
        self.artifacts.put(&plan.manifest.key, document::compact(&items)?).await
    }

    /// Notes that a request brings an operation of its own where that is not allowed, or one that is
    /// too large to go through the state machine with every work item.
    fn refuse_definition(
        &self,
        definition: Option<&Map<String, Value>>,
        violations: &mut Violations,
    ) {
        let Some(definition) = definition else { return };
        if !self.settings.allow_definitions {
            let allowed = "nothing: this deployment has AllowDefinitions=false, and runs the \
                           operations of its release only";
            violations.note_text("Definition", "an operation", allowed);
        }
        let bytes = serde_json::to_string(definition).map_or(usize::MAX, |text| text.len());
        if bytes > DEFINITION_BYTES {
            let allowed = format!("at most {DEFINITION_BYTES} bytes");
            violations.note_text("Definition", format!("{bytes} bytes"), allowed);
        }
    }

    fn folder(&self, operation: &str, run_id: &RunId) -> Folder {
        Folder::new(&self.settings.results_prefix, operation, run_id)
    }

    fn location(&self, key: String) -> ManifestLocation {
        ManifestLocation { bucket: self.settings.results_bucket.clone(), key }
    }

    fn expiry(&self, now: Timestamp) -> i64 {
        let days = i64::from(self.settings.ledger_retention_days);
        now.epoch_seconds() + days * SECONDS_PER_DAY
    }

    fn worker(&self, operation: &dyn Operation) -> Result<String, Error> {
        let Settings { worker_readonly, worker_admin, .. } = &self.settings;
        match operation.spec().access {
            Access::ReadOnly => Ok(worker_readonly.clone()),
            Access::Mutating if !worker_admin.is_empty() => Ok(worker_admin.clone()),
            Access::Mutating => Err(Error::invalid(format!(
                "`{}` changes things, and this deployment has no admin worker; deploy it with \
                 EnableAdminOperations",
                operation.spec().name
            ))),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
