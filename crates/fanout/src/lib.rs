//! The fanout step: from a request to the run's manifest and a small plan.
//!
//! Which accounts and Regions a request means is decided by `org_operator_core::selection`; this
//! asks the organization, writes the artifacts and puts the answers together.

use std::collections::BTreeSet;

use org_operator_core::fault::Faults;
use org_operator_core::plan::{ACCOUNTS, Folder, MANIFEST, ManifestLocation, RunPlan};
use org_operator_core::ports::{AccountDirectory, Artifacts, Clock};
use org_operator_core::request::{FanoutEvent, RunRequest};
use org_operator_core::selection::Selection;
use org_operator_core::spec::Access;
use org_operator_core::table::Table;
use org_operator_core::{Error, ErrorKind, Region, RunId, WorkItem, region};
use org_operator_operations::{CATALOGUE, Operation, check_parameters, find};
use serde_json::Value;

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
pub struct Fanout<D, A, C> {
    /// Its configuration.
    pub settings: Settings,
    /// The organization.
    pub directory: D,
    /// The artifacts.
    pub artifacts: A,
    /// The clock.
    pub clock: C,
}

impl<D: AccountDirectory, A: Artifacts, C: Clock> Fanout<D, A, C> {
    /// Plans a run: checks the request in `event`, selects, writes `accounts.csv` and the manifest.
    /// `fallback` is the run's id where the event has none.
    ///
    /// # Errors
    /// `InvalidRequest` with every fault, `NoTargets`, or what Organizations or S3 answered.
    /// Nothing is written where the request is refused.
    pub async fn run(&self, event: &Value, fallback: Option<RunId>) -> Result<RunPlan, Error> {
        let mut faults = Faults::default();
        let FanoutEvent { run_id, request } = FanoutEvent::read(event, &mut faults)?;
        let run_id = run_id.or(fallback);
        if run_id.is_none() {
            faults.note_text("RunId", "nothing", RunId::ALLOWED);
        }
        let (operation, regions, selection) = self.check(&request, faults).await?;
        let run_id = run_id.ok_or_else(|| Error::invalid("RunId: got nothing"))?;
        let items = selection.work_items(&regions, request.regions_per_work_item);
        let worker_function = self.worker(operation)?;
        let folder = Folder::new(&self.settings.results_prefix, operation.spec().name, &run_id);
        let key = self.write(&folder, &selection, &items).await?;
        let targets: usize = items.iter().map(|item| item.regions.len()).sum();
        let days = i64::from(self.settings.ledger_retention_days);
        tracing::info!(%run_id, work_items = items.len(), targets, "planned");
        Ok(RunPlan {
            run_id,
            operation: operation.spec().name.to_owned(),
            parameters: request.parameters,
            apply: false,
            manifest: ManifestLocation { bucket: self.settings.results_bucket.clone(), key },
            work_items: items.len() as u64,
            targets: targets as u64,
            max_concurrency: request.max_concurrency.unwrap_or(self.settings.max_concurrency),
            worker_function,
            expires_at: self.clock.now().epoch_seconds() + days * SECONDS_PER_DAY,
        })
    }

    /// Everything that can be wrong with a request, found before anything is written.
    async fn check(
        &self,
        request: &RunRequest,
        mut faults: Faults,
    ) -> Result<(&'static dyn Operation, BTreeSet<Region>, Selection), Error> {
        let operation = find(CATALOGUE, &request.operation, &mut faults);
        if let Some(operation) = operation {
            check_parameters(operation, &request.parameters, &mut faults);
        }
        let regions = self.regions(request, &mut faults);
        // The organization is asked about a faulty request only for what else is wrong with it.
        if !faults.is_empty() && !request.accounts.names_accounts() {
            return faults.into_result("request", None);
        }
        let accounts = match self.directory.accounts().await {
            Ok(accounts) => accounts,
            Err(error) if faults.is_empty() => return Err(error),
            Err(_) => return faults.into_result("request", None),
        };
        let selection = Selection::new(accounts, &request.accounts);
        selection.note_impossible(&request.accounts, &mut faults);
        let operation = faults.into_result("request", operation)?;
        selection.require_some()?;
        Ok((operation, regions, selection))
    }

    fn regions(&self, request: &RunRequest, faults: &mut Faults) -> BTreeSet<Region> {
        let Settings { target_regions, home_region, .. } = &self.settings;
        let (named, place) = match &request.regions {
            Some(named) => (named, "Regions"),
            None => (target_regions, "TARGET_REGIONS"),
        };
        for (i, region) in named.iter().enumerate() {
            if let Err(allowed) = region::known(region, home_region, target_regions) {
                faults.note_text(format!("{place}[{i}]"), format!("\"{region}\""), allowed);
            }
        }
        named.iter().cloned().collect()
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

    /// Writes the accounts and the manifest; gives the manifest's key.
    async fn write(
        &self,
        folder: &Folder,
        selection: &Selection,
        items: &[WorkItem],
    ) -> Result<String, Error> {
        self.artifacts.put(&folder.key(ACCOUNTS), accounts_table(selection)?).await?;
        let key = folder.key(MANIFEST);
        let manifest = serde_json::to_vec(items);
        let manifest =
            manifest.map_err(|e| Error::new(ErrorKind::OperationFailed, e.to_string()))?;
        self.artifacts.put(&key, manifest).await?;
        Ok(key)
    }
}

/// `accounts.csv`: every account of the organization, and why it is or is not in the run.
fn accounts_table(selection: &Selection) -> Result<Vec<u8>, Error> {
    let mut table = Table::new(["account_id", "account_name", "state", "selected", "reason"])?;
    for (account, reason) in selection.all() {
        let selected = if reason.is_none() { "true" } else { "false" };
        let reason = reason.map_or("", org_operator_core::selection::Reason::text);
        table.row([account.id.as_str(), &account.name, &account.state, selected, reason])?;
    }
    table.take()
}

#[cfg(test)]
mod tests;
