//! The fanout step: from a request to the run's manifest and a small plan.
//!
//! Which accounts and Regions a request means is decided by `org_operator_core::plan::selection`; this
//! asks the organization, writes the artifacts and puts the answers together.

mod preview;
mod resume;
mod select;

use std::collections::BTreeSet;

use org_operator_core::artifact::{ACCOUNTS_CSV, Folder, MANIFEST, PLAN, accounts_csv};
use org_operator_core::contract::document;
use org_operator_core::contract::plan::{ManifestLocation, RunPlan};
use org_operator_core::input::request::{FanoutEvent, RegionChoice, RunRequest};
use org_operator_core::input::violation::Violations;
use org_operator_core::model::region;
use org_operator_core::model::spec::Access;
use org_operator_core::plan::selection::{Regions, Selection};
use org_operator_core::ports::{AccountDirectory, Artifacts, Clock, Outcomes};
use org_operator_core::{Error, Region, RunId};
use org_operator_operations::{CATALOGUE, Operation, check_parameters, find};
use serde_json::Value;

pub use preview::Preview;

const SECONDS_PER_DAY: i64 = 86_400;

/// What the fanout is configured with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The Region it runs in, and so its partition.
    pub home_region: Region,
    /// The Regions of a request that names none.
    pub target_regions: Vec<Region>,
    /// Work items at once for a request that names no number.
    pub max_concurrency: u32,
    /// The artifacts' bucket.
    pub results_bucket: String,
    /// The artifacts' prefix.
    pub results_prefix: String,
    /// Days until the ledger's entries expire.
    pub ledger_retention_days: u32,
    /// The worker that may only read.
    pub worker_readonly: String,
    /// The worker that may change things; empty where there is none.
    pub worker_admin: String,
}

/// The step with its ports.
#[derive(Debug)]
pub struct Fanout<D, A, L, C> {
    /// Its configuration.
    pub settings: Settings,
    /// The organization.
    pub directory: D,
    /// The artifacts.
    pub artifacts: A,
    /// The ledger, which only a resumed run asks.
    pub ledger: L,
    /// The clock.
    pub clock: C,
}

impl<D: AccountDirectory, A: Artifacts, L: Outcomes, C: Clock> Fanout<D, A, L, C> {
    /// Plans a run: checks the request in `event`, selects, writes `accounts.csv`, the plan and the
    /// manifest; or plans the rest of an earlier run.
    /// `fallback` is the run's id where the event has none.
    ///
    /// # Errors
    /// `InvalidRequest` with every fault, `NoTargets`, or what Organizations or S3 answered.
    /// Nothing is written where the request is refused.
    pub async fn run(&self, event: &Value, fallback: Option<RunId>) -> Result<RunPlan, Error> {
        let mut violations = Violations::default();
        let FanoutEvent { run_id, request } = FanoutEvent::read(event, &mut violations)?;
        let run_id = run_id.or(fallback);
        if run_id.is_none() {
            violations.note_text("RunId", "nothing", RunId::ALLOWED);
        }
        if let Some(resumed) = request.resume_run.clone() {
            let operation = find(CATALOGUE, &request.operation, &mut violations);
            let (operation, execution) =
                violations.into_result("request", operation.zip(run_id))?;
            // Of this release: the one in the run's plan may be of a release before.
            let worker_function = self.worker(operation)?;
            let folder = self.folder(operation, &resumed);
            let plan = self.resume(&folder, &resumed, &execution, request.max_concurrency).await?;
            return Ok(RunPlan { worker_function, ..plan });
        }
        let (operation, regions, selection) = self.check(&request, violations).await?;
        let run_id = run_id.ok_or_else(|| Error::invalid("RunId: got nothing"))?;
        self.plan(run_id, request, operation, &regions, &selection).await
    }

    /// Writes what a new run needs, and plans it.
    async fn plan(
        &self,
        run_id: RunId,
        request: RunRequest,
        operation: &dyn Operation,
        regions: &Regions,
        selection: &Selection,
    ) -> Result<RunPlan, Error> {
        let worker_function = self.worker(operation)?;
        let items = selection.work_items(regions, request.regions_per_work_item);
        let targets: usize = items.iter().map(|item| item.regions.len()).sum();
        let folder = self.folder(operation, &run_id);
        tracing::info!(RunId = %run_id, work_items = items.len(), targets, "planning");
        let plan = RunPlan {
            run_id,
            operation: operation.spec().name.to_owned(),
            parameters: request.parameters,
            apply: false,
            manifest: self.location(folder.artifact(&MANIFEST)),
            work_items: items.len() as u64,
            targets: targets as u64,
            max_concurrency: request.max_concurrency.unwrap_or(self.settings.max_concurrency),
            worker_function,
            expires_at: self.expiry(),
        };
        self.artifacts
            .put(&folder.artifact(&ACCOUNTS_CSV), accounts_csv::table(selection)?)
            .await?;
        self.artifacts.put(&folder.artifact(&PLAN), document::compact(&plan)?).await?;
        self.artifacts.put(&folder.artifact(&MANIFEST), document::compact(&items)?).await?;
        Ok(plan)
    }

    fn folder(&self, operation: &dyn Operation, run_id: &RunId) -> Folder {
        Folder::new(&self.settings.results_prefix, operation.spec().name, run_id)
    }

    fn location(&self, key: String) -> ManifestLocation {
        ManifestLocation { bucket: self.settings.results_bucket.clone(), key }
    }

    fn expiry(&self) -> i64 {
        let days = i64::from(self.settings.ledger_retention_days);
        self.clock.now().epoch_seconds() + days * SECONDS_PER_DAY
    }

    /// Everything that can be wrong with a request, found before anything is written.
    async fn check(
        &self,
        request: &RunRequest,
        mut violations: Violations,
    ) -> Result<(&'static dyn Operation, Regions, Selection), Error> {
        let operation = find(CATALOGUE, &request.operation, &mut violations);
        if let Some(operation) = operation {
            check_parameters(operation, &request.parameters, &mut violations);
        }
        let regions = self.regions(request, &mut violations);
        // The organization is asked about a faulty request only for what else is wrong with it.
        if !violations.is_empty() && !request.accounts.names_any() {
            return violations.into_result("request", None);
        }
        let selection = match self.select(&request.accounts, &mut violations).await {
            Ok(selection) => selection,
            Err(error) if violations.is_empty() => return Err(error),
            Err(_) => return violations.into_result("request", None),
        };
        let operation = violations.into_result("request", operation)?;
        selection.require_some()?;
        let regions = match regions {
            Some(same) => Regions::Same(same),
            None => Regions::Enabled(self.enabled_regions(&selection).await?),
        };
        Ok((operation, regions, selection))
    }

    /// The Regions of every account, or `None` where each account has its own.
    fn regions(
        &self,
        request: &RunRequest,
        violations: &mut Violations,
    ) -> Option<BTreeSet<Region>> {
        let Settings { target_regions, home_region, .. } = &self.settings;
        let (named, place) = match &request.regions {
            RegionChoice::Listed(named) => (named, "Regions"),
            RegionChoice::Configured => (target_regions, "TARGET_REGIONS"),
            RegionChoice::Enabled => return None,
        };
        for (i, region) in named.iter().enumerate() {
            if let Err(allowed) = region::known(region, home_region, target_regions) {
                violations.note_text(format!("{place}[{i}]"), format!("\"{region}\""), allowed);
            }
        }
        Some(named.iter().cloned().collect())
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
mod tests;
